// The clock a replay runs by, as a value: tests bring one whose time they move themselves.
import { setTimeout as wait } from 'node:timers/promises'

export interface Clock {
  /** Monotonic milliseconds from an arbitrary start. */
  readonly now: () => number
  /** Resolves after `ms` milliseconds, or at once when the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
}
