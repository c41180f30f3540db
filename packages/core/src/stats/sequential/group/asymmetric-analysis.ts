// The analysis of a test whose two sides differ: which of its boundaries was crossed, and what that says of the effect.
import {
  type Assumption,
  type Estimate,
  type Interval,
  type Invalid,
  insufficient,
  invalid,
  type Result,
} from '../../result.ts'
import {
  assumptionsOf,
  burnInOf,
  type CountedLook,
  countedLooks,
  type Frame,
  type LookEffect,
  refuseLooks,
} from './analysis.ts'
import {
  type AsymmetricPlan,
  type AsymmetricProgress,
  findInvalidAsymmetric,
  nextAsymmetricLook,
  noAsymmetricLooksYet,
} from './asymmetric.ts'
import { LEAST_INCREMENT, nextLook, noLooksYet, type SpendingPlan, type Stage } from './boundary.ts'
import type { Look } from './paths.ts'
import { type LookStatistic, leastAlpha } from './repeated.ts'
import { type Stopped, stageWiseDrift, stageWiseLowerTail, stageWiseTail } from './stage-wise.ts'

export interface AsymmetricTestPlan extends AsymmetricPlan, Frame {
  /**
   * What crossing the lower boundary says. `harm`: the effect is below the null effect, shown with the lower side's error,
   * which is then of no effect (no `drift`). `futility`: there is nothing to find, which is no proof of anything.
   */
  readonly below: 'harm' | 'futility'
}

export interface AsymmetricEstimate extends Estimate {
  /** `futile`: at or below a lower boundary of futility. A test whose futility is not binding may go on. */
  readonly state: 'running' | 'rejected_above' | 'rejected_below' | 'futile' | 'ended'
  /** Number of the look this is about, from 1, of the looks given. */
  readonly look: number
  /** Its information as a share of the planned one; above 1 after an overrun. */
  readonly time: number
  readonly z: number
  /** In z, of the look; null where a side could stop nothing. */
  readonly boundaries: { readonly lower: number | null; readonly upper: number | null }
  readonly spent: { readonly lower: number; readonly upper: number }
  /** One-sided p values: of a higher effect, and (harm) of a lower one; each at most its side's error when it rejects. */
  readonly sides: { readonly above: number; readonly below: number | null }
  /** Valid at this look whether or not it was the last: the repeated interval and sequential p value. */
  readonly repeated: { readonly interval: Interval; readonly p: number }
}

/**
 * Analyses a test that spends errors of its own on each side: for efficacy and harm, or for efficacy and futility.
 *
 * Formula: times and z as for `analyseGroupSequential`; the boundaries are those of `asymmetricBoundaries`. It rejects above
 * at the first z_k >= u_k; below, or is futile, at the first z_k <= l_k. Looks after a rejection, or after a binding
 * futility, are not used; those after one that is not binding are.
 * Stopped: outcomes are ordered by stage (`stageWiseTail`), a lower crossing the lower the earlier; where the lower boundary
 * is not binding the tail above counts nothing as stopped by it, so that its p value is right whether or not one stops.
 * The interval's lower end is the effect at which the tail above is the upper error a, its upper end (harm) that at which
 * the tail below is the lower error b: it excludes the null effect on the side that rejected. p = (a + b) min(p_above / a,
 * p_below / b) at most 1, which is at most a + b exactly when a side rejects; with futility p = p_above.
 * Running: effect -+ boundaries times the standard error, level 1 - a - b (harm), or with the one-sided boundary of the
 * upper side alone, level 1 - a (futility: stopping below does not bind an interval); p values of each side alone.
 *
 * @param plan - kept unchanged over the life of the test
 * @param looks - all looks so far, in order
 * @param stage - `final` if the test ends with the last look; must not depend on the effects seen
 * @returns `insufficient` and `invalid` as `analyseGroupSequential`; `invalid` also for harm under an effect
 *
 * Assumes what `analyseGroupSequential` does. Stopped by a futility that is not binding, the estimate is too low rather than
 * too high. The sequential p value of one side ignores stopping on the other: a little too large when that is binding.
 * Accuracy: p to 1e-8, ends to 1e-8 standard errors, by SciPy's multivariate normal (`fixtures/asymmetric.py`).
 * Source: Tsiatis, Rosner and Mehta (1984), Biometrics 40(3), doi:10.2307/2530924, for the ordering; Jennison and Turnbull
 * (2000), Group Sequential Methods with Applications to Clinical Trials, chapters 8 and 9; Liu and Anderson (2008), JASA
 * 103(484), doi:10.1198/016214508000000986, for leaving out a futility that is not binding.
 */
