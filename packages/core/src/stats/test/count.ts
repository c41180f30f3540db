// Counts of events over an exposure: Poisson rates.
import { betaQuantile } from '../distribution/beta.ts'
import { binomialCdf, binomialUpperTail } from '../distribution/binomial.ts'
import { bisect } from '../numeric/bisect.ts'
import { type Assumption, insufficient, invalid, isRefusal, type Result } from '../result.ts'
import type { CountSummary } from '../summary/summary.ts'
import { answer, criticalValue, type Finding, type Numbers, pValue, type TestEstimate } from './estimate.ts'
import { readOptions, type Settings, type TestOptions } from './options.ts'

/**
 * Compares two Poisson rates: absolute by the score test, relative by the exact conditional test.
 *
 * Formula: absolute: d = e_B / t_B - e_A / t_A; z = (d - d0) / sqrt(l_A / t_A + l_B / t_B), with l the most likely rates
 * whose difference is d0; the interval is all d0 not rejected. Relative: given e_A + e_B events, those of the variant are
 * binomial with share s = r t_B / (r t_B + t_A), r = 1 + effect; the interval is that of Clopper and Pearson for s,
 * carried over; two-sided p = twice the smaller tail. The statistic told is the number of events of the variant.
 *
 * @returns method `rate_score_z` or `rate_exact`, n being events; `insufficient`: `too_few_events` without any event,
 *   `control_is_zero` for a relative effect without any on the control
 *
 * Assumes events that come independently at constant rates: retries and outages make the rates overdispersed and p too
 * small. Where units are known, `compareRatios` needs no such assumption. `rate_exact` is exact, and conservative.
 * Source: Przyborowski and Wilenski (1940), Biometrika 31(3-4), doi:10.1093/biomet/31.3-4.313, for the exact test; Ng and
 * Tang (2005), Statistics in Medicine 24(6), doi:10.1002/sim.1949, for the score test.
 * Reference: R 4.2.2 `poisson.test` (interval), statsmodels 0.13.5 `test_poisson_2indep(method="score")`
 * (`fixtures/tests.py`).
 */
export function compareCounts(
  control: CountSummary,
  variant: CountSummary,
  options: TestOptions = {},
): Result<TestEstimate> {
  const settings = readOptions(options)
  if (isRefusal(settings)) return settings
  for (const { events, exposure } of [control, variant]) {
    if (!Number.isSafeInteger(events) || events < 0) return invalid('events', 'a whole number >= 0')
    if (!(exposure > 0 && exposure < Infinity)) return invalid('exposure', '> 0 and finite')
  }
  if (control.events + variant.events === 0) return insufficient('too_few_events', 1)
  return settings.scale === 'absolute'
    ? scoreEstimate(control, variant, settings)
    : exactEstimate(control, variant, settings)
}

function exactEstimate(
  control: CountSummary,
  variant: CountSummary,
  settings: Settings,
): Result<TestEstimate> {
  if (control.events === 0) return insufficient('control_is_zero', null)
  if (settings.nullEffect <= -1) return invalid('nullEffect', '> -1')
  const [a, b] = [control.events, variant.events]
  const total = a + b
  const nullRatio = (1 + settings.nullEffect) * (variant.exposure / control.exposure)
  const share = nullRatio / (1 + nullRatio)
  const [more, fewer] = [binomialUpperTail(b, total, share), binomialCdf(b, total, share)]
  const oneSided = settings.alternative === 'greater' ? more : fewer
  const tail = settings.alternative === 'two_sided' ? settings.alpha / 2 : settings.alpha
  const lower = b === 0 ? 0 : betaQuantile(tail, b, a + 1)
  const upper = betaQuantile(1 - tail, b + 1, a)
  const effect = (s: number) => (s / (1 - s)) * (control.exposure / variant.exposure) - 1
  const estimate = answer(findingOf('rate_exact', control, variant), settings, {
    effect: (b / variant.exposure) * (control.exposure / a) - 1,
    standardError: b === 0 ? null : Math.sqrt(1 / a + 1 / b) * (effect(b / total) + 1),
    bounds: [effect(lower), effect(upper)],
    p: settings.alternative === 'two_sided' ? Math.min(1, 2 * Math.min(more, fewer)) : oneSided,
    statistic: b,
    degreesOfFreedom: null,
  })
  return estimate.kind === 'estimate' ? { ...estimate, guarantee: { kind: 'exact' } } : estimate
}

