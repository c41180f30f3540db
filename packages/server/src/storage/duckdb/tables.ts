// The tables of events, and how a recorded line becomes a row and a row the line again. Columns have the names of the
// event's fields; `usage` and `budget` are spread over several.
import type { EventKind } from '@weir/core/event'

/** Absent: `required` makes the line no event, `nullable` reads as null, anything else is the SQL it reads as. */
interface Field {
  readonly type: string
  readonly absent: 'required' | 'nullable' | { readonly default: string }
  /** SQL that it reads as, where that is not the field as it is. */
  readonly read?: string
  /** Columns of the parts of an object, for fields that are not one column of their own. */
  readonly columns?: Readonly<Record<string, string>>
}

export interface EventTable {
  readonly kind: EventKind
  /** Versions that this program reads. */
  readonly versions: readonly number[]
  /** Columns by which an event is told to be there already when it is imported; `at` always counts as well. */
  readonly identity: readonly string[]
  /** By name, in the order in which lines have them. */
  readonly fields: Readonly<Record<string, Field>>
}

const required = (type: string): Field => ({ type, absent: 'required' })
const nullable = (type: string): Field => ({ type, absent: 'nullable' })
const otherwise = (type: string, sql: string): Field => ({ type, absent: { default: sql } })

/** ISO 8601 in lines, UTC in tables. */
const TIME = 'TIMESTAMP'

const usage: Field = {
  type: 'STRUCT("input" BIGINT, cached_input BIGINT, "output" BIGINT, reasoning BIGINT)',
  absent: 'required',
  columns: {
    input: 'input_tokens',
    cached_input: 'cached_input_tokens',
    output: 'output_tokens',
    reasoning: 'reasoning_tokens',
  },
}

const budget: Field = {
  type: 'STRUCT(state VARCHAR, reserved_nano_usd BIGINT, charged_nano_usd BIGINT)',
  absent: 'nullable',
  columns: {
    state: 'budget_state',
    reserved_nano_usd: 'budget_reserved_nano_usd',
    charged_nano_usd: 'budget_charged_nano_usd',
  },
}

const attempts: Field = {
  type: 'STRUCT(variant VARCHAR, target VARCHAR, status INTEGER, failure VARCHAR, code VARCHAR, began_ms DOUBLE, ms DOUBLE, span_id VARCHAR)[]',
  absent: 'required',
  // Those of the first version do not say when they began.
  read: `case when version > 1 then attempts
    else list_transform(attempts, lambda each: struct_update(each, began_ms := coalesce(each.began_ms, 0))) end`,
}

const request: EventTable = {
  kind: 'request',
  versions: [1, 2],
  identity: ['request_id'],
  fields: {
    version: required('INTEGER'),
    request_id: required('VARCHAR'),
    span_trace_id: nullable('VARCHAR'),
    span_id: nullable('VARCHAR'),
    parent_span_id: nullable('VARCHAR'),
    span_sampled: otherwise('BOOLEAN', 'false'),
    at: required(TIME),
    node: required('VARCHAR'),
    revision: required('BIGINT'),
    key: nullable('VARCHAR'),
    tenant: nullable('VARCHAR'),
    tags: required('VARCHAR[]'),
    endpoint: required('VARCHAR'),
    format: nullable('VARCHAR'),
    stream: required('BOOLEAN'),
    model: nullable('VARCHAR'),
    router: nullable('VARCHAR'),
    route: nullable('VARCHAR'),
    reason: nullable('VARCHAR'),
    state: nullable('VARCHAR'),
    unit_kind: nullable('VARCHAR'),
    unit: nullable('VARCHAR'),
    hash_version: required('INTEGER'),
    salt: nullable('VARCHAR'),
    bucket: nullable('INTEGER'),
    propensity: nullable('DOUBLE'),
    assigned: nullable('VARCHAR'),
    served: nullable('VARCHAR'),
    target: nullable('VARCHAR'),
    attempts,
    dropped: otherwise('VARCHAR[]', '[]'),
    status: required('INTEGER'),
    outcome: required('VARCHAR'),
    error: nullable('VARCHAR'),
    queue_ms: required('DOUBLE'),
    first_token_ms: nullable('DOUBLE'),
    total_ms: required('DOUBLE'),
    usage,
    usage_estimated: otherwise('BOOLEAN', 'false'),
    cost_nano_usd: nullable('BIGINT'),
    budget,
    finish_reason: nullable('VARCHAR'),
    output_length: required('BIGINT'),
    tool_calls: required('BIGINT'),
    tool_names: otherwise('VARCHAR[]', '[]'),
    empty: otherwise('BOOLEAN', 'false'),
    refusal: required('BOOLEAN'),
    refusal_by: nullable('VARCHAR'),
    json: nullable('VARCHAR'),
    repetition: nullable('DOUBLE'),
    captured: otherwise('BOOLEAN', 'false'),
    region: nullable('VARCHAR'),
    metadata: required('JSON'),
  },
}

