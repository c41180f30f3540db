// Changes members of a JSON object and leaves every other byte as it was, so that what a client sent survives: big
// integers, escapes, unknown fields, order and white space. The text is known to be valid JSON.
import type { BodyEdit, JsonObject, JsonPath } from '../provider/wire-format.ts'
import { type Part, scanParts, skipSpace, skipValue } from './json-scan.ts'

interface Patch {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * Applies the edits, one after the other. A key that occurs twice is edited twice: parsers differ in which one they
 * take.
 *
 * @param json what the text parses to: it tells cheaply which keys are there
 */
export function spliceJson(text: string, json: JsonObject, edits: readonly BodyEdit[]): string {
  if (edits.length === 0) return text
  const combined = combineEdits(edits)
  return spliceKnown(text, json, combined) ?? spliceScanned(text, combined)
}

/** One edit a key, so that patches never overlap: a later edit changes what an earlier one left. */
function combineEdits(edits: readonly BodyEdit[]): readonly BodyEdit[] {
  const byKey = new Map<string, BodyEdit>()
  for (const edit of edits) byKey.set(edit.key, combineTwo(byKey.get(edit.key), edit))
  return byKey.size === edits.length ? edits : [...byKey.values()]
}

function combineTwo(before: BodyEdit | undefined, edit: BodyEdit): BodyEdit {
  if (before === undefined || edit.kind !== 'prepend') return edit
  switch (before.kind) {
    case 'remove':
      return before
    case 'prepend':
      return { ...edit, json: `${edit.json},${before.json}` }
    case 'set': {
      const patches = prepension(before.json, skipSpace(before.json, 0), edit.json)
      return { ...before, json: applyPatches(before.json, patches) }
    }
  }
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
  const object = skipSpace(text, 0)
  const members = scanParts(text, object)
  const removed = new Set(edits.flatMap(edit => (edit.kind === 'remove' ? [edit.key] : [])))
  const kept = members.filter(member => !removed.has(String(member.key)))
  const patches = edits.flatMap(edit => patchesFor(text, members, kept, edit))
  const added = edits.flatMap(edit =>
    edit.kind === 'set' && !members.some(member => member.key === edit.key)
      ? [`${JSON.stringify(edit.key)}:${edit.json}`]
      : [],
  )
  addMembers(patches, added, object + 1, kept.length > 0 ? 'others' : 'none')
  return applyPatches(text, patches)
}

/** New members go to the front of the object, before the `others` it keeps. */
function addMembers(patches: Patch[], added: readonly string[], open: number, kept: 'others' | 'none'): void {
  if (added.length === 0) return
  patches.push({ start: open, end: open, text: added.join(',') + (kept === 'others' ? ',' : '') })
}

function patchesFor(
  text: string,
  members: readonly Part[],
  kept: readonly Part[],
  edit: BodyEdit,
): readonly Patch[] {
  const found = members.filter(member => member.key === edit.key)
  switch (edit.kind) {
    case 'set':
      return found.map(member => ({ start: member.valueStart, end: member.valueEnd, text: edit.json }))
    case 'remove':
      return found.map(member => removal(members, kept, member))
    case 'prepend':
      return found.flatMap(member => prepension(text, member.valueStart, edit.json))
  }
}

/** Removes a part together with one of the commas around it, so that what is kept stays well-formed. */
function removal(parts: readonly Part[], kept: readonly Part[], part: Part): Patch {
  const next = parts[parts.indexOf(part) + 1]
  if (next !== undefined && kept.some(other => other.start > part.start)) {
    return { start: part.start, end: next.start, text: '' }
  }
  const previous = kept.findLast(other => other.start < part.start)
  return { start: previous?.valueEnd ?? (parts[0] as Part).start, end: part.valueEnd, text: '' }
}

/** Nothing is prepended to what is no list. */
function prepension(text: string, valueStart: number, json: string): readonly Patch[] {
  if (text[valueStart] !== '[') return []
  const at = valueStart + 1
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

/** Removes what stands at the paths, at any depth; a path that leads nowhere removes nothing. */
export function removePaths(text: string, paths: readonly JsonPath[]): string {
  return paths.length === 0 ? text : applyPatches(text, removals(text, skipSpace(text, 0), paths))
}

function removals(text: string, at: number, paths: readonly JsonPath[]): readonly Patch[] {
  const byKey = Map.groupBy(paths, path => path[0])
  const parts = scanParts(text, at)
  const isRemoved = ({ key }: Part) => byKey.get(key)?.some(path => path.length === 1) === true
  const kept = parts.filter(part => !isRemoved(part))
  return parts.flatMap(part => {
    if (isRemoved(part)) return removal(parts, kept, part)
    const inside = byKey.get(part.key)?.map(path => path.slice(1)) ?? []
    return inside.length === 0 ? [] : removals(text, part.valueStart, inside)
  })
}
