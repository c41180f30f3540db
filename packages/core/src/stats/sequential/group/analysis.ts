// The analysis of a group-sequential test at its latest look, from the effects its looks have shown.
import {
  type Assumption,
  type Estimate,
  type Insufficient,
  type Interval,
  type Invalid,
  insufficient,
  invalid,
  type Result,
  type Scale,
} from '../../result.ts'
import {
  type Boundary,
  errorOfOneSide,
  findInvalidPlan,
  findInvalidTimes,
  nextLook,
  noLooksYet,
  type SpendingPlan,
  type Stage,
} from './boundary.ts'
import { looksOf } from './exit.ts'
import { intervalAround, leastAlpha, towards } from './repeated.ts'
import { stageWise } from './stage-wise.ts'

/** Of units on each variant, unless told. */
const BURN_IN = 100

/** What the looks of a test are measured by. */
export interface Frame {
  /** The information, 1 / standard error^2, at which all of alpha will be spent; > 0. Fixed before the first look. */
  readonly plannedInformation: number
  /** The effect it tests against: 0, or of a non-inferiority test the margin. Finite. */
  readonly nullEffect: number
  readonly scale: Scale
  /**
   * Units on each variant below which the normal approximation is not trusted: such looks show nothing and spend nothing.
   * Whole, >= 2; 100 unless told.
   */
  readonly burnIn?: number
}

export interface GroupSequentialPlan extends SpendingPlan, Frame {}

/** What one look saw: an effect estimated from all the data up to then. */
export interface LookEffect {
  /** Finite. */
  readonly effect: number
  /** > 0 */
  readonly standardError: number
  readonly n: { readonly control: number; readonly variant: number }
  /** The share by which error is spent, > 0, not falling: of the calendar, say. The look's time unless told. */
  readonly clock?: number
}

/**
 * A group-sequential result. While it runs, `effect` is the plain estimate, `interval` the repeated one and `p` the
 * sequential one; once it has rejected or ended, they are adjusted by stage-wise ordering and refer to that look.
 */
export interface GroupSequentialEstimate extends Estimate {
  readonly state: 'running' | 'rejected' | 'ended'
  /** Number of the look this is about, from 1, of the looks given. */
  readonly look: number
  /** Its information as a share of the planned one; above 1 after an overrun. */
  readonly time: number
  /** Its z statistic and boundary; a null boundary could reject nothing (see `Boundary`). */
  readonly z: number
  readonly boundary: number | null
  /** Of alpha, spent so far, both sides together. */
  readonly alphaSpent: number
  /** Valid at this look whether or not it was the last: the repeated interval and sequential p value. */
  readonly repeated: { readonly interval: Interval; readonly p: number }
}

/**
 * Analyses a test whose looks spend its error by the information they have.
 *
 * Formula: t_k = 1 / (se_k^2 planned information), z_k = (effect_k - null effect) / se_k; rejects at the first look at
 * which z_k is at or beyond the boundary of `spendingBoundaries`. Looks after it are not used.
 *
 * @param plan - see its fields; kept unchanged over the life of the test
 * @param looks - all looks so far, in order, including those at which nothing happened
 * @param stage - `final` if the test ends with the last look; must not depend on the effects seen
 * @returns `insufficient` with no look, fewer than `burnIn` units on a variant, or no variance; `invalid` arguments by name
 *
 * Assumes effects whose z statistics are jointly normal with independent increments (means, proportions and ratios of
 * all data so far, for large samples), and weights that did not change meanwhile with a drifting population. A look
 * whose information did not grow, as an estimated variance may make it, is passed over.
 * Accuracy: as `spendingBoundaries`, `stageWise` and `sequentialP`.
 * Source: theirs.
 */
