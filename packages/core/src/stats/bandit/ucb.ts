// Upper confidence bounds: the arm whose mean could be the best is taken.
import type { Better } from '../bayes/best.ts'
import { lastWhere } from '../numeric/bisect.ts'
import { sum } from '../numeric/sum.ts'
import { insufficient, invalid, type Result } from '../result.ts'
import { signOf } from './shares.ts'

/** An index for each arm; the arm with the greatest is taken next. */
export interface ArmIndices {
  readonly kind: 'indices'
  readonly indices: readonly number[]
}

/**
 * UCB1.
 *
 * Formula: mean_i + c sqrt(2 ln N / n_i), N = sum n_i; better `lower`: c sqrt(2 ln N / n_i) - mean_i, minus the lower
 * confidence bound.
 *
 * @param arms - n: whole, >= 1 each, else `too_few_units`: an arm never taken comes first; mean: of rewards in [0, 1]
 * @param width - c, in [0, inf); 1 is UCB1 of the source
 *
 * Assumes rewards within [0, 1], alike over time. Regret grows as ln N.
 * Source: Auer, Cesa-Bianchi and Fischer (2002), Finite-time Analysis of the Multiarmed Bandit Problem, Machine
 * Learning 47, figure 1, doi:10.1023/A:1013689704352. Reference: MABWiser `UCB1` (`tests/test_ucb.py`).
 */
export function ucb1(
  arms: readonly { readonly n: number; readonly mean: number }[],
  width: number,
  better: Better = 'higher',
): Result<ArmIndices> {
  if (!(width >= 0 && width < Infinity)) return invalid('width', 'in [0, inf)')
  if (arms.some(arm => !(arm.n >= 1))) return insufficient('too_few_units', 1)
  if (arms.length === 0 || !arms.every(({ n, mean }) => Number.isFinite(n) && Number.isFinite(mean)))
    return invalid('arms', '1 or more, finite')
  const log = Math.log(sum(arms.map(arm => arm.n)))
  const indices = arms.map(({ n, mean }) => signOf(better) * mean + width * Math.sqrt((2 * log) / n))
  return indices.every(Number.isFinite)
    ? { kind: 'indices', indices }
    : invalid('width', 'of a size that indices are finite with')
}

/**
 * KL-UCB of Bernoulli rewards: the largest success probability that the data do not rule out.
 *
 * Formula: max { q in [mean_i, 1]: n_i kl(mean_i, q) <= ln N + c ln ln N }, kl(p, q) = p ln(p / q) +
 * (1 - p) ln((1 - p) / (1 - q)); better `lower`: minus the least q in [0, mean_i] with the same.
 *
 * @param arms - n: whole, >= 1 each; successes: whole, in [0, n]
 * @param logLog - c, >= 0: 0 is what works best in practice, 3 what the proof asks for
 *
 * Also valid for any rewards in [0, 1], with successes their sum. Asymptotically optimal: regret over ln N tends to
 * Lai and Robbins' constant.
 * Accuracy: absolute error below 1e-12 (bisection).
 * Source: Garivier and Cappe (2011), The KL-UCB Algorithm for Bounded Stochastic Bandits and Beyond, COLT,
 * algorithm 1, arXiv:1102.2490.
 */
export function klUcb(
  arms: readonly { readonly n: number; readonly successes: number }[],
  logLog: number,
  better: Better = 'higher',
): Result<ArmIndices> {
  if (!(logLog >= 0 && logLog < Infinity)) return invalid('logLog', 'in [0, inf)')
  if (arms.some(arm => !(arm.n >= 1))) return insufficient('too_few_units', 1)
  if (
    arms.length === 0 ||
    !arms.every(({ n, successes }) => n < Infinity && successes >= 0 && successes <= n)
  )
    return invalid('arms', '0 <= successes <= n')
  const log = Math.log(sum(arms.map(arm => arm.n)))
  const budget = log + (logLog > 0 ? logLog * Math.log(Math.max(log, 1)) : 0)
  const indexOf = ({ n, successes }: { readonly n: number; readonly successes: number }) =>
    better === 'higher' ? upperBound(successes / n, budget / n) : -lowerBound(successes / n, budget / n)
  return { kind: 'indices', indices: arms.map(indexOf) }
}

function upperBound(mean: number, most: number): number {
  return lastWhere(p => bernoulliDivergence(mean, p) <= most, mean, 1)
}

function lowerBound(mean: number, most: number): number {
  return lastWhere(p => bernoulliDivergence(mean, p) <= most, mean, 0)
}

/**
 * kl(p, q) of two success probabilities in [0, 1]: >= 0, infinite where q rules p's outcomes out.
 *
 * Formula: p ln(p / q) + (1 - p) ln((1 - p) / (1 - q)).
 *
 * Source: as `klUcb`.
 */
export function bernoulliDivergence(p: number, q: number): number {
  const term = (a: number, b: number) => (a === 0 ? 0 : a * Math.log(a / b))
  return Math.max(0, term(p, q) + term(1 - p, 1 - q))
}
