// Bytes on their way to the client of a stream: held until there is content to answer with, then handed on.

/** Takes bytes for the client; false asks to pause, as a stream's `write` does. */
export type StreamWriter = (bytes: Buffer) => boolean

export class HeldWriter {
  #held: Buffer[] = []
  #writer: StreamWriter | undefined

  /** False when the client cannot take more now. */
  write(bytes: Buffer): boolean {
    if (bytes.length === 0) return true
    if (this.#writer !== undefined) return this.#writer(bytes)
    this.#held.push(bytes)
    return true
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
}
