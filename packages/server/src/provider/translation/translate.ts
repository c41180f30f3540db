// One request on its way to a target of another format, and its answer on the way back: a client's side and a
// provider's side joined. The facts of the answer are read from its neutral form on the way.
import { readErrorObject } from '../json.ts'
import type { AnswerFacts, FrameKind, JsonObject } from '../wire-format.ts'
import type {
  ClientSide,
  Echo,
  ProviderDialect,
  ProviderSide,
  ReplyReader,
  ReplyWriter,
  TargetTraits,
} from './dialect.ts'
import { readPartFacts, readReplyFacts } from './facts.ts'
import type { Losses } from './loss.ts'
import type { Prompt } from './prompt.ts'
import type { Reply, ReplyError, ReplyPart } from './reply.ts'

/** Joins a client's request to a provider's format. `prompt` is the client's with what the variant changes. */
export function translate(
  client: ClientSide,
  prompt: Prompt,
  provider: ProviderDialect,
  target: TargetTraits,
  losses: Losses,
): Translation {
  return new Translation(client, provider.write(prompt, target, losses))
}

export class Translation {
  /** The request's body as the provider gets it. */
  readonly body: JsonObject
  readonly #client: ClientSide
  readonly #provider: ProviderSide

  constructor(client: ClientSide, provider: ProviderSide) {
    this.#client = client
    this.#provider = provider
    this.body = provider.body
  }

  /** A whole answer as the client expects it, or the error it holds. */
  answer(body: JsonObject, echo: Echo, facts: AnswerFacts): TranslatedAnswer {
    const error = readErrorObject(body)
    if (error !== undefined) return { kind: 'error', error }
    return { kind: 'answer', body: writeReply(this.#client, this.#provider.readReply(body), echo, facts) }
  }

  stream(echo: Echo): TranslatedFrames {
    const reader = this.#provider.readStream()
    return new TranslatedFrames(this.#client.writeStream(echo), reader)
  }
}

export type TranslatedAnswer =
  | { readonly kind: 'answer'; readonly body: JsonObject }
  | { readonly kind: 'error'; readonly error: ReplyError }

/** A reply as its client expects it. */
export function writeReply(client: ClientSide, reply: Reply, echo: Echo, facts: AnswerFacts): JsonObject {
  readReplyFacts(reply, facts)
  return client.writeReply(reply, echo)
}

/** For streams whose parts are read elsewhere. */
const NO_READER: ReplyReader = { read: () => [] }

/** The frames of one stream, from the provider's to the client's. */
export class TranslatedFrames {
  /** Frames for the client since the last `take`. */
  #written = ''
  #closed = false
  readonly #writer: ReplyWriter
  readonly #reader: ReplyReader

  constructor(writer: ReplyWriter, reader: ReplyReader = NO_READER) {
    this.#writer = writer
    this.#reader = reader
  }

  /** Takes a frame of the provider; says what came of it, by the weightiest of its parts. */
  push(event: string | undefined, data: string, facts: AnswerFacts): FrameKind {
    let kind: FrameKind = 'meta'
    for (const part of this.#reader.read(event, data)) kind = heavier(kind, this.pushPart(part, facts))
    return kind
  }

  /** Takes one part. What ends the stream is kept back for `close`. */
  pushPart(part: ReplyPart, facts: AnswerFacts): FrameKind {
    const kind = readPartFacts(part, facts)
    if (kind !== 'done' && kind !== 'error') this.#written += this.#writer.write(part)
    return kind
  }

  /** The frames written since last asked. */
  take(): string {
    const text = this.#written
    this.#written = ''
    return text
  }

  /** The frames that end the stream; empty when it has been closed before. */
  close(): string {
    if (this.#closed) return ''
    this.#closed = true
    return this.#writer.write({ kind: 'done' })
  }
}

const WEIGHT: Readonly<Record<FrameKind, number>> = { meta: 0, usage: 0, content: 1, done: 2, error: 3 }

function heavier(a: FrameKind, b: FrameKind): FrameKind {
  return WEIGHT[b] > WEIGHT[a] ? b : a
}
