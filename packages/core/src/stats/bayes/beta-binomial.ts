// Two proportions with beta priors: exact, at any number of units.
import { insufficient, invalid, type Result, type Scale } from '../result.ts'
import type { ProportionSummary } from '../summary/summary.ts'
import { type BetaBelief, betaMoments, isBetaInRange } from './belief.ts'
import { chanceAbove, differenceQuantile, expectedExcess } from './beta-pair.ts'
import { invalidLevel, type PosteriorEffect, type PosteriorOptions } from './posterior.ts'

/** Of each variant's proportion; { a: 1, b: 1 } is flat, { a: 0.5, b: 0.5 } Jeffreys'. In [0.1, 1e6]. */
export interface BetaPrior {
  readonly a: number
  readonly b: number
}

/** After the units of a summary: adds successes to a, failures to b. Source: as `compareBetaBinomial`. */
export function betaPosterior({ n, successes }: ProportionSummary, prior: BetaPrior): BetaBelief {
  return { kind: 'beta', a: prior.a + successes, b: prior.b + (n - successes) }
}

/**
 * The posterior of the effect of a variant on a proportion, both with the same beta prior.
 *
 * Formula: with A, B the posteriors, independent: chance = P(B > A) = integral f_B F_A; absolute losses
 * E[(B - A)+] = integral F_A (1 - F_B) and the reverse; relative ones E[(B - A)+ / A] = E[1 / A] E[(B - A')+] with
 * A' ~ Beta(a - 1, b); interval: quantiles of B - A or B / A - 1, from their distribution functions.
 *
 * @param control - whole counts, successes <= n
 * @param variant - as control
 * @param options - prior parameters in [0.1, 1e6], level in (0, 1)
 * @returns `insufficient`: `too_few_units` of a variant without units, of which the prior alone would speak; relative
 *   effects also until the control has enough successes for B / A to have a variance (prior a + successes > 2)
 *
 * Assumes independent units: with several requests of one unit count units, or use `compareNormal` on the ratio.
 * Accuracy: chance and losses to 1e-9 relative, interval ends to 1e-9 absolute, for up to 1e6 units; checked against
 * mpmath (`fixtures/beta-binomial.py`). Chance to 1e-9 up to 1e10 successes or failures, beyond which it is refused.
 * Source: Kawasaki and Miyaoka (2012), A Bayesian inference of P(pi_1 > pi_2) for two proportions, Journal of
 * Biopharmaceutical Statistics 22(3), doi:10.1080/10543406.2010.544437; Stucchio (2015), Bayesian A/B Testing at VWO,
 * section 3, for the loss.
 */
export function compareBetaBinomial(
  control: ProportionSummary,
  variant: ProportionSummary,
  options: PosteriorOptions & { readonly prior: BetaPrior },
): Result<PosteriorEffect> {
  const { prior, scale, better, level } = options
  const wrong = invalidLevel(level) ?? invalidPrior(prior) ?? invalidCounts(control) ?? invalidCounts(variant)
  if (wrong !== null) return wrong
  if (control.n === 0 || variant.n === 0) return insufficient('too_few_units', 1)
  const a = betaPosterior(control, prior)
  const b = betaPosterior(variant, prior)
  if (!isBetaInRange(a) || !isBetaInRange(b)) return invalid('successes', 'or failures at most 1e10')
  if (scale === 'relative' && a.a <= 2) return insufficient('control_not_distinct_from_zero', null)
  const { effect, standardDeviation, gain, harm } = scale === 'absolute' ? absolute(a, b) : relative(a, b)
  const higher = better === 'higher'
  return {
    kind: 'posterior',
    method: 'beta_binomial',
    scale,
    effect,
    standardDeviation,
    interval: { kind: 'credible', level, ...ends(a, b, scale, level) },
    chanceToBeatControl: higher ? chanceAbove(b, a) : chanceAbove(a, b),
    expectedLoss: higher ? { control: gain, variant: harm } : { control: harm, variant: gain },
    n: { control: control.n, variant: variant.n },
    assumptions: [{ what: 'units are independent', state: 'not_checked' }],
  }
}

function ends(a: BetaBelief, b: BetaBelief, scale: Scale, level: number) {
  const tail = (1 - level) / 2
  const [from, to] = [differenceQuantile(a, b, scale, tail), differenceQuantile(a, b, scale, 1 - tail)]
  // At a level near 0 both are the median, but for the error of either.
  return { lower: Math.min(from, to), upper: Math.max(from, to) }
}

function absolute(a: BetaBelief, b: BetaBelief) {
  const [of, against] = [betaMoments(b), betaMoments(a)]
  return {
    effect: of.mean - against.mean,
    standardDeviation: Math.sqrt(of.variance + against.variance),
    gain: expectedExcess(b, a),
    harm: expectedExcess(a, b),
  }
}

/** E[1 / A] = (a + b - 1) / (a - 1); Var[1 / A] = E[1 / A] b / ((a - 1) (a - 2)). */
function relative(a: BetaBelief, b: BetaBelief) {
  const inverse = (a.a + a.b - 1) / (a.a - 1)
  const inverseVariance = (inverse * (a.b / (a.a - 1))) / (a.a - 2)
  const { mean, variance } = betaMoments(b)
  const tilted: BetaBelief = { ...a, a: a.a - 1 }
  return {
    effect: mean * inverse - 1,
    standardDeviation: Math.sqrt(variance * (inverseVariance + inverse ** 2) + mean ** 2 * inverseVariance),
    gain: inverse * expectedExcess(b, tilted),
    harm: inverse * expectedExcess(tilted, b),
  }
}

function invalidPrior({ a, b }: BetaPrior) {
  return [a, b].every(p => p >= 0.1 && p <= 1e6) ? null : invalid('prior', 'parameters in [0.1, 1e6]')
}

function invalidCounts({ n, successes }: ProportionSummary) {
  const whole = Number.isSafeInteger(n) && Number.isSafeInteger(successes)
  return whole && successes >= 0 && successes <= n
    ? null
    : invalid('successes', 'whole numbers, 0 <= successes <= n')
}
