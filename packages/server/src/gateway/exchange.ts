// One request and everything known about it so far. Stages fill it in; record() reads it.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AttemptRecord, RequestEvent } from '@weir/core/event'
import type { ActiveSnapshot, ActiveVariant, Decision, HeldState } from '@weir/core/routing'
import { type AnswerFacts, type Endpoint, emptyFacts, type JsonObject } from '../provider/wire-format.ts'
import type { RequestOrigin } from './attributes.ts'
import type { Capture } from './capture/capture.ts'
import type { Gateway, Key } from './gateway.ts'
import { singleHeader } from './header.ts'
import type { Spending } from './limit/spending.ts'
import { beginTrace, continueTrace, type TraceContext } from './trace-context.ts'

export class Exchange implements RequestOrigin {
  readonly gateway: Gateway
  /** The snapshot this request is decided with, whatever is published meanwhile. */
  readonly active: ActiveSnapshot
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly path: string
  readonly startedAt = performance.now()
  readonly at = Date.now()
  readonly endpoint: Endpoint | undefined
  readonly trace: TraceContext
  /** The span of the call under way, which its target is told as its parent: an attempt's, else the request's own. */
  callSpanId: string
  readonly attempts: AttemptRecord[] = []
  requestId = ''
  key: Key | null = null
  /** What it takes of its key's limits; null when the key has none. */
  spending: Spending | null = null
  /** What the event needs of the body. The body itself is let go of when its answer begins: streams are long. */
  stream = false
  metadata: JsonObject | undefined
  model: string | null = null
  decision: Decision | null = null
  served: ActiveVariant | null = null
  /** Null when its words are not kept. */
  capture: Capture | null = null
  answer: AnswerFacts = emptyFacts()
  /** Estimated tokens of the body. */
  promptTokens = 0
  /** Whether some of the usage is not the provider's word. */
  usageEstimated = false
  /** What the last target called did not get of the request, by the names that `drop` uses. */
  dropped: readonly string[] = []
  queueMs = 0
  firstTokenMs: number | null = null
  status = 0
  outcome: RequestEvent['outcome'] = 'ok'
  error: string | null = null
  /** `stream` once the client has been told 200 and waits for events. */
  committed: 'no' | 'stream' = 'no'
  passThrough = false
  /** Of a request that is passed through; others have it in their decision. */
  passedState: HeldState | null = null
  /** How many of the answer's issued ids have been remembered. */
  remembered = 0
  #gone = false
  #onGone: (() => void) | undefined

  constructor(gateway: Gateway, req: IncomingMessage, res: ServerResponse) {
    this.gateway = gateway
    this.active = gateway.active
    this.req = req
    this.res = res
    const url = req.url ?? '/'
    const query = url.indexOf('?')
    this.path = query < 0 ? url : url.slice(0, query)
    this.endpoint = gateway.formats.endpoints.get(this.path)
    this.trace = traceOf(req, this.active.snapshot.gateway.telemetry.sampling)
    this.callSpanId = this.trace.spanId
    res.once('close', () => this.#close())
  }

  get headers(): IncomingHttpHeaders {
    return this.req.headers
  }

  /** True once the client has gone away before its answer was complete. */
  get gone(): boolean {
    return this.#gone
  }

  /** Calls `listener` when the client goes away; one listener at a time, the stage that waits. */
  whenGone(listener: (() => void) | undefined): void {
    this.#onGone = listener
  }

  /** Milliseconds since the request arrived. */
  elapsed(): number {
    return performance.now() - this.startedAt
  }

  #close(): void {
    if (this.res.writableFinished) return
    this.#gone = true
    this.#onGone?.()
  }
}

/** The client's trace goes on; a request without one begins its own. */
function traceOf(req: IncomingMessage, sampling: number): TraceContext {
  const traceparent = singleHeader(req.headers, 'traceparent')
  return (traceparent === undefined ? undefined : continueTrace(traceparent)) ?? beginTrace(sampling)
}