/** What events that go with a request of a router begin with. */
const ofRequest: EventTable['fields'] = {
  version: required('INTEGER'),
  at: required(TIME),
  node: required('VARCHAR'),
  request_id: required('VARCHAR'),
  revision: required('BIGINT'),
  tenant: nullable('VARCHAR'),
  router: required('VARCHAR'),
  route: required('VARCHAR'),
}

const assignment: EventTable = {
  kind: 'assignment',
  versions: [1],
  identity: ['request_id', 'experiment', 'phase', 'unit'],
  fields: {
    ...ofRequest,
    experiment: required('VARCHAR'),
    phase: required('INTEGER'),
    unit_kind: required('VARCHAR'),
    unit: required('VARCHAR'),
    hash_version: required('INTEGER'),
    salt: required('VARCHAR'),
    bucket: required('INTEGER'),
    propensity: required('DOUBLE'),
    variant: required('VARCHAR'),
  },
}

const outcome: EventTable = {
  kind: 'outcome',
  versions: [1],
  identity: ['tenant', 'id', 'name', 'value'],
  fields: {
    version: required('INTEGER'),
    id: required('VARCHAR'),
    at: required(TIME),
    observed_at: required(TIME),
    node: required('VARCHAR'),
    key: required('VARCHAR'),
    tenant: required('VARCHAR'),
    request_id: nullable('VARCHAR'),
    unit_kind: nullable('VARCHAR'),
    unit: nullable('VARCHAR'),
    name: required('VARCHAR'),
    value: required('DOUBLE'),
    source: required('VARCHAR'),
  },
}

const shadow: EventTable = {
  kind: 'shadow',
  versions: [1],
  identity: ['request_id', 'variant', 'target'],
  fields: {
    ...ofRequest,
    variant: required('VARCHAR'),
    target: required('VARCHAR'),
    status: nullable('INTEGER'),
    outcome: required('VARCHAR'),
    error: nullable('VARCHAR'),
    first_token_ms: nullable('DOUBLE'),
    total_ms: required('DOUBLE'),
    usage,
    cost_nano_usd: nullable('BIGINT'),
    finish_reason: nullable('VARCHAR'),
    output_length: required('BIGINT'),
    refusal: required('BOOLEAN'),
  },
}

const revision: EventTable = {
  kind: 'revision',
  versions: [1],
  identity: ['revision'],
  fields: {
    version: required('INTEGER'),
    at: required(TIME),
    revision: required('BIGINT'),
    actor: required('VARCHAR'),
    reason: nullable('VARCHAR'),
    changes: required('VARCHAR[]'),
  },
}

const capture: EventTable = {
  kind: 'capture',
  versions: [1],
  identity: ['request_id'],
  fields: {
    version: required('INTEGER'),
    request_id: required('VARCHAR'),
    at: required(TIME),
    tenant: nullable('VARCHAR'),
    router: required('VARCHAR'),
    unit: nullable('VARCHAR'),
    prompt: required('VARCHAR'),
    answer: required('VARCHAR'),
    truncated: required('VARCHAR[]'),
    redactions: required('BIGINT'),
  },
}

/** By kind: a kind without a table does not compile. */
export const EVENT_TABLES: Readonly<Record<EventKind, EventTable>> = {
  request,
  assignment,
  outcome,
  shadow,
  revision,
  capture,
}

export const ALL_TABLES: readonly EventTable[] = Object.values(EVENT_TABLES)
