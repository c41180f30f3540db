// An answer in no vendor's words, whole and as the parts of a stream.
import type { ReasoningPart, RedactedPart, RefusalPart, TextPart, ToolCallPart } from './prompt.ts'

export interface Reply {
  /** The provider's id of the answer; null when it gave none. */
  readonly id: string | null
  /** The model as the provider names it; null when it did not say. */
  readonly model: string | null
  /** Seconds since the epoch; null when the provider did not say. */
  readonly created: number | null
  readonly parts: readonly ReplyContent[]
  readonly finish: Finish
  /** The sequence that ended the answer, where the API says which. */
  readonly stopSequence: string | null
  readonly usage: ReplyUsage
}

export type ReplyContent = TextPart | ReasoningPart | RedactedPart | ToolCallPart | RefusalPart

/**
 * Why an answer ended. `length`: a limit on tokens, the context window included; `refusal`: the model declined;
 * `filter`: something between it and us did; `pause`: the provider wants to be asked to go on.
 */
export type Finish =
  | 'stop'
  | 'stop_sequence'
  | 'length'
  | 'tool_calls'
  | 'refusal'
  | 'filter'
  | 'pause'
  | 'unknown'

/** Tokens: `input` includes `cachedInput` and `cacheWritten`, `output` includes `reasoning`; null when not said. */
export interface ReplyUsage {
  readonly input: number | null
  readonly cachedInput: number | null
  readonly cacheWritten: number | null
  readonly output: number | null
  readonly reasoning: number | null
}

export const NO_USAGE: ReplyUsage = {
  input: null,
  cachedInput: null,
  cacheWritten: null,
  output: null,
  reasoning: null,
}

/**
 * One step of a streamed answer. Text, reasoning, refusal and input are what is added, not what there is so far.
 * A `call` opens the tool call that `input` parts of the same `index` (0, 1, ... in order of opening) add to.
 * `signature` ends the reasoning that went before. `finish`, `usage`, `done` come in this order, usage as often as the
 * provider counts, each time the whole so far; `done` once, after everything; after `error` nothing comes.
 */
export type ReplyPart =
  | {
      readonly kind: 'start'
      readonly id: string | null
      readonly model: string | null
      readonly created: number | null
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'signature'; readonly signature: string }
  | { readonly kind: 'redacted'; readonly data: string }
  | { readonly kind: 'refusal'; readonly text: string }
  | { readonly kind: 'call'; readonly index: number; readonly id: string; readonly name: string }
  | { readonly kind: 'input'; readonly index: number; readonly json: string }
  | { readonly kind: 'finish'; readonly finish: Finish; readonly stopSequence: string | null }
  | { readonly kind: 'usage'; readonly usage: ReplyUsage }
  | { readonly kind: 'ping' }
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly error: ReplyError }

export interface ReplyError {
  readonly code: string | null
  readonly type: string | null
  readonly message: string
}