/** By exposures of at most 1: those told could overflow when squared. */
function scoreEstimate(
  control: CountSummary,
  variant: CountSummary,
  settings: Settings,
): Result<TestEstimate> {
  const unit = Math.max(control.exposure, variant.exposure)
  const inUnits = ({ exposure, ...rest }: CountSummary) => ({ ...rest, exposure: exposure / unit })
  const scaled = { ...settings, nullEffect: settings.nullEffect * unit }
  const numbers = scoreNumbers(inUnits(control), inUnits(variant), scaled)
  if (numbers === null) return insufficient('no_information', null)
  const [lower, upper] = numbers.bounds
  return answer(findingOf('rate_score_z', control, variant), settings, {
    ...numbers,
    effect: numbers.effect / unit,
    standardError: (numbers.standardError ?? 0) / unit,
    bounds: [lower / unit, upper / unit],
  })
}

function scoreNumbers(control: CountSummary, variant: CountSummary, settings: Settings): Numbers | null {
  const effect = variant.events / variant.exposure - control.events / control.exposure
  const restricted = scoreError(control, variant, settings.nullEffect)
  if (!(restricted > 0)) return null
  const statistic = (effect - settings.nullEffect) / restricted
  const q = criticalValue(settings.alpha, settings.alternative, null)
  const excess = (d: number, sign: number) => effect - d - sign * q * scoreError(control, variant, d)
  // Beyond this many rates' worth of q^2 the score statistic is larger than q for certain.
  const far =
    (q ** 2 + 2 * (control.events + variant.events + 1)) * (1 / control.exposure + 1 / variant.exposure)
  return {
    effect,
    standardError: Math.sqrt(control.events / control.exposure ** 2 + variant.events / variant.exposure ** 2),
    bounds: [
      bisect(d => excess(d, 1), effect - far, effect + far),
      bisect(d => excess(d, -1), effect - far, effect + far),
    ],
    p: pValue(statistic, settings.alternative, null),
    statistic,
    degreesOfFreedom: null,
  }
}

/**
 * The standard error of the difference when it is d in truth, at the most likely rates: with e and t the events and
 * exposure of both, the variant's is the positive root of t l^2 - (e + d t) l + e_B d = 0, and the control's, which is less
 * by d, that of t l^2 - (e - d t) l - e_A d = 0: taken by itself it loses no digits where d is large.
 */
function scoreError(control: CountSummary, variant: CountSummary, d: number): number {
  const exposure = control.exposure + variant.exposure
  const events = control.events + variant.events
  const ofControl = likeliestRate(exposure, events - d * exposure, -control.events * d)
  const ofVariant = likeliestRate(exposure, events + d * exposure, variant.events * d)
  const deviation = (rate: number, time: number) => Math.sqrt(Math.max(0, rate)) / Math.sqrt(time)
  return Math.hypot(
    deviation(Math.max(-d, ofControl), control.exposure),
    deviation(Math.max(d, ofVariant), variant.exposure),
  )
}

/** The greater root of exposure l^2 - b l + c = 0, without squares that overflow or differences that cancel. */
function likeliestRate(exposure: number, b: number, c: number): number {
  const product = 4 * exposure * c
  if (b === 0) return Math.sqrt(Math.max(0, -product)) / (2 * exposure)
  const root = Math.abs(b) * Math.sqrt(Math.max(0, 1 - product / b / b))
  return (b < 0 ? product / (b - root) : b + root) / (2 * exposure)
}

function findingOf(method: string, control: CountSummary, variant: CountSummary): Finding {
  const assumptions: readonly Assumption[] = [
    { what: 'events come independently at constant rates', state: 'not_checked' },
    { what: 'one look, planned beforehand', state: 'not_checked' },
  ]
  return { method, n: { control: control.events, variant: variant.events }, assumptions }
}
