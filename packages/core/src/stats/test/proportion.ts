// Proportions: which of their tests and intervals is asked for.
import { type Assumption, invalid, isRefusal, type Result } from '../result.ts'
import type { ProportionSummary } from '../summary/summary.ts'
import { testDifference } from './difference.ts'
import type { TestEstimate } from './estimate.ts'
import { readOptions, type Settings, type TestOptions } from './options.ts'
import { proportionSample, type Sample } from './sample.ts'
import { type ScoreVariance, scoreDifference, scoreRatio } from './score.ts'

export interface ProportionOptions extends TestOptions {
  /**
   * Variance of an absolute difference, or of a ratio by `score`: `pooled` (unless told) is that under the null hypothesis,
   * and the interval is the score interval; `miettinen_nurminen` the same a little wider; `unpooled` takes each variant's
   * own, and the interval is effect -+ q se.
   */
  readonly variance?: ScoreVariance | 'unpooled'
  /**
   * Of a relative effect: `log` unless told; `score` for few events, also none on the variant; `delta` and `fieller` are
   * referred to Student's t, as gbstats does.
   */
  readonly relative?: 'log' | 'score' | 'delta' | 'fieller'
}

/** Expected successes and failures on each variant for the normal approximation. */
const leastEvents = 5

/**
 * Compares two proportions.
 *
 * Formula: z = (p_B - p_A - d0) / se, with se^2 = q_A / n_A + q_B / n_B and q = p (1 - p): `unpooled` of the observed
 * proportions; `pooled` of the most likely ones with p_B - p_A = d0, which for d0 = 0 are both the pooled proportion.
 * The `pooled` interval is all d0 that are not rejected (`scoreDifference`). Relative: `scoreRatio`, or `testDifference`, by
 * default on the log scale.
 *
 * @returns method `two_proportion_z` (`pooled`), `two_proportion_miettinen_nurminen`, `two_proportion_z_unpooled`, or
 *   `proportion_log` and so on; `insufficient`: `no_variance` when nothing or everything is a success (of `log`, `delta`,
 *   `fieller` and `unpooled` on either variant), `too_few_events` for a log of no events
 *
 * Assumes independent units and one planned look; `doubtful` below 5 successes or failures expected on a variant.
 * Accuracy: the interval's ends to 1e-9.
 * Source: Farrington and Manning (1990), Statistics in Medicine 9(12), doi:10.1002/sim.4780091208, for d0 != 0; Mee
 * (1984), Biometrics 40(4), doi:10.2307/2531174, for the interval; Katz et al. (1978) for `log`.
 * Reference: statsmodels 0.13.5 `proportions_ztest`, `test_proportions_2indep`, `confint_proportions_2indep`
 * (`fixtures/tests.py`).
 */
export function compareProportions(
  control: ProportionSummary,
  variant: ProportionSummary,
  options: ProportionOptions = {},
): Result<TestEstimate> {
  const settings = readOptions(options)
  if (isRefusal(settings)) return settings
  const [a, b] = [proportionSample(control), proportionSample(variant)]
  if (isRefusal(a)) return a
  if (isRefusal(b)) return b
  const estimate = proportionEstimate([control, variant], [a, b], settings, options)
  return estimate.kind === 'estimate' ? { ...estimate, assumptions: assumptionsOf(a, b) } : estimate
}

function proportionEstimate(
  [control, variant]: readonly [ProportionSummary, ProportionSummary],
  [a, b]: readonly [Sample, Sample],
  settings: Settings,
  { variance = 'pooled', relative = 'log' }: ProportionOptions,
): Result<TestEstimate> {
  if (settings.scale === 'relative' && relative === 'score') {
    return variance === 'unpooled'
      ? invalid('variance', "'pooled' or 'miettinen_nurminen' for the score of a ratio")
      : scoreRatio(control, variant, settings, variance)
  }
  if (settings.scale === 'relative' && relative !== 'score') {
    return testDifference('proportion', a, b, settings, relative, relative === 'log' ? 'normal' : 'student')
  }
  return variance === 'unpooled'
    ? testDifference('two_proportion_z_unpooled', a, b, settings, 'delta', 'normal')
    : scoreDifference(control, variant, settings, variance)
}

function assumptionsOf(a: Sample, b: Sample): readonly Assumption[] {
  const pooled = (a.mean * a.n + b.mean * b.n) / (a.n + b.n)
  const expected = Math.min(a.n, b.n) * Math.min(pooled, 1 - pooled)
  return [
    { what: 'units are independent of each other', state: 'not_checked' },
    { what: 'one look, planned beforehand', state: 'not_checked' },
    {
      what: `at least ${leastEvents} successes and failures expected on each variant`,
      state: expected >= leastEvents ? 'holds' : 'doubtful',
    },
  ]
}
