// Patterns that users add: RE2's syntax, matched in time linear in the text. JavaScript's own engine backtracks, so
// whoever sends a prompt could stop the event loop with it.
import { RE2JS, RE2JSException } from 're2js'
import type { Finder, Range } from './range.ts'

/** Instructions of a compiled pattern; matching takes at most this times the length of the text. */
const MAX_SIZE = 512
/**
 * A text is searched in pieces, each beginning where the one before has this much left: a search that finds little may
 * still read to the end of what it is given. Longer matches may be missed.
 */
const PIECE = 4096
const OVERLAP = 1024
/** Of one pattern in one text. */
const MAX_MATCHES = 256

/** Why a pattern cannot be used; undefined when it can. */
export function problemOfPattern(source: string): string | undefined {
  try {
    const pattern = RE2JS.compile(source)
    if (pattern.programSize() > MAX_SIZE) return 'the regular expression is too large'
    return pattern.test('') ? 'the regular expression matches the empty text' : undefined
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const reason = error.message.replace(/^error parsing regexp: /, '').replaceAll('`', '')
    return `the regular expression is not valid RE2: ${reason}`
  }
}

/** Finds matches of up to 1,024 characters. Where there are more than 256, all that follows counts as one. */
export function customFinder(source: string): Finder {
  const pattern = RE2JS.compile(source)
  return text => {
    const found: Range[] = []
    for (let from = 0; from < text.length; from += PIECE - OVERLAP) {
      if (findInPiece(pattern, text, from, found) === 'full')
        return [...found, { start: found.at(-1)?.end ?? 0, end: text.length }]
    }
    return found
  }
}

/** Each piece begins with the unit before it, which tells where words and lines begin. */
function findInPiece(pattern: RE2JS, text: string, from: number, found: Range[]): 'full' | 'done' {
  const before = Math.max(0, from - 1)
  const piece = text.slice(before, from + PIECE)
  // Whether there is a match is known much sooner than where.
  if (!pattern.test(piece)) return 'done'
  const matcher = pattern.matcher(piece)
  // What begins in the overlap is whole in the next piece.
  const last = from + PIECE < text.length ? from + PIECE - OVERLAP - before : piece.length
  let at = Math.max(from, found.at(-1)?.end ?? 0) - before
  while (at < last && matcher.find(at)) {
    const [start, end] = [matcher.start(), matcher.end()]
    if (start >= last) return 'done'
    if (end > start) found.push({ start: before + start, end: before + end })
    if (found.length > MAX_MATCHES) return 'full'
    at = Math.max(end, start + 1)
  }
  return 'done'
}
