// Whether one request passes a filter: for the live tail, where requests come before any store could be asked.
import type { RequestEvent } from '@weir/core/event'
import type { RequestFilter } from '../../storage/event-store.ts'

type Check<Field extends keyof RequestFilter> = (
  event: RequestEvent,
  wanted: NonNullable<RequestFilter[Field]>,
) => boolean

/** By field: one without a meaning does not compile. */
const CHECKS: { readonly [Field in keyof Required<RequestFilter>]: Check<Field> } = {
  since: (event, at) => Date.parse(event.at) >= at,
  until: (event, at) => Date.parse(event.at) < at,
  router: isAny('router'),
  route: isAny('route'),
  key: isAny('key'),
  tenant: isAny('tenant'),
  assigned: isAny('assigned'),
  served: isAny('served'),
  model: isAny('model'),
  target: isAny('target'),
  endpoint: isAny('endpoint'),
  outcome: isAny('outcome'),
  status: isAny('status'),
  error: isAny('error'),
  finish_reason: isAny('finish_reason'),
  unit: ({ unit, unit_kind }, units) =>
    units.some(each =>
      typeof each === 'string'
        ? unit === each
        : unit === each.unit && (each.kind === null || unit_kind === each.kind),
    ),
  revision: isAny('revision'),
  tag: (event, tags) => tags.some(tag => event.tags.includes(tag)),
  metadata: (event, wanted) =>
    Object.entries(wanted).every(
      ([name, text]) => Object.hasOwn(event.metadata, name) && textOf(event.metadata[name]) === text,
    ),
  request_id: (event, id) => event.request_id === id,
  span_trace_id: (event, id) => event.span_trace_id === id,
  latency_min_ms: (event, ms) => event.total_ms >= ms,
  latency_max_ms: (event, ms) => event.total_ms <= ms,
  cost_min_nano_usd: (event, cost) => event.cost_nano_usd !== null && event.cost_nano_usd >= cost,
  cost_max_nano_usd: (event, cost) => event.cost_nano_usd !== null && event.cost_nano_usd <= cost,
  text: (event, text) => codesOf(event).some(code => code?.toLowerCase().includes(text.toLowerCase())),
}

export function passes(event: RequestEvent, filter: RequestFilter): boolean {
  return (Object.keys(filter) as (keyof RequestFilter)[]).every(
    field => filter[field] === undefined || passesField(event, field, filter),
  )
}

function passesField(event: RequestEvent, field: keyof RequestFilter, filter: RequestFilter): boolean {
  return (CHECKS[field] as Check<keyof RequestFilter>)(event, filter[field] as never)
}

type Plain = {
  [Field in keyof RequestEvent]: RequestEvent[Field] extends string | number | null ? Field : never
}

function isAny(field: Plain[keyof RequestEvent]) {
  return (event: RequestEvent, wanted: readonly (string | number | null)[]): boolean =>
    wanted.includes(event[field])
}

/** As the store compares it: texts as they are, everything else as its JSON. */
function textOf(value: unknown): string | null {
  return value === null ? null : typeof value === 'string' ? value : JSON.stringify(value)
}

function codesOf({ error, attempts }: RequestEvent): (string | null)[] {
  return [error, ...attempts.flatMap(({ failure, code }) => [failure, code])]
}
