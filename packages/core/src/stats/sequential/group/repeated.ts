// Inference at every look of a test that goes on: repeated intervals and p values, valid whatever the reason to stop.
import { normalQuantile, normalUpperTail } from '../../distribution/normal.ts'
import { pointOf, rootBetween } from '../../numeric/root.ts'
import { type Alternative, type Interval, type Invalid, invalid, type Result } from '../../result.ts'
import {
  type Boundary,
  findInvalidClock,
  findInvalidTimes,
  nextLook,
  noLooksYet,
  type SpendingPlan,
  type Stage,
} from './boundary.ts'
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
): Interval | Invalid {
  if (!(alpha > 0 && alpha < 1)) return invalid('alpha', 'in (0, 1)')
  if (!(standardError > 0 && standardError < Infinity)) return invalid('standardError', '> 0 and finite')
  const reach = (boundary.z ?? 0) * standardError
  return Number.isFinite(effect - reach) && Number.isFinite(effect + reach)
    ? intervalAround(alternative, alpha, boundary, effect, standardError)
    : invalid('effect and boundary', 'finite')
}

/** What `repeatedInterval` gives, of arguments already checked. */
export function intervalAround(
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
 * @param clock - as for `spendingBoundaries`
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
  clock: readonly number[] = times,
): Result<number> {
  const bad = findInvalidSpending(plan.spending) ?? findInvalidTimes(times) ?? findInvalidClock(clock, times)
  if (bad !== null) return bad
  if (!(z.length === times.length && z.every(Number.isFinite)))
    return invalid('z', 'a finite number for each time')
  return leastAlpha(
    plan,
    times.map((time, k) => ({ time, z: z[k] ?? 0, clock: clock[k] ?? time })),
    stage,
  )
}

/** A look as the sequential p value sees it. */
export interface LookStatistic {
  readonly time: number
  readonly z: number
  readonly clock: number
}

/** What `sequentialP` gives, of arguments already checked. */
export function leastAlpha(
  plan: Omit<SpendingPlan, 'alpha'>,
  looks: readonly LookStatistic[],
  stage: Stage,
): number {
  const sides = plan.alternative === 'two_sided' ? 2 : 1
  // Over the z of a test with one look the boundaries are nearly straight lines, and so is this.
  const excess = (x: number) => mostAbove({ ...plan, alpha: sides * normalUpperTail(x) }, looks, stage)
  const most = pointOf(excess, -normalQuantile((1 - 1e-9) / sides))
  if (most.y < 0) return 1
  const alpha = Math.max(LEAST_ALPHA, leastPlainP(plan.alternative, looks))
  const least = pointOf(excess, -normalQuantile(alpha / sides))
  const root = rootBetween(excess, least, most, { x: 1e-11, y: 1e-10 })
  return root === null ? alpha : sides * normalUpperTail(root)
}

/** The smallest p value of the looks each by itself, below which none of many looks gets: an end of the search. */
function leastPlainP(alternative: Alternative, looks: readonly LookStatistic[]): number {
  const highest = Math.max(...looks.map(({ z }) => towards(alternative, z)))
  return (alternative === 'two_sided' ? 2 : 1) * normalUpperTail(highest)
}

/** How far the z statistics got above the boundaries at most. */
function mostAbove(plan: SpendingPlan, looks: readonly LookStatistic[], stage: Stage): number {
  let progress = noLooksYet()
  let most = -1000
  for (const [k, { time, z, clock }] of looks.entries()) {
    progress = nextLook(plan, progress, time, k === looks.length - 1 ? stage : 'interim', clock)
    const bound = progress.boundary.z
    if (bound !== null) most = Math.max(most, towards(plan.alternative, z) - bound)
  }
  return most
}

/** The z statistic in the direction of rejection. */
export function towards(alternative: Alternative, z: number): number {
  return { two_sided: Math.abs(z), greater: z, less: -z }[alternative]
}
