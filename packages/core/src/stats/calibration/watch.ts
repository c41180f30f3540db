// Looks after every unit, fast: what a method asks of z at each of them is worked out once, for all repetitions.

import { sequenceRadius, sequenceRho } from '../sequential/always-valid/asymptotic/radius.ts'
import type { Sides } from '../sequential/always-valid/boundary/mixture.ts'

/** Units on each variant before the first look. */
export const BURN_IN = 100
/** Looks go on until there are 50 times as many units as at the first. */
export const LAST = 100 * BURN_IN
/** What sequences are tuned for: the default. */
export const TUNED_FOR = 5000

/** The |z|, or z, from which on a method rejects, by the number of units so far. */
export interface Limits {
  readonly sides: Sides
  readonly byUnits: Float64Array
}

/** Those of the asymptotic sequence, by its own function, up to so many units. */
export function sequenceLimits(alpha: number, sides: Sides, last = LAST): Limits {
  const rho = sequenceRho(TUNED_FOR, alpha, sides)
  const byUnits = Float64Array.from({ length: last + 1 }, (_, n) =>
    n === 0 ? Infinity : sequenceRadius(n, rho, alpha, sides),
  )
  return { sides, byUnits }
}

/** One limit at all looks: that of a test for a single look. */
export function constantLimits(z: number): Limits {
  return { sides: 'two_sided', byUnits: new Float64Array(LAST + 1).fill(z) }
}

/** Whether a path of z statistics ever reached its limits. */
export class Watch {
  readonly #limits: Float64Array
  readonly #isTwoSided: boolean
  hasRejected = false

  constructor({ byUnits, sides }: Limits) {
    this.#limits = byUnits
    this.#isTwoSided = sides === 'two_sided'
  }

  look(z: number, units: number): void {
    const limit = this.#limits[units] ?? Infinity
    if (z > limit || (this.#isTwoSided && -z > limit)) this.hasRejected = true
  }
}

/** Below all limits there are: closer to 0 than this, a look shows nothing to any watch. */
const LEAST_Z = 1.6

/** One look of several watches at the same statistic. */
export function lookAll(watches: readonly Watch[], z: number, units: number): void {
  if (z < LEAST_Z && -z < LEAST_Z) return
  for (const watch of watches) watch.look(z, units)
}
