// Counts the SSE events of one stream as its bytes arrive, however they are cut. LF line ends only. Comments, which a
// proxy may write for another format's pings, are no events.

const EVENT_END = '\n\n'
const DONE = Buffer.from('data: [DONE]\n\n')
const LF = 10
const COLON = 58

export class SseCounter {
  #events = 0
  #endsInLf = false
  #atStart = true
  #isComment = false
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
    let last = 0
    if (this.#endsInLf && bytes[0] === LF) {
      this.#end()
      last = 1
    }
    this.#begin(bytes, last)
    for (let at = bytes.indexOf(EVENT_END, last); at >= 0; at = bytes.indexOf(EVENT_END, last)) {
      this.#end()
      last = at + EVENT_END.length
      this.#begin(bytes, last)
    }
    // An LF that already closed an event must not open the next one's end.
    this.#endsInLf = last < bytes.length && bytes.at(-1) === LF
    this.#tail = lastBytes(this.#tail, bytes)
  }

  /** What stands at an event's start says what it is; it may be in the next bytes. */
  #begin(bytes: Buffer, at: number): void {
    if (!this.#atStart || at >= bytes.length) return
    this.#atStart = false
    this.#isComment = bytes[at] === COLON
  }

  #end(): void {
    if (!this.#isComment) this.#events++
    this.#isComment = false
    this.#atStart = true
  }
}

function lastBytes(tail: Buffer, bytes: Buffer): Buffer {
  if (bytes.length >= DONE.length) return bytes.subarray(-DONE.length)
  return Buffer.concat([tail, bytes]).subarray(-DONE.length)
}