export function analyseAsymmetric(
  plan: AsymmetricTestPlan,
  looks: readonly LookEffect[],
  stage: Stage = 'interim',
): Result<AsymmetricEstimate> {
  const refusal = findInvalidAsymmetric(plan) ?? findInvalidHarm(plan) ?? refuseLooks(plan, looks)
  if (refusal !== null) return refusal
  const seen = walk(plan, looks, stage)
  const last = seen.at(-1)
  if (last === undefined) return insufficient('no_information', null)
  return last.state === 'running' ? runningEstimate(plan, seen, last) : stoppedEstimate(plan, seen, last)
}

/** A look with what the test made of it. */
interface Seen extends CountedLook {
  readonly clock: number
  readonly progress: AsymmetricProgress
  readonly state: AsymmetricEstimate['state']
}

/** The looks up to the one at which the test stopped. */
function walk(plan: AsymmetricTestPlan, looks: readonly LookEffect[], stage: Stage): readonly Seen[] {
  const seen: Seen[] = []
  let progress = noAsymmetricLooksYet()
  for (const counted of countedLooks(plan, looks, stage)) {
    const time = Math.max(progress.look.information, counted.share)
    const clock = counted.look.clock ?? time
    progress = nextAsymmetricLook(plan, progress, time, counted.stage, clock)
    const state = stateOf(plan, progress, counted.z, counted.stage)
    seen.push({ ...counted, clock, progress, state })
    if (isOver(plan, state)) break
  }
  return seen
}

function stateOf(
  plan: AsymmetricTestPlan,
  { look, spent }: AsymmetricProgress,
  z: number,
  stage: Stage,
): Seen['state'] {
  if (look.upper !== null && z >= look.upper) return 'rejected_above'
  const isBelow = look.lower !== null && z <= look.lower
  if (isBelow && plan.below === 'harm') return 'rejected_below'
  if (stage === 'final' || isSpent(plan, spent)) return 'ended'
  return isBelow ? 'futile' : 'running'
}

/** Whether nothing can be rejected any more. */
function isSpent({ upper, lower, below }: AsymmetricTestPlan, spent: AsymmetricProgress['spent']): boolean {
  const isLowerSpent = below === 'futility' || lower.error - spent.lower < LEAST_INCREMENT
  return upper.error - spent.upper < LEAST_INCREMENT && isLowerSpent
}

function isOver(plan: AsymmetricTestPlan, state: Seen['state']): boolean {
  return state === 'futile' ? plan.crossing === 'binding' : state !== 'running'
}

/** What an estimate says of the look it is of, whether or not the test goes on. */
function atLook(plan: AsymmetricTestPlan, seen: readonly Seen[], { look, progress, ...last }: Seen) {
  const { information, lower, upper } = progress.look
  return {
    kind: 'estimate',
    method: 'asymmetric_group_sequential',
    scale: plan.scale,
    standardError: look.standardError,
    e: null,
    n: look.n,
    guarantee: { kind: 'asymptotic', burnIn: burnInOf(plan) },
    assumptions: allAssumptions(plan),
    state: last.state,
    look: last.number,
    time: information,
    z: last.z,
    boundaries: { lower, upper },
    spent: progress.spent,
    repeated: repeatedOf(plan, seen),
  } as const
}

function runningEstimate(plan: AsymmetricTestPlan, seen: readonly Seen[], last: Seen): AsymmetricEstimate {
  const found = atLook(plan, seen, last)
  const { interval, p, sides } = found.repeated
  return { ...found, effect: last.look.effect, interval, p, sides, repeated: { interval, p } }
}

