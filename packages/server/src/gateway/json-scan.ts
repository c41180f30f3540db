// Where the parts of a JSON text stand. The text is known to be valid JSON.
// It works on text, not bytes: the body has been decoded to be parsed, and searching a string is the cheaper one.

const QUOTE = '"'
const BACKSLASH = '\\'

/** A member of an object, or an item of a list. */
export interface Part {
  /** The member's name, or the item's place from 0. */
  readonly key: string | number
  /** Where the name begins; of an item, the value. */
  readonly start: number
  readonly valueStart: number
  readonly valueEnd: number
}

/** The parts of the object or list at `at`; none of anything else. */
export function scanParts(text: string, at: number): readonly Part[] {
  if (text[at] === '{') return scanMembers(text, at + 1)
  return text[at] === '[' ? scanItems(text, at + 1) : []
}

function scanMembers(text: string, open: number): readonly Part[] {
  const members: Part[] = []
  let at = skipSpace(text, open)
  while (text[at] === QUOTE) {
    const keyEnd = skipString(text, at)
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const valueEnd = skipValue(text, valueStart)
    members.push({ key: readKey(text, at, keyEnd), start: at, valueStart, valueEnd })
    at = skipComma(text, valueEnd)
  }
  return members
}

function scanItems(text: string, open: number): readonly Part[] {
  const items: Part[] = []
  let at = skipSpace(text, open)
  while (text[at] !== ']') {
    const valueEnd = skipValue(text, at)
    items.push({ key: items.length, start: at, valueStart: at, valueEnd })
    at = skipComma(text, valueEnd)
  }
  return items
}

function skipComma(text: string, from: number): number {
  const at = skipSpace(text, from)
  return text[at] === ',' ? skipSpace(text, at + 1) : at
}

function readKey(text: string, start: number, end: number): string {
  const raw = text.slice(start, end)
  return raw.includes(BACKSLASH) ? (JSON.parse(raw) as string) : raw.slice(1, -1)
}

export function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return at
}

/** From an opening quote to just behind the closing one. `indexOf` is native: prompts are long strings. */
function skipString(text: string, from: number): number {
  let quote = text.indexOf(QUOTE, from + 1)
  while (isEscaped(text, quote)) quote = text.indexOf(QUOTE, quote + 1)
  return quote + 1
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text[at - 1 - backslashes] === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}

/** From the first character of a value to just behind its last. */
export function skipValue(text: string, from: number): number {
  const first = text[from]
  if (first === QUOTE) return skipString(text, from)
  if (first === '{' || first === '[') return skipNested(text, from)
  const end = /[,}\]\s]|$/g
  end.lastIndex = from
  return end.exec(text)?.index ?? text.length
}

function skipNested(text: string, from: number): number {
  let depth = 0
  let at = from
  do {
    const char = text[at]
    if (char === QUOTE) {
      at = skipString(text, at)
      continue
    }
    if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
    at++
  } while (depth > 0)
  return at
}
