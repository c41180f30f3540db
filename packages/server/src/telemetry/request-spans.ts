// Spans of a request, made of its event: one of the request and, below it, one of each call to a target. Calls follow
// the semantic conventions for generative AI; tokens and models stand only there, so that nobody who adds up spans
// counts them twice.
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_REQUEST_STREAM,
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  GEN_AI_OPERATION_NAME_VALUE_CHAT,
  GEN_AI_OPERATION_NAME_VALUE_EMBEDDINGS,
  GEN_AI_OPERATION_NAME_VALUE_TEXT_COMPLETION,
} from '@opentelemetry/semantic-conventions/incubating'
import type { ProviderConfig } from '@weir/core/config'
import type { AttemptRecord, RequestEvent } from '@weir/core/event'
import { otelProviderName } from '../provider/otel-names.ts'
import { errorClassOf, resultOf } from './known-labels.ts'
import type { FinishedSpan } from './span-exporter.ts'

/** What spans say beside their event. */
export interface SpanContextOf {
  readonly resource: Resource
  /** The version of the program. */
  readonly version: string
  readonly providers: Readonly<Record<string, ProviderConfig>>
}

type Attributes = Record<string, string | number | boolean | string[] | undefined>
type HrTime = [seconds: number, nanoseconds: number]

interface SpanFacts {
  readonly name: string
  readonly kind: SpanKind
  readonly spanId: string
  readonly parent: { readonly spanId: string; readonly isRemote: boolean } | null
  /** Milliseconds since the epoch. */
  readonly start: number
  readonly ms: number
  readonly isError: boolean
  readonly attributes: Attributes
}

/** The spans of a request, parent first; none when its trace is not sampled. */
export function spansOf(event: RequestEvent, context: SpanContextOf): FinishedSpan[] {
  const { span_id: spanId, span_trace_id: traceId } = event
  if (!event.span_sampled || spanId === null || traceId === null) return []
  const facts = [requestSpan(event, spanId)]
  for (const [index, attempt] of event.attempts.entries()) {
    if (attempt.span_id === null) continue
    facts.push(attemptSpan(event, attempt, { spanId, index, id: attempt.span_id }, context))
  }
  return facts.map(each => finishedSpan(each, traceId, context))
}

function requestSpan(event: RequestEvent, spanId: string): SpanFacts {
  const parent = event.parent_span_id
  return {
    name: `weir ${event.router ?? event.endpoint}`,
    kind: SpanKind.SERVER,
    spanId,
    parent: parent === null ? null : { spanId: parent, isRemote: true },
    start: Date.parse(event.at),
    ms: event.total_ms,
    isError: event.outcome === 'failed' || event.outcome === 'stream_broken',
    attributes: {
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: event.status,
      [ATTR_ERROR_TYPE]: errorClassOf(event) ?? undefined,
      'weir.request_id': event.request_id,
      'weir.endpoint': event.endpoint,
      'weir.model': event.model ?? undefined,
      'weir.router': event.router ?? undefined,
      'weir.route': event.route ?? undefined,
      'weir.variant': event.assigned ?? undefined,
      'weir.served': event.served ?? undefined,
      'weir.reason': event.reason ?? undefined,
      'weir.revision': event.revision,
      'weir.key': event.key ?? undefined,
      'weir.tenant': event.tenant ?? undefined,
      'weir.outcome': event.outcome,
      'weir.queue_ms': event.queue_ms,
      'weir.cost_usd': event.cost_nano_usd === null ? undefined : event.cost_nano_usd / 1e9,
      'weir.refusal': event.refusal,
    },
  }
}

interface AttemptPlace {
  /** The request's span. */
  readonly spanId: string
  readonly index: number
  /** The attempt's own span. */
  readonly id: string
}

function attemptSpan(
  event: RequestEvent,
  attempt: AttemptRecord,
  place: AttemptPlace,
  { providers }: SpanContextOf,
): SpanFacts {
  const slash = attempt.target.indexOf('/')
  const provider = attempt.target.slice(0, slash)
  const model = attempt.target.slice(slash + 1)
  const operation = operationOf(event)
  const isLast = place.index === event.attempts.length - 1
  const isAnswer = isLast && event.served !== null
  return {
    name: `${operation} ${model}`,
    kind: SpanKind.CLIENT,
    spanId: place.id,
    parent: { spanId: place.spanId, isRemote: false },
    start: Date.parse(event.at) + attempt.began_ms,
    // The record of a call ends with a stream's first content, the call itself with the stream.
    ms: isAnswer && event.stream ? Math.max(attempt.ms, event.total_ms - attempt.began_ms) : attempt.ms,
    isError: attempt.failure !== null && attempt.failure !== 'cancelled',
    attributes: {
      [ATTR_GEN_AI_OPERATION_NAME]: operation,
      [ATTR_GEN_AI_PROVIDER_NAME]: otelProviderName(provider, providers[provider]),
      [ATTR_GEN_AI_REQUEST_MODEL]: model,
      [ATTR_GEN_AI_REQUEST_STREAM]: event.stream,
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: attempt.status ?? undefined,
      [ATTR_ERROR_TYPE]: attempt.failure === null ? undefined : resultOf(attempt),
      ...addressOf(providers[provider]),
      'weir.variant': attempt.variant,
      'weir.target': attempt.target,
      'weir.attempt': place.index + 1,
      ...(isAnswer && answerAttributes(event, attempt)),
    },
  }
}

function answerAttributes({ usage, ...event }: RequestEvent, attempt: AttemptRecord): Attributes {
  const first = event.stream ? event.first_token_ms : null
  return {
    [ATTR_GEN_AI_USAGE_INPUT_TOKENS]: usage.input ?? undefined,
    [ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS]: usage.cached_input ?? undefined,
    [ATTR_GEN_AI_USAGE_OUTPUT_TOKENS]: usage.output ?? undefined,
    [ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS]: usage.reasoning ?? undefined,
    [ATTR_GEN_AI_RESPONSE_FINISH_REASONS]: event.finish_reason === null ? undefined : [event.finish_reason],
    [ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK]:
      first === null ? undefined : Math.max(0, first - attempt.began_ms) / 1000,
  }
}

function operationOf({ endpoint }: RequestEvent): string {
  if (endpoint === 'embeddings') return GEN_AI_OPERATION_NAME_VALUE_EMBEDDINGS
  return endpoint === 'completions'
    ? GEN_AI_OPERATION_NAME_VALUE_TEXT_COMPLETION
    : GEN_AI_OPERATION_NAME_VALUE_CHAT
}

function addressOf(provider: ProviderConfig | undefined): Attributes {
  const url = provider?.base_url
  if (url === undefined || !URL.canParse(url)) return {}
  const { hostname, port, protocol } = new URL(url)
  const standard = protocol === 'http:' ? 80 : 443
  return { [ATTR_SERVER_ADDRESS]: hostname, [ATTR_SERVER_PORT]: port === '' ? standard : Number(port) }
}

function finishedSpan(facts: SpanFacts, traceId: string, { resource, version }: SpanContextOf): FinishedSpan {
  const context = (spanId: string) => ({ traceId, spanId, traceFlags: 1 })
  const { parent } = facts
  return {
    name: facts.name,
    kind: facts.kind,
    spanContext: () => context(facts.spanId),
    ...(parent !== null && { parentSpanContext: { ...context(parent.spanId), isRemote: parent.isRemote } }),
    startTime: hrTime(facts.start),
    endTime: hrTime(facts.start + facts.ms),
    duration: hrTime(facts.ms),
    status: { code: facts.isError ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: facts.attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: 'weir', version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)]
}
