// The time limits of one call or one body, checked by a single ticker for all of them: a limit that is set, moved or
// dropped costs a number, not a timer, and a request that ends in time never touches one.

/** How late a limit may be noticed: milliseconds. */
const TICK_MS = 25

export type Expired = (what: string, ms: number) => void

interface Limit {
  what: string
  ms: number
  until: number
}

/**
 * The timers that run, each in a slot of its own. Not a Set: one that many short-lived objects pass through leaves
 * its outgrown tables behind, each pointing to the next, and the young generation's collector takes the first old one
 * for a reason to keep them all. Measured, that promoted 3.5 KB a request and cost a tenth of its CPU.
 */
const slots: (LimitTimer | undefined)[] = []
const freeSlots: number[] = []
let ticker: NodeJS.Timeout | undefined

function takeSlot(timer: LimitTimer): number {
  ticker ??= setInterval(checkAll, TICK_MS).unref()
  const slot = freeSlots.pop() ?? slots.length
  slots[slot] = timer
  return slot
}

function checkAll(): void {
  const now = performance.now()
  for (const timer of slots) timer?.check(now)
}

export class LimitTimer {
  readonly #expired: Expired
  #slot: number
  readonly #step: Limit = { what: '', ms: 0, until: Number.POSITIVE_INFINITY }
  readonly #total: Limit = { what: 'answering', ms: 0, until: Number.POSITIVE_INFINITY }

  constructor(expired: Expired) {
    this.#expired = expired
    this.#slot = takeSlot(this)
  }

  /** Limits everything from now on: milliseconds. */
  limitTotal(ms: number): void {
    this.#total.ms = ms
    this.#total.until = performance.now() + ms
  }

  /** Limits the step that begins now; the one before is over. */
  limitStep(what: string, ms: number): void {
    this.#step.what = what
    this.#step.ms = ms
    this.#step.until = performance.now() + ms
  }

  endStep(): void {
    this.#step.until = Number.POSITIVE_INFINITY
  }

  /** The step begins anew: something happened. */
  touch(): void {
    this.#step.until = performance.now() + this.#step.ms
  }

  /** No limit holds any more. A timer that is not stopped is checked for ever. */
  stop(): void {
    if (this.#slot < 0) return
    slots[this.#slot] = undefined
    freeSlots.push(this.#slot)
    this.#slot = -1
  }

  check(now: number): void {
    const over = this.#step.until <= now ? this.#step : this.#total.until <= now ? this.#total : undefined
    if (over === undefined) return
    this.stop()
    this.#expired(over.what, over.ms)
  }
}
