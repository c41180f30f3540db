// The effect of a variant from two samples, absolute or relative, by Welch's t.
import { insufficient, invalid, type Result } from '../result.ts'
import { answer, criticalValue, type Finding, pValue, type TestEstimate, waldEstimate } from './estimate.ts'
import type { Settings } from './options.ts'
import { meanAssumptions, type Sample } from './sample.ts'

/** How a relative effect gets its interval. */
export type RelativeMethod = 'delta' | 'fieller' | 'log'

/** Student's t with Welch's degrees of freedom, or the normal distribution. */
export type Reference = 'student' | 'normal'

/**
 * Tests the difference of two samples.
 *
 * Formula: absolute: d = B - A, se^2 = s_A^2 / n_A + s_B^2 / n_B. Relative, `delta`: d = (B - A) / |A|,
 * se^2 = s_B^2 / (n_B A^2) + s_A^2 B^2 / (n_A A^4). `fieller` and `log`: see below. Degrees of freedom: those of the
 * absolute difference, by Welch and Satterthwaite, whatever the scale.
 *
 * @param method - name of the method in the answer
 * @returns `insufficient`: `no_variance` when the values of a variant are all equal, since the other's
 *   spread alone says nothing of this one's; relative effects also `control_is_zero`, and
 *   (`delta`, `fieller`) `control_not_distinct_from_zero` when the control's own two-sided interval of level 1 - alpha
 *   includes 0, since then no relative effect can be excluded (Fieller's g >= 1)
 *
 * Source: Welch (1947), Biometrika 34(1-2), doi:10.1093/biomet/34.1-2.28; the relative form is that of gbstats.
 */
export function testDifference(
  method: string,
  control: Sample,
  variant: Sample,
  settings: Settings,
  relative: RelativeMethod,
  reference: Reference,
): Result<TestEstimate> {
  const variances = { control: control.variance / control.n, variant: variant.variance / variant.n }
  if (variances.control + variances.variant === 0) return insufficient('no_variance', null)
  const degreesOfFreedom = reference === 'normal' ? null : welchDegreesOfFreedom(control, variant)
  const pair: Pair = { control: control.mean, variant: variant.mean, variances, degreesOfFreedom }
  const finding: Finding = {
    method: settings.scale === 'relative' ? `${method}_${relative}` : method,
    n: { control: control.n, variant: variant.n },
    assumptions: meanAssumptions(control, variant),
  }
  const estimate = (settings.scale === 'relative' ? relativeEffects[relative] : absoluteEffect)(
    pair,
    finding,
    settings,
  )
  const bothVary = variances.control > 0 && variances.variant > 0
  return estimate.kind === 'estimate' && !bothVary ? insufficient('no_variance', null) : estimate
}

/**
 * Degrees of freedom of the difference of two means with variances of their own.
 *
 * Formula: (a + b)^2 / (a^2 / (n_A - 1) + b^2 / (n_B - 1)), with a = s_A^2 / n_A and b = s_B^2 / n_B.
 * Source: Satterthwaite (1946), Biometrics Bulletin 2(6), doi:10.2307/3002019.
 */
export function welchDegreesOfFreedom(control: Sample, variant: Sample): number {
  const a = control.variance / control.n
  const b = variant.variance / variant.n
  // Shares instead of squares of variances, which could overflow or vanish.
  const share = a / (a + b)
  return 1 / (share ** 2 / (control.n - 1) + (1 - share) ** 2 / (variant.n - 1))
}

interface Pair {
  readonly control: number
  readonly variant: number
  /** Of the two means themselves. */
  readonly variances: { readonly control: number; readonly variant: number }
  readonly degreesOfFreedom: number | null
}

type RelativeEffect = (pair: Pair, finding: Finding, settings: Settings) => Result<TestEstimate>

function absoluteEffect(pair: Pair, finding: Finding, settings: Settings): Result<TestEstimate> {
  const { control, variant, variances, degreesOfFreedom } = pair
  const standardError = Math.sqrt(variances.control + variances.variant)
  return waldEstimate({ ...finding, effect: variant - control, standardError, degreesOfFreedom }, settings)
}

const relativeEffects: Record<RelativeMethod, RelativeEffect> = {
  delta: deltaEffect,
  fieller: fiellerEffect,
  log: logEffect,
}

