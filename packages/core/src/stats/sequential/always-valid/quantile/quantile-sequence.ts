// The interval of a quantile of one sample, at any number of values.

import { quantile } from '../../../distribution/quantile.ts'
import { insufficient, invalid, type Result } from '../../../result.ts'
import {
  findInvalidAlpha,
  independentUnits,
  type OneSampleEstimate,
  type OneSampleOptions,
} from '../bounded/one-sample.ts'
import { sidesOf } from '../options.ts'
import { mixtureRadii, type Radii, stitchedRadii, uniformRadius } from './quantile-radii.ts'

export interface QuantileOptions extends OneSampleOptions {
  /**
   * `mixture` (unless told): this quantile alone, tightest at `tunedFor` values. `stitched`: this quantile alone, without
   * tuning. `uniform`: all quantiles at once, from `tunedFor` values on.
   */
  readonly boundary?: 'mixture' | 'stitched' | 'uniform'
}

/**
 * The exact confidence sequence of a quantile, of any distribution.
 *
 * Formula: from the order statistic ceil(n (p - below)) to the order statistic floor(n (p + above)) + 1; an end beyond
 * the values is open.
 *
 * @param sorted - the values so far, ascending, finite; one for each unit
 * @param p - which quantile, in (0, 1)
 * @returns method `quantile_sequence_<boundary>`; `insufficient` with `needed` values where both ends are open
 *
 * Assumes independent values of one distribution: of a unit's many requests take one at random.
 * Source: Howard and Ramdas (2022), Bernoulli 28(3), theorems 1 and 2, doi:10.3150/21-BEJ1388.
 * Reference: confseq `demo/quantiles.py`, which closes the ends at the extreme values while there is no evidence yet. O(1) a look on sorted values; with a sketch take its quantiles at p - below and
 * p + above from `quantileRadii`.
 */
export function quantileSequence(
  sorted: ArrayLike<number>,
  p: number,
  options: QuantileOptions = {},
): Result<OneSampleEstimate> {
  const { alpha = 0.05, alternative = 'two_sided', tunedFor = 1000, boundary = 'mixture' } = options
  if (!(p > 0 && p < 1)) return invalid('p', 'in (0, 1)')
  const bad = findInvalidAlpha(alpha, alternative)
  if (bad !== null) return bad
  if (!(tunedFor >= 1 && tunedFor <= 1e9)) return invalid('tunedFor', 'in [1, 1e9]')
  const n = sorted.length
  if (n === 0) return insufficient('too_few_units', 1)
  const radii = quantileRadii(p, n, { alpha, tunedFor, boundary, alternative })
  const lower = alternative === 'less' ? undefined : sorted[Math.ceil(n * (p - radii.below)) - 1]
  const upper = alternative === 'greater' ? undefined : sorted[Math.floor(n * (p + radii.above))]
  if (lower === undefined && upper === undefined) return insufficient('too_few_units', null)
  const value = quantile(sorted, p)
  if (![value, lower ?? 0, upper ?? 0].every(Number.isFinite)) return invalid('sorted', 'of finite values')
  return {
    kind: 'estimate',
    method: `quantile_sequence_${boundary}`,
    value,
    interval: { kind: 'sequence', level: 1 - alpha, lower: lower ?? null, upper: upper ?? null },
    n,
    guarantee: { kind: 'exact' },
    assumptions: [independentUnits],
  }
}

/** Of the radii: with `alternative` `two_sided` unless told. */
export type RadiiOptions = Required<Omit<QuantileOptions, 'alternative'>> &
  Pick<QuantileOptions, 'alternative'>

/**
 * The radii of `quantileSequence` for n values; infinite where the sequence does not begin yet. One-sided each is by
 * itself: the mixture is the one-sided one, the stitched one that for 2 alpha, as it halves alpha, and the uniform one,
 * of which the source has no one-sided form, is the two-sided one. Source: as `quantileSequence`.
 */
export function quantileRadii(p: number, n: number, options: RadiiOptions): Radii {
  const { alpha, tunedFor, boundary, alternative = 'two_sided' } = options
  if (boundary === 'mixture') return mixtureRadii(p, n, alpha, tunedFor, sidesOf(alternative))
  if (boundary === 'stitched') return stitchedRadii(p, n, alternative === 'two_sided' ? alpha : 2 * alpha)
  const radius = uniformRadius(n, alpha, tunedFor)
  return { below: radius, above: radius }
}
