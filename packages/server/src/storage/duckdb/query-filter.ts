// What a RequestFilter lets through, as a condition over the columns of `request`.
import { sql } from 'kysely'
import type { RequestFilter } from '../event-store.ts'
import { type Fragment, timestamp } from './query-sql.ts'

type Read<Field extends keyof RequestFilter> = (wanted: NonNullable<RequestFilter[Field]>) => Fragment

/** By field: one without a meaning does not compile. */
const CONDITIONS: { readonly [Field in keyof Required<RequestFilter>]: Read<Field> } = {
  since: at => sql`"at" >= ${timestamp(at)}`,
  until: at => sql`"at" < ${timestamp(at)}`,
  router: anyOf('router'),
  route: anyOf('route'),
  key: anyOf('key'),
  tenant: anyOf('tenant'),
  assigned: anyOf('assigned'),
  served: anyOf('served'),
  model: anyOf('model'),
  target: anyOf('target'),
  endpoint: anyOf('endpoint'),
  outcome: anyOf('outcome'),
  status: anyOf('status'),
  error: anyOf('error'),
  finish_reason: anyOf('finish_reason'),
  unit: isUnit,
  revision: anyOf('revision'),
  tag: tags => (tags.length === 0 ? NOTHING : sql`list_has_any(tags, list_value(${sql.join(tags)}))`),
  metadata: wanted => allOf(Object.entries(wanted).map(([name, text]) => metadataEquals(name, text))),
  request_id: id => sql`request_id = ${id}`,
  span_trace_id: id => sql`span_trace_id = ${id}`,
  latency_min_ms: ms => sql`total_ms >= ${ms}`,
  latency_max_ms: ms => sql`total_ms <= ${ms}`,
  cost_min_nano_usd: cost => sql`cost_nano_usd >= ${cost}`,
  cost_max_nano_usd: cost => sql`cost_nano_usd <= ${cost}`,
  text: errorsContain,
}

const EVERYTHING = sql`true`
const NOTHING = sql`false`

/** A condition for `where`. */
export function conditionOf(filter: RequestFilter): Fragment {
  const fields = Object.keys(filter) as (keyof RequestFilter)[]
  return allOf(fields.filter(field => filter[field] !== undefined).map(field => conditionOn(field, filter)))
}

export function allOf(conditions: readonly Fragment[]): Fragment {
  return conditions.length === 0 ? EVERYTHING : sql`(${sql.join(conditions, sql` and `)})`
}

function conditionOn(field: keyof RequestFilter, filter: RequestFilter): Fragment {
  return (CONDITIONS[field] as (wanted: unknown) => Fragment)(filter[field])
}

function anyOf(column: string): (wanted: readonly (string | number | null)[]) => Fragment {
  return wanted => {
    const values = wanted.filter(value => value !== null)
    const isNull = sql`${sql.ref(column)} is null`
    if (values.length === 0) return wanted.length === 0 ? NOTHING : isNull
    const isIn = sql`${sql.ref(column)} in (${sql.join(values)})`
    return values.length === wanted.length ? isIn : sql`(${isIn} or ${isNull})`
  }
}

function isUnit(units: NonNullable<RequestFilter['unit']>): Fragment {
  const anyKind = units.flatMap(unit =>
    typeof unit === 'string' ? [unit] : unit.kind === null ? [unit.unit] : [],
  )
  const named = units.flatMap(unit =>
    typeof unit === 'string' || unit.kind === null
      ? []
      : [sql`(unit_kind = ${unit.kind} and unit = ${unit.unit})`],
  )
  return sql`(${sql.join([anyOf('unit')(anyKind), ...named], sql` or `)})`
}

/** Names are ours to quote: a JSON pointer, in which `~` and `/` stand for something. */
function metadataEquals(name: string, text: string): Fragment {
  const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  return sql`json_extract_string(metadata, ${pointer}) = ${text}`
}

/** Not LIKE: nothing in the text means anything but itself. */
function errorsContain(text: string): Fragment {
  const wanted = sql`lower(${text})`
  return sql`(contains(lower(error), ${wanted}) or len(list_filter(attempts, lambda each:
    contains(lower(each.failure), ${wanted}) or contains(lower(each.code), ${wanted}))) > 0)`
}
