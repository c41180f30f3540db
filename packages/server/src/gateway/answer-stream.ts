// One streamed answer on its way to the client: whole frames pass on as they come, and the tap reads them on the
// side. Before the first content everything is held, so that a failure up to there stays invisible.
import { type AnswerFacts, type Endpoint, emptyFacts, type FrameKind } from '../provider/wire-format.ts'
import { FrameSplitter, readFrameFields } from './sse.ts'

/** Takes bytes for the client; false asks to pause, as a stream's `write` does. */
export type StreamWriter = (bytes: Buffer) => boolean

/** How far a stream has come. */
export type StreamProgress = 'opening' | 'content' | 'done' | 'error'

/** A frame larger than this is passed on in parts rather than collected: bytes. */
const MAX_FRAME = 16 * 2 ** 20

export class AnswerStream {
  readonly facts: AnswerFacts
  /** Frames that must wait until the event is recorded: the terminating one and what follows it. */
  readonly tail: Buffer[] = []
  progress: StreamProgress = 'opening'
  readonly #endpoint: Endpoint
  readonly #usage: 'hide' | 'show'
  readonly #splitter = new FrameSplitter()
  #held: Buffer[] = []
  #writer: StreamWriter | undefined

  constructor(endpoint: Endpoint, facts: AnswerFacts, usage: 'hide' | 'show') {
    this.#endpoint = endpoint
    this.facts = facts
    this.#usage = usage
  }

  /** Takes bytes from the provider; false when the client cannot take more now. */
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
        flowing = this.#write(bytes.subarray(from, start)) && flowing
        if (this.progress === 'done') this.tail.push(bytes.subarray(start, end))
        from = end
      }
      start = end
    }
    flowing = this.#write(bytes.subarray(from, start)) && flowing
    return this.#checkRest() && flowing
  }

  /** Starts handing bytes to the client, first those held so far. */
  open(writer: StreamWriter): boolean {
    const held = this.#held
    this.#held = []
    this.#writer = writer
    let flowing = true
    for (const bytes of held) flowing = writer(bytes) && flowing
    return flowing
  }

  /** Whether what stands behind the last blank line is a frame that lacks nothing but its own. */
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

  #write(bytes: Buffer): boolean {
    if (bytes.length === 0) return true
    if (this.#writer !== undefined) return this.#writer(bytes)
    this.#held.push(bytes)
    return true
  }

  /** A frame without an end would be collected for ever. */
  #checkRest(): boolean {
    if ((this.#splitter.rest?.length ?? 0) <= MAX_FRAME) return true
    this.progress = 'error'
    this.facts.error = {
      code: 'frame_too_large',
      message: `a frame is larger than ${MAX_FRAME} bytes`,
      type: null,
    }
    return true
  }
}
