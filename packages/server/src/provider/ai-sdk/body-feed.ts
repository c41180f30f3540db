// The body of an answer as the library reads it: a stream into which bytes are pushed, and that says when it is full.

/** Bytes that may wait for the library before a write asks for a pause. */
const HIGH_WATER_MARK = 65_536

export class BodyFeed {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #onFlow: (() => void) | undefined
  #full = false

  constructor() {
    this.stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start: controller => {
          this.#controller = controller
        },
        pull: () => this.#flow(),
        cancel: () => this.#discard(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_MARK }),
    )
  }

  onFlow(listener: () => void): void {
    this.#onFlow = listener
  }

  /** False: full; `onFlow` follows. What the library no longer wants is thrown away. */
  write(chunk: Uint8Array): boolean {
    const controller = this.#controller
    if (controller === undefined) return true
    controller.enqueue(chunk)
    this.#full = (controller.desiredSize ?? 0) <= 0
    return !this.#full
  }

  /** After `fail` or when the library wants no more, there is nothing left to end. */
  end(): void {
    this.#controller?.close()
    this.#controller = undefined
  }

  fail(error: Error): void {
    this.#controller?.error(error)
    this.#controller = undefined
  }

  #flow(): void {
    if (!this.#full) return
    this.#full = false
    this.#onFlow?.()
  }

  #discard(): void {
    this.#controller = undefined
    this.#flow()
  }
}
