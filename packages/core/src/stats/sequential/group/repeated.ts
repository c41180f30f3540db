// Inference at every look of a test that goes on: repeated intervals and p values, valid whatever the reason to stop.
import { normalUpperTail } from '../../distribution/normal.ts'
import type { Alternative, Interval, Result } from '../../result.ts'
import {
  type Boundary,
  findInvalidTimes,
  nextLook,
  noLooksYet,
  type SpendingPlan,
  type Stage,
} from './boundary.ts'
import { pointOf, rootBetween } from './root.ts'
import { findInvalidSpending } from './spending.ts'

/**
 * The repeated confidence interval at a look.
 *
 * Formula: effect -+ c_k standard errors, c_k the boundary of the look; open where the test has no bound.
 *
 * @param alternative - of the test; greater gives a lower bound, less an upper one
 * @param alpha - in (0, 1): over all looks at once the intervals miss the effect with at most this probability
 * @param effect - any finite number
 * @param standardError - > 0
 *
 * Source: Jennison and Turnbull (1989), JRSS B 51(3), doi:10.1111/j.2517-6161.1989.tb01433.x.
 */
export function repeatedInterval(
  alternative: Alternative,
  alpha: number,
  boundary: Pick<Boundary, 'z'>,
  effect: number,
  standardError: number,
): Interval {
  const isOpen = boundary.z === null
  const reach = (boundary.z ?? 0) * standardError
  return {
    kind: 'sequence',
    level: 1 - alpha,
    lower: isOpen || alternative === 'less' ? null : effect - reach,
    upper: isOpen || alternative === 'greater' ? null : effect + reach,
  }
}

/** No boundary has an error below 1e-12, so neither has a p value. */
const LEAST_ALPHA = 1e-12

/**
 * The sequential p value: the smallest alpha with which the test would have rejected at a look so far. It never rises
 * from look to look, and is at most alpha exactly when the test has rejected.
 *
 * Formula: min over looks j <= k of min {alpha : z_j crosses c_j(alpha)}, the repeated p values of Jennison and Turnbull.
 *
 * @param plan - alternative and spending function; it needs no alpha
 * @param times - as for `spendingBoundaries`
 * @param z - the statistic at each of the looks; any finite numbers
 * @param stage - whether the last look ends the test
 * @returns in [1e-12, 1]; 1 if no alpha rejects
 *
 * Accuracy: relative error below 1e-8.
 * Source: Jennison and Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, section 9.3; Liu
 * and Anderson (2008), JASA 103(484), doi:10.1198/016214508000000986.
 */
export function sequentialP(
  plan: Omit<SpendingPlan, 'alpha'>,
  times: readonly number[],
  z: readonly number[],
  stage: Stage = 'interim',
): Result<number> {
  const invalid = findInvalidSpending(plan.spending) ?? findInvalidTimes(times)
  if (invalid !== null) return invalid
  if (z.length === times.length && z.every(Number.isFinite)) return leastAlpha(plan, times, z, stage)
  return { kind: 'invalid', argument: 'z', expected: 'a finite number for each time' }
}

/** What `sequentialP` gives, of arguments already checked. */
export function leastAlpha(
  plan: Omit<SpendingPlan, 'alpha'>,
  times: readonly number[],
  z: readonly number[],
  stage: Stage,
): number {
  const excess = (log: number) => mostAbove({ ...plan, alpha: Math.exp(log) }, times, z, stage)
  const most = pointOf(excess, Math.log1p(-1e-9))
  if (most.y < 0) return 1
  const least = pointOf(excess, Math.log(Math.max(LEAST_ALPHA, leastPlainP(plan.alternative, z))))
  return Math.exp(rootBetween(excess, least, most, { x: 1e-10, y: 1e-10 }) ?? least.x)
}

/** The smallest p value of the looks each by itself, below which none of many looks gets: an end of the search. */
function leastPlainP(alternative: Alternative, z: readonly number[]): number {
  const highest = Math.max(...z.map(each => towards(alternative, each)))
  return (alternative === 'two_sided' ? 2 : 1) * normalUpperTail(highest)
}

/** How far the z statistics got above the boundaries at most. */
function mostAbove(plan: SpendingPlan, times: readonly number[], z: readonly number[], stage: Stage): number {
  let progress = noLooksYet()
  let most = -1000
  for (const [k, time] of times.entries()) {
    progress = nextLook(plan, progress, time, k === times.length - 1 ? stage : 'interim')
    const bound = progress.boundary.z
    if (bound !== null) most = Math.max(most, towards(plan.alternative, z[k] ?? 0) - bound)
  }
  return most
}

/** The z statistic in the direction of rejection. */
export function towards(alternative: Alternative, z: number): number {
  return { two_sided: Math.abs(z), greater: z, less: -z }[alternative]
}
