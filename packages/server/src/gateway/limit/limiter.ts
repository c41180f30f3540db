// The limits of keys, as one worker enforces them together with all others: it opens a Spending for each request of a
// key that has limits. Requests of other keys never come here.
import type { KeyLimits } from '@weir/core/config'
import type { BudgetJournal } from './budget-journal.ts'
import type { LimitMemory } from './memory.ts'
import type { LimitClock, LimitParts } from './parts.ts'
import { Spending } from './spending.ts'

export class Limiter implements LimitParts {
  readonly memory: LimitMemory
  readonly journal: BudgetJournal
  readonly clock: LimitClock
  #reservations = 0

  constructor(memory: LimitMemory, journal: BudgetJournal, clock: LimitClock = systemClock()) {
    this.memory = memory
    this.journal = journal
    this.clock = clock
  }

  open(key: string, limits: KeyLimits): Spending {
    return new Spending(this, key, limits)
  }

  close(): void {
    this.journal.close()
  }

  nextReservation(): number {
    return ++this.#reservations
  }
}

/** `performance.now()` is cheap, but counts from the start of its own thread. */
function systemClock(): LimitClock {
  const since = Number(process.hrtime.bigint()) / 1e6 - performance.now()
  return { steady: () => since + performance.now(), wall: () => Date.now() }
}
