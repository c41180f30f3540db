// What spending works with: the memory that all workers share, the journal of this one, and the time.
import type { BudgetJournal } from './budget-journal.ts'
import type { LimitMemory } from './memory.ts'

/** Both in milliseconds. */
export interface LimitClock {
  /** Never goes back, and is the same for all threads of the program. */
  readonly steady: () => number
  /** Since the epoch. */
  readonly wall: () => number
}

export interface LimitParts {
  readonly memory: LimitMemory
  readonly journal: BudgetJournal
  readonly clock: LimitClock
  /** A number for a reservation that this worker has not used before. */
  nextReservation(): number
}
