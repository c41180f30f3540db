// What the calls of one plan work on, whichever target they go to. Let go of once an answer has begun.
import type { FailurePolicy, Timeouts } from '@weir/core/config'
import type { Endpoint, RequestFacts } from '../provider/wire-format.ts'
import type { AnswerReading } from './answer-reading.ts'
import type { Exchange } from './exchange.ts'
import type { Body } from './read.ts'

interface CallPolicy {
  readonly failure: FailurePolicy
  readonly timeouts: Timeouts
}

export interface Call {
  readonly exchange: Exchange
  readonly endpoint: Endpoint
  readonly body: Body
  readonly facts: RequestFacts
  readonly policy: CallPolicy
}

/** One call as it will be made. */
export interface Outgoing {
  readonly kind: 'outgoing'
  /** Path and query. */
  readonly path: string
  readonly headers: string[]
  readonly body: string
  readonly reading: AnswerReading
  /** What of the request the target does not get, by the names that `drop` uses. */
  readonly dropped: readonly string[]
}
