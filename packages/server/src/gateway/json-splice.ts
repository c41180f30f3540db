// Changes top-level members of a JSON object and leaves every other byte as it was, so that what a client sent
// survives: big integers, escapes, unknown fields, order and white space. The bytes are known to be valid JSON.
import type { BodyEdit } from '../provider/wire-format.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

interface Member {
  readonly key: string
  readonly keyStart: number
  readonly valueStart: number
  readonly valueEnd: number
}

interface Patch {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Applies the edits. A key that occurs twice is edited twice: parsers differ in which one they take. */
export function spliceJson(bytes: Buffer, edits: readonly BodyEdit[]): Buffer {
  if (edits.length === 0) return bytes
  const { open, members } = scanMembers(bytes)
  const removed = new Set(edits.flatMap(edit => (edit.kind === 'remove' ? [edit.key] : [])))
  const kept = members.filter(member => !removed.has(member.key))
  const patches = edits.flatMap(edit => patchesFor(bytes, members, kept, edit))
  const added = edits.flatMap(edit =>
    edit.kind === 'set' && !members.some(member => member.key === edit.key)
      ? [`${JSON.stringify(edit.key)}:${edit.json}`]
      : [],
  )
  if (added.length > 0) {
    const separator = kept.length === 0 ? '' : ','
    patches.push({ start: open, end: open, text: added.join(',') + separator })
  }
  return applyPatches(bytes, patches)
}

function patchesFor(
  bytes: Buffer,
  members: readonly Member[],
  kept: readonly Member[],
  edit: BodyEdit,
): Patch[] {
  const found = members.filter(member => member.key === edit.key)
  switch (edit.kind) {
    case 'set':
      return found.map(member => ({ start: member.valueStart, end: member.valueEnd, text: edit.json }))
    case 'remove':
      return found.map(member => removal(members, kept, member))
    case 'prepend':
      return found.flatMap(member => prepension(bytes, member, edit.json))
  }
}

/** Removes a member together with one of the commas around it, so that what is kept stays well-formed. */
function removal(members: readonly Member[], kept: readonly Member[], member: Member): Patch {
  const next = members[members.indexOf(member) + 1]
  if (next !== undefined && kept.some(other => other.keyStart > member.keyStart)) {
    return { start: member.keyStart, end: next.keyStart, text: '' }
  }
  const previous = kept.findLast(other => other.keyStart < member.keyStart)
  return { start: previous?.valueEnd ?? (members[0] as Member).keyStart, end: member.valueEnd, text: '' }
}

function prepension(bytes: Buffer, member: Member, json: string): Patch[] {
  if (bytes[member.valueStart] !== OPEN_BRACKET) return []
  const at = member.valueStart + 1
  const isEmpty = bytes[skipSpace(bytes, at)] === CLOSE_BRACKET
  return [{ start: at, end: at, text: isEmpty ? json : `${json},` }]
}

function applyPatches(bytes: Buffer, patches: readonly Patch[]): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (const patch of patches.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(bytes.subarray(from, patch.start), Buffer.from(patch.text))
    from = Math.max(from, patch.end)
  }
  parts.push(bytes.subarray(from))
  return Buffer.concat(parts)
}

function scanMembers(bytes: Buffer): { open: number; members: Member[] } {
  const members: Member[] = []
  const open = bytes.indexOf(OPEN_BRACE) + 1
  let at = skipSpace(bytes, open)
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at)
    const valueStart = skipSpace(bytes, skipSpace(bytes, keyEnd) + 1)
    const valueEnd = skipValue(bytes, valueStart)
    members.push({ key: readKey(bytes, at, keyEnd), keyStart: at, valueStart, valueEnd })
    at = skipSpace(bytes, valueEnd)
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1)
  }
  return { open, members }
}

function readKey(bytes: Buffer, start: number, end: number): string {
  const raw = bytes.toString('utf8', start, end)
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1)
}

/** Space, tab, line feed, carriage return. */
function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++
  return at
}

/** From an opening quote to just behind the closing one. `indexOf` is native: prompts are long strings. */
function skipString(bytes: Buffer, from: number): number {
  let quote = bytes.indexOf(QUOTE, from + 1)
  while (isEscaped(bytes, quote)) quote = bytes.indexOf(QUOTE, quote + 1)
  return quote + 1
}

function isEscaped(bytes: Buffer, at: number): boolean {
  let backslashes = 0
  while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}

function skipValue(bytes: Buffer, from: number): number {
  const first = bytes[from]
  if (first === QUOTE) return skipString(bytes, from)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(bytes, from)
  let at = from
  while (
    at < bytes.length &&
    bytes[at] !== COMMA &&
    bytes[at] !== CLOSE_BRACE &&
    (bytes[at] as number) > 0x20
  )
    at++
  return at
}

function skipNested(bytes: Buffer, from: number): number {
  let depth = 0
  let at = from
  do {
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = skipString(bytes, at)
      continue
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--
    at++
  } while (depth > 0)
  return at
}
