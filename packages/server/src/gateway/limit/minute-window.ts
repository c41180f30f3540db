// How much was taken in the last sixty seconds, counted by all workers at once in memory they share, without locks: a
// worker that dies in the middle of anything leaves nothing that others would wait for.

const TICK_MS = 500

/** A minute, and the tick that is not over: whatever happened in the last 60 s is in one of them. */
const TICKS = 60_000 / TICK_MS + 1

/** Words of 64 bits that a window takes. */
export const WINDOW_WORDS = TICKS

/** Two workers that take the last place at the same moment both give it back and try again. */
const TRIES = 8

/** Where the lower half of a word is, among its two halves. */
const LOW = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1

export type Take = (
  | { readonly kind: 'taken'; readonly tick: number }
  /** `retry`: milliseconds until there is room. */
  | { readonly kind: 'full'; readonly retry: number }
) & {
  /** What could still be taken now. */
  readonly remaining: number
  /** Milliseconds until nothing taken so far counts any more. */
  readonly reset: number
}

/**
 * A sliding window: never more than the limit is taken in any sixty seconds. Counting is by ticks of half a second, so
 * what was taken counts for 60 to 60.5 seconds. Each tick has a word: its number above, and what was taken in it below,
 * which are always changed together.
 */
export class MinuteWindow {
  readonly #words: BigUint64Array
  readonly #halves: Int32Array
  /** Little was left when this worker looked last. */
  #tight = false

  /** @param from - the first of `WINDOW_WORDS` words, of which each is 0 at first */
  constructor(memory: SharedArrayBuffer, from: number) {
    this.#words = new BigUint64Array(memory, from * 8, WINDOW_WORDS)
    this.#halves = new Int32Array(memory, from * 8, WINDOW_WORDS * 2)
  }

  /**
   * Takes `amount`, or nothing.
   *
   * @param amount - 0..limit
   * @param now - milliseconds of a clock that never goes back and is the same for all workers
   */
  take(amount: number, limit: number, now: number): Take {
    const tick = tickOf(now)
    for (let tries = 0; tries < TRIES; tries++) {
      if (this.#tight && this.#sum(tick) + amount > limit) break
      // First taken, then looked whether it was too much: of those who take at once, the last one sees all others.
      this.#add(tick, amount)
      const used = this.#sum(tick)
      this.#tight = used + amount > limit
      if (used <= limit) return { kind: 'taken', tick, remaining: limit - used, reset: this.#reset(now) }
      this.#giveBack(tick, amount)
    }
    const remaining = Math.max(0, limit - this.#sum(tick))
    return { kind: 'full', retry: this.#retry(amount, limit, now), remaining, reset: this.#reset(now) }
  }

  /** Puts what was really used in place of what was taken. What was used beyond it counts as used now. */
  settle(tick: number, taken: number, used: number, now: number): void {
    if (used > taken) this.#add(tickOf(now), used - taken)
    else if (used < taken) this.#giveBack(tick, taken - used)
  }

  /** Counts also what others have taken in a tick that has not yet begun for this one. */
  #sum(tick: number): number {
    const halves = this.#halves
    let sum = 0
    for (let at = 0; at < TICKS * 2; at += 2) {
      const age = (tick - Atomics.load(halves, at + 1 - LOW)) | 0
      if (age < TICKS) sum += Atomics.load(halves, at + LOW) >>> 0
    }
    return sum
  }

  #countOf(tick: number): number {
    const at = (tick % TICKS) * 2
    const halves = this.#halves
    if (Atomics.load(halves, at + 1 - LOW) !== (tick | 0)) return 0
    return Atomics.load(halves, at + LOW) >>> 0
  }

  #add(tick: number, amount: number): void {
    const at = tick % TICKS
    const fresh = BigInt(tick) << 32n
    for (;;) {
      const word = Atomics.load(this.#words, at)
      const own = word >> 32n === BigInt(tick) ? word : fresh
      const count = Math.min(Number(own & 0xffff_ffffn) + amount, 0xffff_ffff)
      if (Atomics.compareExchange(this.#words, at, word, fresh | BigInt(count)) === word) return
    }
  }

  #giveBack(tick: number, amount: number): void {
    const at = tick % TICKS
    for (;;) {
      const word = Atomics.load(this.#words, at)
      if (word >> 32n !== BigInt(tick)) return
      const left = word - BigInt(Math.min(amount, Number(word & 0xffff_ffffn)))
      if (Atomics.compareExchange(this.#words, at, word, left) === word) return
    }
  }

  /** Until enough of what was taken has left the window. */
  #retry(amount: number, limit: number, now: number): number {
    const tick = tickOf(now)
    let excess = this.#sum(tick) + amount - limit
    let retry = 0
    for (let each = tick - TICKS + 1; each <= tick && excess > 0; each++) {
      excess -= this.#countOf(each)
      retry = leaves(each) - now
    }
    return retry
  }

  #reset(now: number): number {
    for (let tick = tickOf(now), each = tick; each > tick - TICKS; each--)
      if (this.#countOf(each) > 0) return leaves(each) - now
    return 0
  }
}

/** A clock may begin at 0: the ticks of the minute before count as well. */
function tickOf(now: number): number {
  return Math.floor(now / TICK_MS) + TICKS
}

/** When a tick is no longer in the window. */
function leaves(tick: number): number {
  return tick * TICK_MS
}
