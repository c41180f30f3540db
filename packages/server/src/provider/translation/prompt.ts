// A request in no vendor's words: what every chat-like API can say, and a little of what only one can. Every wire
// format is translated to this form and from it, so that n formats need n translations and not n times n.
import type { JsonObject } from '../wire-format.ts'

export interface Prompt {
  /** Instructions that stand before the first turn. */
  readonly system: readonly TextPart[]
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  /** Undefined: the API's default, which is `auto` when there are tools. */
  readonly toolChoice: ToolChoice | undefined
  /** How many tools one answer may call. Undefined: the API's default, many. */
  readonly calls: 'one' | 'many' | undefined
  /** Undefined: text. */
  readonly format: OutputFormat | undefined
  readonly reasoning: ReasoningWish | undefined
  readonly sampling: Sampling
  /** Sequences that end the answer. */
  readonly stop: readonly string[]
  /** Longest answer in tokens, reasoning included. Undefined: the model's own limit. */
  readonly maxTokens: number | undefined
  /** The end user's id. */
  readonly user: string | undefined
  readonly stream: boolean
  /** Whether the client of a stream asked for usage, where its API leaves the choice. */
  readonly streamUsage: 'asked' | 'always' | 'never'
}

/** Numbers as OpenAI's API has them: temperature 0..2, penalties -2..2. */
export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
}

/**
 * Tool results stand at the front of a user turn: the results of one assistant turn, then what the user says.
 * `instruction` is a system message between turns.
 */
export type Turn =
  | { readonly role: 'user'; readonly parts: readonly UserPart[] }
  | { readonly role: 'assistant'; readonly parts: readonly AssistantPart[] }
  | { readonly role: 'instruction'; readonly parts: readonly TextPart[] }

export type UserPart = TextPart | ImagePart | DocumentPart | ToolResultPart
export type AssistantPart = TextPart | ReasoningPart | RedactedPart | ToolCallPart | RefusalPart

interface Cacheable {
  /** Anthropic's mark that the prompt up to here may be cached, as it came. */
  readonly cacheControl?: JsonObject
}

export interface TextPart extends Cacheable {
  readonly kind: 'text'
  readonly text: string
}

/** Where an image's or document's bytes are. `data` is base64; `file` was uploaded before; `text` is itself. */
export type Source =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'data'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'file'; readonly id: string }
  | { readonly kind: 'text'; readonly text: string }

export interface ImagePart extends Cacheable {
  readonly kind: 'image'
  readonly source: Source
  /** OpenAI's `detail`, when it is not `auto`. */
  readonly detail?: string
}

export interface DocumentPart extends Cacheable {
  readonly kind: 'document'
  readonly source: Source
  /** File name or title. */
  readonly name?: string
}

export interface ToolResultPart extends Cacheable {
  readonly kind: 'tool_result'
  readonly callId: string
  readonly parts: readonly (TextPart | ImagePart | DocumentPart)[]
  /** Whether the tool failed, where the API can say so. */
  readonly outcome: 'ok' | 'error'
}

/**
 * Reasoning as text; a vendor that wants it back unchanged signs it. A signature without a mark of ours (`mark.ts`) is
 * Anthropic's.
 */
export interface ReasoningPart {
  readonly kind: 'reasoning'
  readonly text: string
  readonly signature?: string
}

/** Reasoning that only its vendor can read, which is Anthropic. */
export interface RedactedPart {
  readonly kind: 'redacted'
  readonly data: string
}

export interface ToolCallPart extends Cacheable {
  readonly kind: 'tool_call'
  readonly id: string
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly input: string
}

export interface RefusalPart {
  readonly kind: 'refusal'
  readonly text: string
}

/** A function the client runs itself. */
export interface Tool extends Cacheable {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the input; undefined: no parameters. */
  readonly schema?: JsonObject
  readonly strict?: boolean
}

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'named'; readonly name: string }

/** `json` is any JSON object; `schema` one that obeys a JSON Schema. */
export type OutputFormat =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema'
      readonly name?: string
      readonly description?: string
      readonly schema: JsonObject
      readonly strict?: boolean
    }

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** How much the model is to think: by effort, by a budget in tokens, as it sees fit, or some of these. */
export interface ReasoningWish {
  readonly mode?: 'adaptive' | 'budget' | 'off'
  readonly effort?: Effort
  /** Tokens. */
  readonly budget?: number
}