/** The test stopped, or may stop, here: what accounts for the stopping in front. */
function stoppedEstimate(
  plan: AsymmetricTestPlan,
  seen: readonly Seen[],
  last: Seen,
): Result<AsymmetricEstimate> {
  const found = atLook(plan, seen, last)
  const both = stoppedAt(seen)
  const above = plan.crossing === 'binding' ? both : withoutLower(both)
  const isHarm = plan.below === 'harm'
  const [drift, lower, upper] = [
    stageWiseDrift(above, 0.5),
    stageWiseDrift(above, plan.upper.error),
    isHarm ? stageWiseDrift(both, 1 - plan.lower.error) : 0,
  ]
  if (drift === null || lower === null || upper === null) return invalid('looks', 'of z within reach')
  const toEffect = (theta: number) => plan.nullEffect + theta / Math.sqrt(plan.plannedInformation)
  const sides = {
    above: stageWiseTail(above, 0),
    below: isHarm ? stageWiseLowerTail(both, 0) : null,
  }
  const interval: Interval = {
    kind: 'confidence',
    level: levelOf(plan),
    lower: toEffect(lower),
    upper: isHarm ? toEffect(upper) : null,
  }
  const { repeated } = found
  return {
    ...found,
    effect: toEffect(drift),
    interval,
    p: together(plan, sides),
    sides,
    repeated: { interval: repeated.interval, p: repeated.p },
  }
}

/** The looks that have a place in the ordering, those with a boundary, and the z of the last of them. */
function stoppedAt(seen: readonly Seen[]): Stopped {
  const withBounds = seen.filter(({ progress: { look } }) => look.lower !== null || look.upper !== null)
  const counted = withBounds.length > 0 ? withBounds : seen.slice(-1)
  return { looks: counted.map(({ progress }) => progress.look), z: counted.at(-1)?.z ?? 0 }
}

function withoutLower({ looks, z }: Stopped): Stopped {
  return { looks: looks.map((look): Look => ({ ...look, lower: null })), z }
}

/** The repeated interval and sequential p values of the last look. */
function repeatedOf(plan: AsymmetricTestPlan, seen: readonly Seen[]) {
  const last = seen.at(-1)
  const looks = seen.map(({ progress, z, clock }) => ({ time: progress.look.information, z, clock }))
  const stage = last?.stage ?? 'interim'
  const sides = {
    above: leastAlpha({ alternative: 'greater', spending: plan.upper.spending }, looks, stage),
    below:
      plan.below === 'harm'
        ? leastAlpha({ alternative: 'less', spending: plan.lower.spending }, looks, stage)
        : null,
  }
  const { effect = 0, standardError = 0 } = last?.look ?? {}
  const bounds = last?.progress.look
  const most = plan.below === 'harm' ? (bounds?.upper ?? null) : oneSidedBound(plan, looks, stage)
  const least = plan.below === 'harm' ? (bounds?.lower ?? null) : null
  const interval: Interval = {
    kind: 'sequence',
    level: levelOf(plan),
    lower: most === null ? null : effect - most * standardError,
    upper: least === null ? null : effect - least * standardError,
  }
  return { interval, p: together(plan, sides), sides }
}

/** The boundary of the upper side alone at the last look. */
function oneSidedBound(
  { upper }: AsymmetricTestPlan,
  looks: readonly LookStatistic[],
  stage: Stage,
): number | null {
  const plan: SpendingPlan = { alpha: upper.error, alternative: 'greater', spending: upper.spending }
  let progress = noLooksYet()
  for (const [k, { time, clock }] of looks.entries())
    progress = nextLook(plan, progress, time, k === looks.length - 1 ? stage : 'interim', clock)
  return progress.boundary.z
}

function levelOf({ below, upper, lower }: AsymmetricTestPlan): number {
  return 1 - upper.error - (below === 'harm' ? lower.error : 0)
}

/** One p value of both sides, each weighed by its error. */
function together(
  { upper, lower }: AsymmetricTestPlan,
  { above, below }: AsymmetricEstimate['sides'],
): number {
  if (below === null) return above
  const smaller = Math.min(above / upper.error, below / lower.error)
  return Math.min(1, (upper.error + lower.error) * smaller)
}

function allAssumptions(plan: AsymmetricTestPlan): readonly Assumption[] {
  const isBinding = plan.below === 'futility' && plan.crossing === 'binding'
  const stops = { what: 'a test found futile stops', state: 'not_checked' } as const
  return isBinding ? [...assumptionsOf(plan), stops] : assumptionsOf(plan)
}

function findInvalidHarm({ below, upper, lower }: AsymmetricTestPlan): Invalid | null {
  if (below === 'futility') return null
  if ((lower.drift ?? 0) !== 0) return invalid('lower.drift', '0 for harm')
  return upper.error + lower.error < 1 ? null : invalid('lower.error', 'below 1 - upper.error for harm')
}
