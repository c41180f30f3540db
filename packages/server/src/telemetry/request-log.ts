// One line a request. Ids, numbers and codes only: no unit, no metadata, nothing of bodies, no words of a provider.
import type { RequestEvent } from '@weir/core/event'
import type { Logger } from 'pino'
import { errorClassOf } from './known-labels.ts'

/** Clients name models as they like; a line stays short. */
const MAX_NAME = 128

export function logRequest(log: Logger, event: RequestEvent): void {
  log.info(
    {
      request_id: event.request_id,
      trace_id: event.span_trace_id,
      at: event.at,
      node: event.node,
      revision: event.revision,
      key: event.key,
      tenant: event.tenant,
      endpoint: event.endpoint.slice(0, MAX_NAME),
      stream: event.stream,
      model: event.model?.slice(0, MAX_NAME) ?? null,
      router: event.router,
      route: event.route,
      assigned: event.assigned,
      served: event.served,
      target: event.target,
      attempts: event.attempts.length,
      status: event.status,
      outcome: event.outcome,
      error: errorClassOf(event),
      queue_ms: event.queue_ms,
      first_token_ms: event.first_token_ms,
      total_ms: event.total_ms,
      input_tokens: event.usage.input,
      output_tokens: event.usage.output,
      cost_nano_usd: event.cost_nano_usd,
      finish_reason: event.finish_reason,
    },
    'request',
  )
}
