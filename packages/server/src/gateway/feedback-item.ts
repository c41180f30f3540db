// One outcome as a client sends it: read field by field, with everything that is wrong with it said at once. Written by
// hand, since loading a schema library would hold up all streams of a worker for longer than they may wait.
import { asObject } from '../provider/json.ts'
import type { FieldProblem, JsonObject } from '../provider/wire-format.ts'

/** What a client says of a request or a unit; not yet looked at for whether it may. */
export interface FeedbackItem {
  readonly kind: 'item'
  readonly about: FeedbackSubject
  readonly name: string
  readonly value: number
  /** The client's own; undefined when it follows from what it is about and the name. */
  readonly id: string | undefined
  /** Milliseconds since the epoch. */
  readonly observedAt: number | undefined
}

export type FeedbackSubject =
  | { readonly kind: 'request'; readonly id: string }
  | { readonly kind: 'unit'; readonly unitKind: string; readonly id: string }

export interface InvalidItem {
  readonly kind: 'invalid'
  readonly problems: readonly FieldProblem[]
}

/** Reads one outcome, or lists every problem in it. Texts are looked at and not kept; null is as good as absent. */
export function readFeedbackItem(sent: JsonObject): FeedbackItem | InvalidItem {
  const json = withoutNulls(sent)
  const problems = new Problems()
  for (const name of Object.keys(json))
    if (!FIELDS.has(name)) problems.add(name.slice(0, LONGEST_NAME), adviceOn(name))
  const about = readSubject(json, problems)
  const name = problems.check('name', readName(json.name))
  const value = name === undefined ? undefined : problems.check('value', readValue(name, json.value))
  const id = problems.check('id', readId(json.id))
  const observedAt = problems.check('observed_at', readTime(json.observed_at))
  if (problems.found.length > 0 || about === undefined || name === undefined || value === undefined)
    return { kind: 'invalid', problems: problems.found.slice(0, MOST_PROBLEMS) }
  return { kind: 'item', about, name, value, id, observedAt }
}

function withoutNulls(json: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null))
}

/** What is wrong with a value. */
class Complaint {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

class Problems {
  readonly found: FieldProblem[] = []

  add(path: string, message: string): undefined {
    this.found.push({ path, message })
    return undefined
  }

