// What one key has spent and reserved in the period that is running, counted by all workers at once in memory they
// share. A new period begins by itself with the first request in it.
import { type PeriodKind, periodIndex } from './period.ts'

/** Words of 64 bits that an account takes. */
export const ACCOUNT_WORDS = 2

/** What is spent and what is reserved, together. */
const COMMITTED = 0
const SPENT = 1

/** A word is an amount in its lower 53 bits, as far as integers are exact, and the period it is of above. */
const AMOUNT_BITS = 53n
const AMOUNT_MASK = (1n << AMOUNT_BITS) - 1n
const MOST = Number.MAX_SAFE_INTEGER

/** The period is kept modulo this: periods further apart than half of it are not told apart. */
const PERIODS = 2048

/** Nano-dollars held for a request, in the period it was admitted in. */
export interface Hold {
  readonly period: number
  readonly nanoUsd: number
}

export interface Reserved extends Hold {
  readonly kind: 'reserved'
  /** How much of it was left. */
  readonly covered: number
}

/** `spent`: all of it. `reserved`: requests that are under way may use up what is left. */
export interface Exhausted {
  readonly kind: 'exhausted'
  readonly by: 'spent' | 'reserved'
  readonly period: number
}

/** All amounts are whole nano-dollars. */
export class Account {
  readonly kind: PeriodKind
  readonly #words: BigUint64Array

  /** @param from - the first of `ACCOUNT_WORDS` words, of which each is 0 at first */
  constructor(memory: SharedArrayBuffer, from: number, kind: PeriodKind) {
    this.kind = kind
    this.#words = new BigUint64Array(memory, from * 8, ACCOUNT_WORDS)
  }

  /**
   * Holds what a request may cost, as long as anything is left. The last request is not refused for what it might cost
   * at most; all of that is held nevertheless, so that no other comes in beside it. What is spent in the end therefore
   * exceeds the limit by what this one request did cost beyond what was left for it, at most.
   *
   * @param hard - null: there is no limit
   * @param now - milliseconds since the epoch
   */
  reserve(need: number, hard: number | null, now: number): Reserved | Exhausted {
    const own = periodIndex(this.kind, now)
    for (;;) {
      const word = Atomics.load(this.#words, COMMITTED)
      const { period, amount } = unpack(word, own)
      if (hard !== null && amount >= hard) {
        const by = this.#read(SPENT, period) >= hard ? 'spent' : 'reserved'
        return { kind: 'exhausted', by, period }
      }
      const nanoUsd = Math.min(need, MOST - amount)
      const covered = Math.min(nanoUsd, (hard ?? MOST) - amount)
      if (this.#swap(COMMITTED, word, period, amount + nanoUsd))
        return { kind: 'reserved', period, nanoUsd, covered }
    }
  }

  /** Puts what a request did cost in place of what was held for it. It changes nothing when its period is over. */
  settle(hold: Hold, nanoUsd: number): void {
    this.#add(SPENT, hold.period, nanoUsd)
    this.#add(COMMITTED, hold.period, nanoUsd - hold.nanoUsd)
  }

  /** Counts what was spent before this program began, or by others. */
  charge(period: number, nanoUsd: number): void {
    this.settle({ period, nanoUsd: 0 }, nanoUsd)
  }

  /** What a worker that is gone held for a request is spent: whether the provider answered will never be known. */
  forfeit(hold: Hold): void {
    this.#add(SPENT, hold.period, hold.nanoUsd)
  }

  /** What is spent in this period. */
  spent(period: number): number {
    return this.#read(SPENT, period)
  }

  /** What is spent and reserved in this period. */
  committed(period: number): number {
    return this.#read(COMMITTED, period)
  }

  #read(which: number, period: number): number {
    const found = unpack(Atomics.load(this.#words, which), period)
    return found.period === period ? found.amount : 0
  }

  #add(which: number, period: number, difference: number): void {
    for (;;) {
      const word = Atomics.load(this.#words, which)
      const found = unpack(word, period)
      if (found.period !== period) return
      if (this.#swap(which, word, period, found.amount + difference)) return
    }
  }

  #swap(which: number, before: bigint, period: number, amount: number): boolean {
    const after = (BigInt(period % PERIODS) << AMOUNT_BITS) | BigInt(Math.min(Math.max(amount, 0), MOST))
    return Atomics.compareExchange(this.#words, which, before, after) === before
  }
}

/**
 * The amount of a word, and its period: `own`, when what it holds is of an earlier one, or a later one, when another
 * worker has begun that already. Clocks that are set back across midnight must not begin an old day anew.
 */
function unpack(word: bigint, own: number): { period: number; amount: number } {
  const amount = Number(word & AMOUNT_MASK)
  if (amount === 0) return { period: own, amount }
  const ahead = modulo(Number(word >> AMOUNT_BITS) - own)
  return ahead < 0 ? { period: own, amount: 0 } : { period: own + ahead, amount }
}

function modulo(distance: number): number {
  const rest = ((distance % PERIODS) + PERIODS) % PERIODS
  return rest < PERIODS / 2 ? rest : rest - PERIODS
}