export function analyseGroupSequential(
  plan: GroupSequentialPlan,
  looks: readonly LookEffect[],
  stage: Stage = 'interim',
): Result<GroupSequentialEstimate> {
  const refusal = findInvalidPlan(plan) ?? refuseLooks(plan, looks)
  if (refusal !== null) return refusal
  const seen = walk(plan, looks, stage)
  const last = seen.at(-1)
  if (last === undefined) return insufficient('no_information', null)
  return last.state === 'running' ? estimateOf(plan, seen, last) : adjusted(plan, seen, last)
}

/** A look with what the test made of it. */
interface Seen extends CountedLook {
  readonly clock: number
  readonly boundary: Boundary
  readonly state: GroupSequentialEstimate['state']
}

/** The looks up to the one at which the test stopped. */
function walk(plan: GroupSequentialPlan, looks: readonly LookEffect[], stage: Stage): readonly Seen[] {
  const seen: Seen[] = []
  let progress = noLooksYet()
  for (const counted of countedLooks(plan, looks, stage)) {
    const time = Math.max(progress.boundary.time, counted.share)
    const clock = counted.look.clock ?? time
    progress = nextLook(plan, progress, time, counted.stage, clock)
    const state = stateOf(plan, progress.boundary, counted.z, counted.stage)
    seen.push({ ...counted, clock, boundary: progress.boundary, state })
    if (state !== 'running') break
  }
  return seen
}

function stateOf(plan: SpendingPlan, boundary: Boundary, z: number, stage: Stage): Seen['state'] {
  if (boundary.z !== null && towards(plan.alternative, z) >= boundary.z) return 'rejected'
  const isSpent = errorOfOneSide(plan) - boundary.spent < 1e-12
  return isSpent || stage === 'final' ? 'ended' : 'running'
}

function estimateOf(plan: GroupSequentialPlan, seen: readonly Seen[], last: Seen): GroupSequentialEstimate {
  const { look, boundary } = last
  const interval = intervalAround(plan.alternative, plan.alpha, boundary, look.effect, look.standardError)
  const statistics = seen.map(each => ({ time: each.boundary.time, z: each.z, clock: each.clock }))
  const p = leastAlpha(plan, statistics, last.stage)
  return {
    kind: 'estimate',
    method: 'group_sequential',
    scale: plan.scale,
    effect: look.effect,
    standardError: look.standardError,
    interval,
    p,
    e: null,
    n: look.n,
    guarantee: { kind: 'asymptotic', burnIn: burnInOf(plan) },
    assumptions: assumptionsOf(plan),
    state: last.state,
    look: last.number,
    time: boundary.time,
    z: last.z,
    boundary: boundary.z,
    alphaSpent: boundary.spent * (plan.alternative === 'two_sided' ? 2 : 1),
    repeated: { interval, p },
  }
}

/** The same, of a test that stopped, with what accounts for the stopping in front. */
function adjusted(
  plan: GroupSequentialPlan,
  seen: readonly Seen[],
  last: Seen,
): Result<GroupSequentialEstimate> {
  const plain = estimateOf(plan, seen, last)
  // A last look without news rejects nothing and has no place in the ordering: the one before it has the last word.
  const from = last.boundary.z === null ? seen.findLastIndex(each => each.boundary.z !== null) : -1
  const upTo = from < 0 ? seen : seen.slice(0, from + 1)
  // Nor has an earlier one: nobody stops there, and its information may not have grown.
  const counted = upTo.filter((each, k) => each.boundary.z !== null || k === upTo.length - 1)
  const looks = looksOf(
    plan.alternative,
    counted.map(each => each.boundary),
  )
  const result = stageWise({ looks, z: counted.at(-1)?.z ?? 0 }, plan.alternative, 1 - plan.alpha)
  if (result.kind !== 'stage_wise') return result
  const toEffect = (drift: number) => plan.nullEffect + drift / Math.sqrt(plan.plannedInformation)
  const { level, lower, upper } = result.interval
  const interval: Interval = {
    kind: 'confidence',
    level,
    lower: lower === null ? null : toEffect(lower),
    upper: upper === null ? null : toEffect(upper),
  }
  return { ...plain, effect: toEffect(result.drift), interval, p: result.p }
}

