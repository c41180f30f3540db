// Planning a group-sequential test: how much more information it needs at most than a test with one look, and how much
// less it uses on average.
import { normalQuantile } from '../../distribution/normal.ts'
import { findRoot } from '../../numeric/root.ts'
import { type Alternative, type Invalid, invalid } from '../../result.ts'
import { type Boundary, errorOfOneSide } from './boundary.ts'
import { exitProbabilities, expectedTime, looksOf, totalOf } from './exit.ts'
import { areWalkable, type Look } from './paths.ts'

/** What a test does under an effect. */
export interface Characteristics {
  readonly kind: 'characteristics'
  /** Probability of rejecting because the effect looks high, and because it looks low. */
  readonly rejectsAbove: number
  readonly rejectsBelow: number
  /** Probability of having stopped at or before each look. */
  readonly stoppedBy: readonly number[]
  /** Information used on average, as a share of the planned maximum. */
  readonly expectedTime: number
}

/**
 * What a test with these boundaries does under an effect.
 *
 * @param alternative - where it stops
 * @param boundaries - of `spendingBoundaries` or `classicalBoundaries`: z finite or null, times rising by 0.01 % at least
 *   where there is one
 * @param drift - the expected z at the planned maximum: effect * sqrt(planned information); any finite number
 *
 * Accuracy and source: as `exitProbabilities`.
 */
export function characteristics(
  alternative: Alternative,
  boundaries: readonly Pick<Boundary, 'time' | 'z'>[],
  drift: number,
): Characteristics | Invalid {
  if (!Number.isFinite(drift)) return invalid('drift', 'finite')
  const looks = looksOf(alternative, boundaries)
  return areWalkable(looks) ? characteristicsAt(looks, drift) : badBoundaries
}

const badBoundaries = invalid('boundaries', 'of finite z, at times rising by 0.01 % at least')

function characteristicsAt(looks: readonly Look[], drift: number): Characteristics {
  const exits = exitProbabilities(looks, drift)
  const total = totalOf(exits)
  let stopped = 0
  const stoppedBy = looks.map((_look, k) => {
    stopped += (exits.upper[k] ?? 0) + (exits.lower[k] ?? 0)
    return stopped
  })
  return {
    kind: 'characteristics',
    rejectsAbove: total.upper,
    rejectsBelow: total.lower,
    stoppedBy,
    expectedTime: expectedTime(looks, exits),
  }
}

/** The size of a group-sequential test for a power. */
export interface SequentialSize {
  readonly kind: 'size'
  /** The expected z at the planned maximum with which the power is reached; > 0. */
  readonly drift: number
  /** The planned maximum of information or units, divided by what a test with one look needs: >= 1 nearly always. */
  readonly inflation: number
  /** Information used on average, divided by what a test with one look needs, at these multiples of the effect. */
  readonly expected: { readonly none: number; readonly half: number; readonly full: number }
}

/**
 * How large a test with these boundaries has to be planned.
 *
 * Formula: the drift at which the probability of rejecting in the effect's direction is the power; inflation
 * = drift^2 / (z_{1-a} + z_{power})^2, a the error of one side.
 *
 * @param plan - alpha and alternative the boundaries were made for
 * @param boundaries - at all planned looks, the last at time 1
 * @param power - in (a, 1)
 * @returns the size; multiply a fixed design's sample size by `inflation`; invalid if no drift gives the power
 *
 * Assumes that the looks will come at about the planned times: the power, unlike the error, depends on it.
 * Accuracy: 1e-8 relative; checked against gsDesign 3.11 to its own tolerance of 1e-6 (`power.test.ts`).
 * Source: Jennison and Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, section 2.
 */
export function sizeOf(
  plan: { readonly alpha: number; readonly alternative: Alternative },
  boundaries: readonly Pick<Boundary, 'time' | 'z'>[],
  power: number,
): SequentialSize | Invalid {
  const error = errorOfOneSide(plan)
  if (!(power > error && power < 1)) {
    return invalid('power', 'above the error of one side, below 1')
  }
  // Power against a lower effect mirrors that against a higher one.
  const looks = looksOf(plan.alternative === 'less' ? 'greater' : plan.alternative, boundaries)
  if (!areWalkable(looks)) return badBoundaries
  const at = (drift: number) => characteristicsAt(looks, drift)
  const drift = driftFor(x => at(x).rejectsAbove, boundaries, power)
  if (drift === null) {
    return invalid('boundaries', 'to have a z at some look')
  }
  const fixed = normalQuantile(power) - normalQuantile(error)
  const inflation = (drift / fixed) ** 2
  const expected = {
    none: inflation * at(0).expectedTime,
    half: inflation * at(drift / 2).expectedTime,
    full: inflation * at(drift).expectedTime,
  }
  return { kind: 'size', drift, inflation, expected }
}

function driftFor(
  powerAt: (drift: number) => number,
  boundaries: readonly Pick<Boundary, 'time' | 'z'>[],
  power: number,
): number | null {
  const last = boundaries.findLast(boundary => boundary.z !== null)
  if (last === undefined) return null
  // With this drift the last look that can reject does so with the power, whatever the others add.
  const high = ((last.z ?? 0) + Math.abs(normalQuantile(power))) / Math.sqrt(last.time)
  return findRoot(drift => powerAt(drift) - power, 0, high, { x: 1e-11, y: 1e-13 })
}
