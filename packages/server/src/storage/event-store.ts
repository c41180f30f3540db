// Where facts end up: tables of events that answer questions. The spool is what they pass through; batches of it are
// ingested once each. Times are milliseconds since the epoch.
import type { EventKind, OutcomeEvent, RecordedEvent, RequestEvent } from '@weir/core/event'

/** A file of events, one JSON object a line, that nobody writes to any more. */
export interface EventBatch {
  /** The same batch again is ingested no second time. */
  readonly id: string
  readonly path: string
}

export interface IngestReport {
  /** Events taken, by kind; none of a batch that was there already. */
  readonly taken: Readonly<Partial<Record<EventKind, number>>>
  /** Lines that were no event, as a crash can leave them. */
  readonly skipped: number
  /** Lines of kinds or versions that this program does not know; they are kept as they are. */
  readonly unread: number
}

/**
 * What a request must be to be counted. Fields that are absent let everything through; lists take any of theirs, null
 * those that have none.
 */
export interface RequestFilter {
  /** From, inclusive, and to, exclusive, by arrival. */
  readonly since?: number
  readonly until?: number
  readonly router?: readonly (string | null)[]
  readonly route?: readonly (string | null)[]
  readonly key?: readonly (string | null)[]
  readonly tenant?: readonly (string | null)[]
  readonly assigned?: readonly (string | null)[]
  readonly served?: readonly (string | null)[]
  /** As the client named it. */
  readonly model?: readonly (string | null)[]
  /** `provider/model` that answered. */
  readonly target?: readonly (string | null)[]
  readonly endpoint?: readonly string[]
  readonly outcome?: readonly RequestEvent['outcome'][]
  readonly status?: readonly number[]
  readonly error?: readonly (string | null)[]
  readonly finish_reason?: readonly (string | null)[]
  /** As events have it, whatever its kind, or of the kind that is named. */
  readonly unit?: readonly (string | RecordedUnit)[]
  readonly revision?: readonly number[]
  /** Of the key's tags, at least one. */
  readonly tag?: readonly string[]
  /** Allow-listed metadata that equals these texts. */
  readonly metadata?: Readonly<Record<string, string>>
  readonly request_id?: string
  readonly span_trace_id?: string
  readonly latency_min_ms?: number
  readonly latency_max_ms?: number
  readonly cost_min_nano_usd?: number
  readonly cost_max_nano_usd?: number
  /** Free text over error codes of the request and its attempts, ignoring case. */
  readonly text?: string
}

export type RequestSort = 'at' | 'total_ms' | 'first_token_ms' | 'cost_nano_usd' | 'output_tokens'

export interface RequestPageQuery {
  readonly filter: RequestFilter
  readonly sort: RequestSort
  readonly order: 'ascending' | 'descending'
  /** At most 500. */
  readonly limit: number
  /** `next` of the page before: the pages of one walk never show a request twice, whatever comes in meanwhile. */
  readonly after?: string
}

export interface RequestPage {
  readonly items: readonly RequestEvent[]
  readonly next: string | null
}

/** Dimensions that requests are grouped by. */
export const REQUEST_DIMENSIONS = [
  'router',
  'route',
  'key',
  'tenant',
  'assigned',
  'served',
  'model',
  'target',
  'endpoint',
  'outcome',
  'status',
  'error',
  'finish_reason',
  'revision',
  'unit_kind',
  'region',
  'node',
  'tag',
] as const

export type RequestDimension = (typeof REQUEST_DIMENSIONS)[number]

/** What a group of requests adds up to. */
export interface RequestTotals {
  readonly requests: number
  /** Of all requests that the filter lets through, 0..1. By `tag` a request is in several groups: shares may exceed 1. */
  readonly share: number
  /** Those whose outcome is `failed` or `stream_broken`. */
  readonly errors: number
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  /** Of the requests whose cost is known; null when it is of none. Exact below 2^53 (9 million USD), then rounded to a double. */
  readonly cost_nano_usd: number | null
  /** How many requests that a variant answered have no known cost. */
  readonly unpriced: number
  /**
   * Quantiles of requests whose outcome is `ok`; null when there are none. ms. Exact (interpolated between neighbours)
   * when the filter lets at most four million requests through; beyond, t-digest estimates.
   */
  readonly latency_p50_ms: number | null
  readonly latency_p95_ms: number | null
  readonly latency_p99_ms: number | null
  readonly first_token_p50_ms: number | null
  readonly first_token_p95_ms: number | null
  readonly first_token_p99_ms: number | null
}

export interface RequestGroup extends RequestTotals {
  /** In the order of `by`; null where requests have none. */
  readonly values: readonly (string | number | null)[]
}

export interface GroupQuery {
  readonly filter: RequestFilter
  /** One to three. */
  readonly by: readonly RequestDimension[]
  readonly sort: 'requests' | 'cost_nano_usd' | 'errors' | 'latency_p95_ms' | 'values'
  readonly limit: number
}

export interface GroupResult {
  readonly groups: readonly RequestGroup[]
  /** Of everything that the filter lets through. */
  readonly total: RequestTotals
  /** How many groups there are; more than `groups` when the limit cut them. */
  readonly count: number
}

export interface UsageQuery {
  readonly filter: RequestFilter & { readonly since: number; readonly until: number }
  /** Milliseconds; buckets begin at multiples of it since the epoch. */
  readonly bucket: number
  readonly by: readonly RequestDimension[]
}

