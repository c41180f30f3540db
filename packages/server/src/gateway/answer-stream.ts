// One streamed answer on its way to the client: whole frames pass on as they come, and the tap reads them on the
// side. Before the first content everything is held, so that a failure up to there stays invisible.
import { type AnswerFacts, type Endpoint, emptyFacts, type FrameKind } from '../provider/wire-format.ts'
import { HeldWriter, type StreamWriter } from './held-writer.ts'
import { FrameSplitter, readFrameFields } from './sse.ts'
import { FRAME_TOO_LARGE, MAX_FRAME, type StreamProgress, type StreamRelay } from './stream-relay.ts'

export class AnswerStream implements StreamRelay {
  readonly facts: AnswerFacts
  readonly tail: Buffer[] = []
  progress: StreamProgress = 'opening'
  readonly #endpoint: Endpoint
  readonly #usage: 'hide' | 'show'
  readonly #splitter = new FrameSplitter()
  readonly #client = new HeldWriter()

  constructor(endpoint: Endpoint, facts: AnswerFacts, usage: 'hide' | 'show') {
    this.#endpoint = endpoint
    this.facts = facts
    this.#usage = usage
  }

  push(chunk: Buffer): boolean {
    const { bytes, ends } = this.#splitter.push(chunk)
    let from = 0
    let start = 0
    let flowing = true
    for (const end of ends) {
      const kind = this.#read(bytes.subarray(start, end))
      if (
        this.progress === 'done' ||
        this.progress === 'error' ||
        (kind === 'usage' && this.#usage === 'hide')
      ) {
        flowing = this.#client.write(bytes.subarray(from, start)) && flowing
        if (this.progress === 'done') this.tail.push(bytes.subarray(start, end))
        from = end
      }
      start = end
    }
    flowing = this.#client.write(bytes.subarray(from, start)) && flowing
    this.#checkRest()
    return flowing
  }

  open(writer: StreamWriter): boolean {
    return this.#client.open(writer)
  }

  get endsInFrame(): boolean {
    const { rest } = this.#splitter
    if (rest === undefined) return false
    const { event, data } = readFrameFields(rest)
    return data !== undefined && this.#endpoint.readFrame(event, data, emptyFacts()) !== 'meta'
  }

  #read(frame: Buffer): FrameKind {
    const { event, data } = readFrameFields(frame)
    if (data === undefined || this.progress === 'done') return 'meta'
    const kind = this.#endpoint.readFrame(event, data, this.facts)
    if (kind === 'done' || kind === 'error') this.progress = kind
    else if (kind === 'content' && this.progress === 'opening') this.progress = 'content'
    return kind
  }

  /** What the provider did not send, a native client does not get. */
  finish(): void {}

  #checkRest(): void {
    if ((this.#splitter.rest?.length ?? 0) <= MAX_FRAME) return
    this.progress = 'error'
    this.facts.error = FRAME_TOO_LARGE
  }
}
