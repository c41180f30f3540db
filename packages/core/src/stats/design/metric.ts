// What has to be known of a metric before an experiment: its value on the control, and how much units vary.
import { normalQuantile } from '../distribution/normal.ts'
import { type Insufficient, type Invalid, insufficient, invalid, type Scale } from '../result.ts'
import { restrictedError } from '../test/restricted-proportions.ts'

const Z = -normalQuantile(0.025)

export interface MeanMetric {
  readonly kind: 'mean'
  readonly mean: number
  /** Of one unit, > 0. */
  readonly variance: number
  /** Of one unit of the variant; the control's unless told. */
  readonly variantVariance?: number
}

export interface ProportionMetric {
  readonly kind: 'proportion'
  /** On the control, in (0, 1). */
  readonly proportion: number
  /**
   * Variance of the test under the null hypothesis and under the effect: `unpooled` (unless told
   * at a null effect of 0, and always on the relative scale), each variant's own for both; `score` (unless told at an
   * absolute margin), under the null the most likely proportions that differ by the null effect, as the tests of
   * `compareProportions` take; `pooled_null`, the same at a null effect of 0, the average proportion's; `control_null`,
   * the control's under the null (Evan Miller); `control`, the control's for both (G*Power's for small effects,
   * GrowthBook); `arcsine`, Cohen's h. `pooled_null` and `control_null` are of a null effect of 0 only.
   */
  readonly variance?: 'unpooled' | 'score' | 'pooled_null' | 'control_null' | 'control' | 'arcsine'
}

/** From a pilot: see `ratioPilot`. */
export interface RatioMetric {
  readonly kind: 'ratio'
  readonly ratio: number
  /** That one unit contributes, by the delta method, > 0. */
  readonly variance: number
  /** Of the variant; the control's unless told. */
  readonly variantVariance?: number
}

/** From a pilot: see `quantilePilot`. */
export interface QuantileMetric {
  readonly kind: 'quantile'
  /** Which quantile, in (0, 1). */
  readonly probability: number
  readonly value: number
  /** Of the values, at the quantile, > 0: per unit of measurement. */
  readonly density: number
  /**
   * Of the variant's values; unless told the control's on the absolute scale, where an effect shifts all values, and that
   * over 1 + effect on the relative one, where it stretches them.
   */
  readonly variantDensity?: number
  /**
   * How the quantile function Q bends there: m^2 Q''' / Q', m = min(p, 1 - p), >= 0. 2 in an exponential tail, 3.4 in that
   * of Pareto 2.5, 1.5 at p95 of normal values. 0 unless told: right for many values only. See `bandwidthExcess`.
   */
  readonly curvature?: number
}

export type DesignMetric = MeanMetric | ProportionMetric | RatioMetric | QuantileMetric

/** The distance that an effect makes, and the standard errors of its estimate without it and with it. */
export interface Errors {
  readonly distance: number
  readonly underNull: number
  readonly underEffect: number
}

/** What is tested: on which scale, against which effect. */
export interface Hypothesis {
  readonly scale: Scale
  readonly nullEffect: number
}

/** The metric's value on the control. */
export function controlValue(metric: DesignMetric): number {
  switch (metric.kind) {
    case 'mean':
      return metric.mean
    case 'proportion':
      return metric.proportion
    case 'ratio':
      return metric.ratio
    case 'quantile':
      return metric.value
  }
}

/** Whether the metric can be planned with on this scale, against this null effect. */
export function refuseMetric(
  metric: DesignMetric,
  { scale, nullEffect }: Hypothesis,
): Insufficient | Invalid | null {
  if (!Number.isFinite(controlValue(metric))) return invalid('metric', 'of a finite value on the control')
  if (metric.kind === 'proportion') return refuseProportion(metric, scale, nullEffect)
  if (metric.kind === 'quantile' && !(metric.probability > 0 && metric.probability < 1)) {
    return invalid('metric.probability', 'in (0, 1)')
  }
  if (metric.kind === 'quantile' && !((metric.curvature ?? 0) >= 0 && (metric.curvature ?? 0) < Infinity)) {
    return invalid('metric.curvature', '>= 0 and finite')
  }
  const variances = variancesOf(metric, controlValue(metric), 1)
  const sane = variances.every(variance => variance >= 0 && variance < Infinity)
  if (!sane) return invalid('metric', 'of a variance >= 0 and finite')
  if (variances[0] + variances[1] === 0) return insufficient('no_variance', null)
  return scale === 'relative' && controlValue(metric) === 0 ? insufficient('control_is_zero', null) : null
}

function refuseProportion(
  { proportion, variance }: ProportionMetric,
  scale: Scale,
  nullEffect: number,
): Invalid | null {
  if (!(proportion > 0 && proportion < 1)) return invalid('metric.proportion', 'in (0, 1)')
  const isPlain = variance === undefined || variance === 'unpooled' || variance === 'control'
  if (scale === 'relative')
    return isPlain ? null : invalid('metric.variance', "'unpooled' or 'control' on the relative scale")
  const isOfEqual = variance === 'pooled_null' || variance === 'control_null'
  return isOfEqual && nullEffect !== 0
    ? invalid('metric.variance', "'score' at a margin: equal proportions are not its null hypothesis")
    : null
}

