// Where a character of a YAML text stands in the file: indentation, quotes, escapes and folded lines lie between a
// text as parsed and as written. Problems inside a condition are pointed at with this.
import type { Scalar } from 'yaml'

/** One or several characters of the file that stand for `text` in the value. */
interface Unit {
  readonly length: number
  readonly text: string
}

type UnitReader = (source: string, at: number) => Unit

/**
 * The offset in `source` (the whole file) of character `index` of a scalar's value, both in UTF-16 code units. White
 * space is written differently from how it is read, so an index at white space means the character after it; one at
 * the end means the place after the last character.
 */
export function offsetInSource(source: string, scalar: Scalar, index: number): number {
  const wanted = withoutSpace(String(scalar.value).slice(0, index)).length
  const { start, end, unit } = contentOf(source, scalar)
  let seen = 0
  let after = start
  for (let at = start; at < end; ) {
    const { length, text } = unit(source, at)
    const count = withoutSpace(text).length
    if (count > 0 && seen + count > wanted) return at
    seen += count
    at += length
    if (count > 0) after = at
  }
  return after
}

function contentOf(source: string, scalar: Scalar): { start: number; end: number; unit: UnitReader } {
  const [start, end] = scalar.range ?? [0, 0]
  switch (scalar.type) {
    case 'QUOTE_DOUBLE':
      return { start: start + 1, end: end - 1, unit: readEscaped }
    case 'QUOTE_SINGLE':
      return { start: start + 1, end: end - 1, unit: readDoubled }
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      return { start: source.indexOf('\n', start) + 1, end, unit: readPlain }
    default:
      return { start, end, unit: readPlain }
  }
}

const readPlain: UnitReader = (source, at) => ({ length: 1, text: source.charAt(at) })

const readDoubled: UnitReader = (source, at) =>
  source.startsWith("''", at) ? { length: 2, text: "'" } : readPlain(source, at)

/** Digits after the letter of a numeric escape. */
const NUMERIC: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

const readEscaped: UnitReader = (source, at) => {
  if (source.charAt(at) !== '\\') return readPlain(source, at)
  const letter = source.charAt(at + 1)
  const digits = NUMERIC[letter]
  if (digits !== undefined) {
    const code = Number.parseInt(source.slice(at + 2, at + 2 + digits), 16)
    return { length: 2 + digits, text: String.fromCodePoint(code) }
  }
  // `\n`, `\t` and the like, and a line break that is taken back, are white space or nothing.
  const isSpace = /[\snrtvfLP_]/.test(letter)
  return { length: 2, text: isSpace ? ' ' : 'x' }
}

function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, '')
}
