// Telephone numbers as people write them: international (ITU-T E.123 and E.164) and in common national forms. A bare row
// of digits is none: it may as well be an order, an amount or a time.
import { type Finder, matchesOf, type Range } from './range.ts'

/** What may part two digits. */
const PARTED = String.raw`[ \u00a0./()-]{0,3}`
/** No letter, digit or sign that would make it a part of a longer number before it. */
const ALONE = String.raw`(?<![\p{L}\p{N}_.,+/-])`
const OVER = String.raw`(?![\p{L}\p{N}:])`

const FORMS: readonly string[] = [
  // +49 30 123456, +1 (415) 555-2671, 0049 30 123456: a country and up to 15 digits in all.
  String.raw`(?<![\p{L}\p{N}_+])\+[1-9](?:${PARTED}\d){6,14}${OVER}`,
  String.raw`${ALONE}00[1-9](?:${PARTED}\d){7,14}${OVER}`,
  // (415) 555-2671, 415-555-2671, 1 800 555 0199: North America.
  String.raw`${ALONE}(?:1[ .-])?(?:\([2-9]\d{2}\)[ .-]?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}${OVER}`,
  // 98765 43210 in India, 138 0013 8000 in China, (11) 91234-5678 in Brazil, 8 (495) 123-45-67 in Russia.
  String.raw`${ALONE}[6-9]\d{4}[ -]\d{5}${OVER}`,
  String.raw`${ALONE}1[3-9]\d[ -]\d{4}[ -]\d{4}${OVER}`,
  String.raw`${ALONE}\([1-9]\d\) ?(?:9\d|[3-5])\d{3}-\d{4}${OVER}`,
  String.raw`${ALONE}8[ -]?\([3-9]\d{2}\)[ -]?\d{3}[ -]\d{2}[ -]\d{2}${OVER}`,
  // 030 1234567, (0171) 123 45 67, 01 23 45 67 89, 020 7946 0958: a trunk prefix 0 and nine to eleven digits in all.
  String.raw`${ALONE}\(?0[1-9](?:${PARTED}\d){7,9}${OVER}`,
]

const PHONE = matchesOf(new RegExp(FORMS.join('|'), 'gu'))

/** 21.11.2026, 09/11/2026, 0.25: what begins like these is a date or a decimal number. */
const DATE = /^\(?\d{1,2}[./-]\d{1,2}[./-]\d{4}(?!\d)/

export const findPhones: Finder = text => PHONE(text).filter(range => !isDate(text, range))

function isDate(text: string, { start, end }: Range): boolean {
  return DATE.test(text.slice(start, end))
}