/**
 * Standard errors of the effect's estimate with n_c units on the control and n_v on the variant.
 *
 * Formula: absolute: sqrt(V_c / n_c + V_v / n_v), with V those of `ProportionMetric.variance` for proportions;
 * relative: sqrt(V_v / (n_v m^2) + V_c (1 + r)^2 / (n_c m^2)), m the control's value. Arcsine: distance
 * h = 2 asin sqrt(p_v) - 2 asin sqrt(p_c), sqrt(1 / n_c + 1 / n_v).
 */
export function errorsOf(
  metric: DesignMetric,
  effect: number,
  nullEffect: number,
  scale: Scale,
  units: readonly [number, number],
): Errors {
  const value = controlValue(metric)
  const relative = scale === 'relative'
  const varied = relative ? value + effect * Math.abs(value) : value + effect
  const distance = effect - nullEffect
  if (metric.kind === 'proportion' && !relative)
    return proportionErrors(metric, varied, distance, nullEffect, units)
  const [control, variant] = variancesOf(metric, varied, relative && effect > -1 ? 1 + effect : 1)
  const slope = relative ? varied / value : 1
  const errorBy = (first: number, second: number) =>
    Math.sqrt((control * (first * slope) ** 2) / units[0] + (variant * second ** 2) / units[1]) /
    (relative ? Math.abs(value) : 1)
  const underEffect = errorBy(1, 1)
  if (metric.kind !== 'quantile') return { distance, underNull: underEffect, underEffect }
  const [first, second] = units.map(n => 1 + bandwidthExcess(metric, n))
  return { distance, underNull: errorBy(first ?? 1, second ?? 1), underEffect }
}

/**
 * By what share a test of n values takes the standard error of a quantile for larger than it is: it measures the density
 * over the quantile's own rank interval, p -+ d, which in a tail is wide, and Q bends over it.
 *
 * Formula: (Q(p + d) - Q(p - d)) / (2 d Q'(p)) - 1 = d^2 Q''' / (6 Q') + ... with d^2 = z_.975^2 p (1 - p) / n, which is
 * z^2 max(p, 1 - p) curvature / (6 min(p, 1 - p) n).
 *
 * @param n - values, > 0
 * @returns >= 0; 0.24 for p95 of 100 exponential values, 0.21 for p99 of 600, 0.01 for the median of 100
 *
 * Accuracy: of second order; power simulated within .03 where it is below .25 (docs/statistics/sample-size.md).
 * Source: Siddiqui (1960), Journal of Research of the National Bureau of Standards 64B(3), doi:10.6028/jres.064B.017, for
 * the bias of the difference quotient.
 */
export function bandwidthExcess({ probability: p, curvature = 0 }: QuantileMetric, n: number): number {
  return (Z ** 2 * Math.max(p, 1 - p) * curvature) / (6 * Math.min(p, 1 - p) * n)
}

function proportionErrors(
  metric: ProportionMetric,
  varied: number,
  distance: number,
  nullEffect: number,
  [control, variant]: readonly [number, number],
): Errors {
  const { proportion: p, variance = nullEffect === 0 ? 'unpooled' : 'score' } = metric
  const error = (a: number, b: number) => Math.sqrt((a * (1 - a)) / control + (b * (1 - b)) / variant)
  const unpooled = error(p, varied)
  const pooled = (p * control + varied * variant) / (control + variant)
  switch (variance) {
    case 'unpooled':
      return { distance, underNull: unpooled, underEffect: unpooled }
    case 'score': {
      const [a, b] = [
        { n: control, successes: control * p },
        { n: variant, successes: variant * varied },
      ]
      return { distance, underNull: restrictedError(a, b, nullEffect), underEffect: unpooled }
    }
    case 'pooled_null':
      return { distance, underNull: error(pooled, pooled), underEffect: unpooled }
    case 'control_null':
      return { distance, underNull: error(p, p), underEffect: unpooled }
    case 'control':
      return { distance, underNull: error(p, p), underEffect: error(p, p) }
    case 'arcsine': {
      const flat = Math.sqrt(1 / control + 1 / variant)
      return { distance: cohenH(varied, p + nullEffect), underNull: flat, underEffect: flat }
    }
  }
}

/**
 * Cohen's effect size of two proportions: h = 2 asin sqrt(a) - 2 asin sqrt(b), a and b in [0, 1].
 *
 * Source: Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, eq. 6.2.1.
 */
export function cohenH(a: number, b: number): number {
  return 2 * Math.asin(Math.sqrt(a)) - 2 * Math.asin(Math.sqrt(b))
}

/** That one unit of control and variant contribute. A quantile's is p (1 - p) / density^2, its values stretched. */
function variancesOf(metric: DesignMetric, varied: number, stretch: number): readonly [number, number] {
  switch (metric.kind) {
    case 'mean':
    case 'ratio':
      return [metric.variance, metric.variantVariance ?? metric.variance]
    case 'quantile': {
      const { probability: p, density, variantDensity = density / stretch } = metric
      return [(p * (1 - p)) / density ** 2, (p * (1 - p)) / variantDensity ** 2]
    }
    case 'proportion': {
      const { proportion: p } = metric
      const own = p * (1 - p)
      return [own, metric.variance === 'control' ? own : varied * (1 - varied)]
    }
  }
}
