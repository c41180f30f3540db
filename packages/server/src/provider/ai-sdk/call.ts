// One call of the library. The fetch that the library is given lands here: its request is handed out, and the answer
// it waits for is fed from outside.
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import type {
  LibraryCall,
  LibraryListener,
  LibraryRefusal,
  LibraryRequest,
  LibraryResponse,
} from '../library.ts'
import type { ReplyError } from '../translation/reply.ts'
import { BodyFeed } from './body-feed.ts'
import { CONNECTION_LOST, refusalOf, replyErrorOf } from './errors.ts'
import { lostFields } from './finish.ts'
import type { LibraryTraits } from './packages.ts'
import { PartReader, readResult, type Step } from './reply-parts.ts'

/** What a call is about. `begin` is asked once; what it throws is why there is no request. */
export interface Work {
  readonly traits: LibraryTraits
  readonly answer: 'whole' | 'stream'
  /** Fields whose loss changes no answer. */
  readonly hints: readonly string[]
  begin(): Promise<{ readonly model: LanguageModelV4; readonly options: LanguageModelV4CallOptions }>
}

export class SdkCall implements LibraryCall {
  readonly request: Promise<LibraryRequest | LibraryRefusal>
  readonly signal: AbortSignal
  readonly #work: Work
  readonly #abort = new AbortController()
  readonly #asked = Promise.withResolvers<LibraryRequest | LibraryRefusal>()
  readonly #answer = Promise.withResolvers<Response>()
  readonly #feed = new BodyFeed()
  #requests = 0
  #listener: LibraryListener | undefined
  #broken = false
  /** Nothing more may reach the listener. */
  #over = false
  /** Settles when parts may flow again; undefined while they do. */
  #gate: PromiseWithResolvers<void> | undefined

  constructor(work: Work) {
    this.#work = work
    this.request = this.#asked.promise
    this.signal = this.#abort.signal
    // A call that is cancelled before its answer came has nobody who waits for it.
    this.#answer.promise.catch(() => {})
  }

  /** Sets the library to work. */
  run(): void {
    this.#run().catch((error: unknown) => this.#fail(error))
  }

  /** The library's fetch. A second request of one call would be one that nobody counts or limits. */
  async fetch(request: LibraryRequest): Promise<Response> {
    this.#requests++
    if (this.#requests > 1) throw new Error('a call may send one request only')
    this.#asked.resolve(request)
    return this.#answer.promise
  }

  respond(head: LibraryResponse, listener: LibraryListener): void {
    this.#listener = listener
    // A Response of these admits no body; the library is to find that there is nothing in it.
    const status = head.status === 204 || head.status === 205 ? 200 : head.status
    this.#answer.resolve(new Response(this.#feed.stream, { status, headers: headersOf(head) }))
  }

  write(chunk: Uint8Array): boolean {
    return this.#over || this.#feed.write(chunk)
  }

  onFlow(listener: () => void): void {
    this.#feed.onFlow(listener)
  }

  end(): void {
    this.#feed.end()
  }

  /** The library reads to the end of what came: a stream that errs would throw away what it has not read yet. */
  fail(): void {
    this.#broken = true
    this.#feed.end()
  }

  pause(): void {
    this.#gate ??= Promise.withResolvers()
  }

  resume(): void {
    this.#gate?.resolve()
    this.#gate = undefined
  }

  cancel(): void {
    if (this.#over) return
    this.#stop()
    const error = new DOMException('cancelled', 'AbortError')
    this.#answer.reject(error)
    this.#feed.fail(error)
  }

  async #run(): Promise<void> {
    const { model, options } = await this.#work.begin()
    if (this.#over) return
    const given = { ...options, abortSignal: this.signal }
    if (this.#work.answer === 'whole') return this.#tellResult(await model.doGenerate(given))
    await this.#stream((await model.doStream(given)).stream)
  }

  #tellResult(result: LanguageModelV4GenerateResult): void {
    this.#tellLost(lostFields(result.warnings))
    const reply = readResult(result, this.#work.traits)
    if (this.#over) return
    if ('message' in reply) return this.#tellFailed(reply)
    this.#over = true
    this.#listener?.reply(reply)
  }

  /** Takes a part of the library's only when the one before has gone on. */
  async #stream(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<void> {
    const parts = new PartReader(this.#work.traits)
    const reader = stream.getReader()
    this.signal.addEventListener('abort', () => void reader.cancel().catch(() => {}))
    while (!this.#over) {
      const { done, value } = await reader.read()
      while (this.#gate !== undefined) await this.#gate.promise
      if (done) return this.#tell(this.#broken ? { kind: 'error', error: CONNECTION_LOST } : parts.close())
      for (const step of parts.read(value)) this.#tell(step)
    }
  }

  #tell(step: Step): void {
    if (this.#over) return
    if (step.kind === 'error') return this.#tellFailed(this.#broken ? CONNECTION_LOST : step.error)
    if (step.kind === 'lost') return this.#tellLost(step.fields)
    if (step.kind === 'done') this.#over = true
    this.#listener?.part(step)
  }

  #tellLost(fields: readonly string[]): void {
    const lost = fields.filter(field => !this.#work.hints.includes(field))
    if (lost.length > 0) this.#listener?.lost(lost)
  }

  #fail(error: unknown): void {
    if (this.#over) return
    if (this.#listener === undefined) this.#asked.resolve(refusalOf(error))
    else this.#tellFailed(this.#broken ? CONNECTION_LOST : replyErrorOf(error))
  }

  #tellFailed(error: ReplyError): void {
    const listener = this.#listener
    this.#stop()
    listener?.failed(error)
  }

  #stop(): void {
    this.#over = true
    this.#abort.abort()
    this.resume()
  }
}

/** The body is decoded already; a header the platform refuses is not worth an answer. */
function headersOf({ headers }: LibraryResponse): Headers {
  const all = new Headers()
  for (const [name, value] of headers) {
    if (/^content-(encoding|length)$|^transfer-encoding$/i.test(name)) continue
    try {
      all.append(name, value)
    } catch {
      // Bytes beyond Latin-1, in a header that no package reads.
    }
  }
  return all
}
