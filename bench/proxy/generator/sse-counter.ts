// Counts the SSE events of one stream as its bytes arrive, however they are cut. LF line ends only.

const EVENT_END = '\n\n'
const DONE = Buffer.from('data: [DONE]\n\n')
const LF = 10

export class SseCounter {
  #events = 0
  #endsInLf = false
  #tail: Buffer = Buffer.alloc(0)

  /** Events that ended so far, `[DONE]` included. */
  get events(): number {
    return this.#events
  }

  /** True once the last event is `[DONE]`. */
  get done(): boolean {
    return this.#tail.equals(DONE)
  }

  push(bytes: Buffer): void {
    if (bytes.length === 0) return
    const splitEnd = this.#endsInLf && bytes[0] === LF
    if (splitEnd) this.#events++
    let last = splitEnd ? 1 : 0
    for (let at = bytes.indexOf(EVENT_END, last); at >= 0; at = bytes.indexOf(EVENT_END, last)) {
      this.#events++
      last = at + EVENT_END.length
    }
    // An LF that already closed an event must not open the next one's end.
    this.#endsInLf = last < bytes.length && bytes.at(-1) === LF
    this.#tail = lastBytes(this.#tail, bytes)
  }
}

function lastBytes(tail: Buffer, bytes: Buffer): Buffer {
  if (bytes.length >= DONE.length) return bytes.subarray(-DONE.length)
  return Buffer.concat([tail, bytes]).subarray(-DONE.length)
}
