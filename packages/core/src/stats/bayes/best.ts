// Which of several variants is best, from what is believed of each; deterministic, no draws.
import { visitNodes } from '../numeric/quadrature.ts'
import { sum } from '../numeric/sum.ts'
import { type Invalid, invalid } from '../result.ts'
import {
  type Axis,
  type BetaBelief,
  betaAxis,
  fromLogOdds,
  isBetaInRange,
  type NormalBelief,
  normalAxis,
} from './belief.ts'

/** Of each variant, in the order given; each list of probabilities sums to 1. */
export interface BestOfMany {
  readonly kind: 'best_of_many'
  /** Probability to have the best mean of all, in [0, 1]. */
  readonly best: readonly number[]
  /** Probability to have the second best. */
  readonly second: readonly number[]
  /** E[best mean - own mean] >= 0, in the unit of the means: what choosing this variant is expected to cost. */
  readonly expectedLoss: readonly number[]
}

/** Whether a high or a low mean is good: revenue, or cost. */
export type Better = 'higher' | 'lower'

/**
 * The probability of each variant to be best and second best, and the loss expected of choosing it.
 *
 * Formula: P(i best) = integral f_i prod_{j != i} F_j; P(i second) = integral f_i sum_{j != i} (1 - F_j)
 * prod_{l != i, j} F_l; E[loss i] = integral (F_i - prod_j F_j) dx.
 *
 * @param beliefs - 2 or more, all normal or all beta; normal deviations in (0, inf), beta parameters in [0.1, inf), the
 *   lesser at most 1e10: beyond it the density has too few digits left, and a normal belief is as good
 * @param better - `lower` turns the axis round
 *
 * Assumes that the beliefs are independent.
 * Accuracy: absolute error below 1e-10, relative 1e-9 down to 1e-100 for normal beliefs; Gauss-Legendre rule, pieces at
 * fixed quantiles of every belief. Checked against mpmath's quadrature (`fixtures/best.py`) and closed forms.
 * Source: Scott (2010), A modern Bayesian look at the multi-armed bandit, Applied Stochastic Models in Business and
 * Industry 26(6), eq. 5, doi:10.1002/asmb.874; the loss: Berger (1985), Statistical Decision Theory, section 4.4.
 */
export function bestOfNormals(beliefs: readonly NormalBelief[], better: Better): BestOfMany | Invalid {
  const sane = beliefs.every(
    ({ mean, deviation }) => Number.isFinite(mean) && deviation > 0 && deviation < Infinity,
  )
  if (beliefs.length < 2 || !sane) return invalidBeliefs('2 or more, means finite, deviations in (0, inf)')
  const sign = better === 'higher' ? 1 : -1
  const axes = beliefs.map(belief => normalAxis({ ...belief, mean: sign * belief.mean }))
  return bestOf(axes, () => 1)
}

/** As `bestOfNormals`, for proportions. */
export function bestOfBetas(beliefs: readonly BetaBelief[], better: Better): BestOfMany | Invalid {
  if (beliefs.length < 2 || !beliefs.every(isBetaInRange)) {
    return invalidBeliefs('2 or more, parameters >= 0.1, the lesser <= 1e10')
  }
  const axes = beliefs.map(({ kind, a, b }) =>
    betaAxis(better === 'higher' ? { kind, a, b } : { kind, a: b, b: a }),
  )
  return bestOf(axes, t => fromLogOdds(t) * fromLogOdds(-t))
}

function invalidBeliefs(expected: string): Invalid {
  return invalid('beliefs', expected)
}

/** `slope`: change of the mean by the axis, so that losses come out in units of the mean. */
function bestOf(axes: readonly Axis[], slope: (t: number) => number): BestOfMany | Invalid {
  const best = axes.map(() => 0)
  const second = axes.map(() => 0)
  const loss = axes.map(() => 0)
  visitNodes(
    axes.flatMap(axis => axis.breaks),
    (t, weight) => {
      const below = axes.map(axis => axis.below(t))
      const above = axes.map(axis => axis.above(t))
      axes.forEach((axis, i) => {
        const others = ranksOfOthers(below, above, i)
        const density = weight * axis.density(t)
        add(best, i, density * others.noneAbove)
        add(second, i, density * others.oneAbove)
        add(loss, i, weight * slope(t) * (below[i] ?? 0) * others.someAbove)
      })
    },
  )
  const ranks = { best: normalised(best), second: normalised(second), expectedLoss: loss }
  const finite = [...ranks.best, ...ranks.second, ...loss].every(Number.isFinite)
  return finite
    ? { kind: 'best_of_many', ...ranks }
    : invalidBeliefs('of a size that can be told apart in doubles')
}

/** Probabilities that none, exactly one, and at least one of the others lies above; the last without cancellation. */
function ranksOfOthers(below: readonly number[], above: readonly number[], i: number) {
  let noneAbove = 1
  let oneAbove = 0
  let someAbove = 0
  below.forEach((p, j) => {
    if (j === i) return
    const q = above[j] ?? 0
    someAbove += noneAbove * q
    oneAbove = oneAbove * p + noneAbove * q
    noneAbove *= p
  })
  return { noneAbove, oneAbove, someAbove }
}

function add(totals: number[], i: number, value: number): void {
  totals[i] = (totals[i] ?? 0) + value
}

/** Takes out the rounding of the quadrature, below 1e-9, so that shares made of it sum to 1. */
function normalised(values: readonly number[]): readonly number[] {
  const total = sum(values)
  return values.map(value => value / total)
}
