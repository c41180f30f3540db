// The one interface between the gateway and a vendor's wire format. Implementations are pure: they read and describe
// bytes, and never fetch, time or log.
import type { Usage } from '@weir/core/event'
import { AnswerText, type Kept } from './answer-text.ts'
import type { ClientDialect, ProviderDialect, TargetTraits } from './translation/dialect.ts'

export type JsonObject = Record<string, unknown>

/** What the gateway knows of wire formats: their errors by name, and the endpoints of all by path. */
export interface WireFormats {
  readonly byName: Readonly<Record<WireFormat['name'], WireFormat>>
  readonly endpoints: ReadonlyMap<string, Endpoint>
  /** Paths under which providers keep things by ids of their own, such as `/v1/files`. */
  readonly collections: ReadonlySet<string>
}

export interface WireFormat {
  readonly name: 'openai' | 'anthropic'
  readonly endpoints: readonly Endpoint[]
  /** Paths under which its providers keep things: POST makes one, and the answer has its `id`. */
  readonly collections: readonly string[]
  /** How its providers serve clients of other formats. */
  readonly provider: ProviderDialect
  /** The status by which this API says that it is overloaded. */
  readonly overloadedStatus: number
  /** What the names of headers begin with that only this API knows; they are not sent to others. */
  readonly ownHeaders: readonly string[]
  /** An error answer as this API's clients expect it. */
  errorBody(error: WireError): string
  /** The same as an event of the streams at this path, ending with the blank line. */
  errorFrame(error: WireError, path: string): string
}

/** Kinds of error that every API has a word of its own for. */
export type ErrorCategory =
  | 'invalid_request'
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'too_large'
  | 'rate_limit'
  | 'timeout'
  | 'overloaded'
  | 'upstream'
  | 'internal'

export interface WireError {
  readonly category: ErrorCategory
  readonly code: string
  readonly message: string
  /** The request field at fault. */
  readonly param: string | null
  readonly requestId: string
  readonly attempts: readonly {
    readonly target: string
    readonly status: number | null
    readonly failure: string | null
  }[]
  /** Every field at fault, for requests that are checked here field by field. */
  readonly problems?: readonly FieldProblem[] | undefined
}

/** What is wrong with one field of a request's body. */
export interface FieldProblem {
  /** `outcomes[3].unit.kind`. */
  readonly path: string
  /** Goes on from the path: `must be ...`. */
  readonly message: string
}

/** One path of a wire format whose requests can be split. */
export interface Endpoint {
  readonly name: string
  /** Path on the data port, such as `/v1/chat/completions`. */
  readonly path: string
  readonly format: WireFormat['name']
  /** How its clients are served by targets of other formats; null when they cannot be. */
  readonly client: ClientDialect | null
  readRequest(body: JsonObject): RequestFacts
  /** Ids of what a provider holds that the request builds on, the weightiest first; null when there are none. */
  heldIds?(body: JsonObject): readonly string[] | null
  /** Edits that make the provider report usage in a stream whose client did not ask for it; empty when not needed. */
  askForUsage(body: JsonObject): readonly BodyEdit[]
  /** Edits that prepend or replace the system prompt. */
  editSystemPrompt(body: JsonObject, edit: SystemPromptEdit): readonly BodyEdit[]
  /** Edit of the end user's id: a new value, or undefined to drop it. */
  editUser(body: JsonObject, value: string | undefined): readonly BodyEdit[]
  /** What of earlier answers, which a request repeats, a provider of this format may not get; none: undefined. */
  readonly foreign?: ForeignReasoning
  /** Reads a whole answer. */
  readAnswer(body: JsonObject, facts: AnswerFacts): void
  /** Reads one event of a stream: `data` without its field name, `event` when the frame names one. */
  readFrame(event: string | undefined, data: string, facts: AnswerFacts): FrameKind
}

/** How reasoning that we wrote into answers for clients of an endpoint is found in their next requests. */
export interface ForeignReasoning {
  /** A text that every JSON body has which holds some. */
  readonly mark: string
  /** Where that which has to go stands. `field` is where the target wants earlier reasoning. */
  find(body: JsonObject, field: TargetTraits['reasoningField']): readonly JsonPath[]
}

/** Where a value stands in a body: names of members and places in lists, from the outside in. */
export type JsonPath = readonly (string | number)[]

export interface SystemPromptEdit {
  readonly how: 'prepend' | 'replace'
  readonly text: string
}

/** A change to a JSON body that leaves every other byte as it was. */
export type BodyEdit =
  | { readonly kind: 'set'; readonly key: string; readonly json: string }
  | { readonly kind: 'remove'; readonly key: string }
  | { readonly kind: 'prepend'; readonly key: string; readonly json: string }

/** What a request says about itself, whatever its wire format. */
export interface RequestFacts {
  readonly stream: boolean
  readonly user: string | undefined
  readonly conversationId: string | undefined
  readonly hasTools: boolean
  readonly hasImages: boolean
  /** Whether it asks for an answer that is JSON. */
  readonly wantsJson: boolean
  readonly metadata: JsonObject | undefined
  /** What every turn of a conversation repeats: system prompt and first user message. */
  opening(): string
}

/**
 * `content` something the client can show; `meta` anything else; `usage` a chunk that only carries usage; `done`
 * the terminating frame; `error` the stream failed.
 */
export type FrameKind = 'content' | 'meta' | 'usage' | 'done' | 'error'

/** What the tap learns of an answer while it passes. */
export interface AnswerFacts {
  usage: Usage
  finishReason: string | null
  outputLength: number
  /** Characters of what the model wrote beside that text: reasoning, inputs of tools, refusals. */
  hiddenLength: number
  toolCalls: number
  /** Names of the tools called, each once, in order of the first call; at most `MAX_TOOL_NAMES`. */
  toolNames: string[]
  /** Whether there is content that is neither text nor a tool call: sound, an image, the work of a provider's tool. */
  otherContent: boolean
  /** Whether the provider says that the model declined. */
  refusal: boolean
  /** The words of the answer; where there are several answers to choose from, of the first. */
  readonly text: AnswerText
  error: { code: string | null; message: string; type: string | null } | null
  /** Ids of what the provider now holds, for later requests to name; null when there are none. */
  issued: string[] | null
}

export const MAX_TOOL_NAMES = 16

/** Beyond what APIs take as a name there are only accidents: an answer's text must not get into events. */
const TOOL_NAME = /^[\w.:/-]{1,128}$/

/** Counts the characters of a piece of the answer's text, and keeps what signals need of it. */
export function addText(facts: AnswerFacts, text: string): void {
  facts.outputLength += text.length
  facts.text.add(text)
}

export function addToolCall(facts: AnswerFacts, name: unknown): void {
  facts.toolCalls++
  const { toolNames } = facts
  if (toolNames.length >= MAX_TOOL_NAMES || typeof name !== 'string') return
  if (TOOL_NAME.test(name) && !toolNames.includes(name)) toolNames.push(name)
}

/**
 * Facts of an answer of which nothing has come yet.
 *
 * @param opening - how much of its beginning is kept whatever else is: UTF-16 units
 */
export function emptyFacts(kept: Kept = 'ends', opening?: number): AnswerFacts {
  return {
    usage: { input: null, cached_input: null, output: null, reasoning: null },
    finishReason: null,
    outputLength: 0,
    hiddenLength: 0,
    toolCalls: 0,
    toolNames: [],
    otherContent: false,
    refusal: false,
    text: new AnswerText(kept, opening),
    error: null,
    issued: null,
  }
}