export interface UsageRow extends RequestTotals {
  /** When the bucket begins. Buckets without requests have no row. */
  readonly at: number
  readonly values: readonly (string | number | null)[]
}

/** What requests cost. */
export interface Spending {
  /** Of the requests whose cost is known; null when it is of none. */
  readonly cost_nano_usd: number | null
  /** How many requests that a variant answered have no known cost. */
  readonly unpriced: number
  /** When the first of the requests arrived, ms since the epoch; null when there are none. */
  readonly first_at: number | null
}

/** From, inclusive, and to, exclusive: ms since the epoch. */
export interface TimeWindow {
  readonly since: number
  readonly until: number
}

/** When a split decided requests, as it was under one revision. */
export interface SplitRevision {
  readonly route: string
  /** That the requests were decided with. */
  readonly revision: number
  /** Of the split then; null when events do not say. */
  readonly salt: string | null
  /** The first and the last of them, ms since the epoch. */
  readonly first_at: number
  readonly last_at: number
}

/** Revisions of a split whose requests are counted together. */
export interface SharePhase {
  readonly route: string
  readonly revisions: readonly number[]
}

/** What fell to a variant in a phase. */
export interface ShareCount {
  /** Position of the phase among those asked for. */
  readonly phase: number
  readonly variant: string
  /** Decided for it. */
  readonly requests: number
  /** Different units, each counted once, for the variant that it got first in the phase. */
  readonly units: number
  /** Those of them that are single requests. */
  readonly single_requests: number
}

export interface ExportQuery {
  readonly kind: EventKind
  readonly since?: number
  readonly until?: number
  readonly format: 'parquet' | 'ndjson'
  /** Where to write; the file must not be there. */
  readonly path: string
}

/** A file of `export`. */
export interface EventFile {
  readonly path: string
  readonly format: 'parquet' | 'ndjson'
}

/** A unit as events name it: by its pseudonym, or by itself when it is recorded raw. */
export interface RecordedUnit {
  /** Null: whatever its kind. Pseudonyms of different kinds differ; raw units need not. */
  readonly kind: string | null
  readonly unit: string
}

/** How long events of a kind stay, ms; null: for ever. */
export type Retention = Readonly<Record<EventKind, number | null>> & {
  /** Bytes the store may take; the oldest requests give way beyond it. Null: no limit. */
  readonly size: number | null
}

export interface EventStoreState {
  readonly state: 'ok' | 'unavailable'
  /** Why it is unavailable. */
  readonly reason: string | null
  readonly bytes: number
  readonly events: Readonly<Partial<Record<EventKind, number>>>
  readonly oldest_at: number | null
}

/** Questions that are asked of events; all wait until the store can be read, and reject with why it cannot. */
export interface EventQueries {
  requests(query: RequestPageQuery): Promise<RequestPage>
  request(id: string): Promise<RequestEvent | undefined>
  /** The newest version of each outcome of a request, or of a unit. */
  outcomes(about: { readonly request_id: string } | { readonly unit: string }): Promise<OutcomeEvent[]>
  groups(query: GroupQuery): Promise<GroupResult>
  usage(query: UsageQuery): Promise<UsageRow[]>
  /** A sum alone, which is had in a fraction of the time. */
  spending(filter: RequestFilter): Promise<Spending>
  /**
   * Which revisions of splits decided requests, by route, oldest first: no overrides, no held state.
   *
   * @param router - null for the splits of keys, whose routes are `key.<key>`
   */
  splitRevisions(router: string | null, window: TimeWindow): Promise<SplitRevision[]>
  /** How the same requests fell to variants, by phase and variant. */
  shares(router: string | null, window: TimeWindow, phases: readonly SharePhase[]): Promise<ShareCount[]>
  capture(requestId: string): Promise<{ readonly prompt: string; readonly answer: string } | undefined>
  state(): Promise<EventStoreState>
}

export interface EventStore extends EventQueries {
  /** Durable when it resolves. Rejects with EventStoreUnavailableError, and has then taken nothing of the batch. */
  ingest(batch: EventBatch): Promise<IngestReport>
  /** @returns how many events were written */
  export(query: ExportQuery): Promise<number>
  /** Takes a file of `export`; events that are there already are left as they are. */
  import(file: EventFile): Promise<IngestReport>
  /** Erases all events of the units, for good. @returns how many there were */
  forget(units: readonly RecordedUnit[]): Promise<number>
  /** Deletes what is older or more than it may be, and gives the room back. @returns how many events went */
  retain(retention: Retention, now: number): Promise<number>
  close(): Promise<void>
}

/** The store cannot be read or written now: another process has it, or its disk is full or broken. */
export class EventStoreUnavailableError extends Error {
  override readonly name = 'EventStoreUnavailableError'
}

/** A file to export to is there already or cannot be written; one to import cannot be read, or is no export of events. */
export class EventFileError extends Error {
  override readonly name = 'EventFileError'
}

/** What a page was asked to come after is no `next` of such a query. */
export class CursorError extends Error {
  override readonly name = 'CursorError'

  constructor() {
    super('after: no cursor of a query with this sort and order')
  }
}

/** Whoever wants to see every event as it is recorded: metrics, spans, logs, the live tail. Must not throw. */
export interface EventObserver {
  observe(events: readonly RecordedEvent[]): void
}
