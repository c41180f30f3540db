// The mean of one variant with its variance, from any summary that has one.
import { insufficient, type Result } from '../result.ts'
import { lineariseRatio } from '../summary/linearise.ts'
import type { MeanSummary, ProportionSummary, RatioSummary } from '../summary/summary.ts'

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
 * @returns `too_few_units` below 2 units (1 for a proportion)
 *
 * Source: gbstats `SampleMeanStatistic`, `ProportionStatistic`, `RatioStatistic`.
 */
export function meanEstimate(summary: MeanSummary | ProportionSummary | RatioSummary): Result<MeanEstimate> {
  if (summary.kind === 'proportion') return proportionEstimate(summary)
  const mean = summary.kind === 'ratio' ? lineariseRatio(summary) : summary
  if (mean.kind !== 'mean') return mean
  if (mean.n < 2) return insufficient('too_few_units', 2)
  return { kind: 'mean_estimate', n: mean.n, mean: mean.mean, variance: mean.m2 / (mean.n - 1) / mean.n }
}

function proportionEstimate({ n, successes }: ProportionSummary): Result<MeanEstimate> {
  if (n === 0) return insufficient('too_few_units', 1)
  const p = successes / n
  return { kind: 'mean_estimate', n, mean: p, variance: (p * (1 - p)) / n }
}
