// Proportions: the two-proportion z test, with the score interval that belongs to it.
import { bisect } from '../numeric/bisect.ts'
import { type Assumption, insufficient, isRefusal, type Result } from '../result.ts'
import type { ProportionSummary } from '../summary/summary.ts'
import { testDifference } from './difference.ts'
import { answer, criticalValue, type Finding, pValue, type TestEstimate } from './estimate.ts'
import { readOptions, type Settings, type TestOptions } from './options.ts'
import { restrictedError } from './restricted-proportions.ts'
import { proportionSample, type Sample } from './sample.ts'

export interface ProportionOptions extends TestOptions {
  /**
   * Variance of an absolute difference: `pooled` (unless told) is that under the null hypothesis, and the interval is
   * the score interval; `unpooled` takes each variant's own, and the interval is effect -+ q se.
   */
  readonly variance?: 'pooled' | 'unpooled'
  /** Of a relative effect: `log` unless told; `delta` and `fieller` are referred to Student's t, as gbstats does. */
  readonly relative?: 'log' | 'delta' | 'fieller'
}

/** Expected successes and failures on each variant for the normal approximation. */
const leastEvents = 5

/**
 * Compares two proportions.
 *
 * Formula: z = (p_B - p_A - d0) / se, with se^2 = q_A / n_A + q_B / n_B and q = p (1 - p): `unpooled` of the observed
 * proportions; `pooled` of the most likely ones with p_B - p_A = d0, which for d0 = 0 are both the pooled proportion.
 * The `pooled` interval is all d0 that are not rejected. Relative: `testDifference`, by default on the log scale.
 *
 * @returns method `two_proportion_z` (`pooled`), `two_proportion_z_unpooled`, or `proportion_log` and so on;
 *   `insufficient`: `no_variance` when nothing or everything is a success (but for `pooled`, on either variant),
 *   `too_few_events` for a log of no events
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
  const estimate = proportionEstimate(a, b, settings, options)
  return estimate.kind === 'estimate' ? { ...estimate, assumptions: assumptionsOf(a, b) } : estimate
}

function proportionEstimate(
  a: Sample,
  b: Sample,
  settings: Settings,
  { variance = 'pooled', relative = 'log' }: ProportionOptions,
): Result<TestEstimate> {
  if (settings.scale === 'relative') {
    return testDifference('proportion', a, b, settings, relative, relative === 'log' ? 'normal' : 'student')
  }
  return variance === 'pooled'
    ? scoreEstimate(a, b, settings)
    : testDifference('two_proportion_z_unpooled', a, b, settings, 'delta', 'normal')
}

function scoreEstimate(a: Sample, b: Sample, settings: Settings): Result<TestEstimate> {
  const difference = b.mean - a.mean
  const restricted = restrictedError(a, b, settings.nullEffect)
  if (a.variance + b.variance === 0 && !(restricted > 0)) return insufficient('no_variance', null)
  if (!(restricted > 0)) return insufficient('no_information', null)
  const statistic = (difference - settings.nullEffect) / restricted
  const finding: Finding = { method: 'two_proportion_z', n: { control: a.n, variant: b.n }, assumptions: [] }
  return answer(finding, settings, {
    effect: difference,
    standardError: Math.sqrt(a.variance / a.n + b.variance / b.n),
    bounds: scoreBounds(a, b, criticalValue(settings.alpha, settings.alternative, null)),
    p: pValue(statistic, settings.alternative, null),
    statistic,
    degreesOfFreedom: null,
  })
}

/** The differences whose score statistic is q and -q: the ends of the interval. */
function scoreBounds(a: Sample, b: Sample, q: number): readonly [number, number] {
  const observed = b.mean - a.mean
  // Written without a division: the standard error is 0 at the ends of [-1, 1].
  const excess = (d: number, sign: number) => observed - d - sign * q * restrictedError(a, b, d)
  // From the observed difference outwards (inwards for alpha > 0.5), since without events the excess is 0 there too.
  const [below, above] = q >= 0 ? ([-1, 1] as const) : ([1, -1] as const)
  const end = (edge: number, sign: number) =>
    bisect(d => excess(d, sign), Math.min(edge, observed), Math.max(edge, observed))
  return [end(below, 1), end(above, -1)]
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
