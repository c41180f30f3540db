// Requests as a table: one row each, for spreadsheets.
import type { RequestEvent } from '@weir/core/event'
import type { CsvTable, CsvValue } from '../http/csv.ts'

/** By column, in their order; what has several values has them separated by spaces. */
const COLUMNS: Readonly<Record<string, (event: RequestEvent) => CsvValue>> = {
  at: event => event.at,
  request_id: event => event.request_id,
  span_trace_id: event => event.span_trace_id,
  key: event => event.key,
  tenant: event => event.tenant,
  tags: event => event.tags.join(' '),
  endpoint: event => event.endpoint,
  stream: event => event.stream,
  model: event => event.model,
  router: event => event.router,
  route: event => event.route,
  revision: event => event.revision,
  reason: event => event.reason,
  unit_kind: event => event.unit_kind,
  unit: event => event.unit,
  bucket: event => event.bucket,
  propensity: event => event.propensity,
  assigned: event => event.assigned,
  served: event => event.served,
  target: event => event.target,
  attempts: event => event.attempts.length,
  status: event => event.status,
  outcome: event => event.outcome,
  error: event => event.error,
  queue_ms: event => event.queue_ms,
  first_token_ms: event => event.first_token_ms,
  total_ms: event => event.total_ms,
  input_tokens: event => event.usage.input,
  cached_input_tokens: event => event.usage.cached_input,
  output_tokens: event => event.usage.output,
  reasoning_tokens: event => event.usage.reasoning,
  cost_nano_usd: event => event.cost_nano_usd,
  finish_reason: event => event.finish_reason,
  output_length: event => event.output_length,
  tool_calls: event => event.tool_calls,
  refusal: event => event.refusal,
  region: event => event.region,
  metadata: event => JSON.stringify(event.metadata),
}

export function requestTable(events: readonly RequestEvent[]): CsvTable {
  const read = Object.values(COLUMNS)
  return {
    columns: Object.keys(COLUMNS),
    rows: events.map(event => read.map(column => column(event))),
  }
}
