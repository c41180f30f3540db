// Differences between two values as they are written in a config, field by field, in words that give no secret away.
import { formatPath, type ProblemPath } from './problem.ts'

/** One field that differs; undefined where it is absent. */
export interface FieldChange {
  readonly path: ProblemPath
  readonly before: unknown
  readonly after: unknown
}

export type Fields = Readonly<Record<string, unknown>>

/** Fields whose values are never shown: they can hold credentials, prompts and customers' names. */
const HIDDEN = new Set([
  'headers',
  'parameters',
  'options',
  'system_prompt',
  'digest',
  'buckets',
  'fallback_buckets',
])

const MAX_TEXT = 200

/** The fields that differ. What is hidden is compared as a whole, one level below its name. */
export function fieldChanges(before: unknown, after: unknown, path: ProblemPath = []): FieldChange[] {
  if (isSame(before, after)) return []
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  const inner = old === undefined || now === undefined ? [] : innerNames(old, now)
  if (inner.length === 0 || path.slice(0, -1).some(isHidden)) return [{ path, before, after }]
  return inner.flatMap(name => fieldChanges(own(old, name), own(now, name), [...path, name]))
}

/** The fields of an object; none of what is absent, undefined of anything else. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (value === undefined) return {}
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** The items of a list; none of what is absent. */
export function itemsOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(item => fieldsOf(item) ?? {}) : []
}

/** The object without some of its fields. */
export function omit(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
}

/** Equality of plain data: the order of an object's fields says nothing, and undefined is absent. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [a as Fields, b as Fields]
  if (Array.isArray(a) && a.length !== (b as readonly unknown[]).length) return false
  return innerNames(left, right).every(name => isSame(own(left, name), own(right, name)))
}

function innerNames(a: Fields, b: Fields): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    name => own(a, name) !== undefined || own(b, name) !== undefined,
  )
}

function own(fields: Fields | undefined, name: string): unknown {
  return fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** `time_zone "UTC" -> "Europe/Berlin"`, `retries set to 2`, `parameters.temperature changed`. */
export function describeField({ path, before, after }: FieldChange): string {
  const name = formatPath(path)
  const isShown = !path.some(isHidden)
  const [old, now] = isShown ? [showValue(before), showValue(after)] : [undefined, undefined]
  if (after === undefined) return old === undefined ? `${name} removed` : `${name} removed, was ${old}`
  if (before === undefined) return now === undefined ? `${name} added` : `${name} set to ${now}`
  return old === undefined || now === undefined ? `${name} changed` : `${name} ${old} -> ${now}`
}

function isHidden(part: string | number): boolean {
  return HIDDEN.has(String(part))
}

/** Short scalars and lists of them as JSON; undefined for the rest. */
export function showValue(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const items = Array.isArray(value) ? value : [value]
  if (items.some(item => typeof item === 'object' && item !== null)) return undefined
  const text = Array.isArray(value)
    ? `[${items.map(item => JSON.stringify(item)).join(', ')}]`
    : JSON.stringify(value)
  return text.length <= MAX_TEXT ? text : undefined
}
