// Score tests and intervals of two proportions: the standard error is that under the hypothesis tested, and the interval is
// all hypotheses that are not rejected.
import { bisect } from '../numeric/bisect.ts'
import { insufficient, invalid, type Result } from '../result.ts'
import { answer, criticalValue, type Finding, pValue, type TestEstimate } from './estimate.ts'
import type { Settings } from './options.ts'
import { restrictedError, restrictedRatioError } from './restricted-proportions.ts'
import type { Sample } from './sample.ts'

/** `pooled`: the likelihood's own. `miettinen_nurminen`: that times N / (N - 1), N the units of both: a little wider. */
export type ScoreVariance = 'pooled' | 'miettinen_nurminen'

/**
 * Of the difference of two proportions.
 *
 * Formula: z = (p_B - p_A - d0) / (k se(d0)), se of `restrictedError`, k^2 = 1 or N / (N - 1); the interval is all d0 with
 * |z| at most the quantile.
 *
 * @returns method `two_proportion_z`, or `two_proportion_miettinen_nurminen`
 *
 * Accuracy: the interval's ends to 1e-9.
 * Source: Mee (1984), Biometrics 40(4), doi:10.2307/2531174; Miettinen and Nurminen (1985), Statistics in Medicine 4(2),
 * doi:10.1002/sim.4780040211; Farrington and Manning (1990), Statistics in Medicine 9(12), doi:10.1002/sim.4780091208.
 * Reference: Newcombe (1998), table II; mpmath (`fixtures/tests.py`).
 */
export function scoreDifference(
  a: Sample,
  b: Sample,
  settings: Settings,
  variance: ScoreVariance,
): Result<TestEstimate> {
  const method = variance === 'pooled' ? 'two_proportion_z' : 'two_proportion_miettinen_nurminen'
  const k = widening(a, b, variance)
  const difference = b.mean - a.mean
  const error = (d: number) => k * restrictedError(a, b, d)
  const restricted = error(settings.nullEffect)
  if (!(restricted > 0)) return insufficient(noVariance(a, b), null)
  const statistic = (difference - settings.nullEffect) / restricted
  // Written without a division: the standard error is 0 at the ends of [-1, 1].
  const excess = (d: number, reach: number) => difference - d - reach * error(d)
  return answer(findingOf(method, a, b), settings, {
    effect: difference,
    standardError: Math.sqrt(a.variance / a.n + b.variance / b.n),
    bounds: ends(settings, excess, difference, [-1, 1]),
    p: pValue(statistic, settings.alternative, null),
    statistic,
    degreesOfFreedom: null,
  })
}

/**
 * Of the ratio of two proportions, told as the relative effect, ratio - 1.
 *
 * Formula: z = (p_B - r p_A) / (k se), at r = 1 + r0 with the most likely proportions of that ratio (`restrictedRatioError`),
 * k^2 = 1 (Koopman) or N / (N - 1) (Miettinen and Nurminen); the interval is all r with |z| at most the quantile. At r0 = 0
 * z is that of the difference. The standard error told is that of the delta method, or null for no events.
 *
 * @returns method `proportion_score`, or `proportion_miettinen_nurminen`; `insufficient`: `control_is_zero`
 *
 * Assumes what the difference does. Unlike the logarithm it needs no event on the variant, and holds its level for few.
 * Accuracy: the ends to 1e-9 relative to 1 + ratio.
 * Source: Koopman (1984), Biometrics 40(2), doi:10.2307/2531405; Miettinen and Nurminen (1985), as above.
 * Reference: statsmodels 0.13.5 `confint_proportions_2indep(compare='ratio', method='score')` (`fixtures/proportions.py`).
 */
export function scoreRatio(
  a: Sample,
  b: Sample,
  settings: Settings,
  variance: ScoreVariance,
): Result<TestEstimate> {
  if (a.mean === 0) return insufficient('control_is_zero', null)
  if (settings.nullEffect <= -1) return invalid('nullEffect', '> -1')
  const method = variance === 'pooled' ? 'proportion_score' : 'proportion_miettinen_nurminen'
  const k = widening(a, b, variance)
  const distance = (u: number) => (1 - u) * b.mean - u * a.mean
  const error = (u: number) => k * restrictedRatioError(a, b, u)
  const atNull = shareOf(1 + settings.nullEffect)
  const restricted = error(atNull)
  if (!(restricted > 0)) return insufficient(noVariance(a, b), null)
  const ratio = b.mean / a.mean
  const statistic = distance(atNull) / restricted
  const excess = (u: number, reach: number) => distance(u) - reach * error(u)
  const [lower, upper] = ends(settings, excess, shareOf(ratio), [0, 1])
  const standardError = Math.sqrt(b.variance / b.n + (ratio * ratio * a.variance) / a.n) / a.mean
  return answer(findingOf(method, a, b), settings, {
    effect: ratio - 1,
    standardError: standardError > 0 ? standardError : null,
    bounds: [ratioOf(lower) - 1, ratioOf(upper) - 1],
    p: pValue(statistic, settings.alternative, null),
    statistic,
    degreesOfFreedom: null,
  })
}

/** The points whose score statistic is q and -q, on either side of the estimate. */
function ends(
  { alpha, alternative }: Settings,
  excess: (at: number, reach: number) => number,
  estimate: number,
  [least, most]: readonly [number, number],
): readonly [number, number] {
  const q = criticalValue(alpha, alternative, null)
  // From the estimate outwards (inwards for alpha > 0.5), since without events the excess is 0 there too.
  const [below, above] = q >= 0 ? [least, most] : [most, least]
  const end = (edge: number, reach: number) =>
    bisect(at => excess(at, reach), Math.min(edge, estimate), Math.max(edge, estimate))
  return [end(below, q), end(above, -q)]
}

/** r / (1 + r), and back; an infinite ratio is an open end. */
function shareOf(ratio: number): number {
  return ratio / (1 + ratio)
}

function ratioOf(share: number): number {
  return share >= 1 ? Infinity : share / (1 - share)
}

function widening(a: Sample, b: Sample, variance: ScoreVariance): number {
  const n = a.n + b.n
  return variance === 'pooled' ? 1 : Math.sqrt(n / (n - 1))
}

function noVariance(a: Sample, b: Sample): 'no_variance' | 'no_information' {
  return a.variance + b.variance === 0 ? 'no_variance' : 'no_information'
}

function findingOf(method: string, a: Sample, b: Sample): Finding {
  return { method, n: { control: a.n, variant: b.n }, assumptions: [] }
}
