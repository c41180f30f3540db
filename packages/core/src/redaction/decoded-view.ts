// A text as whoever reads it takes it: what stands in it as an escape of JSON, in however many layers, or of a URL is
// decoded, and typography made plain, so that no pattern is slipped past by `\u0040`, `%40` or a hyphen of another kind.
import type { Range } from './range.ts'

export interface DecodedView {
  readonly text: string
  /** Where a range of the view stands in the original. */
  original(range: Range): Range
}

const ESCAPES: readonly string[] = [
  // Of JSON: backslashes as they multiply when it is quoted in JSON, then what they escape.
  String.raw`(?<!\\)\\+(?:u([0-9a-fA-F]{4})|([nrtbf"/]))`,
  // Of URLs: ASCII that can be seen.
  '%(2[0-9a-fA-F]|[3-6][0-9a-fA-F]|7[0-9a-eA-E])',
  // Of typography: spaces and hyphens of other widths, letters and digits of full width, and what is not seen at all.
  String.raw`([\u00a0\u00ad\u2000-\u200d\u2010-\u2015\u202f\u2060\u2212\u3000\ufeff\uff01-\uff5e])`,
]
const ESCAPE = new RegExp(ESCAPES.join('|'), 'g')

const WHITE = new Set(['n', 'r', 't', 'b', 'f'])
const UNSEEN = /[\u00ad\u200b-\u200d\u2060\ufeff]/
const SPACE = /[\u00a0\u2000-\u200a\u202f\u3000]/
const HYPHEN = /[\u2010-\u2015\u2212]/
const FULL_WIDTH = /[\uff01-\uff5e]/
/** From a character of full width to its plain one. */
const WIDTH = 0xfee0

/** Undefined when there is nothing to decode. */
export function decodedView(text: string): DecodedView | undefined {
  let decoded = ''
  let from = 0
  /** Behind each escape: where it ends in the view, and in the original. */
  const ends: { readonly view: number; readonly original: number }[] = []
  for (const { index, 0: escape, 1: unit, 2: sign, 3: percent, 4: typographic } of text.matchAll(ESCAPE)) {
    decoded += text.slice(from, index) + meaningOf(unit ?? percent, sign, typographic)
    from = index + escape.length
    ends.push({ view: decoded.length, original: from })
  }
  if (ends.length === 0) return undefined
  return { text: decoded + text.slice(from), original: range => originalOf(ends, range) }
}

/** One unit, or none: a line end and its kin are one to every pattern. */
function meaningOf(hex: string | undefined, sign: string | undefined, typographic = ''): string {
  if (sign !== undefined) return WHITE.has(sign) ? '\n' : sign
  return plain(hex === undefined ? typographic : String.fromCharCode(Number.parseInt(hex, 16)))
}

function plain(unit: string): string {
  if (UNSEEN.test(unit)) return ''
  if (SPACE.test(unit)) return ' '
  if (HYPHEN.test(unit)) return '-'
  return FULL_WIDTH.test(unit) ? String.fromCharCode(unit.charCodeAt(0) - WIDTH) : unit
}

type Ends = readonly { readonly view: number; readonly original: number }[]

function originalOf(ends: Ends, { start, end }: Range): Range {
  return { start: placeOf(ends, start), end: placeOf(ends, end) }
}

/** A place in the view is in no escape: each is one unit there or none. Of several in one place the last counts. */
function placeOf(ends: Ends, place: number): number {
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] as Ends[number]).view <= place) low = middle + 1
    else high = middle
  }
  const before = ends[low - 1]
  return before === undefined ? place : before.original + place - before.view
}
