// One call to one target, from connecting to the first content or the whole answer; a state machine on undici's
// dispatch callbacks, the cheapest client there is. It settles once, with an answer or a Failure.
import type { Timeouts } from '@weir/core/config'
import type { Dispatcher } from 'undici'
import type { IncomingHttpHeaders } from 'undici/types/header.js'
import type { AnswerFacts } from '../provider/wire-format.ts'
import type { AnswerReading } from './answer-reading.ts'
import type { AnswerSource } from './answer-source.ts'
import { contentDecoder, type Decoder } from './content-decoder.ts'
import { type Failure, failure, failureOfError, failureOfStatus, type UpstreamResponse } from './failure.ts'
import type { StreamWriter } from './held-writer.ts'
import { LimitTimer } from './limit-timer.ts'
import type { StreamRelay } from './stream-relay.ts'

export interface WholeAnswer {
  readonly kind: 'whole'
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly facts: AnswerFacts
}

export interface StreamAnswer {
  readonly kind: 'stream'
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly facts: AnswerFacts
  readonly attempt: Attempt
}

export type Answer = WholeAnswer | StreamAnswer

export interface AttemptOptions {
  readonly reading: AnswerReading
  readonly asked: 'whole' | 'stream'
  readonly timeouts: Timeouts
  /** Milliseconds that the whole request still has. */
  readonly remaining: number
  /** Bytes. */
  readonly maxAnswer: number
  /** Who makes an answer of the bytes, when that takes more than reading frames. */
  readonly source?: AnswerSource
}

/** How a stream ended after its first content. */
export type StreamEnd = { readonly kind: 'complete' } | { readonly kind: 'broken'; readonly reason: string }

/** What a provider left out behind its last frame. */
const BLANK_LINE = Buffer.from('\n\n')

/** Error answers are read up to this size: bytes. */
const MAX_ERROR_BODY = 2 ** 20

export class Attempt implements Dispatcher.DispatchHandler {
  readonly result: Promise<Answer | Failure>
  readonly #options: AttemptOptions
  #settle: (result: Answer | Failure) => void = () => {}
  #settled = false
  #controller: Dispatcher.DispatchController | undefined
  #aborted: Error | undefined
  readonly #timer = new LimitTimer((what, ms) => this.#timeOut(what, ms))
  #status = 0
  #headers: IncomingHttpHeaders = {}
  #decoder: Decoder | undefined
  #stream: StreamRelay | undefined
  #chunks: Buffer[] = []
  #size = 0
  #isRead = false
  /** What to do about a lost connection, once everything that came before it is understood. */
  #lost: (() => void) | undefined
  #ended: StreamEnd | undefined
  #onEnd: ((end: StreamEnd) => void) | undefined

