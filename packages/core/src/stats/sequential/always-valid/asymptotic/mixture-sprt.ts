// The mixture sequential probability ratio test of a difference of means, as large testing platforms have it.
import type { Result } from '../../../result.ts'
import { alwaysValidP, eValue } from '../evidence/evidence.ts'
import { insufficient, invalid, sequenceAssumptions, sequenceInterval } from '../options.ts'

export interface PairedLook {
  /** Mean of the n differences variant - control. */
  readonly effect: number
  /** V: variance of one difference, sigma_A^2 + sigma_B^2, > 0. */
  readonly variance: number
  /** Pairs so far, > 0. */
  readonly n: number
}

export interface MixtureSprtOptions {
  /** tau^2: variance of the effects that are expected, > 0, in the square of the effect's unit. */
  readonly effectVariance: number
  /** In (0, 1): 0.05 unless told. */
  readonly alpha?: number
  /** 0 unless told. */
  readonly nullEffect?: number
  /** Pairs before which there is no answer: 100 unless told. */
  readonly burnIn?: number
}

/**
 * The mixture SPRT with a normal mixture.
 *
 * Formula: Lambda = sqrt(V / (V + n tau^2)) exp(n^2 tau^2 (d - d0)^2 / (2 V (V + n tau^2))), p = min(1, 1 / Lambda),
 * interval d -+ sqrt(V (V + n tau^2) / (n^2 tau^2) (2 ln(1 / alpha) + ln((V + n tau^2) / V))). It is the asymptotic
 * sequence with rho^2 = tau^2 / V and n the pairs.
 *
 * @returns method `mixture_sprt`, Lambda being e; carry p on by `takeLook`
 *
 * Assumes normal differences with known variance, where it would be exact, or many with an estimated one.
 * Source: Johari, Koomen, Pekelis and Walsh (2022), Operations Research 70(3), doi:10.1287/opre.2021.2135;
 * Robbins (1970), Annals of Mathematical Statistics 41(5), doi:10.1214/aoms/1177696786.
 */
export function mixtureSprt({ effect, variance, n }: PairedLook, options: MixtureSprtOptions): Result {
  const { effectVariance, alpha = 0.05, nullEffect = 0, burnIn = 100 } = options
  const bad = findInvalid({ effect, variance, n }, { effectVariance, alpha, nullEffect, burnIn })
  if (bad !== null) return bad
  if (n < burnIn) return insufficient('too_few_units', burnIn)
  if (variance === 0) return insufficient('no_variance', null)
  const growth = (n * effectVariance) / variance
  const standardError = Math.sqrt(variance / n)
  const z = (effect - nullEffect) / standardError
  const logE = (z * z * growth) / (2 * (1 + growth)) - Math.log1p(growth) / 2
  const radius = standardError * Math.sqrt((1 + 1 / growth) * (Math.log1p(growth) - 2 * Math.log(alpha)))
  if (![logE, radius].every(Number.isFinite))
    return invalid('variance', 'of a size that can be squared without overflow')
  return {
    kind: 'estimate',
    method: 'mixture_sprt',
    scale: 'absolute',
    effect,
    standardError,
    interval: sequenceInterval(effect - radius, effect + radius, { alpha, alternative: 'two_sided' }),
    p: alwaysValidP(logE),
    e: eValue(logE),
    n: { control: n, variant: n },
    guarantee: { kind: 'asymptotic', burnIn },
    assumptions: sequenceAssumptions,
  }
}

function findInvalid({ effect, variance, n }: PairedLook, options: Required<MixtureSprtOptions>) {
  const { effectVariance, alpha, nullEffect, burnIn } = options
  if (!Number.isFinite(effect)) return invalid('effect', 'finite')
  if (!(variance >= 0 && variance < Infinity)) return invalid('variance', '>= 0 and finite')
  if (!(n >= 0 && n < Infinity)) return invalid('n', '>= 0 and finite')
  if (!(effectVariance > 0 && effectVariance < Infinity)) return invalid('effectVariance', '> 0 and finite')
  if (!(alpha > 0 && alpha < 1)) return invalid('alpha', 'in (0, 1)')
  if (!Number.isFinite(nullEffect)) return invalid('nullEffect', 'finite')
  return Number.isSafeInteger(burnIn) && burnIn >= 1 ? null : invalid('burnIn', 'a whole number >= 1')
}
