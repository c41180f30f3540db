// Boundaries from a spending function, for looks at any times, planned or not.
import { normalQuantile } from '../../distribution/normal.ts'
import { type Alternative, type Invalid, invalid, type Result } from '../../result.ts'
import {
  carry,
  densityAt,
  LEAST_GROWTH,
  type Look,
  mirrored,
  type Paths,
  probabilityAbove,
  startingAt,
} from './paths.ts'
import { findInvalidSpending, type Spending, spentBy } from './spending.ts'

/** How a test spends its error. */
export interface SpendingPlan {
  /** Type I error over all looks, of both sides together when two-sided; in (0, 1). */
  readonly alpha: number
  readonly alternative: Alternative
  readonly spending: Spending
}

/**
 * `interim`: more looks may follow. `final`: this one ends the test, and all that is left of the error is spent on it,
 * though less than the planned information is there. Must be decided without knowledge of the effect.
 */
export type Stage = 'interim' | 'final'

/** What a look asks of the z statistic. */
export interface Boundary {
  /** Information at the look as a share of the planned maximum, > 0; above 1 after an overrun. */
  readonly time: number
  /**
   * The test rejects at z >= this (greater), -z >= this (less) or |z| >= this (two-sided). Null: no look, nothing can be
   * rejected now, because less than 1e-12 could be spent or less than 0.01 % of information came since the look before.
   */
  readonly z: number | null
  /** Probability, without an effect, of crossing one side for the first time at this look, and up to this look. */
  readonly increment: number
  readonly spent: number
}

/** Smaller errors than this are not spent on a look: it would take more than 7 sigma to reject. They are kept for later. */
export const LEAST_INCREMENT = 1e-12

/**
 * The boundaries of a group-sequential test whose error is spent by a function of the information.
 *
 * Formula: c_k solves P(no crossing before k, Z_k >= c_k) = a(t_k) - a(t_{k-1}) without an effect, with a the spending
 * function of one side, t_k truncated at 1; after an overrun the correlations still are those of the true information.
 *
 * @param plan - alpha in (0, 1); a spending function with its parameter in range
 * @param times - information at each look so far divided by the planned maximum, > 0, not falling; planned or not
 * @param stage - whether the last look given ends the test
 * @param clock - the share at each look by which error is spent, > 0, not falling, such as of the calendar; that of the
 *   information unless told (`t2` of ldbounds is then the times, `usTime` of gsDesign this)
 * @returns a boundary for each time; or what is invalid
 *
 * Assumes that the z statistics are jointly normal with independent increments of the score (any efficient estimate is,
 * for large samples), and that the times of looks are not chosen by what the looks showed.
 * Accuracy: 1e-11 in z, checked against the recursion in 30-digit arithmetic (`fixtures/group.py`); gsDesign 3.11 agrees
 * to its tolerance of 1e-6, on its finest grid to 5e-9 (`boundary.test.ts`). 20 looks take 1 ms, and 10 to 20 in a new
 * process; 200 looks about 40.
 * Source: Lan and DeMets (1983), Biometrika 70(3), doi:10.2307/2336502; Jennison and Turnbull (2000), Group Sequential
 * Methods with Applications to Clinical Trials, sections 7.2 and 19.3.
 */
export function spendingBoundaries(
  plan: SpendingPlan,
  times: readonly number[],
  stage: Stage = 'interim',
  clock: readonly number[] = times,
): Result<readonly Boundary[]> {
  const bad = findInvalidPlan(plan) ?? findInvalidTimes(times) ?? findInvalidClock(clock, times)
  if (bad !== null) return bad
  let progress = noLooksYet()
  return times.map((time, k) => {
    progress = nextLook(plan, progress, time, k === times.length - 1 ? stage : 'interim', clock[k])
    return progress.boundary
  })
}

/** A test in progress: what the next look needs to know of those before. */
export interface Progress {
  /** Of the last look. */
  readonly boundary: Boundary
  /** Those running before the last look with a bound, and that look; its outcome is carried on at the next. */
  readonly paths: Paths
  readonly look: Look
}

/** Before the first look. */
export function noLooksYet(): Progress {
  return {
    boundary: { time: 0, z: null, increment: 0, spent: 0 },
    paths: startingAt(0, 0),
    look: { information: 0, lower: null, upper: null },
  }
}

/**
 * One look further: the boundary at a time, and the progress after it. What `spendingBoundaries` does look by look, for
 * callers that keep the progress; its arguments are not checked again.
 *
 * @param plan - as for `spendingBoundaries`
 * @param progress - `noLooksYet()`, or that of the look before
 * @param time - not before that of `progress`
 * @param clock - the share by which error is spent; `time` unless told
 */