  constructor(options: AttemptOptions) {
    this.#options = options
    this.result = new Promise(resolve => {
      this.#settle = resolve
    })
    this.#timer.limitStep('connecting', Math.min(options.timeouts.connect, options.remaining))
    options.source?.listen({
      moved: flowing => this.#follow(flowing),
      whole: response => this.#settleWhole(response),
      failed: failed => (this.#lost === undefined ? this.#failAnswer(failed) : this.#lost()),
    })
  }

  /** Ends the call at once. */
  cancel(): void {
    this.refuse(failure('cancelled', 'the client went away'))
  }

  /** Ends the call at once, for a reason of the gateway's. */
  refuse(reason: Failure): void {
    this.#fail(reason)
    this.#abort(reason.message)
  }

  /** Hands a stream's bytes to the client from now on; `ended` is called once, when the provider is through. */
  relay(writer: StreamWriter, ended: (end: StreamEnd) => void): void {
    this.#onEnd = ended
    if (this.#stream?.open(writer) === false) this.#pause()
    if (this.#ended !== undefined) ended(this.#ended)
  }

  /** The frames that wait for the event to be recorded. */
  get tail(): readonly Buffer[] {
    return this.#stream?.tail ?? []
  }

  resume(): void {
    const { source } = this.#options
    if (source === undefined) this.#controller?.resume()
    else source.resume()
  }

  #pause(): void {
    const { source } = this.#options
    if (source === undefined) this.#controller?.pause()
    else source.pause()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#aborted !== undefined) return controller.abort(this.#aborted)
    const { asked, timeouts, remaining } = this.#options
    // Many providers send a stream's headers only with its first token: the wait for both is one.
    if (asked === 'stream') this.#timer.limitStep('first token', Math.min(timeouts.first_token, remaining))
    else this.#timer.endStep()
    this.#timer.limitTotal(Math.min(timeouts.total, remaining))
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return
    this.#status = status
    this.#headers = headers
    const encoding = headers['content-encoding']
    if (typeof encoding === 'string' && encoding !== 'identity') this.#decode(encoding)
    if (status >= 300) return
    const { source, reading, asked } = this.#options
    if (source === undefined ? isEventStream(headers) : asked === 'stream') this.#stream = reading.stream()
    source?.begin(status, headers)
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#decoder !== undefined) this.#decoder.write(chunk)
    else this.#take(chunk)
  }

  onResponseEnd(): void {
    if (this.#decoder !== undefined) this.#decoder.end()
    else this.#finish()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#aborted !== undefined) return
    const code = (error as NodeJS.ErrnoException).code ?? error.name
    const lose = () =>
      this.#break(this.#controller === undefined ? 'connect' : 'reset', describe(error), code)
    // What had come before the connection was lost counts as come, also when it is still being decoded or read.
    if (this.#decoder === undefined) this.#lose(lose)
    else this.#decoder.drain(() => this.#lose(lose))
  }

  #lose(lose: () => void): void {
    const source = this.#source
    if (source === undefined) return lose()
    this.#lost = lose
    source.fail()
  }

  /** An answer in an encoding nobody asked for is decoded: the tap has to read it and clients may not expect it. */
  #decode(encoding: string): void {
    this.#headers = { ...this.#headers }
    delete this.#headers['content-encoding']
    delete this.#headers['content-length']
    this.#decoder = contentDecoder(encoding, {
      data: chunk => this.#take(chunk),
      end: () => this.#finish(),
      error: message => {
        this.#break('bad_answer', message, 'content_encoding')
        this.#abort(message)
      },
    })
  }

