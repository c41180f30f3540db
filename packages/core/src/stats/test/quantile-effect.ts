// Quantiles of all values of a variant: p95 of the latency of requests, with units as clusters.

import { normalQuantile } from '../distribution/normal.ts'
import { type Insufficient, type Invalid, insufficient, invalid, isRefusal, type Result } from '../result.ts'
import { covariance, type Moments } from '../summary/moments.ts'
import { leastValues } from '../summary/quantile-summary.ts'
import type { QuantileSummary } from '../summary/summary.ts'
import { testDifference } from './difference.ts'
import type { TestEstimate } from './estimate.ts'
import { readOptions } from './options.ts'
import { badSummary, badUnits, type Sample } from './sample.ts'
import type { MeanOptions } from './welch.ts'

const Z = -normalQuantile(0.025)

/**
 * Compares a quantile of two variants.
 *
 * Formula: Var q = (nStar / n) ((n - 1) / n) ((u - l) / (2 z_0.975))^2, with l and u the quantiles at
 * p -+ z_0.975 sqrt(p (1 - p) / nStar); with clusters times v / (p (1 - p) / n), where v is the delta-method variance of
 * the share of values not above q, over units: v = (s_S^2 - 2 S s_SN / N + S^2 s_N^2 / N^2) / (m N^2). Then
 * `testDifference`, with n the number of values, or of units where there are clusters.
 *
 * @returns method `quantile_t` or `clustered_quantile_t`, n being values or units; `insufficient`: `too_few_units` (here
 *   values) when l or u would lie outside the sample; `invalid` when the two are of different probabilities
 *
 * Assumes values with a density that is smooth and positive near q; without clusters also independent values, which
 * requests of one user are not. gbstats puts a variance below 1e-5 to 1e-5; here `no_variance` says there is none.
 * Source: Deng, Knoblich and Lu (2018), section 4.2, doi:10.1145/3219819.3219919; gbstats `QuantileClusteredStatistic`.
 * Reference: gbstats' published figures (variance 10.0864, cluster variance 0.5625).
 */
export function compareQuantiles(
  control: QuantileSummary,
  variant: QuantileSummary,
  options: MeanOptions = {},
): Result<TestEstimate> {
  const settings = readOptions(options)
  if (isRefusal(settings)) return settings
  if (control.probability !== variant.probability) return invalid('variant', "of the control's probability")
  const [a, b] = [quantileSample(control), quantileSample(variant)]
  if (isRefusal(a)) return a
  if (isRefusal(b)) return b
  const clustered = control.clusters !== null && variant.clusters !== null
  const method = clustered ? 'clustered_quantile_t' : 'quantile_t'
  const estimate = testDifference(method, a, b, settings, options.relative ?? 'delta', 'student')
  if (estimate.kind !== 'estimate') return estimate
  const one = {
    what: 'one value a unit, or values of a unit independent of each other',
    state: 'not_checked',
  } as const
  return clustered ? estimate : { ...estimate, assumptions: [...estimate.assumptions, one] }
}

/** The quantile of a variant with the variance that a value (with clusters: a unit) contributes to it. */
export function quantileSample(summary: QuantileSummary): Sample | Insufficient | Invalid {
  const { n, nStar, probability: p, value, lower, upper, clusters } = summary
  const bad =
    badUnits(n) ?? (value >= lower && value <= upper && upper - lower < Infinity ? null : badSummary)
  if (bad !== null) return bad
  if (!(p > 0 && p < 1)) return invalid('probability', 'in (0, 1)')
  const needed = leastValues(p)
  if (n < needed) return insufficient('too_few_units', needed)
  const independent = (nStar / n) * (n - 1) * ((upper - lower) / (2 * Z)) ** 2
  if (clusters === null) return { n, mean: value, variance: independent }
  const spread = shareVariance(clusters)
  if (isRefusal(spread)) return spread
  const inflation = spread.variance / ((p * (1 - p)) / n)
  return { n: clusters.n, mean: value, variance: (independent / n) * inflation * clusters.n }
}

/** The variance of sum S / sum N over clusters, by the delta method. Columns: S, N. */
export function shareVariance(clusters: Moments): { readonly variance: number } | Insufficient | Invalid {
  const bad = badUnits(clusters.n)
  if (bad !== null) return bad
  const [below = 0, size = 0] = clusters.means
  if (size === 0) return insufficient('denominator_is_zero', null)
  const share = below / size
  const spread =
    covariance(clusters, 0, 0) -
    2 * share * covariance(clusters, 0, 1) +
    share ** 2 * covariance(clusters, 1, 1)
  return { variance: Math.max(0, spread) / (clusters.n * size ** 2) }
}