export function nextLook(
  plan: SpendingPlan,
  progress: Progress,
  time: number,
  stage: Stage,
  clock = time,
): Progress {
  const { spent } = progress.boundary
  const share = stage === 'final' ? 1 : clock
  const increment = spentBy(plan.spending, errorOfOneSide(plan), share) - spent
  if (time <= progress.look.information * (1 + LEAST_GROWTH) || increment < LEAST_INCREMENT) {
    return { ...progress, boundary: { time, z: null, increment: 0, spent } }
  }
  const paths = carry(progress.paths, progress.look, 0, time)
  const z = boundAbove(paths, time, increment, 0, progress.look.upper)
  if (z === null) return { ...progress, boundary: { time, z: null, increment: 0, spent } }
  const look = { information: time, lower: plan.alternative === 'two_sided' ? -z : null, upper: z }
  return { boundary: { time, z, increment, spent: spent + increment }, paths, look }
}

/**
 * The z at or above which those still running are with a given probability, or null if fewer are left.
 *
 * Method: Halley's on the logarithm of the probability, which is concave in z, with steps between the half and the double of
 * Newton's (left of nearly all paths Halley's own would hardly move), never beyond a z surely right of the root.
 *
 * @param probability - in (0, 1)
 * @param near - where to begin, such as the bound of the look before; wherever it is, the bound is the same
 */
export function boundAbove(
  paths: Paths,
  information: number,
  probability: number,
  drift: number,
  near: number | null = null,
): number | null {
  const mean = meanAt(paths.origin, information, drift)
  const right = rightOf(paths, information, probability, drift)
  // An error of this times d is one of d^3 after the next step: the probability is smooth on the scale of one increment.
  const small = 1e-5 * Math.sqrt((information - paths.information) / information)
  let z = Math.min(right, near ?? right)
  for (let step = 0; step < 100; step++) {
    const above = probabilityAbove(paths, information, z, drift)
    const { density, slope } = densityAt(paths, information, z, drift)
    const excess = Math.log(above / probability)
    // Far down, where nearly all are above, z is no better determined than this.
    if (Math.abs(excess) < 1e-14) return z
    const bend = 1 + (slope * above) / (density * density)
    const move = (above * excess) / density / Math.min(2, Math.max(0.5, 1 + (excess * bend) / 2))
    if (Number.isNaN(move) || z < mean - 40) {
      // Too far left of all paths there is no slope to follow: only from the right is it sure that there is no bound.
      return near === null ? null : boundAbove(paths, information, probability, drift)
    }
    z = Math.min(right, z + move)
    if (Math.abs(move) < small) return z
  }
  return null
}

/**
 * A z surely right of the bound: where that many of all paths would be above, had none stopped, or of as many paths as
 * are left, had all been at the highest score; so close to the last look none are above the former.
 */
function rightOf(paths: Paths, information: number, probability: number, drift: number): number {
  const quantile = -normalQuantile(probability)
  const highest = { information: paths.information, score: paths.scores.at(-1) ?? 0 }
  const bounds = [paths.origin, highest].map(from => {
    const deviation = Math.sqrt((information - from.information) / information)
    return meanAt(from, information, drift) + quantile * deviation
  })
  return Math.min(...bounds)
}

/** The expected z of paths from a score on, none of which stop. */
function meanAt(from: Paths['origin'], information: number, drift: number): number {
  return (from.score + drift * (information - from.information)) / Math.sqrt(information)
}

/** As `boundAbove`, for the z at or below which they are. */
export function boundBelow(
  paths: Paths,
  information: number,
  probability: number,
  drift: number,
  near: number | null = null,
) {
  const mirror = near === null ? null : -near
  const bound = boundAbove(mirrored(paths), information, probability, -drift, mirror)
  return bound === null ? null : -bound
}

/** The error of one side of the test. */
export function errorOfOneSide(plan: Pick<SpendingPlan, 'alpha' | 'alternative'>): number {
  return plan.alternative === 'two_sided' ? plan.alpha / 2 : plan.alpha
}

/** What is wrong with a plan, or null. */
export function findInvalidPlan(plan: SpendingPlan): Invalid | null {
  return findInvalidAlpha(plan) ?? findInvalidSpending(plan.spending)
}

/** What is wrong with alpha, or null. */
export function findInvalidAlpha(plan: Pick<SpendingPlan, 'alpha'>): Invalid | null {
  return plan.alpha > 0 && plan.alpha < 1 ? null : invalid('alpha', 'in (0, 1)')
}

/** What is wrong with the times of looks, or null. */
export function findInvalidTimes(times: readonly number[]): Invalid | null {
  const areSane = times.every((time, k) => time > 0 && time < Infinity && time >= (times[k - 1] ?? 0))
  if (areSane && times.length > 0) return null
  return invalid('times', 'one or more, > 0, not falling')
}

/** What is wrong with the clock by which error is spent, or null. */
export function findInvalidClock(clock: readonly number[], times: readonly number[]): Invalid | null {
  if (clock === times) return null
  const isSane = clock.length === times.length && findInvalidTimes(clock) === null
  return isSane ? null : invalid('clock', 'as many as times, > 0, not falling')
}

/** What is wrong with the times of looks that are all planned and used, or null. */
export function findInvalidPlannedTimes(times: readonly number[]): Invalid | null {
  const rises = times.every((time, k) => time > (times[k - 1] ?? 0) * (1 + LEAST_GROWTH))
  return findInvalidTimes(times) ?? (rises ? null : invalid('times', 'rising, by 0.01 % at least'))
}
