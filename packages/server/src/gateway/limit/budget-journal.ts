// What a worker writes down of budgets, so that what was spent outlives it.
import type { Hold } from './account.ts'

/** Money held for one request. */
export interface Reservation {
  /** Tells the reservations of one worker's run apart. */
  readonly id: number
  readonly key: string
  readonly day: Hold
  readonly month: Hold
}

export interface BudgetJournal {
  /** Written by the end of this turn of the event loop: from then on the money is not lost sight of. */
  open(reservation: Reservation): void
  /** @param nanoUsd - what the request did cost, whole nano-dollars */
  settle(reservation: Reservation, nanoUsd: number): void
  /** Reports what is left to report. */
  close(): void
}
