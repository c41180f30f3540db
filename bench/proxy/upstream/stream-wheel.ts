// Gives every open stream its next chunk once per pace interval. A wheel of 1 ms slots: streams keep the phase
// they were opened in, so their chunks arrive spread out, as those of independent clients do.
import type { Socket } from 'node:net'
import type { Answers } from './answers.ts'

interface OpenStream {
  readonly socket: Socket
  readonly answers: Answers
  readonly ending: Buffer
  nextChunk: number
}

export type WantsUsage = 'usage' | 'no usage'

export class StreamWheel {
  #slots: OpenStream[][] = []
  #turn = 0
  #startedAt = performance.now()
  #open = 0

  constructor(paceMs: number) {
    this.setPace(paceMs)
    setInterval(() => this.#catchUp(), 1)
  }

  /** Streams now open: answered with a head, not ended by either side. */
  get open(): number {
    return this.#open
  }

  /** Interval between the chunks of one stream, in ms. Streams that are open end at once. */
  setPace(paceMs: number): void {
    this.endAll()
    this.#slots = Array.from({ length: paceMs }, () => [])
    this.#turn = 0
    this.#startedAt = performance.now()
  }

  /** The opening and the first content chunk leave at once, in two writes; the rest is paced. */
  add(socket: Socket, answers: Answers, usage: WantsUsage): void {
    const ending = usage === 'usage' ? answers.streamEndingWithUsage : answers.streamEnding
    const stream = { socket, answers, ending, nextChunk: 0 }
    socket.write(answers.streamOpening)
    this.#open++
    if (this.#advance(stream)) this.#slots[this.#turn % this.#slots.length]?.push(stream)
  }

  /** Every open stream gets its last chunk now, whatever it has had so far. */
  endAll(): void {
    for (const { socket, ending } of this.#slots.flatMap(slot => slot.splice(0))) {
      if (!socket.destroyed) socket.write(ending)
      this.#close()
    }
  }

  /** A late timer owes several slots; more than one full turn is never made up for. */
  #catchUp(): void {
    const due = Math.floor(performance.now() - this.#startedAt)
    this.#turn = Math.max(this.#turn, due - this.#slots.length)
    for (; this.#turn < due; this.#turn++) this.#serve((this.#turn + 1) % this.#slots.length)
  }

  #serve(index: number): void {
    const slot = this.#slots[index]
    if (slot === undefined || slot.length === 0) return
    this.#slots[index] = slot.filter(stream => this.#advance(stream))
  }

  /** Writes one chunk; false when the stream is over. A reader that does not keep up is not buffered for. */
  #advance(stream: OpenStream): boolean {
    const { socket, answers } = stream
    if (socket.destroyed) return this.#close()
    if (socket.writableNeedDrain) return true
    const chunk = answers.middle[stream.nextChunk++]
    socket.write(chunk ?? stream.ending)
    return chunk === undefined ? this.#close() : true
  }

  #close(): false {
    this.#open--
    return false
  }
}
