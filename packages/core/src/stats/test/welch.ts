// Means: Welch's t.
import { isRefusal, type Result } from '../result.ts'
import type { MeanSummary, RatioSummary } from '../summary/summary.ts'
import { refuseDifferentCaps } from './caps.ts'
import { type RelativeMethod, testDifference } from './difference.ts'
import type { TestEstimate } from './estimate.ts'
import { readOptions, type TestOptions } from './options.ts'
import { meanSample, type Sample } from './sample.ts'

export interface MeanOptions extends TestOptions {
  /** How a relative effect gets its interval: `delta` unless told. */
  readonly relative?: RelativeMethod
}

/**
 * Compares two means without assuming equal variances.
 *
 * Formula: see `testDifference`: t with Welch's degrees of freedom.
 *
 * @param control - n >= 2, else `insufficient`
 * @param variant - likewise
 * @returns method `welch_t`, or `welch_t_delta`, `welch_t_fieller`, `welch_t_log` for a relative effect
 *
 * Assumes independent units and one planned look; for small n values near normal.
 * Source: Welch (1947), Biometrika 34(1-2), doi:10.1093/biomet/34.1-2.28.
 * Reference: SciPy 1.10.1 `ttest_ind(equal_var=False)`, gbstats `TwoSidedTTest` (`fixtures/tests.py`).
 */
export function compareMeans(
  control: MeanSummary,
  variant: MeanSummary,
  options: MeanOptions = {},
): Result<TestEstimate> {
  return testSummaries('welch_t', { control, variant }, meanSample, options)
}

/** Tests the difference of what two summaries are samples of, once both are found to be such and cut to the same caps. */
export function testSummaries<Kind extends MeanSummary | RatioSummary>(
  method: string,
  { control, variant }: { readonly control: Kind; readonly variant: Kind },
  sampleOf: (summary: Kind) => Result<Sample>,
  options: MeanOptions,
): Result<TestEstimate> {
  const settings = readOptions(options)
  if (isRefusal(settings)) return settings
  const capped = refuseDifferentCaps(control, variant)
  if (capped !== null) return capped
  const [a, b] = [sampleOf(control), sampleOf(variant)]
  if (isRefusal(a)) return a
  if (isRefusal(b)) return b
  return testDifference(method, a, b, settings, options.relative ?? 'delta', 'student')
}
