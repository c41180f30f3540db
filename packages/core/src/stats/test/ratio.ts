// Ratios of sums over units: errors by requests, tokens by messages.
import type { Result } from '../result.ts'
import type { RatioSummary } from '../summary/summary.ts'
import type { TestEstimate } from './estimate.ts'
import { ratioSample } from './sample.ts'
import { type MeanOptions, testSummaries } from './welch.ts'

/**
 * Compares two ratios of sums, the variance of each by the delta method over units.
 *
 * Formula: R = sum N / sum D; Var R = (s_N^2 - 2 R s_ND + R^2 s_D^2) / (n Dbar^2); then as `testDifference`.
 *
 * @returns method `ratio_delta` (of the variance), with the relative method appended: `ratio_delta_fieller`;
 *   `insufficient` with `denominator_is_zero`, and as `testDifference`
 *
 * Assumes independent units; the requests of a unit may depend on each other. The denominators' sum has to be far from
 * 0, by many of its standard errors.
 * Source: Deng, Knoblich and Lu (2018), Applying the Delta Method in Metric Analytics, KDD, doi:10.1145/3219819.3219919.
 * Reference: the sandwich variance of a regression through the origin, by hand (`fixtures/tests.py`).
 */
export function compareRatios(
  control: RatioSummary,
  variant: RatioSummary,
  options: MeanOptions = {},
): Result<TestEstimate> {
  return testSummaries('ratio_delta', { control, variant }, ratioSample, options)
}