  #take(chunk: Buffer): void {
    const source = this.#source
    if (this.#stream !== undefined && source === undefined) return this.#takeFrames(this.#stream, chunk)
    this.#size += this.#stream === undefined ? chunk.length : 0
    const limit = this.#status < 300 ? this.#options.maxAnswer : MAX_ERROR_BODY
    if (this.#size <= limit && source !== undefined) this.#feed(source, chunk)
    else if (this.#size <= limit) this.#chunks.push(chunk)
    else if (this.#status < 300) {
      this.#fail(
        failure('bad_answer', `the answer is larger than the limit of ${limit} bytes`, 'answer_too_large'),
      )
      this.#abort('answer too large')
    }
  }

  /** Hands bytes to a source, which may want a pause of its own. */
  #feed(source: AnswerSource, chunk: Buffer): void {
    if (this.#settled) this.#timer.touch()
    if (source.write(chunk)) return
    this.#controller?.pause()
    source.onFlow(() => this.#controller?.resume())
  }

  #takeFrames(stream: StreamRelay, chunk: Buffer): void {
    if (this.#settled) this.#timer.touch()
    this.#follow(stream.push(chunk))
  }

  /** The stream has moved on: an answer may have begun, ended or failed. */
  #follow(flowing: boolean): void {
    const stream = this.#stream
    if (stream === undefined) return
    switch (stream.progress) {
      case 'opening':
        return
      case 'content':
        if (!this.#settled) this.#answerStream()
        break
      case 'error':
        this.#failStream(stream)
        break
      case 'done':
        if (!this.#settled) this.#answerStream()
        this.#end({ kind: 'complete' })
    }
    if (!flowing && this.#ended === undefined) this.#pause()
  }

  #answerStream(): void {
    const { timeouts, reading } = this.#options
    this.#timer.limitStep('idle', timeouts.idle)
    this.#settled = true
    const headers = reading.headers(this.#headers, 'text/event-stream')
    this.#settle({ kind: 'stream', status: this.#status, headers, facts: reading.facts, attempt: this })
  }

  #failStream(stream: StreamRelay): void {
    const error = stream.facts.error ?? { code: null, message: 'the stream failed', type: null }
    this.#failAnswer(failureOfError(error))
  }

  #finish(): void {
    this.#isRead = true
    const source = this.#source
    if (source !== undefined) return this.#finishSource(source)
    this.#timer.stop()
    if (this.#stream !== undefined) return this.#finishStream(this.#stream)
    if (this.#settled) return
    const response = { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) }
    if (this.#status >= 300) return this.#fail(failureOfStatus(response, Date.now()))
    const { reading } = this.#options
    const answer = reading.whole(response)
    if ('kind' in answer) return this.#fail(answer)
    this.#settleWhole(answer)
  }

  #settleWhole(answer: UpstreamResponse): void {
    if (this.#settled) return
    this.#timer.stop()
    this.#settled = true
    this.#settle({ kind: 'whole', ...answer, facts: this.#options.reading.facts })
  }

  /** What came was no answer, or said that there is none. */
  #failAnswer(failed: Failure): void {
    if (this.#settled) this.#end({ kind: 'broken', reason: failed.message })
    else this.#fail(failed)
    this.#abort(failed.message)
  }

  #finishSource(source: AnswerSource): void {
    if (this.#ended !== undefined) this.#timer.stop()
    source.end()
  }

  /** Who makes an answer of the bytes that are coming now; error answers are read here. */
  get #source(): AnswerSource | undefined {
    return this.#status >= 200 && this.#status < 300 ? this.#options.source : undefined
  }

  /** The provider closed the stream. Without a finish reason or a terminating frame it was cut. */
  #finishStream(stream: StreamRelay): void {
    const { facts } = stream
    if (stream.endsInFrame) this.#takeFrames(stream, BLANK_LINE)
    if (!this.#settled) {
      if (facts.finishReason === null)
        return this.#fail(failure('bad_answer', 'the stream ended before any content', 'empty_stream'))
      this.#answerStream()
      this.#timer.stop()
    }
    if (facts.finishReason === null) return this.#end({ kind: 'broken', reason: 'the stream ended early' })
    stream.finish()
    this.#end({ kind: 'complete' })
  }

  #timeOut(what: string, ms: number): void {
    const reason = `${what} took longer than ${ms} ms`
    this.#break('timeout', reason, `timeout_${what.replace(' ', '_')}`)
    this.#abort(reason)
  }

  #break(kind: 'connect' | 'reset' | 'timeout' | 'bad_answer', reason: string, code: string): void {
    this.#timer.stop()
    if (this.#settled) this.#end({ kind: 'broken', reason })
    else this.#fail(failure(kind, reason, code))
  }

  #fail(result: Failure): void {
    if (this.#settled) return
    this.#timer.stop()
    this.#settled = true
    // An answer had begun before it went wrong.
    const status = result.status ?? (this.#status === 0 ? null : this.#status)
    this.#settle({ ...result, status })
  }

  #end(end: StreamEnd): void {
    if (this.#ended !== undefined) return
    // The timer runs on: a provider that says it is through and never closes would keep its connection for ever.
    this.#ended = end
    if (this.#isRead) this.#timer.stop()
    this.#onEnd?.(end)
  }

  #abort(reason: string): void {
    this.#timer.stop()
    this.#options.source?.cancel()
    this.#aborted = new Error(reason)
    this.#controller?.abort(this.#aborted)
  }
}

function isEventStream(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type']
  return typeof type === 'string' && type.startsWith('text/event-stream')
}

/** What went wrong with a connection, without addresses: those are the operator's business, not the client's. */
function describe(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  return code === undefined ? 'the connection failed' : `the connection failed (${code})`
}
