// A request's place in a distributed trace, as W3C Trace Context (level 1) has it: ids of spans, and whether they are
// sampled. No spans are made here: those are made of events, off the request path.
import { randomFillSync } from 'node:crypto'

export interface TraceContext {
  /** 32 hex digits, as are all ids here lower-case. */
  readonly traceId: string
  /** 16 hex digits: the request's own span. */
  readonly spanId: string
  /** The client's span that it is part of; null when the trace begins here. */
  readonly parentSpanId: string | null
  readonly sampled: boolean
}

const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8
/** Random bytes for some hundred requests: asking for them one by one costs more than all the rest of an id. */
const pool = Buffer.alloc(2 ** 13)
let poolAt = pool.length

function randomHex(bytes: number): string {
  if (poolAt + bytes > pool.length) {
    randomFillSync(pool)
    poolAt = 0
  }
  const from = poolAt
  poolAt += bytes
  return pool.toString('hex', from, poolAt)
}

export function newSpanId(): string {
  return randomHex(SPAN_ID_BYTES)
}

/** @param sampling - the share of traces that are sampled, in [0, 1] */
export function beginTrace(sampling: number): TraceContext {
  const traceId = randomHex(TRACE_ID_BYTES)
  return { traceId, spanId: newSpanId(), parentSpanId: null, sampled: isDrawn(traceId, sampling) }
}

/** By the trace id alone, so that every node that draws with the same share draws the same traces. */
function isDrawn(traceId: string, sampling: number): boolean {
  if (sampling >= 1) return true
  return Number.parseInt(traceId.slice(-8), 16) < sampling * 2 ** 32
}

/** Versions to come may append fields; version ff is none. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?=$|-)/
const VERSION_0_LENGTH = 55

/** The client's trace goes on; undefined when its `traceparent` is malformed, which begins a new one. */
export function continueTrace(traceparent: string): TraceContext | undefined {
  if (!TRACEPARENT.test(traceparent)) return undefined
  if (traceparent.startsWith('00') && traceparent.length !== VERSION_0_LENGTH) return undefined
  // Through a buffer: a slice of a header is a view of it, which makes writing the event slow.
  const bytes = Buffer.from(traceparent, 'latin1')
  return {
    traceId: bytes.toString('latin1', 3, 35),
    spanId: newSpanId(),
    parentSpanId: bytes.toString('latin1', 36, 52),
    sampled: (Number.parseInt(traceparent.slice(53, 55), 16) & 1) === 1,
  }
}

/** @param spanId - of the call that it is sent with */
export function traceparentOf({ traceId, sampled }: TraceContext, spanId: string): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}

/** W3C Baggage asks of everyone to pass on this many bytes; nobody has to take more. */
const MAX_BAGGAGE = 8192

/**
 * The client's baggage with ours. What it sent under names of ours is left out, for that would be taken for ours, and
 * all of it when both together are too large.
 */
export function joinBaggage(client: string | undefined, own: string | undefined): string | undefined {
  if (client === undefined || client.length > MAX_BAGGAGE) return own
  const theirs = client.includes('weir.') ? withoutOurs(client) : client
  if (own === undefined || theirs === '') return own ?? (theirs === '' ? undefined : theirs)
  return theirs.length + 1 + own.length > MAX_BAGGAGE ? own : `${theirs},${own}`
}

function withoutOurs(baggage: string): string {
  return baggage
    .split(',')
    .filter(member => !/^\s*weir\./.test(member))
    .join(',')
}
