// Means and ratios with what part of them could have been known before the experiment taken away (CUPED).
import { type Insufficient, type Invalid, insufficient, isRefusal, type Result } from '../result.ts'
import { covariance, type Moments, mergeMoments } from '../summary/moments.ts'
import type { CupedRatioSummary, CupedSummary } from '../summary/summary.ts'
import { refuseDifferentCaps } from './caps.ts'
import { welchDegreesOfFreedom } from './difference.ts'
import { criticalValue, type TestEstimate, waldEstimate } from './estimate.ts'
import { readOptions, type Settings, type TestOptions } from './options.ts'
import { badSummary, badUnits, meanAssumptions, type Sample } from './sample.ts'

/** An answer with the coefficient of the covariate. */
export interface CupedEstimate extends TestEstimate {
  readonly theta: number
  /**
   * Variance of the effect by that without the covariate, absolute: 0.3 saves 70 % of the units. >= 0; null where values
   * do not vary within the variants, and nothing could be saved.
   */
  readonly varianceRatio: number | null
}

/**
 * Compares two means, adjusted by a covariate of before the experiment.
 *
 * Formula: Y' = Y - theta (X - Xbar), theta = Cov(Y, X) / Var(X) over the units of both variants together;
 * d = Ybar'_B - Ybar'_A, se^2 = sum of (s_Y^2 - 2 theta s_XY + theta^2 s_X^2) / n. Relative: d / |Ybar_A|, unadjusted,
 * se by the delta method with the covariance of d and Ybar_A.
 *
 * @param control - columns: value, covariate; n >= 2
 * @returns method `cuped_t`; `insufficient`: `no_covariate_variance`, and as `compareMeans`
 *
 * Assumes a covariate that the experiment could not touch: measured before the first assignment. theta is treated as
 * known, which is right to first order; below some 20 units the interval is slightly too narrow.
 * Source: Deng, Xu, Kohavi and Walker (2013), WSDM, eq. 4 and 5, doi:10.1145/2433396.2433413; theta as gbstats.
 * Reference: gbstats `RegressionAdjustedStatistic`; NumPy (`fixtures/tests.py`).
 */
export function compareCuped(
  control: CupedSummary,
  variant: CupedSummary,
  options: TestOptions = {},
): Result<CupedEstimate> {
  const settings = readOptions(options)
  if (isRefusal(settings)) return settings
  const bad =
    refuseDifferentCaps(control, variant) ?? badColumns(control.moments, 2) ?? badColumns(variant.moments, 2)
  if (bad !== null) return bad
  const pooled = mergeMoments(control.moments, variant.moments)
  const theta = covariance(pooled, 0, 1) / covariance(pooled, 1, 1)
  const both: Both = { control: pairOfMean(control.moments), variant: pairOfMean(variant.moments) }
  return adjusted('cuped_t', both, theta, settings, 'observed')
}

/**
 * Compares two ratios of sums, adjusted by the same ratio of before the experiment.
 *
 * Formula: R' = R - theta R_before, with both ratios linearised over units; theta = (sum over variants of
 * Cov(R, R_before)) / (sum over variants of Var(R_before)). The rest as `compareCuped`.
 *
 * @param control - columns: numerator, denominator, and the same two of before; n >= 2
 * @returns method `cuped_ratio_t`; `insufficient` also `denominator_is_zero`
 *
 * Assumes what `compareCuped` and `compareRatios` do. Units without a past count as 0 by 0 of it.
 * Source: Deng et al. (2013), appendix B; theta as gbstats `compute_theta_regression_adjusted_ratio`.
 * Reference: gbstats' published test of `TwoSidedTTest` with `RegressionAdjustedRatioStatistic`.
 */
export function compareCupedRatios(
  control: CupedRatioSummary,
  variant: CupedRatioSummary,
  options: TestOptions = {},
): Result<CupedEstimate> {
  const settings = readOptions(options)
  if (isRefusal(settings)) return settings
  const capped = refuseDifferentCaps(control, variant)
  if (capped !== null) return capped
  const [a, b] = [pairOfRatio(control.moments), pairOfRatio(variant.moments)]
  if (isRefusal(a)) return a
  if (isRefusal(b)) return b
  const theta = (a.covariance + b.covariance) / (a.beforeVariance + b.beforeVariance)
  return adjusted('cuped_ratio_t', { control: a, variant: b }, theta, settings, 'adjusted')
}

/**
 * What one variant's units vary by once their covariate is taken away, with their own theta: what a design plans with.
 *
 * Formula: s_Y^2 - s_XY^2 / s_X^2, of linearised ratios likewise.
 */
export function cupedSample(summary: CupedSummary | CupedRatioSummary): Sample | Insufficient | Invalid {
  const pair = pairOf(summary)
  if (isRefusal(pair)) return pair
  if (!(pair.beforeVariance > 0)) return insufficient('no_covariate_variance', null)
  const variance = adjustedVariance(pair, pair.covariance / pair.beforeVariance)
  return { n: pair.n, mean: pair.value, variance }
}

function pairOf({ kind, moments }: CupedSummary | CupedRatioSummary): ValuePair | Insufficient | Invalid {
  return kind === 'cuped_ratio' ? pairOfRatio(moments) : (badColumns(moments, 2) ?? pairOfMean(moments))
}

/** A value and its covariate, with the variances that one unit contributes. */
interface ValuePair {
  readonly n: number
  readonly value: number
  readonly before: number
  readonly variance: number
  readonly beforeVariance: number
  readonly covariance: number
}