  /** The value, or undefined when it is a complaint, which is noted. */
  check<T>(path: string, value: T | Complaint): T | undefined {
    return value instanceof Complaint ? this.add(path, value.message) : value
  }
}

const FIELDS: ReadonlySet<string> = new Set([
  'request_id',
  'unit',
  'user',
  'name',
  'value',
  'id',
  'observed_at',
])

const LONGEST_NAME = 64
const LONGEST_UNIT = 1024
const MOST_PROBLEMS = 20

/** What other products call these fields, and what people try. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['trace_id', 'request_id'],
  ['run_id', 'request_id'],
  ['inference_id', 'request_id'],
  ['user_id', 'user'],
  ['key', 'name'],
  ['metric', 'name'],
  ['metric_name', 'name'],
  ['score', 'value'],
  ['timestamp', 'observed_at'],
])

const TEXTS: ReadonlySet<string> = new Set(['comment', 'text', 'reason', 'explanation', 'metadata', 'tags'])

function adviceOn(name: string): string {
  const meant = MEANT.get(name)
  if (meant !== undefined) return `is not known here; it is called \`${meant}\``
  if (TEXTS.has(name)) return 'is not known here: of an outcome only a number is kept'
  if (VALUE_READERS.has(name)) return `is not a field; send "name": "${name}", and it as "value"`
  return `is not known; the fields are ${[...FIELDS].join(', ')}`
}

function readSubject(json: JsonObject, problems: Problems): FeedbackSubject | undefined {
  const [first, ...others] = ['request_id', 'unit', 'user'].filter(name => json[name] !== undefined)
  if (first === undefined)
    return problems.add('request_id', 'is missing; say what it is about: `request_id`, `unit` or `user`')
  if (others.length > 0)
    return problems.add(first, `stands beside \`${others.join('`, `')}\`; an outcome is about one of them`)
  if (first === 'request_id') return problems.check(first, readRequestId(json.request_id))
  return first === 'user'
    ? problems.check(first, readUnit('user', json.user))
    : readUnitObject(json.unit, problems)
}

function readUnitObject(json: unknown, problems: Problems): FeedbackSubject | undefined {
  const unit = asObject(json)
  if (unit === undefined) return problems.add('unit', 'must be an object of `kind` and `id`')
  for (const name of Object.keys(unit))
    if (name !== 'kind' && name !== 'id')
      problems.add(`unit.${name.slice(0, LONGEST_NAME)}`, 'is not known; a unit has `kind` and `id`')
  const kind = problems.check('unit.kind', readUnitKind(unit.kind))
  const subject = problems.check('unit.id', readUnit(kind ?? 'user', unit.id))
  return kind === undefined ? undefined : subject
}

function readRequestId(id: unknown): FeedbackSubject | Complaint {
  if (typeof id === 'string') return { kind: 'request', id }
  return new Complaint('must be text: the header `x-weir-request-id` of the answer')
}

/** The sources of units that a client knows the value of, as configs name them. */
const UNIT_KIND =
  /^(user|conversation_id|key|request|metadata\.[A-Za-z0-9_.-]+|header:[A-Za-z0-9-]+|cookie:[A-Za-z0-9!#$%&'*+.^_`|~-]+)$/
const LONGEST_KIND = 128

function readUnitKind(kind: unknown): string | Complaint {
  if (kind === 'conversation')
    return new Complaint('cannot be `conversation`, whose value only the gateway knows; send `request_id`')
  if (typeof kind === 'string' && kind.length <= LONGEST_KIND && UNIT_KIND.test(kind)) return kind
  return new Complaint(
    'must be user, conversation_id, key, request, metadata.<path>, header:<name> or cookie:<name>',
  )
}

/** Metadata can be numbers, and are units by their digits. */
function readUnit(unitKind: string, value: unknown): FeedbackSubject | Complaint {
  const id = typeof value === 'number' ? String(value) : value
  if (typeof id !== 'string' || id === '' || id.length > LONGEST_UNIT)
    return new Complaint(`must be text of 1 to ${LONGEST_UNIT} characters`)
  if (unitKind === 'request' && id.startsWith('wr_'))
    return new Complaint('is the id of a request: send it as `request_id`')
  return { kind: 'unit', unitKind, id }
}

const NAME = /^(score:[A-Za-z0-9_.-]{1,64}|[A-Za-z][A-Za-z0-9_.-]{0,63})$/

function readName(name: unknown): string | Complaint {
  if (name === undefined)
    return new Complaint(
      'is missing; such as thumbs, rating, conversion, correction, score:<name> or one of your own',
    )
  if (typeof name === 'string' && NAME.test(name)) return name
  return new Complaint(
    'must be a letter and up to 63 letters, digits, `_`, `.` or `-`, or such a name after `score:`',
  )
}

type ReadValue = (value: unknown) => number | Complaint

const VALUE_READERS: ReadonlyMap<string, ReadValue> = new Map<string, ReadValue>([
  ['thumbs', readThumbs],
  ['rating', readNumber],
  ['conversion', value => (value === undefined ? 1 : readNumber(value))],
  ['correction', readCorrection],
])

function readValue(name: string, value: unknown): number | Complaint {
  return (VALUE_READERS.get(name) ?? readNumber)(value)
}

const UP: readonly unknown[] = ['up', 1, true]
const DOWN: readonly unknown[] = ['down', 0, -1, false]

function readThumbs(value: unknown): number | Complaint {
  if (UP.includes(value)) return 1
  if (DOWN.includes(value)) return 0
  return new Complaint('must be "up" or "down" (or 1 or 0, true or false)')
}

/** Above any measure, and below what a time in milliseconds is, which would be a mistake. */
const LARGEST = 1e12

function readNumber(value: unknown): number | Complaint {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number' && Math.abs(value) <= LARGEST) return value
  return new Complaint(`must be a number from -${LARGEST} to ${LARGEST}, or true or false`)
}

/** That there was one is the outcome; its text is the user's, and is let go of here. */
function readCorrection(value: unknown): number | Complaint {
  const isCorrection = value === undefined || typeof value === 'string' || value === 1 || value === true
  return isCorrection ? 1 : new Complaint('must be text, which is not kept, or be left out')
}

const ID = /^[A-Za-z0-9_.:-]{1,128}$/

function readId(id: unknown): string | undefined | Complaint {
  if (id === undefined || (typeof id === 'string' && ID.test(id))) return id
  return new Complaint('must be 1 to 128 letters, digits, `_`, `.`, `:` or `-`')
}

const TIME =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

function readTime(text: unknown): number | undefined | Complaint {
  if (text === undefined) return undefined
  const match = typeof text === 'string' ? TIME.exec(text) : null
  const isDay = match !== null && isDayOfMonth(Number(match[1]), Number(match[2]), Number(match[3]))
  return isDay ? Date.parse(match[0]) : new Complaint('must be a time such as 2026-05-04T09:30:00Z')
}

/** `Date.parse` takes the 30th of February for a day of March. */
function isDayOfMonth(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
