// Changes top-level members of a JSON object and leaves every other byte as it was, so that what a client sent
// survives: big integers, escapes, unknown fields, order and white space. The text is known to be valid JSON.
// It works on text, not text: the body has been decoded to be parsed, and searching a string is the cheaper one.
import type { BodyEdit, JsonObject } from '../provider/wire-format.ts'

const QUOTE = '"'
const BACKSLASH = '\\'

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

/**
 * Applies the edits. A key that occurs twice is edited twice: parsers differ in which one they take.
 *
 * @param json what the text parses to: it tells cheaply which keys are there
 */
export function spliceJson(text: string, json: JsonObject, edits: readonly BodyEdit[]): string {
  if (edits.length === 0) return text
  return spliceKnown(text, json, edits) ?? spliceScanned(text, edits)
}

/**
 * The common case without reading the whole object: members are set, and each key stands in the text once or not at
 * all. A key the object has and whose name occurs once in quotes is that member, since an escape that could hide
 * another spelling is ruled out.
 */
function spliceKnown(text: string, json: JsonObject, edits: readonly BodyEdit[]): string | undefined {
  if (text.indexOf('\\u') >= 0) return undefined
  const patches: Patch[] = []
  const added: string[] = []
  for (const edit of edits) {
    if (edit.kind !== 'set') return undefined
    const name = JSON.stringify(edit.key)
    if (!Object.hasOwn(json, edit.key)) {
      added.push(`${name}:${edit.json}`)
      continue
    }
    const at = text.indexOf(name)
    if (at < 0 || text.indexOf(name, at + 1) >= 0) return undefined
    const start = skipSpace(text, skipSpace(text, at + name.length) + 1)
    patches.push({ start, end: skipValue(text, start), text: edit.json })
  }
  addMembers(patches, added, text.indexOf('{') + 1, Object.keys(json).length > 0 ? 'others' : 'none')
  return applyPatches(text, patches)
}

function spliceScanned(text: string, edits: readonly BodyEdit[]): string {
  const { open, members } = scanMembers(text)
  const removed = new Set(edits.flatMap(edit => (edit.kind === 'remove' ? [edit.key] : [])))
  const kept = members.filter(member => !removed.has(member.key))
  const patches = edits.flatMap(edit => patchesFor(text, members, kept, edit))
  const added = edits.flatMap(edit =>
    edit.kind === 'set' && !members.some(member => member.key === edit.key)
      ? [`${JSON.stringify(edit.key)}:${edit.json}`]
      : [],
  )
  addMembers(patches, added, open, kept.length > 0 ? 'others' : 'none')
  return applyPatches(text, patches)
}

/** New members go to the front of the object, before the `others` it keeps. */
function addMembers(patches: Patch[], added: readonly string[], open: number, kept: 'others' | 'none'): void {
  if (added.length === 0) return
  patches.push({ start: open, end: open, text: added.join(',') + (kept === 'others' ? ',' : '') })
}

function patchesFor(
  text: string,
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
      return found.flatMap(member => prepension(text, member, edit.json))
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

function prepension(text: string, member: Member, json: string): Patch[] {
  if (text[member.valueStart] !== '[') return []
  const at = member.valueStart + 1
  const isEmpty = text[skipSpace(text, at)] === ']'
  return [{ start: at, end: at, text: isEmpty ? json : `${json},` }]
}

function applyPatches(text: string, patches: readonly Patch[]): string {
  let result = ''
  let from = 0
  for (const patch of patches.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (patch.start > from) result += text.slice(from, patch.start)
    result += patch.text
    from = Math.max(from, patch.end)
  }
  return result + text.slice(from)
}

function scanMembers(text: string): { open: number; members: Member[] } {
  const members: Member[] = []
  const open = text.indexOf('{') + 1
  let at = skipSpace(text, open)
  while (text[at] === QUOTE) {
    const keyEnd = skipString(text, at)
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const valueEnd = skipValue(text, valueStart)
    members.push({ key: readKey(text, at, keyEnd), keyStart: at, valueStart, valueEnd })
    at = skipSpace(text, valueEnd)
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return { open, members }
}

function readKey(text: string, start: number, end: number): string {
  const raw = text.slice(start, end)
  return raw.includes(BACKSLASH) ? (JSON.parse(raw) as string) : raw.slice(1, -1)
}

function skipSpace(text: string, from: number): number {
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

function skipValue(text: string, from: number): number {
  const first = text[from]
  if (first === QUOTE) return skipString(text, from)
  if (first === '{' || first === '[') return skipNested(text, from)
  const end = /[,}\s]|$/g
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
