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
 * @param beliefs - 2 or more, all normal or all beta; normal deviations in (0, inf), beta parameters in [0.1, 1e16],
 *   the lesser at most 1e10: beyond it the density has too few digits left, and a normal belief is as good
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
  // From one of the means, so that what they have in common takes no digits away.
  const origin = beliefs[0]?.mean ?? 0
  const axes = beliefs.map(belief => normalAxis({ ...belief, mean: sign * (belief.mean - origin) }))
  return bestOf(axes, () => 1)
}

/** As `bestOfNormals`, for proportions: formula, accuracy and source are its. */
export function bestOfBetas(beliefs: readonly BetaBelief[], better: Better): BestOfMany | Invalid {
  if (beliefs.length < 2 || !beliefs.every(isBetaInRange)) {
    return invalidBeliefs('2 or more, parameters in [0.1, 1e16], the lesser <= 1e10')
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
  visitNodes(piecesOf(axes), (t, weight) => {
    // The tail that is not the greater one, with its digits, and the other as what is left.
    const tails = axes.map(axis => (t < axis.center ? axis.below(t) : axis.above(t)))
    const below = axes.map((axis, i) => (t < axis.center ? at(tails, i) : 1 - at(tails, i)))
    const above = axes.map((axis, i) => (t < axis.center ? 1 - at(tails, i) : at(tails, i)))
    const before = ranksSoFar(below, above)
    const after = ranksSoFar(below.toReversed(), above.toReversed()).reverse()
    axes.forEach((axis, i) => {
      const others = together(before[i] ?? noOthers, after[i + 1] ?? noOthers)
      const density = weight * axis.density(t)
      add(best, i, density * others.none)
      add(second, i, density * others.one)
      add(loss, i, weight * slope(t) * at(below, i) * others.some)
    })
  })
  const isWhole = [best, second].every(chances => Math.abs(sum(chances) - 1) < LARGEST_LOSS)
  if (!isWhole || !loss.every(Number.isFinite))
    return invalidBeliefs('of a size that can be told apart in doubles')
  return { kind: 'best_of_many', best: normalised(best), second: normalised(second), expectedLoss: loss }
}

/** Of the quadrature: more is missing only where a belief is so narrow, so far from the first, that doubles miss it. */
const LARGEST_LOSS = 1e-7

/** All breaks but those so close to others that leaving them out makes no piece longer than half of any belief's own. */
function piecesOf(axes: readonly Axis[]): readonly number[] {
  const sorted = Float64Array.from(axes.flatMap(axis => axis.breaks)).sort()
  const kept: number[] = []
  sorted.forEach((end, i) => {
    const [last = -Infinity, next = Infinity] = [kept.at(-1), sorted[i + 1]]
    const isShort = axes.every(
      ({ breaks }) => next - last <= 0.5 * Math.min(pieceAt(breaks, last), pieceAt(breaks, next)),
    )
    if (!isShort) kept.push(end)
  })
  return kept
}

/** The length of the piece, between ascending breaks, that a point is in; infinite outside of all. */
function pieceAt(breaks: readonly number[], t: number): number {
  const k = breaks.findIndex(end => end > t)
  return k <= 0 ? Infinity : (breaks[k] ?? t) - (breaks[k - 1] ?? t)
}

/** Probabilities that of some variants none, exactly one, and at least one lies above; the last without cancellation. */
interface RanksOfOthers {
  readonly none: number
  readonly one: number
  readonly some: number
}

const noOthers: RanksOfOthers = { none: 1, one: 0, some: 0 }

/** Of the first k variants, for k = 0 to all of them. */
function ranksSoFar(below: readonly number[], above: readonly number[]): RanksOfOthers[] {
  const ranks = [noOthers]
  let last = noOthers
  below.forEach((none, j) => {
    const some = at(above, j)
    last = together(last, { none, one: some, some })
    ranks.push(last)
  })
  return ranks
}

function together(a: RanksOfOthers, b: RanksOfOthers): RanksOfOthers {
  return { none: a.none * b.none, one: a.one * b.none + a.none * b.one, some: a.some + a.none * b.some }
}

function add(totals: number[], i: number, value: number): void {
  totals[i] = at(totals, i) + value
}

function at(values: readonly number[], i: number): number {
  return values[i] ?? Number.NaN
}

/** Takes out the rounding of the quadrature, so that shares made of it sum to 1. */
function normalised(values: readonly number[]): readonly number[] {
  const total = sum(values)
  return values.map(value => value / total)
}
