// Two boundaries that differ: another error, or another way to spend it, on each side; the lower one also under an effect.
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

/** A lower side may spend its error, beta, under the effect planned for. */
export interface LowerSpending extends SideSpending {
  /** The effect its error is of, as the expected z at the planned maximum, in [0, 50]; 0, none, unless told. */
  readonly drift?: number
}

export interface AsymmetricPlan {
  readonly upper: SideSpending
  /** If binding and both without an effect, the two errors sum to 1 at most; with 1 the boundaries meet at the end. */
  readonly lower: LowerSpending
  /**
   * `binding`: crossing the lower boundary ends the test (ldbounds, gsDesign's test types 3 and 5). `non_binding`: the
   * upper error holds though one goes on below it (test types 4 and 6): the lower boundary may be one of futility.
   */
  readonly crossing: 'binding' | 'non_binding'
}

/**
 * The boundaries of a test that spends errors of its own on each side.
 *
 * Formula: u_k and l_k solve P(not stopped before k, Z_k >= u_k) = a(t_k) - a(t_{k-1}) without an effect and
 * P_theta(not stopped before k, Z_k <= l_k) = b(t_k) - b(t_{k-1}), theta the drift of the lower side; for `non_binding`
 * the first counts only paths that stopped above as stopped. l_k is u_k where it would be above it.
 *
 * @param times - as for `spendingBoundaries`, and so are `stage` and `clock`
 * @returns the looks, for `exitProbabilities` and `stageWise`; a side is null where less than 1e-12 could be spent, both
 *   where less than 0.01 % of information came since the look before
 *
 * Assumes what `spendingBoundaries` does. The drift with which the boundaries meet at planned looks is that of
 * `futilityDesign`; at other looks the lower error is kept and they may end apart.
 * Accuracy: 1e-10 in z; gsDesign 3.11, test types 3 to 6, agrees to its tolerance (`asymmetric.test.ts`).
 * Source: Jennison and Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, section 7.2;
 * Reboussin, DeMets, Kim and Lan (2000), Controlled Clinical Trials 21(3), doi:10.1016/S0197-2456(00)00057-X.
 */
export function asymmetricBoundaries(
  plan: AsymmetricPlan,
  times: readonly number[],
  stage: Stage = 'interim',
  clock: readonly number[] = times,
): Result<readonly Look[]> {
  const bad = findInvalidAsymmetric(plan) ?? findInvalidTimes(times) ?? findInvalidClock(clock, times)
  if (bad !== null) return bad
  let progress = noAsymmetricLooksYet()
  return times.map((time, k) => {
    const last = k === times.length - 1 ? stage : 'interim'
    progress = nextAsymmetricLook(plan, progress, time, last, clock[k])
    return progress.look
  })
}

/** An asymmetric test in progress: what the next look needs to know of those before. */
export interface AsymmetricProgress {
  /** Of the last look. */
  readonly look: Look
  /** By the last look with a bound. */
  readonly spent: { readonly upper: number; readonly lower: number }
  /** That look, and the paths running before it as each side counts them: without an effect, and under the lower's. */
  readonly last: Look
  readonly paths: { readonly upper: Paths; readonly lower: Paths }
}

/** Before the first look. */
export function noAsymmetricLooksYet(): AsymmetricProgress {
  const look = { information: 0, lower: null, upper: null }
  const paths = startingAt(0, 0)
  return { look, last: look, spent: { upper: 0, lower: 0 }, paths: { upper: paths, lower: paths } }
}

/**
 * One look further: what `asymmetricBoundaries` does look by look; its arguments are not checked again.
 *
 * @param time - not before that of `progress`
 * @param clock - the share by which error is spent; `time` unless told
 */
export function nextAsymmetricLook(
  plan: AsymmetricPlan,
  progress: AsymmetricProgress,
  time: number,
  stage: Stage,
  clock = time,
): AsymmetricProgress {
  const { last, spent } = progress
  const share = stage === 'final' ? 1 : clock
  const up = spentBy(plan.upper.spending, plan.upper.error, share) - spent.upper
  const down = spentBy(plan.lower.spending, plan.lower.error, share) - spent.lower
  const isNews = time > last.information * (1 + LEAST_GROWTH)
  if (!isNews || Math.max(up, down) < LEAST_INCREMENT)
    return { ...progress, look: { information: time, lower: null, upper: null } }
  const drift = plan.lower.drift ?? 0
  const stops = plan.crossing === 'binding' ? last : { ...last, lower: null }
  const paths = {
    upper: carry(progress.paths.upper, stops, 0, time),
    lower: carry(progress.paths.lower, last, drift, time),
  }
  const upper = up < LEAST_INCREMENT ? null : boundAbove(paths.upper, time, up, 0, last.upper)
  const below = down < LEAST_INCREMENT ? null : boundBelow(paths.lower, time, down, drift, last.lower)
  const lower = down < LEAST_INCREMENT ? null : notAbove(upper, below)
  const look = { information: time, lower, upper }
  if (upper === null && lower === null) return { ...progress, look }
  return {
    look,
    last: look,
    paths,
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

/** What is wrong with such a plan, or null. */
export function findInvalidAsymmetric({ upper, lower, crossing }: AsymmetricPlan): Invalid | null {
  if (!(upper.error > 0 && upper.error < 1)) return invalid('upper.error', 'in (0, 1)')
  if (!(lower.error > 0 && lower.error < 1)) return invalid('lower.error', 'in (0, 1)')
  const { drift = 0 } = lower
  if (!(drift >= 0 && drift <= 50)) return invalid('lower.drift', 'in [0, 50]')
  if (crossing === 'binding' && drift === 0 && !(upper.error + lower.error <= 1 + 1e-12))
    return invalid('lower.error', 'at most 1 - upper.error if binding')
  return findInvalidSpending(upper.spending) ?? findInvalidSpending(lower.spending)
}
