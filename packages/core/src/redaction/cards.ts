// Numbers of payment cards (ISO/IEC 7812-1): 13 to 19 digits in a range that issuers use, whose last digit checks the
// others (its annex B, the algorithm of Luhn).
import { type Finder, groupsOf, stretchesOf } from './range.ts'

/** Digits, each perhaps after one space, hyphen or dot; no letter, digit or underline before or behind. */
const RUN = /(?<![\p{L}\p{N}_])\d(?:[ \u00a0.-]?\d){12,}(?![\p{L}_])/gu

/** Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay, Maestro: first digits, then lengths. */
const ISSUERS: readonly (readonly [first: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]],
  [/^3(?:0[0-5]|[689])/, [14, 15, 16, 17, 18, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^(?:62|81)/, [16, 17, 18, 19]],
  [/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [13, 14, 15, 16, 17, 18, 19]],
]

/** Other digits may stand before or behind it, when something parts them. */
export const findCards: Finder = text =>
  Array.from(text.matchAll(RUN)).flatMap(({ index, 0: run }) =>
    stretchesOf(groupsOf(run, isDigit), index, { least: 13, most: 19 }, isCard),
  )

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9'
}

function isCard(digits: string): boolean {
  const isIssued = ISSUERS.some(([first, lengths]) => lengths.includes(digits.length) && first.test(digits))
  return isIssued && checkSum(digits) % 10 === 0
}

/** Every second digit from the right is doubled, and the digits of what comes of it count. */
function checkSum(digits: string): number {
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits.at(-1 - place))
    sum += place % 2 === 0 ? digit : ((2 * digit) % 10) + Math.floor(digit / 5)
  }
  return sum
}
