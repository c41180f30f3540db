// The classical designs, whose boundary has a fixed shape and needs its looks planned: Pocock, O'Brien-Fleming and
// Wang-Tsiatis. Not to be confused with the spending functions named after them: at four looks the last boundary of
// O'Brien-Fleming is 2.024, and of the spending function in their manner 2.014.
import { normalQuantile } from '../../distribution/normal.ts'
import { findRoot } from '../../numeric/root.ts'
import { sum } from '../../numeric/sum.ts'
import { type Alternative, invalid, type Result } from '../../result.ts'
import { type Boundary, errorOfOneSide, findInvalidAlpha, findInvalidPlannedTimes } from './boundary.ts'
import { exitProbabilities, looksOf } from './exit.ts'

/** `pocock` is Wang-Tsiatis with delta 1/2, `obrien_fleming` with delta 0. */
export type ClassicalShape =
  | { readonly shape: 'pocock' }
  | { readonly shape: 'obrien_fleming' }
  | { readonly shape: 'wang_tsiatis'; readonly delta: number }

/** A design of fixed shape. */
export type ClassicalPlan = ClassicalShape & {
  /** Type I error over all looks, of both sides together when two-sided; in (0, 1). */
  readonly alpha: number
  readonly alternative: Alternative
}

/**
 * The boundaries of a classical design.
 *
 * Formula: c_k = C (t_k / t_K)^(delta - 1/2), with C such that the probability of ever crossing, without an effect, is
 * alpha. At equal steps C sqrt(K / k) for O'Brien-Fleming and C for Pocock.
 *
 * @param plan - alpha in (0, 1), at most 1/2 if one-sided; delta in [-5, 1]
 * @param times - all the looks there will be, > 0 and rising by 0.01 % at least: unlike with a spending function they
 *   must be planned
 *
 * Accuracy: 1e-9 in C, checked against gsDesign 3.11 (`classical.test.ts`).
 * Source: Pocock (1977), Biometrika 64(2), doi:10.1093/biomet/64.2.191; O'Brien and Fleming (1979), Biometrics 35(3),
 * doi:10.2307/2530245; Wang and Tsiatis (1987), Biometrics 43(1), doi:10.2307/2531959.
 */
export function classicalBoundaries(
  plan: ClassicalPlan,
  times: readonly number[],
): Result<readonly Boundary[]> {
  const bad = findInvalidAlpha(plan) ?? findInvalidPlannedTimes(times)
  if (bad !== null) return bad
  if (errorOfOneSide(plan) >= 0.5) return invalid('alpha', 'below 1/2 if one-sided')
  const delta = deltaOf(plan)
  if (!(delta >= -5 && delta <= 1)) return invalid('delta', 'in [-5, 1]')
  const bounds = atConstant(times, delta, constantOf(plan, times, delta))
  if (!bounds.every(bound => Number.isFinite(bound.z)))
    return invalid('alpha', 'large enough for finite boundaries')
  return withErrors(plan, bounds)
}

type Bound = Pick<Boundary, 'time'> & { readonly z: number }

function atConstant(times: readonly number[], delta: number, constant: number): readonly Bound[] {
  const last = times.at(-1) ?? 1
  return times.map(time => ({ time, z: constant * (time / last) ** (delta - 0.5) }))
}

function constantOf(plan: ClassicalPlan, times: readonly number[], delta: number): number {
  const error = errorOfOneSide(plan)
  const quantile = -normalQuantile(error)
  // As a normal quantile the probability of crossing is nearly a straight line over the constant: few steps find it.
  const excess = (constant: number) =>
    quantile + normalQuantile(crossing(plan, atConstant(times, delta, constant)))
  // Below the bound of a single look the last look alone spends too much; with every look at error / K all spend too little.
  const lowest = Math.min(...atConstant(times, delta, 1).map(bound => bound.z))
  const high = -normalQuantile(error / times.length) / lowest
  return findRoot(excess, quantile, high, { x: 1e-12, y: 1e-13 }) ?? high
}

/** The probability of ever crossing one side without an effect. */
function crossing(plan: ClassicalPlan, bounds: readonly Bound[]): number {
  return sum(oneSide(plan, bounds))
}

function oneSide(plan: ClassicalPlan, bounds: readonly Bound[]): readonly number[] {
  const side = plan.alternative === 'less' ? 'greater' : plan.alternative
  return exitProbabilities(looksOf(side, bounds), 0).upper
}

function withErrors(plan: ClassicalPlan, bounds: readonly Bound[]): readonly Boundary[] {
  let spent = 0
  const increments = oneSide(plan, bounds)
  return bounds.map((bound, k) => {
    const increment = increments[k] ?? 0
    spent += increment
    return { ...bound, increment, spent }
  })
}

function deltaOf(plan: ClassicalPlan): number {
  if (plan.shape === 'wang_tsiatis') return plan.delta
  return plan.shape === 'pocock' ? 0.5 : 0
}
