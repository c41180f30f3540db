// Whether the body of a captured request names a unit: where clients say who asks, not wherever the text happens to stand.
import type { RecordedUnit } from './event-store.ts'

/** Of these no body says anything. */
const NOT_IN_BODIES: ReadonlySet<string> = new Set(['key', 'request', 'conversation'])
const IDENTITY_FIELDS = ['user', 'safety_identifier', 'user_id', 'conversation', 'conversation_id']

/**
 * A unit is named by a string or number that is all of it: in `user`, `safety_identifier`, `conversation` or its `id`, or
 * anywhere in `metadata`. A user called `text` is not named by every `"type": "text"`.
 *
 * @param prompt - the body as it was captured; one that was cut off is searched for fields of these names, wherever they are
 */
export function isNamedInPrompt(prompt: string, { kind, unit }: RecordedUnit): boolean {
  if (kind === null || NOT_IN_BODIES.has(kind)) return false
  const body = parseBody(prompt)
  return body === undefined ? isNamedInText(prompt, kind, unit) : isNamedInBody(body, unit)
}

type Fields = Partial<Record<string, unknown>>

/** Undefined for what is no whole JSON. */
function parseBody(prompt: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(prompt)
    return isObject(value) ? value : {}
  } catch {
    return undefined
  }
}

function isNamedInBody({ user, safety_identifier, conversation, metadata }: Fields, unit: string): boolean {
  const id = isObject(conversation) ? conversation['id'] : conversation
  return [user, safety_identifier, id, ...leavesOf(metadata)].some(value => isUnit(value, unit))
}

/** Values below an object or list that are neither; the value itself when it is neither. */
function leavesOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value]
}

function isUnit(value: unknown, unit: string): boolean {
  return (typeof value === 'string' || typeof value === 'number') && String(value) === unit
}

function isNamedInText(prompt: string, kind: string, unit: string): boolean {
  const names = kind.startsWith('metadata.') ? [...IDENTITY_FIELDS, lastOf(kind)] : IDENTITY_FIELDS
  const fields = names.map(name => literally(JSON.stringify(name))).join('|')
  const value = `${literally(JSON.stringify(unit))}|${literally(unit)}(?![\\w.])`
  return new RegExp(`(?:${fields})\\s*:\\s*(?:${value})`, 'u').test(prompt)
}

const literally = (text: string) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
const lastOf = (path: string) => path.slice(path.lastIndexOf('.') + 1)

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
