// The time limits of one call on one timer. It is armed once and looked at when it goes off: most calls end long
// before any limit, so moving a limit costs a number, not a timer.

export type Expired = (what: string, ms: number) => void

export class LimitTimer {
  readonly #expired: Expired
  #timer: NodeJS.Timeout | undefined
  /** When the armed timer goes off. */
  #due = Number.POSITIVE_INFINITY
  #step = { what: '', ms: 0, until: Number.POSITIVE_INFINITY }
  #total = { what: 'answering', ms: 0, until: Number.POSITIVE_INFINITY }

  constructor(expired: Expired) {
    this.#expired = expired
  }

  /** Limits the whole call from now on: milliseconds. */
  limitTotal(ms: number): void {
    this.#total = { what: 'answering', ms, until: performance.now() + ms }
    this.#arm()
  }

  /** Limits the step that begins now; the one before is over. */
  limitStep(what: string, ms: number): void {
    this.#step = { what, ms, until: performance.now() + ms }
    this.#arm()
  }

  endStep(): void {
    this.#step.until = Number.POSITIVE_INFINITY
  }

  /** The step begins anew: something happened. */
  touch(): void {
    this.#step.until = performance.now() + this.#step.ms
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#due = Number.POSITIVE_INFINITY
    this.#step.until = Number.POSITIVE_INFINITY
    this.#total.until = Number.POSITIVE_INFINITY
  }

  #arm(): void {
    const until = Math.min(this.#step.until, this.#total.until)
    if (until >= this.#due || until === Number.POSITIVE_INFINITY) return
    clearTimeout(this.#timer)
    this.#due = until
    this.#timer = setTimeout(() => this.#check(), Math.max(1, until - performance.now()))
  }

  #check(): void {
    this.#due = Number.POSITIVE_INFINITY
    // Timers have whole milliseconds and may go off a fraction early.
    const now = performance.now() + 1
    const over = [this.#step, this.#total].find(limit => limit.until <= now)
    if (over === undefined) return this.#arm()
    this.stop()
    this.#expired(over.what, over.ms)
  }
}
