// The mixture sequential probability ratio test of a difference of means, as large testing platforms have it.
import { type Alternative, type Invalid, insufficient, invalid, type Result } from '../../../result.ts'
import { alwaysValidP, eValue } from '../evidence/evidence.ts'
import { sequenceAssumptions, sequenceInterval, sidesOf } from '../options.ts'
import { sequenceLogE, sequenceRadius } from './radius.ts'
import type { EffectAtLook } from './sequence.ts'

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
  /** In (0, 1), below 1/2 when one-sided: 0.05 unless told. */
  readonly alpha?: number
  /** `two_sided` unless told. One-sided: `greater` has a lower bound, `less` an upper one. */
  readonly alternative?: Alternative
  /** 0 unless told. */
  readonly nullEffect?: number
  /** Pairs, or units on each variant, before which there is no answer: 100 unless told. */
  readonly burnIn?: number
}

/**
 * The mixture SPRT with a normal mixture.
 *
 * Formula: Lambda = sqrt(V / (V + n tau^2)) exp(n^2 tau^2 (d - d0)^2 / (2 V (V + n tau^2))), p = min(1, 1 / Lambda),
 * interval d -+ sqrt(V (V + n tau^2) / (n^2 tau^2) (2 ln(1 / alpha) + ln((V + n tau^2) / V))). It is the asymptotic
 * sequence with rho^2 = tau^2 / V and n the pairs. Of variants with different numbers of units V / n is the squared
 * standard error s_A^2 / n_A + s_B^2 / n_B. One-sided: the mixture over half a normal distribution, bounded from below in
 * closed form as `sequenceLogE` does.
 *
 * @param look - pairs, or an effect with its standard error from any numbers of units
 * @returns method `mixture_sprt`, Lambda being e; carry p on by `takeLook`
 *
 * Assumes normal differences with known variance, where it would be exact, or many with an estimated one: of rare events
 * on a small variant the variance is not known after 100 units (see `refuseSparse`).
 * Source: Johari, Koomen, Pekelis and Walsh (2022), Operations Research 70(3), doi:10.1287/opre.2021.2135;
 * Robbins (1970), Annals of Mathematical Statistics 41(5), doi:10.1214/aoms/1177696786.
 */
export function mixtureSprt(look: PairedLook | EffectAtLook, options: MixtureSprtOptions): Result {
  const { effectVariance, alpha = 0.05, alternative = 'two_sided', nullEffect = 0, burnIn = 100 } = options
  const bad = findInvalidLook(look) ?? findInvalid({ effectVariance, alpha, alternative, nullEffect, burnIn })
  if (bad !== null) return bad
  const { effect, standardError, n } = 'variance' in look ? ofPairs(look) : look
  if (Math.min(n.control, n.variant) < burnIn) return insufficient('too_few_units', burnIn)
  if (standardError === 0) return insufficient('no_variance', null)
  const growth = effectVariance / standardError ** 2
  const z = (alternative === 'less' ? nullEffect - effect : effect - nullEffect) / standardError
  const logE = sequenceLogE(z, growth, 1, sidesOf(alternative))
  const radius = standardError * sequenceRadius(growth, 1, alpha, sidesOf(alternative))
  if (Number.isNaN(logE) || logE === Infinity || !Number.isFinite(radius))
    return invalid('variance', 'of a size that can be squared without overflow')
  return {
    kind: 'estimate',
    method: 'mixture_sprt',
    scale: 'absolute',
    effect,
    standardError,
    interval: sequenceInterval(effect - radius, effect + radius, { alpha, alternative }),
    p: alwaysValidP(logE),
    e: eValue(logE),
    n,
    guarantee: { kind: 'asymptotic', burnIn },
    assumptions: sequenceAssumptions,
  }
}

function ofPairs({ effect, variance, n }: PairedLook): EffectAtLook {
  return { effect, standardError: n === 0 ? 0 : Math.sqrt(variance / n), n: { control: n, variant: n } }
}

function findInvalidLook(look: PairedLook | EffectAtLook): Invalid | null {
  if (!Number.isFinite(look.effect)) return invalid('effect', 'finite')
  const isSize = (size: number) => size >= 0 && size < Infinity
  if ('variance' in look) {
    if (!isSize(look.variance)) return invalid('variance', '>= 0 and finite')
    return isSize(look.n) ? null : invalid('n', '>= 0 and finite')
  }
  if (!isSize(look.standardError)) return invalid('standardError', '>= 0 and finite')
  return isSize(look.n.control) && isSize(look.n.variant) ? null : invalid('n', '>= 0 and finite')
}

function findInvalid(options: Required<MixtureSprtOptions>): Invalid | null {
  const { effectVariance, alpha, alternative, nullEffect, burnIn } = options
  const largest = alternative === 'two_sided' ? 1 : 0.5
  if (!(effectVariance > 0 && effectVariance < Infinity)) return invalid('effectVariance', '> 0 and finite')
  if (!(alpha > 0 && alpha < largest)) return invalid('alpha', `in (0, ${largest})`)
  if (!Number.isFinite(nullEffect)) return invalid('nullEffect', 'finite')
  return Number.isSafeInteger(burnIn) && burnIn >= 1 ? null : invalid('burnIn', 'a whole number >= 1')
}