function deltaEffect(pair: Pair, finding: Finding, settings: Settings): Result<TestEstimate> {
  const refusal = refuseRelative(pair, settings)
  if (refusal !== null) return refusal
  return waldEstimate(
    {
      ...finding,
      effect: (pair.variant - pair.control) / Math.abs(pair.control),
      standardError: deltaStandardError(pair),
      degreesOfFreedom: pair.degreesOfFreedom,
    },
    settings,
  )
}

function deltaStandardError({ control, variant, variances }: Pair): number {
  const ratio = variant / control
  return Math.sqrt(variances.variant + variances.control * ratio ** 2) / Math.abs(control)
}

/**
 * Fieller's interval: all relative effects r for which variant - (1 + r) control is not distinct from 0.
 *
 * Formula: with k the ratio B / A, g = q^2 v_A / A^2 and s the standard error of k by the delta method:
 * (k -+ q sqrt(s^2 - g v_B / A^2)) / (1 - g), shifted by -1. The p value is that of B - (1 + r0) A.
 * Source: Fieller (1954), Journal of the Royal Statistical Society B 16(2),
 * doi:10.1111/j.2517-6161.1954.tb00159.x.
 */
function fiellerEffect(pair: Pair, finding: Finding, settings: Settings): Result<TestEstimate> {
  const refusal = refuseRelative(pair, settings)
  if (refusal !== null) return refusal
  const { control, variant, variances, degreesOfFreedom } = pair
  const sign = Math.sign(control)
  const [a, b] = [Math.abs(control), sign * variant]
  const q = criticalValue(settings.alpha, settings.alternative, degreesOfFreedom)
  const k = b / a
  const shrink = 1 - (q ** 2 * variances.control) / a ** 2
  if (!(shrink > 0)) return insufficient('control_not_distinct_from_zero', null)
  const root = Math.sqrt(Math.max(0, variances.variant * shrink + variances.control * k ** 2))
  const reach = (q * root) / a
  const nullRatio = 1 + sign * settings.nullEffect
  const spread = Math.sqrt(variances.variant + variances.control * nullRatio ** 2)
  const statistic = (sign * (b - nullRatio * a)) / spread
  const ends: readonly [number, number] = [(k - reach) / shrink - 1, (k + reach) / shrink - 1]
  return answer(finding, settings, {
    effect: sign * (k - 1),
    standardError: deltaStandardError(pair),
    bounds: sign > 0 ? ends : [-ends[1], -ends[0]],
    p: pValue(statistic, settings.alternative, degreesOfFreedom),
    statistic,
    degreesOfFreedom,
  })
}

/**
 * By the logarithm of the ratio, which is nearer to normal than the ratio; both means have to be positive.
 *
 * Formula: l = ln(B / A), se^2 = v_A / A^2 + v_B / B^2; interval exp(l -+ q se) - 1; tested against ln(1 + r0).
 * The standard error told is that of l times B / A.
 * Source: Katz, Baptista, Azen and Pike (1978), Biometrics 34(3), doi:10.2307/2530610 (for proportions).
 */
function logEffect(pair: Pair, finding: Finding, settings: Settings): Result<TestEstimate> {
  const { control, variant, variances, degreesOfFreedom } = pair
  if (control === 0) return insufficient('control_is_zero', null)
  if (variant === 0) return insufficient('too_few_events', null)
  if (!(control > 0 && variant > 0)) return invalid('relative', "'delta' or 'fieller' for negative means")
  if (settings.nullEffect <= -1) return invalid('nullEffect', '> -1')
  const log = Math.log(variant / control)
  const spread = Math.sqrt(variances.control / control ** 2 + variances.variant / variant ** 2)
  const statistic = (log - Math.log1p(settings.nullEffect)) / spread
  const reach = criticalValue(settings.alpha, settings.alternative, degreesOfFreedom) * spread
  return answer(finding, settings, {
    effect: (variant - control) / control,
    standardError: (spread * variant) / control,
    bounds: [Math.expm1(log - reach), Math.expm1(log + reach)],
    p: pValue(statistic, settings.alternative, degreesOfFreedom),
    statistic,
    degreesOfFreedom,
  })
}

function refuseRelative({ control, variances, degreesOfFreedom }: Pair, { alpha }: Settings) {
  if (control === 0) return insufficient('control_is_zero', null)
  const q = criticalValue(alpha, 'two_sided', degreesOfFreedom)
  const distinct = Math.abs(control) > q * Math.sqrt(variances.control)
  return distinct ? null : insufficient('control_not_distinct_from_zero', null)
}
