// Adds up what goes wrong with a spool and tells it once a second at most: with a full disk that is every request.
const EVERY_MS = 1_000

export class LossReport {
  readonly #tell: (events: number, why: string) => void
  #events = 0
  #why: string | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(tell: (events: number, why: string) => void) {
    this.#tell = tell
  }

  add(events: number, why: string): void {
    this.#events += events
    this.#why = why
    if (this.#timer !== undefined) return
    this.flush()
    this.#timer = setTimeout(() => this.#later(), EVERY_MS).unref()
  }

  flush(): void {
    if (this.#why === undefined) return
    this.#tell(this.#events, this.#why)
    this.#events = 0
    this.#why = undefined
  }

  #later(): void {
    this.#timer = undefined
    if (this.#why !== undefined) this.add(0, this.#why)
  }
}
