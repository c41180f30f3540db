// One call to one target, from connecting to the first content or the whole answer; a state machine on undici's
// dispatch callbacks, the cheapest client there is. It settles once, with an answer or a Failure.
import type { Timeouts } from '@weir/core/config'
import type { Dispatcher } from 'undici'
import type { IncomingHttpHeaders } from 'undici/types/header.js'
import type { AnswerFacts, Endpoint } from '../provider/wire-format.ts'
import { AnswerStream, type StreamWriter } from './answer-stream.ts'
import { contentDecoder, type Decoder } from './content-decoder.ts'
import { type Failure, failure, failureOfError, failureOfStatus } from './failure.ts'
import { LimitTimer } from './limit-timer.ts'
import { readWholeAnswer } from './whole-answer.ts'

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
  readonly endpoint: Endpoint
  readonly facts: AnswerFacts
  readonly asked: 'whole' | 'stream'
  readonly timeouts: Timeouts
  /** Milliseconds that the whole request still has. */
  readonly remaining: number
  /** Bytes. */
  readonly maxAnswer: number
  readonly usage: 'hide' | 'show'
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
  #stream: AnswerStream | undefined
  #chunks: Buffer[] = []
  #size = 0
  #ended: StreamEnd | undefined
  #onEnd: ((end: StreamEnd) => void) | undefined

  constructor(options: AttemptOptions) {
    this.#options = options
    this.result = new Promise(resolve => {
      this.#settle = resolve
    })
    this.#timer.limitStep('connecting', Math.min(options.timeouts.connect, options.remaining))
  }

  /** Ends the call at once. */
  cancel(): void {
    this.#fail(failure('cancelled', 'the client went away'))
    this.#abort('cancelled')
  }

  /** Hands a stream's bytes to the client from now on; `ended` is called once, when the provider is through. */
  relay(writer: StreamWriter, ended: (end: StreamEnd) => void): void {
    this.#onEnd = ended
    if (this.#stream?.open(writer) === false) this.#controller?.pause()
    if (this.#ended !== undefined) ended(this.#ended)
  }

  /** The frames that wait for the event to be recorded. */
  get tail(): readonly Buffer[] {
    return this.#stream?.tail ?? []
  }

  resume(): void {
    this.#controller?.resume()
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
    if (status < 300 && isEventStream(headers)) this.#startStream()
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
    // What had come before the connection was lost counts as come, also when it is still being decoded.
    if (this.#decoder === undefined) lose()
    else this.#decoder.drain(lose)
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

  #startStream(): void {
    const { endpoint, facts, usage } = this.#options
    this.#stream = new AnswerStream(endpoint, facts, usage)
  }

  #take(chunk: Buffer): void {
    if (this.#stream !== undefined) return this.#takeFrames(this.#stream, chunk)
    this.#size += chunk.length
    const limit = this.#status < 300 ? this.#options.maxAnswer : MAX_ERROR_BODY
    if (this.#size <= limit) this.#chunks.push(chunk)
    else if (this.#status < 300) {
      this.#fail(
        failure('bad_answer', `the answer is larger than the limit of ${limit} bytes`, 'answer_too_large'),
      )
      this.#abort('answer too large')
    }
  }

  #takeFrames(stream: AnswerStream, chunk: Buffer): void {
    if (this.#settled) this.#timer.touch()
    const flowing = stream.push(chunk)
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
    if (!flowing && this.#ended === undefined) this.#controller?.pause()
  }

  #answerStream(): void {
    const { timeouts, facts } = this.#options
    this.#timer.limitStep('idle', timeouts.idle)
    this.#settled = true
    this.#settle({ kind: 'stream', status: this.#status, headers: this.#headers, facts, attempt: this })
  }

  #failStream(stream: AnswerStream): void {
    const error = stream.facts.error ?? { code: null, message: 'the stream failed', type: null }
    if (this.#settled) this.#end({ kind: 'broken', reason: error.message })
    else this.#fail(failureOfError(error))
    this.#abort('the stream failed')
  }

  #finish(): void {
    this.#timer.stop()
    if (this.#stream !== undefined) return this.#finishStream(this.#stream)
    if (this.#settled) return
    const response = { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) }
    if (this.#status >= 300) return this.#fail(failureOfStatus(response, Date.now()))
    const read = readWholeAnswer(response, this.#options.endpoint, this.#options.facts)
    if (read !== undefined) return this.#fail(read)
    this.#settled = true
    this.#settle({ kind: 'whole', ...response, facts: this.#options.facts })
  }

  /** The provider closed the stream. Without a finish reason or a terminating frame it was cut. */
  #finishStream(stream: AnswerStream): void {
    const { facts } = stream
    if (stream.endsInFrame) this.#takeFrames(stream, BLANK_LINE)
    if (!this.#settled) {
      if (facts.finishReason === null)
        return this.#fail(failure('bad_answer', 'the stream ended before any content', 'empty_stream'))
      this.#answerStream()
      this.#timer.stop()
    }
    this.#end(
      facts.finishReason === null
        ? { kind: 'broken', reason: 'the stream ended early' }
        : { kind: 'complete' },
    )
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
    this.#onEnd?.(end)
  }

  #abort(reason: string): void {
    this.#timer.stop()
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
