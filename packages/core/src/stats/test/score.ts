// Score tests and intervals of two proportions: the standard error is that under the hypothesis tested, and the interval is
// all hypotheses that are not rejected.
import { bisect } from '../numeric/bisect.ts'
import { insufficient, invalid, type Result } from '../result.ts'
import { answer, criticalValue, type Finding, pValue, type TestEstimate } from './estimate.ts'
import type { Settings } from './options.ts'
import { ratioShares, restrictedError, restrictedRatioError, type Trials } from './restricted-proportions.ts'

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
 * Accuracy: the interval's ends to 1e-12, for 1 to 1e12 units a variant.
 * Source: Mee (1984), Biometrics 40(4), doi:10.2307/2531174; Miettinen and Nurminen (1985), Statistics in Medicine 4(2),
 * doi:10.1002/sim.4780040211; Farrington and Manning (1990), Statistics in Medicine 9(12), doi:10.1002/sim.4780091208.
 * Reference: Newcombe (1998), table II; mpmath (`fixtures/tests.py`, `fixtures/uneven-proportions.py`).
 */
export function scoreDifference(
  a: Trials,
  b: Trials,
  settings: Settings,
  variance: ScoreVariance,
): Result<TestEstimate> {
  const method = variance === 'pooled' ? 'two_proportion_z' : 'two_proportion_miettinen_nurminen'
  const k = widening(a, b, variance)
  const difference = differenceOf(a, b)
  const error = (d: number) => k * restrictedError(a, b, d)
  const restricted = error(settings.nullEffect)
  if (!(restricted > 0)) return insufficient(noVariance(a, b), null)
  const statistic = (difference - settings.nullEffect) / restricted
  // Written without a division: the standard error is 0 at the ends of [-1, 1].
  const excess = (d: number, reach: number) => difference - d - reach * error(d)
  return answer(findingOf(method, a, b), settings, {
    effect: difference,
    standardError: Math.sqrt(ownVariance(a) / a.n + ownVariance(b) / b.n),
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
 * Accuracy: the ends to 1e-12 relative to 1 + ratio, for 1 to 1e12 units a variant.
 * Source: Koopman (1984), Biometrics 40(2), doi:10.2307/2531405; Miettinen and Nurminen (1985), as above.
 * Reference: statsmodels 0.13.5 `confint_proportions_2indep(compare='ratio', method='score')` (`fixtures/proportions.py`);
 * mpmath (`fixtures/uneven-proportions.py`).
 */
export function scoreRatio(
  a: Trials,
  b: Trials,
  settings: Settings,
  variance: ScoreVariance,
): Result<TestEstimate> {
  if (a.successes === 0) return insufficient('control_is_zero', null)
  if (settings.nullEffect <= -1) return invalid('nullEffect', '> -1')
  const method = variance === 'pooled' ? 'proportion_score' : 'proportion_miettinen_nurminen'
  const k = widening(a, b, variance)
  const error = (log: number) => k * restrictedRatioError(a, b, log)
  const atNull = Math.log1p(settings.nullEffect)
  const restricted = error(atNull)
  if (!(restricted > 0)) return insufficient(noVariance(a, b), null)
  const ratio = b.successes / b.n / (a.successes / a.n)
  const statistic = ratioDistance(a, b, atNull) / restricted
  const excess = (log: number, reach: number) => ratioDistance(a, b, log) - reach * error(log)
  const estimated = Math.max(Math.log(ratio), -farthestLog)
  const [lower, upper] = ends(settings, excess, estimated, [-farthestLog, farthestLog])
  const spread = ownVariance(b) / b.n + (ratio * ratio * ownVariance(a)) / a.n
  const standardError = Math.sqrt(spread) / (a.successes / a.n)
  return answer(findingOf(method, a, b), settings, {
    effect: differenceOf(a, b) / (a.successes / a.n),
    standardError: standardError > 0 ? standardError : null,
    bounds: [Math.expm1(lower), Math.expm1(upper)],
    p: pValue(statistic, settings.alternative, null),
    statistic,
    degreesOfFreedom: null,
  })
}

/** The logarithm of a ratio that no whole numbers have, short of overflow. */
const farthestLog = 700

/** Variant - control; of failures where they are fewer, whose small shares keep the digits that those near 1 lose. */
function differenceOf(a: Trials, b: Trials): number {
  return isMostly(a, b)
    ? (a.n - a.successes) / a.n - (b.n - b.successes) / b.n
    : b.successes / b.n - a.successes / a.n
}

/** (1 - u) p_B - u p_A, with u / (1 - u) the ratio, in the same way. */
function ratioDistance(a: Trials, b: Trials, logRatio: number): number {
  const [u, v] = ratioShares(logRatio)
  return isMostly(a, b)
    ? (u * (a.n - a.successes)) / a.n - (v * (b.n - b.successes)) / b.n - Math.tanh(logRatio / 2)
    : (v * b.successes) / b.n - (u * a.successes) / a.n
}

/** Whether more units are successes than not. */
function isMostly(a: Trials, b: Trials): boolean {
  return a.successes + b.successes > (a.n + b.n) / 2
}

/** p (1 - p), of one unit. */
function ownVariance({ n, successes }: Trials): number {
  return (successes / n) * ((n - successes) / n)
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

function widening(a: Trials, b: Trials, variance: ScoreVariance): number {
  const n = a.n + b.n
  return variance === 'pooled' ? 1 : Math.sqrt(n / (n - 1))
}

function noVariance(a: Trials, b: Trials): 'no_variance' | 'no_information' {
  return ownVariance(a) + ownVariance(b) === 0 ? 'no_variance' : 'no_information'
}

function findingOf(method: string, a: Trials, b: Trials): Finding {
  return { method, n: { control: a.n, variant: b.n }, assumptions: [] }
}
