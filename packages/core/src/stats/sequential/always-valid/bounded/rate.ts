// A single rate, at any number of units: the exact sequence for error and refusal rates while counts are small.
import { logBeta } from '../../../distribution/beta.ts'
import type { Result } from '../../../result.ts'
import { bisect } from '../bisect.ts'
import { mixturePrecision } from '../boundary/normal-mixture.ts'
import { insufficient, invalid } from '../options.ts'
import { independentUnits, type OneSampleEstimate, type OneSampleOptions } from './one-sample.ts'

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
 * over a beta distribution with mean p.
 *
 * @param options - tunedFor: trials
 * @returns method `beta_binomial_sequence`; `insufficient` without any trial
 *
 * Assumes independent trials with the same rate, or values in [0, 1] with the same mean given those before.
 * Accuracy: ends to 1e-14; a rate of 0 is never excluded by a single success, as in the reference.
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2), section 4 and proposition 6,
 * doi:10.1214/20-AOS1991. Reference: confseq `bernoulli_confidence_interval`.
 */
export function rateSequence(look: RateAtLook, options: OneSampleOptions = {}): Result<OneSampleEstimate> {
  const { alpha = 0.05, tunedFor = 1000 } = options
  const { successes, trials } = look
  if (!(alpha > 0 && alpha < 1)) return invalid('alpha', 'in (0, 1)')
  if (!(tunedFor > 0 && tunedFor < Infinity)) return invalid('tunedFor', '> 0 and finite')
  if (!Number.isSafeInteger(trials) || trials < 0) return invalid('trials', 'a whole number >= 0')
  if (!(successes >= 0 && successes <= trials)) return invalid('successes', 'in [0, trials]')
  if (trials === 0) return insufficient('too_few_units', 1)
  const value = successes / trials
  const concentration = rateConcentration(tunedFor, alpha)
  const limit = -Math.log(alpha)
  const mirror = { successes: trials - successes, trials }
  return {
    kind: 'estimate',
    method: 'beta_binomial_sequence',
    value,
    interval: {
      kind: 'sequence',
      level: 1 - alpha,
      lower: lowerEnd(look, concentration, limit),
      upper: 1 - lowerEnd(mirror, concentration, limit),
    },
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
 * k, how close to the rate tested the mixture stays: as many trials' worth of prior.
 *
 * Formula: k = max(tunedFor / (2 ln(1 / alpha) + ln(1 + 2 ln(1 / alpha))) - 1, 1 / 1000).
 */
export function rateConcentration(tunedFor: number, alpha: number): number {
  return Math.max(mixturePrecision({ intrinsicTime: tunedFor, alpha }, 'two_sided') - 1, 1e-3)
}

/** 0 ln 0 is 0 here. */
export function times(count: number, log: number): number {
  return count === 0 ? 0 : count * log
}

function lowerEnd(look: RateAtLook, concentration: number, limit: number): number {
  if (look.successes === 0) return 0
  const end = bisect(p => rateLogE(look, p, concentration) < limit, look.successes / look.trials, 0)
  return end < 1e-290 ? 0 : end
}
