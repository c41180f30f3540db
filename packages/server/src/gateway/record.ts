// Stage 7: one event, always, written before the last byte goes out.
import type { RequestEvent } from '@weir/core/event'
import { costNanoUsd } from '@weir/core/event/cost'
import { roundMs } from './call.ts'
import { captureEvent, finishCapture } from './capture/record-capture.ts'
import type { Exchange } from './exchange.ts'
import { rememberIssued, stateOf } from './issuer.ts'
import { estimateUsage } from './limit/estimate-usage.ts'
import type { Finish } from './relay.ts'
import { readSignals } from './signals.ts'

/** Records the exchange, then finishes its answer. A client that went away gets its event all the same. */
export function record(exchange: Exchange, finish: Finish): void {
  if (exchange.gone) describeLeaving(exchange)
  estimateUsage(exchange)
  exchange.spending?.settle()
  rememberIssued(exchange)
  const { sink } = exchange.gateway
  const words = finishCapture(exchange)
  const event = describeExchange(exchange)
  if (words !== undefined) sink.append(captureEvent(event, words), () => {})
  sink.append(event, () => finishAnswer(exchange, finish))
}

/** Runs among the answers of other requests: a bug in one must not take theirs with it. */
export function finishAnswer(exchange: Exchange, finish: Finish): void {
  try {
    finish()
    limitLastBytes(exchange)
  } catch (bug) {
    exchange.gateway.reportBug(bug)
    exchange.res.destroy()
  }
}

/** What the kernel did not take at once waits in memory: for a client that reads, but not for ever. */
function limitLastBytes(exchange: Exchange): void {
  const { socket } = exchange.res
  if (socket !== null && socket.writableLength > 0)
    socket.setTimeout(exchange.active.snapshot.gateway.limits.slow_client)
}

/** Whatever was about to be said, nobody was there to hear it. A stream that broke had broken before. */
function describeLeaving(exchange: Exchange): void {
  if (!exchange.res.headersSent) exchange.status = 499
  if (exchange.outcome === 'stream_broken') return
  exchange.outcome = 'cancelled'
  exchange.error = 'cancelled'
}

const NO_TAGS: readonly string[] = []

let lastTime = Number.NaN
let lastIso = ''

/** ISO 8601; requests of the same millisecond share the text. */
function isoTime(at: number): string {
  if (at !== lastTime) {
    lastTime = at
    lastIso = new Date(at).toISOString()
  }
  return lastIso
}

function describeExchange(exchange: Exchange): RequestEvent {
  const { snapshot } = exchange.active
  const { key, answer, decision } = exchange
  return {
    kind: 'request',
    version: 2,
    request_id: exchange.requestId,
    span_trace_id: exchange.trace.traceId,
    span_id: exchange.trace.spanId,
    parent_span_id: exchange.trace.parentSpanId,
    span_sampled: exchange.trace.sampled,
    at: isoTime(exchange.at),
    node: exchange.gateway.identity.node,
    revision: snapshot.revision,
    key: key?.id ?? null,
    tenant: key?.tenant ?? null,
    tags: key?.tags ?? NO_TAGS,
    endpoint: exchange.endpoint?.name ?? exchange.path,
    format: exchange.endpoint?.format ?? null,
    stream: exchange.stream,
    model: exchange.model,
    router: decision?.router?.id ?? null,
    route: decision?.route?.id ?? null,
    reason: decision?.reason ?? (exchange.passThrough ? 'pass_through' : null),
    state: stateOf(exchange),
    unit_kind: decision?.unit?.source ?? null,
    unit: describeUnit(exchange),
    hash_version: snapshot.hashVersion,
    salt: decision?.route?.sharing.salt ?? null,
    bucket: decision?.bucket ?? null,
    propensity: decision?.propensity ?? null,
    assigned: decision?.variant.id ?? null,
    served: exchange.served?.id ?? null,
    target: exchange.served?.target.id ?? null,
    attempts: exchange.attempts,
    dropped: exchange.dropped,
    status: exchange.status,
    outcome: exchange.outcome,
    error: exchange.error,
    queue_ms: roundMs(exchange.queueMs),
    first_token_ms: exchange.firstTokenMs === null ? null : roundMs(exchange.firstTokenMs),
    total_ms: roundMs(exchange.elapsed()),
    usage: answer.usage,
    usage_estimated: exchange.usageEstimated,
    cost_nano_usd: costNanoUsd(answer.usage, exchange.served?.target.price ?? null),
    budget: exchange.spending?.budget ?? null,
    finish_reason: answer.finishReason,
    ...readSignals(answer, exchange.outcome, snapshot.gateway.record.refusals),
    captured: exchange.capture !== null,
    region: snapshot.gateway.region ?? null,
    metadata: pickMetadata(exchange.metadata, snapshot.gateway.record.metadata),
  }
}

/** A request's own id is no person's; every other unit is kept as a pseudonym unless the config says raw. */
function describeUnit(exchange: Exchange): string | null {
  const unit = exchange.decision?.unit
  if (unit == null) return null
  const isRaw = unit.id === exchange.requestId || exchange.active.snapshot.gateway.record.units === 'raw'
  return isRaw ? unit.id : exchange.gateway.identity.unit(unit.source, unit.id)
}

function pickMetadata(
  metadata: Record<string, unknown> | undefined,
  allowed: readonly string[],
): RequestEvent['metadata'] {
  const picked: RequestEvent['metadata'] = {}
  if (metadata === undefined) return picked
  for (const name of allowed)
    if (Object.hasOwn(metadata, name)) picked[name] = metadata[name] as RequestEvent['metadata'][string]
  return picked
}
