// One request of a trace, whatever format it was recorded in: when it came, what was asked, how long the answer was.

export type Prompt =
  | { readonly kind: 'length'; readonly tokens: number }
  /** Prefix blocks of 512 tokens: equal ids mean equal text, so that prefixes are shared as they were recorded. */
  | { readonly kind: 'blocks'; readonly tokens: number; readonly blocks: readonly number[] }
  | { readonly kind: 'recorded'; readonly body: RecordedBody }

/** A chat request as an application sent it, without what the replay itself decides. */
export interface RecordedBody {
  readonly messages: readonly RecordedMessage[]
  readonly stream?: boolean | undefined
  readonly user?: string | undefined
  readonly [field: string]: unknown
}

interface RecordedMessage {
  readonly role: string
  readonly [field: string]: unknown
}

/** What a format's reader yields: an arrival before it is known which of the trace it is. */
export interface TraceRow {
  /** Line in the file, from 1. */
  readonly line: number
  /** Milliseconds on the trace's own clock; null when the trace has no times. */
  readonly atMs: number | null
  readonly prompt: Prompt
  /** Tokens of the answer; null when the trace does not say. */
  readonly answerTokens: number | null
}

export interface Arrival {
  /** Position in the trace, from 0. */
  readonly index: number
  /** Milliseconds after the trace's first arrival; 0 for all when the trace has no times. */
  readonly afterMs: number
  readonly prompt: Prompt
  readonly answerTokens: number | null
}