interface Both {
  readonly control: ValuePair
  readonly variant: ValuePair
}

/**
 * Which variant-to-control ratio weighs the control's part of a relative variance. Both are right in the limit; gbstats
 * takes the observed one for means and the adjusted one for ratios, and its published intervals tell them apart.
 */
type RatioForm = 'observed' | 'adjusted'

function adjusted(
  method: string,
  both: Both,
  theta: number,
  settings: Settings,
  form: RatioForm,
): Result<CupedEstimate> {
  const { control, variant } = both
  if (!(control.beforeVariance + variant.beforeVariance > 0))
    return insufficient('no_covariate_variance', null)
  const a = { n: control.n, mean: control.value, variance: adjustedVariance(control, theta) }
  const b = { n: variant.n, mean: variant.value, variance: adjustedVariance(variant, theta) }
  const degreesOfFreedom = welchDegreesOfFreedom(a, b)
  const variances = a.variance / a.n + b.variance / b.n
  if (!(a.variance > 0 && b.variance > 0)) return insufficient('no_variance', null)
  const refusal = settings.scale === 'relative' ? refuseRelative(control, degreesOfFreedom, settings) : null
  if (refusal !== null) return refusal
  const effect = variant.value - control.value - theta * (variant.before - control.before)
  const scaled =
    settings.scale === 'relative' ? relative(both, theta, effect, form) : { effect, variance: variances }
  const estimate = waldEstimate(
    {
      method: settings.scale === 'relative' ? `${method}_delta` : method,
      n: { control: a.n, variant: b.n },
      effect: scaled.effect,
      standardError: Math.sqrt(scaled.variance),
      degreesOfFreedom,
      assumptions: [
        ...meanAssumptions(a, b),
        { what: 'the covariate is of before the first assignment', state: 'not_checked' },
      ],
    },
    settings,
  )
  if (estimate.kind !== 'estimate') return estimate
  const unadjusted = control.variance / control.n + variant.variance / variant.n
  if (!Number.isFinite(theta)) return badSummary
  const ratio = variances / unadjusted
  return { ...estimate, theta, varianceRatio: Number.isFinite(ratio) ? ratio : null }
}

function adjustedVariance({ variance, covariance, beforeVariance }: ValuePair, theta: number): number {
  return Math.max(0, variance - 2 * theta * covariance + theta ** 2 * beforeVariance)
}

/**
 * Delta method for f = d / |A|, with d = B' - A' of the adjusted values and A unadjusted. Gradient with respect to
 * (value, before): of the variant (1, -theta) / |A|; of the control (-(1 + d / A), theta) / |A|, or with B / A instead
 * of 1 + d / A (`observed`).
 */
function relative({ control, variant }: Both, theta: number, difference: number, form: RatioForm) {
  const base = Math.abs(control.value)
  const slope = form === 'observed' ? variant.value / control.value : 1 + difference / control.value
  const ofControl =
    slope ** 2 * control.variance -
    2 * slope * theta * control.covariance +
    theta ** 2 * control.beforeVariance
  const variance = adjustedVariance(variant, theta) / variant.n + Math.max(0, ofControl) / control.n
  return { effect: difference / base, variance: variance / base ** 2 }
}

function refuseRelative(control: ValuePair, degreesOfFreedom: number, { alpha }: Settings) {
  if (control.value === 0) return insufficient('control_is_zero', null)
  const q = criticalValue(alpha, 'two_sided', degreesOfFreedom)
  const distinct = Math.abs(control.value) > q * Math.sqrt(control.variance / control.n)
  return distinct ? null : insufficient('control_not_distinct_from_zero', null)
}

function pairOfMean(moments: Moments): ValuePair {
  const [value = 0, before = 0] = moments.means
  return {
    n: moments.n,
    value,
    before,
    variance: covariance(moments, 0, 0),
    beforeVariance: covariance(moments, 1, 1),
    covariance: covariance(moments, 0, 1),
  }
}

function pairOfRatio(moments: Moments): ValuePair | Insufficient | Invalid {
  const bad = badColumns(moments, 4)
  if (bad !== null) return bad
  const [numerator = 0, denominator = 0, numeratorBefore = 0, denominatorBefore = 0] = moments.means
  if (denominator === 0 || denominatorBefore === 0) return insufficient('denominator_is_zero', null)
  const value = numerator / denominator
  const before = numeratorBefore / denominatorBefore
  const during: Gradient = [1 / denominator, -value / denominator, 0, 0]
  const ago: Gradient = [0, 0, 1 / denominatorBefore, -before / denominatorBefore]
  return {
    n: moments.n,
    value,
    before,
    variance: quadratic(during, moments, during),
    beforeVariance: quadratic(ago, moments, ago),
    covariance: quadratic(during, moments, ago),
  }
}

type Gradient = readonly [number, number, number, number]

/** Covariance, per unit, of two linear combinations of the columns. */
function quadratic(left: Gradient, moments: Moments, right: Gradient): number {
  let total = 0
  left.forEach((l, i) =>
    right.forEach((r, j) => (total += l === 0 || r === 0 ? 0 : l * r * covariance(moments, i, j))),
  )
  return total
}

function badColumns(moments: Moments, columns: number): Insufficient | Invalid | null {
  const bad = badUnits(moments.n)
  if (bad !== null) return bad
  const shaped = moments.means.length === columns && moments.comoments.length === columns
  return shaped && moments.means.every(Number.isFinite) ? null : badSummary
}
