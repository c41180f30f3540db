// The mean of values in [0, 1] by the predictable plug-in empirical Bernstein sequence: a closed form, O(1) a value.
import { insufficient, invalid, type Result } from '../../../result.ts'
import { independentUnits, type OneSampleEstimate } from './one-sample.ts'

/** Weighted sums, made for one alpha. Start with `noPlugInSums(alpha)`. */
export interface PlugInSums {
  readonly alpha: number
  readonly n: number
  readonly sum: number
  readonly squares: number
  /** Sums of the bets l, of l x, and of 4 (x - mean)^2 psi(l). */
  readonly bets: number
  readonly weighted: number
  readonly penalty: number
}

/**
 * Of no values yet.
 *
 * @param alpha - of the interval to come, in (0, 1): the bets of `addPlugInValue` depend on it
 */
export function noPlugInSums(alpha: number): PlugInSums {
  return { alpha, n: 0, sum: 0, squares: 0, bets: 0, weighted: 0, penalty: 0 }
}

/**
 * Takes in one value.
 *
 * Formula: l = min(sqrt(2 ln(2 / alpha) / (v n ln(n + 1))), 1/2) before value n, psi(l) = (-ln(1 - l) - l) / 4, with
 * mean = (1/2 + sum) / n and v = (1/4 + sum of (x_i - mean_i)^2) / n, mean_i counting x_i in.
 *
 * @param value - in [0, 1]; whatever lies outside is cut to it
 *
 * Source: as `plugInBernsteinSequence`.
 */
export function addPlugInValue(sums: PlugInSums, value: number): PlugInSums {
  const x = Math.min(1, Math.max(0, value))
  const n = sums.n + 1
  const variance = (0.25 + sums.squares) / n
  const foretold = (0.5 + sums.sum) / n
  const bet = Math.min(Math.sqrt((2 * Math.log(2 / sums.alpha)) / (variance * n * Math.log(n + 1))), 0.5)
  const sum = sums.sum + x
  return {
    alpha: sums.alpha,
    n,
    sum,
    squares: sums.squares + (x - (0.5 + sum) / (n + 1)) ** 2,
    bets: sums.bets + bet,
    weighted: sums.weighted + bet * x,
    penalty: sums.penalty + (x - foretold) ** 2 * (-Math.log1p(-bet) - bet),
  }
}

/**
 * The exact confidence sequence of the mean.
 *
 * Formula: (sum of l x -+ (ln(2 / alpha) + sum of 4 (x - mean)^2 psi(l))) / sum of l, cut to [0, 1].
 *
 * @returns method `plug_in_bernstein_sequence`, its value being the weighted mean; `insufficient` without a value
 *
 * Assumes values whose mean, given all before, is always the same.
 * Source: Waudby-Smith and Ramdas (2024), JRSS B 86(1), theorem 2, doi:10.1093/jrsssb/qkad009.
 * Reference: confseq `predmix_empbern_cs`, which foretells the first value as 0.
 */
export function plugInBernsteinSequence(sums: PlugInSums): Result<OneSampleEstimate> {
  const { alpha, n, bets, weighted, penalty } = sums
  if (!(alpha > 0 && alpha < 1)) return invalid('alpha', 'in (0, 1)')
  if (!Number.isFinite(weighted)) return invalid('value', 'a number')
  if (n === 0) return insufficient('too_few_units', 1)
  const value = weighted / bets
  const radius = (Math.log(2 / alpha) + penalty) / bets
  return {
    kind: 'estimate',
    method: 'plug_in_bernstein_sequence',
    value,
    interval: {
      kind: 'sequence',
      level: 1 - alpha,
      lower: Math.max(0, value - radius),
      upper: Math.min(1, value + radius),
    },
    n,
    guarantee: { kind: 'exact' },
    assumptions: [independentUnits],
  }
}
