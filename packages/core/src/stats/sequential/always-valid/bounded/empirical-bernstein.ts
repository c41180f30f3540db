// The mean of values with known bounds, at any number of them, from three sums.
import { type Alternative, insufficient, invalid, type Result } from '../../../result.ts'
import { gammaExponentialMixture } from '../boundary/gamma-exponential.ts'
import type { Mixture } from '../boundary/mixture.ts'
import { sequenceInterval } from '../options.ts'
import {
  findInvalidAlpha,
  findInvalidTuning,
  independentUnits,
  type OneSampleEstimate,
  type OneSampleOptions,
} from './one-sample.ts'

/** Sums over values in [lower, upper]. Values have to be added in the order of their coming. */
export interface BoundedSums {
  readonly lower: number
  readonly upper: number
  readonly n: number
  readonly sum: number
  /** Sum of the squared errors with which each value's predecessors foretold it. */
  readonly squaredErrors: number
}

/** Of no values yet, in [lower, upper]. */
export function noBoundedSums(lower: number, upper: number): BoundedSums {
  return { lower, upper, n: 0, sum: 0, squaredErrors: 0 }
}

/**
 * Takes in one value.
 *
 * Formula: V' = V + (x - m)^2, with m the mean of the values before, and of the middle of the bounds as one more.
 *
 * @param value - in [lower, upper]; whatever lies outside is cut to it
 */
export function addBoundedValue(sums: BoundedSums, value: number): BoundedSums {
  const { lower, upper, n, sum, squaredErrors } = sums
  const x = Math.min(upper, Math.max(lower, value))
  const foretold = ((lower + upper) / 2 + sum) / (n + 1)
  return { lower, upper, n: n + 1, sum: sum + x, squaredErrors: squaredErrors + (x - foretold) ** 2 }
}

export interface BernsteinOptions extends OneSampleOptions {
  /** Variance of a value that is expected, in (0, range^2 / 4]: that of a uniform one, range^2 / 12, unless told. */
  readonly expectedVariance?: number
}

/**
 * The exact confidence sequence of the mean of bounded values, with no more width than their variance asks.
 *
 * Formula: sum / n -+ u(V) / n, with u the gamma-exponential boundary with scale c = upper - lower at alpha / 2 (one-sided:
 * at alpha), tuned for
 * `tunedFor * expectedVariance`, and V the sum of squared errors of prediction.
 *
 * @returns method `empirical_bernstein_sequence`; the interval is cut to the bounds. `insufficient` without a value
 *
 * Assumes values in the bounds whose mean, given all before, is always the same; where it drifts, the interval is of the
 * mean of those conditional means so far.
 * Accuracy: as `gammaExponentialMixture`; tuned for 1e9 values 1e-8 relative, by mpmath (`bounded.test.ts`).
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2), theorem 4 and proposition 8,
 * doi:10.1214/20-AOS1991. Reference: confseq `conjmix_empbern_twosided_cs`, which halves alpha once more than needed.
 */
export function bernsteinSequence(
  sums: BoundedSums,
  options: BernsteinOptions = {},
): Result<OneSampleEstimate> {
  const { alpha = 0.05, alternative = 'two_sided' } = options
  const bad = findInvalidAlpha(alpha, alternative)
  if (bad !== null) return bad
  const mixture = bernsteinMixture(sums, options)
  if ('kind' in mixture) return mixture
  if (!Number.isFinite(sums.sum)) return invalid('sums', 'of finite values')
  const { lower, upper, n, sum, squaredErrors } = sums
  if (n === 0) return insufficient('too_few_units', 1)
  const value = sum / n
  const radius = mixture.boundary(squaredErrors, errorOfBoundary(alpha, alternative)) / n
  if (!Number.isFinite(radius)) return insufficient('no_variance', null)
  return {
    kind: 'estimate',
    method: 'empirical_bernstein_sequence',
    value,
    interval: sequenceInterval(Math.max(lower, value - radius), Math.min(upper, value + radius), {
      alpha,
      alternative,
    }),
    n,
    guarantee: { kind: 'exact' },
    assumptions: [independentUnits],
  }
}

function errorOfBoundary(alpha: number, alternative: Alternative): number {
  return alternative === 'two_sided' ? alpha / 2 : alpha
}

/**
 * The logarithm of the e value against a mean, which reaches ln(1 / alpha) exactly where the interval ends.
 *
 * Formula: max over both directions of ln m(-+ (sum - n mean), V), less ln 2; one-sided ln m in that direction.
 *
 * @param mixture - of `bernsteinMixture`, made once
 *
 * Source: as `bernsteinSequence`.
 */
export function bernsteinLogE(
  { n, sum, squaredErrors }: BoundedSums,
  mean: number,
  mixture: Mixture,
  alternative: Alternative = 'two_sided',
): number {
  const excess = sum - n * mean
  if (alternative === 'greater') return mixture.logMartingale(excess, squaredErrors)
  if (alternative === 'less') return mixture.logMartingale(-excess, squaredErrors)
  return (
    Math.max(mixture.logMartingale(excess, squaredErrors), mixture.logMartingale(-excess, squaredErrors)) -
    Math.LN2
  )
}

/** The boundary of `bernsteinSequence`, either way at alpha / 2, one-sided at alpha. `invalid`: bounds or options out of range. */
export function bernsteinMixture(
  { lower, upper }: Pick<BoundedSums, 'lower' | 'upper'>,
  options: BernsteinOptions,
) {
  const range = upper - lower
  if (!(range > 0 && range < Infinity)) return invalid('lower', '< upper, both finite')
  const {
    alpha = 0.05,
    alternative = 'two_sided',
    tunedFor = 1000,
    expectedVariance = range ** 2 / 12,
  } = options
  const intrinsicTime = tunedFor * expectedVariance
  const bad = findInvalidTuning(tunedFor)
  if (bad !== null) return bad
  // No value between the bounds varies more.
  if (!(intrinsicTime > 0 && expectedVariance <= range ** 2 / 4 && intrinsicTime < Infinity))
    return invalid('expectedVariance', 'in (0, range^2 / 4], and finite times tunedFor')
  return gammaExponentialMixture({ intrinsicTime, alpha: errorOfBoundary(alpha, alternative) }, range)
}
