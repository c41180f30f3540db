// One streamed answer that is translated on its way: the provider's frames are read, and the client's written.
import type { ReplyPart } from '../provider/translation/reply.ts'
import type { TranslatedFrames } from '../provider/translation/translate.ts'
import type { AnswerFacts, FrameKind } from '../provider/wire-format.ts'
import { HeldWriter, type StreamWriter } from './held-writer.ts'
import { FrameSplitter, readFrameFields } from './sse.ts'
import { FRAME_TOO_LARGE, MAX_FRAME, type StreamProgress, type StreamRelay } from './stream-relay.ts'

export class TranslatedStream implements StreamRelay {
  readonly facts: AnswerFacts
  readonly tail: Buffer[] = []
  progress: StreamProgress = 'opening'
  readonly #frames: TranslatedFrames
  readonly #splitter = new FrameSplitter()
  readonly #client = new HeldWriter()

  constructor(frames: TranslatedFrames, facts: AnswerFacts) {
    this.#frames = frames
    this.facts = facts
  }

  push(chunk: Buffer): boolean {
    const { bytes, ends } = this.#splitter.push(chunk)
    let start = 0
    for (const end of ends) {
      this.#read(bytes.subarray(start, end))
      start = end
    }
    this.#checkRest()
    return this.#flush()
  }

  /** Takes a part that was read elsewhere; false when the client cannot take more now. */
  pushPart(part: ReplyPart): boolean {
    this.#advance(this.#frames.pushPart(part, this.facts))
    return this.#flush()
  }

  open(writer: StreamWriter): boolean {
    return this.#client.open(writer)
  }

  get endsInFrame(): boolean {
    return this.#splitter.rest !== undefined
  }

  finish(): void {
    const closing = this.#frames.close()
    if (closing !== '') this.tail.push(Buffer.from(closing))
  }

  #read(frame: Buffer): void {
    if (this.progress === 'done' || this.progress === 'error') return
    const { event, data } = readFrameFields(frame)
    if (data === undefined) return
    this.#advance(this.#frames.push(event, data, this.facts))
  }

  #advance(kind: FrameKind): void {
    if (kind === 'done' || kind === 'error') this.progress = kind
    else if (kind === 'content') this.progress = 'content'
    if (kind === 'done') this.finish()
  }

  #flush(): boolean {
    const text = this.#frames.take()
    return text === '' || this.#client.write(Buffer.from(text))
  }

  #checkRest(): void {
    if ((this.#splitter.rest?.length ?? 0) <= MAX_FRAME) return
    this.progress = 'error'
    this.facts.error = FRAME_TOO_LARGE
  }
}
