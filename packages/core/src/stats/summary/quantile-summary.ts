// What a fixed-horizon test of a quantile needs, when units have many values each: two passes. The first finds the
// quantile, of sorted values or of a sketch; the second counts, for each unit, its values not above it.
import { normalQuantile } from '../distribution/normal.ts'
import { quantile } from '../distribution/quantile.ts'
import { insufficient, invalid, type Result } from '../result.ts'
import type { Moments } from './moments.ts'
import { MomentsBuilder } from './moments-builder.ts'
import { interpolateSketch, type Sketch } from './sketch.ts'
import type { QuantileSummary } from './summary.ts'

const Z = -normalQuantile(0.025)

/**
 * First pass, of sorted values: the quantile, and those at the ends of its rank's 95 % interval.
 *
 * Formula: `quantile` (definition 7) at p and at p -+ z_0.975 sqrt(p (1 - p) / nStar).
 *
 * @param sorted - all values of the variant in ascending order, finite: of which only the ends are checked, where sorting
 *   puts what is not
 * @param probability - in (0, 1)
 * @param nStar - the sample size for the ends; by default that of the values
 * @returns a summary without clusters; `insufficient` when an end would lie outside the sample
 *
 * Source: GrowthBook, Quantile Metrics, and gbstats `QuantileStatistic`, for the three quantiles and nStar.
 */
export function summariseQuantile(
  sorted: ArrayLike<number>,
  probability: number,
  nStar: number = sorted.length,
): Result<QuantileSummary> {
  const ends = [sorted[0] ?? 0, sorted[sorted.length - 1] ?? 0]
  if (!ends.every(Number.isFinite)) return invalid('sorted', 'finite values')
  return cut(sorted.length, probability, nStar, p => quantile(sorted, p))
}

/** First pass, of a sketch: as `summariseQuantile`, with the error of `interpolateSketch` on top. */
export function summariseSketchQuantile(
  sketch: Sketch,
  probability: number,
  nStar: number = sketch.n,
): Result<QuantileSummary> {
  return cut(sketch.n, probability, nStar, p => {
    const at = interpolateSketch(sketch, p)
    return at.kind === 'value' ? at.value : Number.NaN
  })
}

/**
 * Second pass, of one unit after the other: add `clusterRow` of each to a `MomentsBuilder(2)`, or all at once here.
 * Moments of parts of the units, counted at the same `value`, merge by `mergeMoments`.
 *
 * @param units - the values of each unit; one without any is left out
 */
export function countClusters(units: Iterable<ArrayLike<number>>, value: number): Result<QuantileClusters> {
  const builder = new MomentsBuilder(2)
  for (const values of units) if (values.length > 0) builder.add(clusterRow(values, value))
  const moments = builder.moments()
  return 'kind' in moments ? moments : { kind: 'clusters', value, moments }
}

/** Units by how many of their values are not above `value`. */
export interface QuantileClusters {
  readonly kind: 'clusters'
  readonly value: number
  readonly moments: Moments
}

/** A unit's values not above the quantile, and all its values; NaN, which builders refuse, with a value that is no number. */
export function clusterRow(values: ArrayLike<number>, value: number): readonly [number, number] {
  let below = 0
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) return [Number.NaN, values.length]
    if ((values[i] as number) <= value) below++
  }
  return [below, values.length]
}

/** Both passes together; `invalid` when they are of different quantiles or different values. */
export function withClusters(summary: QuantileSummary, clusters: QuantileClusters): Result<QuantileSummary> {
  const { n, means } = clusters.moments
  const values = Math.round(n * (means[1] ?? 0))
  if (clusters.value !== summary.value || values !== summary.n) {
    return invalid('clusters', `counts of ${summary.n} values at ${summary.value}`)
  }
  return { ...summary, clusters: clusters.moments }
}

function cut(
  n: number,
  probability: number,
  nStar: number,
  at: (p: number) => number,
): Result<QuantileSummary> {
  if (!(probability > 0 && probability < 1)) {
    return invalid('probability', 'in (0, 1)')
  }
  if (!(nStar >= 1 && nStar <= Math.max(n, 1))) {
    return invalid('nStar', 'in [1, n]')
  }
  const half = Z * Math.sqrt((probability * (1 - probability)) / nStar)
  const inside = probability - half > 0 && probability + half < 1
  if (n === 0 || !inside) return insufficient('too_few_units', leastValues(probability))
  const [value, lower, upper] = [at(probability), at(probability - half), at(probability + half)] as const
  if (![value, lower, upper].every(Number.isFinite)) {
    return invalid('sorted', 'finite values')
  }
  return { kind: 'quantile', probability, n, nStar, value, lower, upper, clusters: null }
}

/** The smallest n that keeps both ends inside the sample: n > z^2 max(p / (1 - p), (1 - p) / p), p in (0, 1). */
export function leastValues(p: number): number {
  return Math.floor(Z * Z * Math.max(p / (1 - p), (1 - p) / p)) + 1
}
