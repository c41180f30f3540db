// Two rates compared at any number of units: the exact sequence for errors and refusals of a variant and the control.
import { logBeta } from '../../../distribution/beta.ts'
import { lastWhere } from '../../../numeric/bisect.ts'
import { type Invalid, insufficient, invalid, isRefusal, type Result } from '../../../result.ts'
import type { ProportionSummary } from '../../../summary/summary.ts'
import { alwaysValidP, eValue } from '../evidence/evidence.ts'
import {
  readSequenceOptions,
  type SequenceOptions,
  type SequenceSettings,
  sequenceAssumptions,
  sequenceInterval,
} from '../options.ts'
import { times } from './rate.ts'

/**
 * What is believed of either rate before, as so many successes and failures, both in [1e-6, 1e6]: 1/2 and 1/2 unless told
 * (Jeffreys).
 */
export interface RatePrior {
  readonly successes: number
  readonly failures: number
}

export type RateOptions = Omit<SequenceOptions, 'tunedFor' | 'burnIn'> & { readonly prior?: RatePrior }

const JEFFREYS: RatePrior = { successes: 0.5, failures: 0.5 }

/**
 * The exact confidence sequence of the difference of two rates, or of their ratio minus 1.
 *
 * Formula: with M_i(p) = B(a + s_i, b + f_i) / (B(a, b) p^s_i (1 - p)^f_i) of either variant, which is a martingale under
 * rate p: e(d) = min over p of M_A(p) M_B(p + d), or M_B((1 + d) p) for a relative d; the interval is all d with
 * e(d) < 1 / alpha. One-sided: e is the least over the whole null hypothesis, d <= d0 or d >= d0.
 *
 * @param options - as of all sequences; the guarantee needs neither tuning nor a burn-in
 * @returns method `rate_difference_sequence`; `insufficient`: `too_few_units` without a unit on both,
 *   `control_is_zero` for a relative effect without a success on the control
 *
 * Assumes independent units, each variant with one rate all along; units may come in any order, and weights may change.
 * Accuracy: ends to 1e-12, and ln e to 1e-9 with priors up to 1e6, by mpmath. The log of e is convex in d (and in ln(1 + d)), so that the set is an interval. O(1) a look.
 * Source: Howard and Ramdas (2022), Bernoulli 28(3), theorem 5, doi:10.3150/21-BEJ1388, for the least of a product over
 * the common nuisance; Robbins (1970), Annals of Mathematical Statistics 41(5), doi:10.1214/aoms/1177696786, for M.
 */
export function compareRatesSequentially(
  control: ProportionSummary,
  variant: ProportionSummary,
  options: RateOptions = {},
): Result {
  const { prior = JEFFREYS, ...rest } = options
  const settings = readSequenceOptions(rest)
  if (isRefusal(settings)) return settings
  const refusal = refuse(control, variant, prior, settings)
  if (refusal !== null) return refusal
  const evidence = profileOf(control, variant, prior, settings.scale)
  const { nullEffect, alternative, scale } = settings
  const effect = observedEffect(control, variant, scale)
  const isNull =
    alternative === 'greater' ? effect <= nullEffect : alternative === 'less' && effect >= nullEffect
  const logE = evidence(isNull ? effect : nullEffect)
  return {
    kind: 'estimate',
    method: 'rate_difference_sequence',
    scale,
    effect,
    standardError: null,
    interval: intervalOf(evidence, effect, settings),
    p: alwaysValidP(logE),
    e: eValue(logE),
    n: { control: control.n, variant: variant.n },
    guarantee: { kind: 'exact' },
    assumptions: sequenceAssumptions,
  }
}

function refuse(
  control: ProportionSummary,
  variant: ProportionSummary,
  prior: RatePrior,
  settings: SequenceSettings,
) {
  for (const { n, successes } of [control, variant]) {
    if (!Number.isSafeInteger(n) || n < 0) return invalid('n', 'a whole number >= 0')
    if (!Number.isSafeInteger(successes) || successes < 0 || successes > n) {
      return invalid('successes', 'a whole number in [0, n]')
    }
  }
  const badPrior = findInvalidPrior(prior)
  if (badPrior !== null) return badPrior
  if (control.n === 0 || variant.n === 0) return insufficient('too_few_units', 1)
  const { scale, nullEffect } = settings
  if (scale === 'absolute') return Math.abs(nullEffect) < 1 ? null : invalid('nullEffect', 'in (-1, 1)')
  if (nullEffect <= -1) return invalid('nullEffect', '> -1')
  return control.successes === 0 ? insufficient('control_is_zero', null) : null
}

/** Beyond these bounds what the units add is lost in the rounding of what was believed before. */
export function findInvalidPrior(prior: RatePrior): Invalid | null {
  const isCount = (count: number) => count >= 1e-6 && count <= 1e6
  return isCount(prior.successes) && isCount(prior.failures)
    ? null
    : invalid('prior', 'of counts in [1e-6, 1e6]')
}

function observedEffect(
  control: ProportionSummary,
  variant: ProportionSummary,
  scale: SequenceSettings['scale'],
): number {
  const [a, b] = [control.successes / control.n, variant.successes / variant.n]
  return scale === 'absolute' ? b - a : b / a - 1
}

function intervalOf(evidence: (d: number) => number, effect: number, settings: SequenceSettings) {
  const isInside = (d: number) => evidence(d) < -Math.log(settings.alpha)
  // A success on the control excludes every relative effect that is large enough.
  let high = Math.max(1, effect)
  if (settings.scale === 'relative') while (isInside(high)) high = 2 * high + 1
  return sequenceInterval(
    isInside(-1) ? -1 : lastWhere(isInside, effect, -1),
    isInside(high) ? high : lastWhere(isInside, effect, high),
    settings,
  )
}

/** ln e(d), by bisection on the slope along the control's rate. */
function profileOf(
  control: ProportionSummary,
  variant: ProportionSummary,
  prior: RatePrior,
  scale: SequenceSettings['scale'],
): (effect: number) => number {
  const start = logMarginal(control, prior) + logMarginal(variant, prior)
  return effect => {
    const [slope, shift] = scale === 'absolute' ? [1, effect] : [1 + effect, 0]
    const low = Math.max(0, -shift)
    const high = slope === 0 ? 1 : Math.min(1, (1 - shift) / slope)
    const isRising = (p: number) => rise(control, p) + slope * rise(variant, slope * p + shift) > 0
    const p = lastWhere(x => !isRising(x), low, high)
    return (
      start - logLikelihood(control, p) - logLikelihood(variant, Math.min(1, Math.max(0, slope * p + shift)))
    )
  }
}

function logMarginal({ n, successes }: ProportionSummary, prior: RatePrior): number {
  return (
    logBeta(prior.successes + successes, prior.failures + n - successes) -
    logBeta(prior.successes, prior.failures)
  )
}

function logLikelihood({ n, successes }: ProportionSummary, p: number): number {
  return times(successes, Math.log(p)) + times(n - successes, Math.log1p(-p))
}

/** Slope of -logLikelihood. */
function rise({ n, successes }: ProportionSummary, p: number): number {
  return (successes === n ? 0 : (n - successes) / (1 - p)) - (successes === 0 ? 0 : successes / p)
}
