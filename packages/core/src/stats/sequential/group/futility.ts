// One-sided tests that may also stop for futility: a lower boundary that spends the type II error.
import { normalQuantile } from '../../distribution/normal.ts'
import { findRoot } from '../../numeric/root.ts'
import { type Invalid, invalid, type Result } from '../../result.ts'
import {
  boundAbove,
  boundBelow,
  findInvalidAlpha,
  findInvalidPlannedTimes,
  LEAST_INCREMENT,
} from './boundary.ts'
import { exitProbabilities, expectedTime } from './exit.ts'
import { carry, type Paths, probabilityBelow, startingAt } from './paths.ts'
import { findInvalidSpending, type Spending, spentBy } from './spending.ts'

/** A one-sided test of a higher effect with a lower boundary. */
export interface FutilityPlan {
  /** Type I error, in (0, 1). */
  readonly alpha: number
  readonly spending: Spending
  /** Type II error at the effect planned for, in (0, 1 - alpha). */
  readonly beta: number
  readonly betaSpending: Spending
  /**
   * `non_binding`: the type I error holds though one goes on below the lower boundary. `binding`: the upper boundary is
   * a little lower, and going on breaks the type I error.
   */
  readonly futility: 'non_binding' | 'binding'
}

/** The two boundaries of a look; null where less than 1e-12 could be spent. */
export interface FutilityLook {
  readonly time: number
  /** Stop and keep the control at z <= this. */
  readonly lower: number | null
  /** Stop and reject at z >= this. */
  readonly upper: number | null
}

export interface FutilityDesign {
  readonly kind: 'futility_design'
  /** At the last look the two meet. */
  readonly looks: readonly FutilityLook[]
  /** The effect planned for, as the expected z at the planned maximum. */
  readonly drift: number
  /** The planned maximum, divided by what a test with one look needs. */
  readonly inflation: number
  /** Information used on average, divided by the same, at these multiples of the effect, stopping at both boundaries. */
  readonly expected: { readonly none: number; readonly half: number; readonly full: number }
}

/**
 * The boundaries of a test that stops for efficacy and for futility, and the size at which they meet at the end.
 *
 * Formula: u_k spends alpha without an effect, l_k spends beta at the drift theta, P_theta(not stopped before k,
 * Z_k <= l_k) = b(t_k) - b(t_{k-1}); theta such that l_K = u_K.
 *
 * @param plan - alpha in (0, 1), beta in (0, 1 - alpha)
 * @param times - all the looks planned, rising by 0.01 % at least, in (0, 1], the last 1
 *
 * Accuracy: 1e-8 in z; checked against gsDesign 3.11, test types 3 and 4, to its own tolerance (`futility.test.ts`).
 * Source: Pampallona, Tsiatis and Kim (2001), Drug Information Journal 35(4), doi:10.1177/009286150103500408; Jennison
 * and Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, section 7.3.
 */
export function futilityDesign(plan: FutilityPlan, times: readonly number[]): Result<FutilityDesign> {
  const bad = findInvalidFutility(plan, times)
  if (bad !== null) return bad
  const fixed = -normalQuantile(plan.beta) - normalQuantile(plan.alpha)
  // No less than a single look needs, and never three times its drift.
  // An upper boundary that takes no account of the lower one is the same for every drift.
  const uppers = plan.futility === 'binding' ? null : uppersAlone(plan, times)
  const excess = (x: number) => boundsAt(plan, times, x, uppers).gap
  const drift = findRoot(excess, 0.5 * fixed, 3 * fixed, { x: 1e-11, y: 1e-13 })
  if (drift === null) return invalid('times', 'at which the boundaries meet')
  const { looks } = boundsAt(plan, times, drift, uppers)
  const inflation = (drift / fixed) ** 2
  const regions = looks.map(({ time, lower, upper }) => ({ information: time, lower, upper }))
  const used = (theta: number) => inflation * expectedTime(regions, exitProbabilities(regions, theta))
  return {
    kind: 'futility_design',
    looks,
    drift,
    inflation,
    expected: { none: used(0), half: used(drift / 2), full: used(drift) },
  }
}

/** The upper boundary of a test that has no other. */
function uppersAlone(plan: FutilityPlan, times: readonly number[]): readonly (number | null)[] {
  let none = startingAt(0, 0)
  let before: number | null = null
  return times.map((time, k) => {
    const upper = spendAbove(none, time, spentBetween(plan.spending, plan.alpha, times, k), before)
    none = carry(none, { information: time, lower: null, upper }, 0, times[k + 1] ?? 2 * time)
    before = upper
    return upper
  })
}

/**
 * Both boundaries for a drift; the last lower one is the upper one, and `gap` is what it then spends too much: 0 where the
 * two meet.
 *
 * @param uppers - null: to be found on the way, as they depend on the lower ones
 */
function boundsAt(
  plan: FutilityPlan,
  times: readonly number[],
  drift: number,
  uppers: readonly (number | null)[] | null,
) {
  const looks: FutilityLook[] = []
  let none = startingAt(0, 0)
  let planned = startingAt(0, 0)
  let gap = 0
  for (const [k, time] of times.entries()) {
    const before = looks.at(-1)
    const upper =
      uppers === null
        ? spendAbove(none, time, spentBetween(plan.spending, plan.alpha, times, k), before?.upper ?? null)
        : (uppers[k] ?? null)
    const below = spentBetween(plan.betaSpending, plan.beta, times, k)
    const next = times[k + 1]
    if (next === undefined) {
      gap = probabilityBelow(planned, time, upper ?? 0, drift) - below
      looks.push({ time, lower: upper, upper })
      break
    }
    const lower = spendBelow(planned, time, below, drift, { upper, before: before?.lower ?? null })
    looks.push({ time, lower, upper })
    planned = carry(planned, { information: time, lower, upper }, drift, next)
    if (uppers === null) none = carry(none, { information: time, lower, upper }, 0, next)
  }
  return { looks, gap }
}

/** @param before - the bound of the look before */
function spendAbove(paths: Paths, time: number, increment: number, before: number | null): number | null {
  return increment < LEAST_INCREMENT ? null : boundAbove(paths, time, increment, 0, before)
}

function spendBelow(
  paths: Paths,
  time: number,
  increment: number,
  drift: number,
  { upper, before }: { readonly upper: number | null; readonly before: number | null },
): number | null {
  if (increment < LEAST_INCREMENT) return null
  const lower = boundBelow(paths, time, increment, drift, before)
  if (upper === null) return lower
  // A lower boundary above the upper one, as for a drift far too large, would leave nothing between.
  return Math.min(lower ?? Infinity, upper - 1e-6)
}

function spentBetween(spending: Spending, error: number, times: readonly number[], k: number): number {
  const before = k === 0 ? 0 : spentBy(spending, error, times[k - 1] ?? 0)
  return spentBy(spending, error, times[k] ?? 0) - before
}

function findInvalidFutility(plan: FutilityPlan, times: readonly number[]): Invalid | null {
  if (!(plan.beta > 0 && plan.beta < 1 - plan.alpha)) {
    return invalid('beta', 'in (0, 1 - alpha)')
  }
  return (
    findInvalidAlpha(plan) ??
    findInvalidSpending(plan.spending) ??
    findInvalidSpending(plan.betaSpending) ??
    findInvalidPlannedTimes(times) ??
    (times.at(-1) === 1 ? null : invalid('times', 'rising to 1'))
  )
}