/** What all tests with looks rely on. */
export function assumptionsOf(plan: Frame): readonly Assumption[] {
  return [
    { what: `at least ${burnInOf(plan)} units on each variant at every look`, state: 'holds' },
    { what: 'the times of the looks do not depend on the effects they showed', state: 'not_checked' },
    { what: 'the planned information was fixed before the first look', state: 'not_checked' },
  ]
}

export function burnInOf({ burnIn = BURN_IN }: Frame): number {
  return burnIn
}

/** A look that shows anything. */
export interface CountedLook {
  readonly look: LookEffect
  /** From 1, of all looks given. */
  readonly number: number
  readonly z: number
  /** Of the planned information. */
  readonly share: number
  readonly stage: Stage
}

/** Those past the burn-in whose effect has a standard error. */
export function countedLooks(
  plan: Frame,
  looks: readonly LookEffect[],
  stage: Stage,
): readonly CountedLook[] {
  return looks.flatMap((look, k): readonly CountedLook[] => {
    if (!(isPastBurnIn(look, plan) && look.standardError > 0)) return []
    const z = (look.effect - plan.nullEffect) / look.standardError
    const isLast = k === looks.length - 1
    return [{ look, number: k + 1, z, share: shareOf(look, plan), stage: isLast ? stage : 'interim' }]
  })
}

function isPastBurnIn({ n }: LookEffect, plan: Frame): boolean {
  return Math.min(n.control, n.variant) >= burnInOf(plan)
}

/** The information of a look as a share of the planned one. */
function shareOf({ standardError }: LookEffect, plan: Frame): number {
  return 1 / (standardError ** 2 * plan.plannedInformation)
}

/** Why nothing can be said of these looks, or null. */
export function refuseLooks(plan: Frame, looks: readonly LookEffect[]): Invalid | Insufficient | null {
  const bad = findInvalidInput(plan, looks)
  if (bad !== null) return bad
  const latest = looks.at(-1)
  if (latest === undefined) return insufficient('no_information', null)
  if (!isPastBurnIn(latest, plan)) return insufficient('too_few_units', burnInOf(plan))
  return latest.standardError === 0 ? insufficient('no_variance', null) : null
}

function findInvalidInput(plan: Frame, looks: readonly LookEffect[]): Invalid | null {
  if (!(plan.plannedInformation > 0 && plan.plannedInformation < Infinity)) {
    return invalid('plannedInformation', 'in (0, inf)')
  }
  if (!Number.isFinite(plan.nullEffect)) return invalid('nullEffect', 'finite')
  const areFinite = looks.every(look => Number.isFinite(look.effect))
  if (!areFinite) return invalid('looks.effect', 'finite')
  const haveErrors = looks.every(look => look.standardError >= 0 && look.standardError < Infinity)
  if (!haveErrors) return invalid('looks.standardError', 'in [0, inf)')
  if (!(Number.isSafeInteger(burnInOf(plan)) && burnInOf(plan) >= 2)) return invalid('burnIn', 'whole, >= 2')
  return findInvalidClock(looks) ?? findOverflow(plan, looks)
}

function findInvalidClock(looks: readonly LookEffect[]): Invalid | null {
  const clock = looks.flatMap(look => look.clock ?? [])
  return clock.length === 0 || findInvalidTimes(clock) === null
    ? null
    : invalid('looks.clock', '> 0, not falling')
}

/** Looks so exact, or effects so large, that their information or z statistic is no number. */
function findOverflow(plan: Frame, looks: readonly LookEffect[]): Invalid | null {
  const isFinite = looks.every(look => {
    const z = (look.effect - plan.nullEffect) / look.standardError
    return look.standardError === 0 || (Number.isFinite(shareOf(look, plan)) && Number.isFinite(z))
  })
  return isFinite ? null : invalid('looks', 'of a size whose information and z are finite')
}
