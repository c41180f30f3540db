// Two boundaries without an effect that differ: another share of alpha, or another way to spend it, on each side.
import { type Invalid, invalid, type Result } from '../../result.ts'
import {
  boundAbove,
  boundBelow,
  findInvalidClock,
  findInvalidTimes,
  LEAST_INCREMENT,
  type Stage,
} from './boundary.ts'
import { carry, LEAST_GROWTH, type Look, type Paths, startingAt } from './paths.ts'
import { findInvalidSpending, type Spending, spentBy } from './spending.ts'

/** The error of one side, without an effect, in (0, 1), and how it is spent. */
export interface SideSpending {
  readonly error: number
  readonly spending: Spending
}

export interface AsymmetricPlan {
  readonly upper: SideSpending
  /** If binding the two errors sum to 1 at most; with 1 the boundaries meet at the end. */
  readonly lower: SideSpending
  /**
   * `binding`: crossing the lower boundary ends the test (ldbounds, gsDesign's test type 5). `non_binding`: the upper
   * error holds though one goes on below it (test type 6): the lower boundary is one of futility.
   */
  readonly crossing: 'binding' | 'non_binding'
}

/**
 * The boundaries of a test that spends errors of its own on each side, both without an effect.
 *
 * Formula: u_k and l_k solve P(not stopped before k, Z_k >= u_k) = a(t_k) - a(t_{k-1}) and P(not stopped before k,
 * Z_k <= l_k) = b(t_k) - b(t_{k-1}); for `non_binding` the first counts only paths that stopped above as stopped.
 *
 * @param times - as for `spendingBoundaries`, and so are `stage` and `clock`
 * @returns the looks, for `exitProbabilities` and `stageWise`; a side is null where less than 1e-12 could be spent, both
 *   where less than 0.01 % of information came since the look before
 *
 * Assumes what `spendingBoundaries` does. A lower boundary that spends beta under the effect is `futilityDesign`.
 * Accuracy: 1e-10 in z; gsDesign 3.11, test types 5 and 6, agrees to its tolerance (`asymmetric.test.ts`).
 * Source: Jennison and Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, section 7.2;
 * Reboussin, DeMets, Kim and Lan (2000), Controlled Clinical Trials 21(3), doi:10.1016/S0197-2456(00)00057-X.
 */
export function asymmetricBoundaries(
  plan: AsymmetricPlan,
  times: readonly number[],
  stage: Stage = 'interim',
  clock: readonly number[] = times,
): Result<readonly Look[]> {
  const bad = findInvalidPlan(plan) ?? findInvalidTimes(times) ?? findInvalidClock(clock, times)
  if (bad !== null) return bad
  let progress = start
  return times.map((time, k) => {
    const share = stage === 'final' && k === times.length - 1 ? 1 : (clock[k] ?? time)
    progress = oneFurther(plan, progress, time, share)
    return { information: time, lower: progress.bounds.lower, upper: progress.bounds.upper }
  })
}

interface Progress {
  readonly bounds: Pick<Look, 'lower' | 'upper'>
  /** The last look with a bound, and the paths before it: those that stop at either, and those that stop above. */
  readonly last: Look
  readonly either: Paths
  readonly above: Paths
  readonly spent: { readonly upper: number; readonly lower: number }
}

const none = { lower: null, upper: null }
const start: Progress = {
  bounds: none,
  last: { information: 0, ...none },
  either: startingAt(0, 0),
  above: startingAt(0, 0),
  spent: { upper: 0, lower: 0 },
}

function oneFurther(plan: AsymmetricPlan, progress: Progress, time: number, share: number): Progress {
  const { last, spent } = progress
  const up = spentBy(plan.upper.spending, plan.upper.error, share) - spent.upper
  const down = spentBy(plan.lower.spending, plan.lower.error, share) - spent.lower
  const isNews = time > last.information * (1 + LEAST_GROWTH)
  if (!isNews || Math.max(up, down) < LEAST_INCREMENT) return { ...progress, bounds: none }
  const either = carry(progress.either, last, 0, time)
  const above = carry(progress.above, { ...last, lower: null }, 0, time)
  const stopping = plan.crossing === 'binding' ? either : above
  const upper = up < LEAST_INCREMENT ? null : boundAbove(stopping, time, up, 0)
  const lower = down < LEAST_INCREMENT ? null : notAbove(upper, boundBelow(either, time, down, 0))
  const bounds = { lower, upper }
  return {
    bounds,
    last: upper === null && lower === null ? last : { information: time, ...bounds },
    either,
    above,
    spent: {
      upper: spent.upper + (upper === null ? 0 : up),
      lower: spent.lower + (lower === null ? 0 : down),
    },
  }
}

/** Where the errors leave nothing between, or less than that, the two boundaries meet. */
function notAbove(upper: number | null, lower: number | null): number | null {
  if (upper === null) return lower
  return Math.min(lower ?? upper, upper)
}

function findInvalidPlan({ upper, lower, crossing }: AsymmetricPlan): Invalid | null {
  if (!(upper.error > 0 && upper.error < 1)) return invalid('upper.error', 'in (0, 1)')
  if (!(lower.error > 0 && lower.error < 1)) return invalid('lower.error', 'in (0, 1)')
  if (crossing === 'binding' && !(upper.error + lower.error <= 1 + 1e-12))
    return invalid('lower.error', 'at most 1 - upper.error if binding')
  return findInvalidSpending(upper.spending) ?? findInvalidSpending(lower.spending)
}
