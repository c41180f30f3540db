// The interface between the gateway and providers that a library speaks to. The library never touches the network: it
// hands out one HTTP request for each call, is told what came back, and gives what it understood.
import type { Losses } from './translation/loss.ts'
import type { Prompt } from './translation/prompt.ts'
import type { Reply, ReplyError, ReplyPart } from './translation/reply.ts'
import type { JsonObject } from './wire-format.ts'

/** A provider of `type: ai-sdk` as configured; `options` hold the values of secrets, not their names. */
export interface LibraryConfig {
  readonly package: string
  readonly base_url?: string
  readonly options: Readonly<JsonObject>
  readonly headers: Readonly<Record<string, string>>
}

/** Loads the library and opens the provider, once per config. Never rejects. */
export type OpenLibraryProvider = (
  config: LibraryConfig,
  secret: string | undefined,
) => Promise<LibraryProvider | LibraryProblem>

/** Why a provider cannot be opened, for the operator: it names settings and holds none of their values. */
export interface LibraryProblem {
  readonly kind: 'problem'
  readonly message: string
}

export interface LibraryProvider {
  readonly kind: 'provider'
  /**
   * Begins a call. `parameters` are the variant's, in the words of chat completions, and win over the prompt's.
   * `losses` are complete when `request` of the call has settled. Never throws.
   */
  start(model: string, prompt: Prompt, parameters: Readonly<JsonObject>, losses: Losses): LibraryCall
}

/** One call: `request`, then `respond` once, `write` as often as there are bytes, and `end`, `fail` or `cancel`. */
export interface LibraryCall {
  /** What to send, or why there is nothing to send. Never rejects; a call that is cancelled before leaves it pending. */
  readonly request: Promise<LibraryRequest | LibraryRefusal>
  /** The provider's answer has begun. Only answers of status 2xx come here: errors are the gateway's to classify. */
  respond(head: LibraryResponse, listener: LibraryListener): void
  /** Bytes of the answer, decoded of any content-encoding. False: enough for now, `onFlow` says when to go on. */
  write(chunk: Uint8Array): boolean
  /** Called once after each `write` that returned false, when more can be taken. */
  onFlow(listener: () => void): void
  /** The answer is complete. What is still in the library reaches the listener later. */
  end(): void
  /** The connection broke. What came before it still reaches the listener, then `failed`. */
  fail(): void
  /** No more parts, please; the few that one event of the provider's makes may still come. */
  pause(): void
  resume(): void
  /** Ends the library's work; the listener hears nothing more. At any time, any number of times. */
  cancel(): void
}

export interface LibraryRequest {
  readonly kind: 'request'
  readonly method: string
  /** Absolute. To be sent as it is: it may be signed, and so may the headers. */
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | Uint8Array
}

/**
 * Nothing can be sent. `not_translatable`: the library cannot say something of the prompt; `configuration`: a setting
 * is missing or wrong; `library`: anything else.
 */
export interface LibraryRefusal {
  readonly kind: 'refusal'
  readonly reason: 'not_translatable' | 'configuration' | 'library'
  readonly error: ReplyError
}

export interface LibraryResponse {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** What the library understood. After `reply`, `failed` or the part `done` nothing comes. */
export interface LibraryListener {
  /** Before the first part or the reply: fields of the request that the library left out, by the names of `drop`. */
  lost(fields: readonly string[]): void
  /** A step of a streamed answer; never of kind `error`. */
  part(part: ReplyPart): void
  /** A whole answer. */
  reply(reply: Reply): void
  /** The answer could not be read, or says that it failed. The message may quote the provider's. */
  failed(error: ReplyError): void
}
