// The mean of one variant with its variance, from any summary that has one.
import { isRefusal, type Result } from '../result.ts'
import type { MeanSummary, ProportionSummary, RatioSummary } from '../summary/summary.ts'
import { sampleOf } from '../test/sample.ts'

export interface MeanEstimate {
  readonly kind: 'mean_estimate'
  /** Units. */
  readonly n: number
  readonly mean: number
  /** Of the mean, not of the units, >= 0: squared standard error. */
  readonly variance: number
}

/**
 * Formula: s^2 / n with s^2 = m2 / (n - 1); of a proportion p (1 - p) / n; of a ratio by the delta method.
 *
 * @returns `too_few_units` below 2 units; `invalid` for a summary that can be of no units
 *
 * Source: gbstats `SampleMeanStatistic`, `ProportionStatistic`, `RatioStatistic`.
 */
export function meanEstimate(summary: MeanSummary | ProportionSummary | RatioSummary): Result<MeanEstimate> {
  const sample = sampleOf(summary)
  if (isRefusal(sample)) return sample
  return { kind: 'mean_estimate', n: sample.n, mean: sample.mean, variance: sample.variance / sample.n }
}
