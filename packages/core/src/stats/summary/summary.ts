// Sufficient statistics of one metric for one variant, a row for each unit. They merge, so a day's can be kept and
// added up, and none of the methods needs to see the units.
import type { Moments } from './moments.ts'

/**
 * Bounds that a column's values are cut to (winsorised) before they are summarised: the same for all variants, chosen
 * on their pooled values by `winsorCap`, and then kept. Null: not cut on that side.
 */
export interface Cap {
  readonly kind: 'cap'
  readonly lower: number | null
  readonly upper: number | null
}

/** A number for each unit: revenue, cost, mean latency of a user. */
export interface MeanSummary {
  readonly kind: 'mean'
  readonly n: number
  readonly mean: number
  /** Sum of squared deviations from the mean. */
  readonly m2: number
  /** What the values were cut to; absent: not cut. */
  readonly cap?: Cap
}

/** Units of which something is true. */
export interface ProportionSummary {
  readonly kind: 'proportion'
  readonly n: number
  readonly successes: number
}

/** Events over an exposure, such as errors over requests, when units are not known: a Poisson rate. */
export interface CountSummary {
  readonly kind: 'count'
  /** Whole number, >= 0. */
  readonly events: number
  /** > 0 to be of use. */
  readonly exposure: number
}

/** Sum over units of a numerator by sum of a denominator: errors by requests of users. Columns: numerator, denominator. */
export interface RatioSummary {
  readonly kind: 'ratio'
  readonly moments: Moments
  /** What each column was cut to; absent: none was. */
  readonly caps?: readonly Cap[]
}

/** A mean with a covariate of before the experiment (CUPED). Columns: value, covariate. */
export interface CupedSummary {
  readonly kind: 'cuped'
  readonly moments: Moments
  /** What each column was cut to; absent: none was. */
  readonly caps?: readonly Cap[]
}

/** A ratio with one. Columns: numerator, denominator, and the same two of before the experiment. */
export interface CupedRatioSummary {
  readonly kind: 'cuped_ratio'
  readonly moments: Moments
  /** What each column was cut to; absent: none was. */
  readonly caps?: readonly Cap[]
}

export type Summary =
  | MeanSummary
  | ProportionSummary
  | CountSummary
  | RatioSummary
  | CupedSummary
  | CupedRatioSummary

/**
 * Where a quantile of all values of a variant lies, and how sure that is. A unit may have many values: latencies of the
 * requests of a user. Made for one quantile of one set of values; sketches and moments merge, this does not.
 */
export interface QuantileSummary {
  readonly kind: 'quantile'
  /** Which quantile, in (0, 1): 0.95. */
  readonly probability: number
  /** Values, not units. */
  readonly n: number
  /** The sample size that `lower` and `upper` were taken for: n, or a fixed grid's. */
  readonly nStar: number
  readonly value: number
  /** The quantiles at probability -+ z_0.975 sqrt(probability (1 - probability) / nStar). */
  readonly lower: number
  readonly upper: number
  /** A row for each unit. Columns: values of the unit not above `value`, values of the unit. Null: one value a unit. */
  readonly clusters: Moments | null
}
