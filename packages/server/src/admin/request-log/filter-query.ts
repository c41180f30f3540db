// The query parameters by which every list of requests is filtered -> what the event store is asked for.
import { z } from '@hono/zod-openapi'
import { requestEventSchema } from '@weir/core/event'
import type { RequestFilter } from '../../storage/event-store.ts'
import { instant } from '../http/instant.ts'
import { type Pseudonym, recordedUnits } from './unit-reference.ts'

const MAX_VALUES = 50
const MAX_TEXT = 256
const METADATA = 'metadata.'
const NANO = 1e9

const text = z.string().min(1).max(MAX_TEXT)

/** One value, or several by naming the parameter again. */
function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    value => (typeof value === 'string' ? [value] : value),
    z.array(item).min(1).max(MAX_VALUES),
  )
}

function anyOf(what: string) {
  return listOf(text).optional().meta({ description: what })
}

/** Of what some requests have none. */
function anyOrNone(what: string) {
  const value = z
    .string()
    .max(MAX_TEXT)
    .transform(named => (named === '' ? null : named))
  return listOf(value).optional().meta({ description: what })
}

/** Nothing is no number, as an empty field of a form has it. */
function amount(what: string) {
  return z
    .preprocess(
      value => (value === '' ? Number.NaN : value),
      z.coerce.number('must be one number').min(0, 'must not be below 0'),
    )
    .optional()
    .meta({ description: what })
}

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const
const STATUS = 'must be an HTTP status such as 404, or a class of them such as 4xx'
const status = z.union([z.coerce.number().int().min(100, STATUS).max(599, STATUS), z.enum(CLASSES)], STATUS)

const fields = {
  since: instant.optional().meta({ description: 'Arrived at this time or later' }),
  until: instant.optional().meta({ description: 'Arrived before this time' }),
  router: anyOrNone('Id of the router'),
  route: anyOrNone('Id of the route; `key.<key>` for the split of a key'),
  key: anyOrNone('Id of the key'),
  tenant: anyOrNone('Tenant of the key'),
  assigned: anyOrNone('The variant decided for'),
  served: anyOrNone('The variant that answered'),
  model: anyOrNone('The model as the client named it'),
  target: anyOrNone('`provider/model` that answered'),
  endpoint: anyOf('Such as `chat`, or the path'),
  outcome: listOf(requestEventSchema.shape.outcome).optional().meta({ description: 'What became of it' }),
  status: listOf(status)
    .optional()
    .meta({ description: 'HTTP status the client got; `5xx` for all of a class' }),
  error: anyOrNone('Code of what ended it'),
  finish_reason: anyOrNone('Why the answer ended'),
  unit: anyOf('`kind:id`, such as `user:ada`, or as events have it'),
  revision: listOf(z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER))
    .optional()
    .meta({ description: 'Of the config it was decided with' }),
  tag: anyOf('Of the key: at least one of these'),
  request_id: text.optional().meta({ description: 'Its id' }),
  span_trace_id: text.optional().meta({ description: 'W3C trace id' }),
  latency_min_ms: amount('It took at least so long'),
  latency_max_ms: amount('It took at most so long'),
  cost_min_usd: amount('It cost at least so much, in US dollars; what has no known cost is left out'),
  cost_max_usd: amount('It cost at most so much'),
  q: text
    .optional()
    .meta({ description: 'Part of an error code of the request or of an attempt; case does not count' }),
}

const fieldsSchema = z.object(fields)

/** What comes of them; metadata is under its full names, such as `metadata.tier`. */
export type FilterQuery = z.output<typeof fieldsSchema>

/** For the description of a route. */
export const FILTER_NOTE =
  'Filters that take several values take them by being named again (`served=large&served=small`): any of them will do; ' +
  'different filters must all hold. An empty value means requests that have none (`served=`). `metadata.<key>=<text>` filters by recorded metadata.'

/** The query of a list of requests: the filters, and what `more` names. */
export function filterQuery<More extends z.ZodRawShape>(more: More) {
  return z
    .strictObject({ ...fields, ...more })
    .catchall(z.unknown())
    .superRefine((query, context) => {
      const own = new Set([...Object.keys(fields), ...Object.keys(more)])
      checkFilter(query as FilterQuery, own, context)
    })
}

function checkFilter(query: FilterQuery, own: ReadonlySet<string>, context: z.core.$RefinementCtx): void {
  const others = Object.entries(query).filter(([name]) => !own.has(name))
  const unknown = others.map(([name]) => name).filter(name => !isMetadata(name))
  if (unknown.length > 0) context.addIssue({ code: 'unrecognized_keys', keys: unknown, input: query })
  const complain = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message: `\`${name}\` ${message}`, input: query })
  for (const [name, value] of others)
    if (isMetadata(name) && !text.safeParse(value).success)
      complain(name, `must be one text of 1 to ${MAX_TEXT} characters`)
  for (const [low, high] of RANGES)
    if (isAbove(query[low], query[high])) complain(high, `must not be below \`${low}\``)
}

const RANGES = [
  ['since', 'until'],
  ['latency_min_ms', 'latency_max_ms'],
  ['cost_min_usd', 'cost_max_usd'],
] as const

function isAbove(low: string | number | undefined, high: string | number | undefined): boolean {
  if (low === undefined || high === undefined) return false
  return typeof low === 'string' ? Date.parse(low) > Date.parse(String(high)) : low > Number(high)
}

const isMetadata = (name: string) => name.startsWith(METADATA) && name.length > METADATA.length

/** Fields that are of one name and meaning on both sides. */
const ALIKE = [
  ...(['router', 'route', 'key', 'tenant', 'assigned', 'served', 'model', 'target', 'endpoint'] as const),
  ...(['outcome', 'error', 'finish_reason', 'revision', 'tag', 'request_id', 'span_trace_id'] as const),
  ...(['latency_min_ms', 'latency_max_ms'] as const),
]

/** @param pseudonym - what the gateway records of a unit */
export function filterOf(query: FilterQuery, pseudonym: Pseudonym): RequestFilter {
  const metadata = Object.entries(query).filter(([name]) => isMetadata(name))
  const filter = {
    ...Object.fromEntries(ALIKE.map(name => [name, query[name]])),
    since: timeOf(query.since),
    until: timeOf(query.until),
    status: query.status?.flatMap(statusesOf),
    unit: query.unit?.flatMap(unit => recordedUnits(unit, pseudonym)),
    cost_min_nano_usd: nanoOf(query.cost_min_usd),
    cost_max_nano_usd: nanoOf(query.cost_max_usd),
    text: query.q,
    metadata:
      metadata.length === 0
        ? undefined
        : Object.fromEntries(metadata.map(([name, value]) => [name.slice(METADATA.length), value])),
  }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

function timeOf(at: string | undefined): number | undefined {
  return at === undefined ? undefined : Date.parse(at)
}

function statusesOf(wanted: number | (typeof CLASSES)[number]): number[] {
  if (typeof wanted === 'number') return [wanted]
  return Array.from({ length: 100 }, (_, index) => Number(wanted[0]) * 100 + index)
}

/** Rounded: 0.1 dollars are no whole number of nano-dollars in binary. */
function nanoOf(usd: number | undefined): number | undefined {
  return usd === undefined ? undefined : Math.round(usd * NANO)
}
