// The answer of a library, on its way to the client's format.
import type { IncomingHttpHeaders } from 'undici/types/header.js'
import type { LibraryCall, LibraryListener } from '../provider/library.ts'
import type { ClientSide, Echo } from '../provider/translation/dialect.ts'
import type { Reply, ReplyError, ReplyPart } from '../provider/translation/reply.ts'
import { TranslatedFrames, writeReply } from '../provider/translation/translate.ts'
import type { AnswerFacts } from '../provider/wire-format.ts'
import { type AnswerReading, translatedHeaders } from './answer-reading.ts'
import type { AnswerListener, AnswerSource } from './answer-source.ts'
import { type Failure, failure, failureOfError } from './failure.ts'
import { TranslatedStream } from './translated-stream.ts'

export interface LibraryAnswerOptions {
  readonly call: LibraryCall
  readonly client: ClientSide
  readonly echo: Echo
  readonly facts: AnswerFacts
  /** Whether the call may go on without these fields, which the library has left out. */
  readonly judgeLost: (fields: readonly string[]) => Failure | undefined
}

/** Both sides of an attempt that a library reads the answer of. */
export class LibrarySource implements AnswerSource, AnswerReading, LibraryListener {
  readonly facts: AnswerFacts
  readonly #options: LibraryAnswerOptions
  readonly #stream: TranslatedStream
  #listener: AnswerListener | undefined
  #status = 200
  #headers: IncomingHttpHeaders = {}

  constructor(options: LibraryAnswerOptions) {
    this.#options = options
    this.facts = options.facts
    this.#stream = new TranslatedStream(
      new TranslatedFrames(options.client.writeStream(options.echo)),
      options.facts,
    )
  }

  stream(): TranslatedStream {
    return this.#stream
  }

  /** Never asked: whole answers come by `reply`. */
  whole(): Failure {
    return failure('bad_answer', 'the library gave no answer')
  }

  headers(headers: IncomingHttpHeaders, contentType: string): IncomingHttpHeaders {
    return translatedHeaders(headers, contentType)
  }

  listen(listener: AnswerListener): void {
    this.#listener = listener
  }

  begin(status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    this.#headers = headers
    this.#options.call.respond({ status, headers: pairsOf(headers) }, this)
  }

  write(chunk: Buffer): boolean {
    return this.#options.call.write(chunk)
  }

  onFlow(listener: () => void): void {
    this.#options.call.onFlow(listener)
  }

  end(): void {
    this.#options.call.end()
  }

  fail(): void {
    this.#options.call.fail()
  }

  pause(): void {
    this.#options.call.pause()
  }

  resume(): void {
    this.#options.call.resume()
  }

  cancel(): void {
    this.#options.call.cancel()
  }

  lost(fields: readonly string[]): void {
    const failed = this.#options.judgeLost(fields)
    if (failed !== undefined) this.#listener?.failed(failed)
  }

  part(part: ReplyPart): void {
    this.#listener?.moved(this.#stream.pushPart(part))
  }

  reply(reply: Reply): void {
    const { client, echo, facts } = this.#options
    const answer = writeReply(client, reply, echo, facts)
    this.#listener?.whole({
      status: this.#status,
      headers: translatedHeaders(this.#headers, 'application/json'),
      body: Buffer.from(JSON.stringify(answer)),
    })
  }

  failed(error: ReplyError): void {
    this.#listener?.failed(failureOfError(error))
  }
}

function pairsOf(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
}
