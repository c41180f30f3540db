// What the bench may ask of the load generator process, and the answers it gets. One order at a time.
import type { Percentiles } from '../../measure/quantile.ts'

/** Where the load goes. The chat path and the bodies are the workload's. */
export interface Target {
  readonly origin: string
  /** Sent with every request, besides content type and the user header. */
  readonly headers: Readonly<Record<string, string>>
  /** How many chunks a full stream has there; any other number is an error. */
  readonly streamChunks: number
}

export type GeneratorOrder =
  | {
      readonly kind: 'closed'
      readonly target: Target
      readonly connections: number
      readonly seconds: number
    }
  | { readonly kind: 'open'; readonly target: Target; readonly perSecond: number; readonly seconds: number }
  | {
      readonly kind: 'streams'
      readonly target: Target
      readonly concurrency: number
      readonly seconds: number
      /** The upstream's interval between chunks: starts are spread over a stream's length. */
      readonly paceMs: number
    }
  | { readonly kind: 'open streams'; readonly target: Target; readonly streams: number }
  | { readonly kind: 'await streams' }

interface Outcome {
  readonly completed: number
  /** The first error in words; undefined when every request was answered whole and with 200. */
  readonly error: string | undefined
  readonly errors: number
  /** Request ids the answers carried. */
  readonly requestIds: readonly string[]
}

/** Times in ms. */
export interface WholeOutcome extends Outcome {
  readonly kind: 'whole'
  readonly seconds: number
  readonly latency: Percentiles
  /** How late requests left after the moment the rate asked for; never part of `latency`. */
  readonly lateness: Percentiles
}

/** Times in ms. */
export interface StreamOutcome extends Outcome {
  readonly kind: 'streams'
  readonly seconds: number
  /** Over all streams, `[DONE]` not counted. */
  readonly chunks: number
  /** From the call to the first chunk with content, which is the second chunk. */
  readonly timeToFirstContent: Percentiles
  /** Between reads of one stream. */
  readonly gap: Percentiles
  /** About 100 when every chunk came by itself; lower when something on the way merged them. */
  readonly readsPerStream: number
}

export interface StreamsOpened {
  readonly kind: 'opened'
  readonly opened: number
  readonly error: string | undefined
}

export type GeneratorReply =
  | WholeOutcome
  | StreamOutcome
  | StreamsOpened
  | { readonly kind: 'failed'; readonly error: string }
