// The interface of translation. A client's side reads requests into the neutral form and writes answers from it; a
// provider's side writes requests and reads answers. Both are pure. Translating is one of each, joined by
// translate.ts; a wire format's native pairs never come here.
import type { JsonObject } from '../wire-format.ts'
import type { Losses } from './loss.ts'
import type { Prompt } from './prompt.ts'
import type { Reply, ReplyPart } from './reply.ts'

/** An endpoint that clients may call though its target speaks another format. */
export interface ClientDialect {
  /** Reads a request of any shape; what is neither understood nor harmless is reported as lost. */
  read(body: JsonObject, losses: Losses): ClientSide
}

/** One request as its client wrote it. */
export interface ClientSide {
  readonly prompt: Prompt
  writeReply(reply: Reply, echo: Echo): JsonObject
  writeStream(echo: Echo): ReplyWriter
}

/** What an answer repeats that is not the provider's. */
export interface Echo {
  /** Stands in for an id that the provider did not give: letters, digits, `-` and `_`. */
  readonly id: string
  /** The model that was asked for at the provider. */
  readonly model: string
  /** Seconds since the epoch. */
  readonly now: number
}

/** A wire format that targets may speak though the client speaks another. */
export interface ProviderDialect {
  /** The endpoint that requests go to; a service that lacks it cannot serve them. */
  readonly endpoint: string
  /** Where requests go, behind the provider's `base_url`, such as `/chat/completions`. */
  readonly path: string
  /** Headers that every request of this format needs and a client of another does not send. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  write(prompt: Prompt, target: TargetTraits, losses: Losses): ProviderSide
}

/** One request as its provider gets it, and how to read what comes back. */
export interface ProviderSide {
  readonly body: JsonObject
  readReply(body: JsonObject): Reply
  readStream(): ReplyReader
}

/** What is known of a target beyond its format. */
export interface TargetTraits {
  readonly model: string
  /** Most tokens the model can answer with; undefined when not known. */
  readonly outputLimit: number | undefined
  /** How the model is told to think; undefined when not known. */
  readonly reasoning: 'none' | 'effort' | 'budget' | undefined
  /** What the model promises of JSON; undefined when not known. */
  readonly json: 'none' | 'object' | 'schema' | undefined
  /** The field OpenAI-compatible services take the longest answer in. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens'
  /** The field OpenAI-compatible services want earlier reasoning back in. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | 'none'
  /** Whether OpenAI-compatible services may be asked for usage in streams. */
  readonly streamUsage: 'ask' | 'never'
}

/** Reads the frames of one stream, in order. */
export interface ReplyReader {
  /** `data` without its field name, `event` when the frame names one. A frame that cannot be read gives no parts. */
  read(event: string | undefined, data: string): readonly ReplyPart[]
}

/** Writes the frames of one stream, in order. */
export interface ReplyWriter {
  /** Whole frames, each with its blank line; empty when the part shows in a later frame or not at all. */
  write(part: ReplyPart): string
}
