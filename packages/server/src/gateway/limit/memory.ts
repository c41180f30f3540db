// Where the counters of each limited key are, in memory that the main thread and all workers share. Keys find their
// place by a hash of their id, so nobody has to hand out places, and a publish moves none.
import { hash } from 'node:crypto'
import { ACCOUNT_WORDS, Account } from './account.ts'
import { MinuteWindow, WINDOW_WORDS } from './minute-window.ts'

/** Keys with limits that one program can have had in its life. Memory that no key uses is never touched. */
const CAPACITY = 32_768

const SLOT_WORDS = 2 * WINDOW_WORDS + 2 * ACCOUNT_WORDS
const WORD_BYTES = 8

/** The counters of one key. */
export interface KeyCounters {
  readonly requests: MinuteWindow
  readonly tokens: MinuteWindow
  readonly day: Account
  readonly month: Account
}

export function createLimitMemory(capacity = CAPACITY): SharedArrayBuffer {
  return new SharedArrayBuffer(capacity * (1 + SLOT_WORDS) * WORD_BYTES)
}

export class LimitMemory {
  readonly #memory: SharedArrayBuffer
  /** Whose each slot is, by the first 64 bits of SHA-256 over the id; 0: nobody's. */
  readonly #owners: BigUint64Array
  readonly #known = new Map<string, KeyCounters>()

  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory
    this.#owners = new BigUint64Array(memory, 0, memory.byteLength / WORD_BYTES / (1 + SLOT_WORDS))
  }

  /** @throws RangeError when there is no place left for another key */
  countersOf(key: string): KeyCounters {
    let counters = this.#known.get(key)
    if (counters === undefined) {
      counters = this.#open(this.#claim(key))
      this.#known.set(key, counters)
    }
    return counters
  }

  #claim(key: string): number {
    const owners = this.#owners
    const id = hash('sha256', key, 'buffer').readBigUInt64LE() | 1n
    const first = Number(id % BigInt(owners.length))
    for (let step = 0; step < owners.length; step++) {
      const slot = (first + step) % owners.length
      const owner = Atomics.compareExchange(owners, slot, 0n, id)
      if (owner === 0n || owner === id) return slot
    }
    throw new RangeError(`more than ${owners.length} keys have had limits since the start; restart to go on`)
  }

  #open(slot: number): KeyCounters {
    const from = this.#owners.length + slot * SLOT_WORDS
    const accounts = from + 2 * WINDOW_WORDS
    return {
      requests: new MinuteWindow(this.#memory, from),
      tokens: new MinuteWindow(this.#memory, from + WINDOW_WORDS),
      day: new Account(this.#memory, accounts, 'day'),
      month: new Account(this.#memory, accounts + ACCOUNT_WORDS, 'month'),
    }
  }
}
