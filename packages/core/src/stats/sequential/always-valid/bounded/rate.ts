// A single rate, at any number of units: the exact sequence for error and refusal rates while counts are small.
import { betaUpperTail, logBeta } from '../../../distribution/beta.ts'
import { lastWhere } from '../../../numeric/bisect.ts'
import { insufficient, invalid, type Result } from '../../../result.ts'
import type { Sides } from '../boundary/mixture.ts'
import { mixturePrecision } from '../boundary/normal-mixture.ts'
import { sequenceInterval, sidesOf } from '../options.ts'
import {
  findInvalidAlpha,
  findInvalidTuning,
  independentUnits,
  type OneSampleEstimate,
  type OneSampleOptions,
} from './one-sample.ts'

export interface RateAtLook {
  /** In [0, trials]; not whole where values between 0 and 1 are summed. */
  readonly successes: number
  /** Whole number, >= 0. */
  readonly trials: number
}

/**
 * The exact confidence sequence of a rate: all its looks together miss with probability alpha at most, at any n.
 *
 * Formula: all rates p with ln m(p) < ln(1 / alpha), m(p) being `rateLogE`, which mixes the likelihood ratio against p
 * over a beta distribution with mean p; one-sided `rateExcessLogE`, where that is cut to the rates above p.
 *
 * @param options - tunedFor: trials, in (0, 1e9]
 * @returns method `beta_binomial_sequence`; `insufficient` without any trial
 *
 * Assumes independent trials with the same rate, or values in [0, 1] with the same mean given those before.
 * Accuracy: ends to 1e-14, tuned for 1e9 trials 1e-10 relative to mpmath (`bounded.test.ts`); a rate of 0 is never excluded by a single success, as in the reference.
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2), section 4 and proposition 6,
 * doi:10.1214/20-AOS1991. Reference: confseq `bernoulli_confidence_interval`.
 */
export function rateSequence(look: RateAtLook, options: OneSampleOptions = {}): Result<OneSampleEstimate> {
  const { alpha = 0.05, alternative = 'two_sided', tunedFor = 1000 } = options
  const { successes, trials } = look
  const bad = findInvalidAlpha(alpha, alternative) ?? findInvalidTuning(tunedFor)
  if (bad !== null) return bad
  if (!Number.isSafeInteger(trials) || trials < 0) return invalid('trials', 'a whole number >= 0')
  if (!(successes >= 0 && successes <= trials)) return invalid('successes', 'in [0, trials]')
  if (trials === 0) return insufficient('too_few_units', 1)
  const value = successes / trials
  const concentration = rateConcentration(tunedFor, alpha, sidesOf(alternative))
  const limit = -Math.log(alpha)
  const logE = alternative === 'two_sided' ? rateLogE : rateExcessLogE
  const end = (at: RateAtLook) => lowerEnd(at, p => logE(at, p, concentration) < limit)
  const mirror = { successes: trials - successes, trials }
  return {
    kind: 'estimate',
    method: 'beta_binomial_sequence',
    value,
    interval: sequenceInterval(end(look), 1 - end(mirror), { alpha, alternative }),
    n: trials,
    guarantee: { kind: 'exact' },
    assumptions: [independentUnits],
  }
}

/**
 * The logarithm of the e value against a rate p.
 *
 * Formula: ln B(k p + s, k (1 - p) + f) - ln B(k p, k (1 - p)) - s ln p - f ln(1 - p), with s successes and f failures.
 *
 * @param p - in (0, 1)
 * @param concentration - k > 0 of `rateConcentration`, or any other fixed beforehand
 *
 * O(1) a look. Source: as `rateSequence`; it is the beta-binomial mixture with g = p, h = 1 - p.
 */
export function rateLogE({ successes, trials }: RateAtLook, p: number, concentration: number): number {
  const failures = trials - successes
  const [a, b] = [concentration * p, concentration * (1 - p)]
  const likelihood = times(successes, Math.log(p)) + times(failures, Math.log1p(-p))
  return logBeta(a + successes, b + failures) - logBeta(a, b) - likelihood
}

/**
 * The logarithm of the one-sided e value against a rate of p or less.
 *
 * Formula: `rateLogE` with the beta distribution cut to q > p: + ln P(q > p) after, - ln P(q > p) before the data.
 *
 * @param look - with a rate above p, or near it: far below p there is no such evidence, and -Infinity
 * @param concentration - k of `rateConcentration`, one-sided
 *
 * Source: as `rateSequence`, proposition 7. Reference: confseq's one-sided `BetaBinomialMixture`.
 */
export function rateExcessLogE(look: RateAtLook, p: number, concentration: number): number {
  const [a, b] = [concentration * p, concentration * (1 - p)]
  const after = betaUpperTail(p, a + look.successes, b + look.trials - look.successes)
  return rateLogE(look, p, concentration) + Math.log(after) - Math.log(betaUpperTail(p, a, b))
}

/**
 * k, how close to the rate tested the mixture stays: as many trials' worth of prior.
 *
 * Formula: k = max(tunedFor / (2 ln(1 / a) + ln(1 + 2 ln(1 / a))) - 1, 1 / 1000), a = alpha, and 2 alpha one-sided.
 *
 * Source: as `mixturePrecision`, whose tuning it is, in trials.
 */
export function rateConcentration(tunedFor: number, alpha: number, sides: Sides = 'two_sided'): number {
  return Math.max(mixturePrecision({ intrinsicTime: tunedFor, alpha }, sides) - 1, 1e-3)
}

/** 0 ln 0 is 0 here. */
export function times(count: number, log: number): number {
  return count === 0 ? 0 : count * log
}

function lowerEnd(look: RateAtLook, isInside: (p: number) => boolean): number {
  if (look.successes === 0) return 0
  const end = lastWhere(isInside, look.successes / look.trials, 0)
  return end < 1e-290 ? 0 : end
}
