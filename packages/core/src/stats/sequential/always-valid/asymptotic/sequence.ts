// The asymptotic confidence sequence of any effect with a standard error: the always-valid method unless there is
// reason for another.
import { type Estimate, insufficient, invalid, isRefusal, type Result } from '../../../result.ts'
import { alwaysValidP, eValue } from '../evidence/evidence.ts'
import {
  readSequenceOptions,
  type SequenceOptions,
  type SequenceSettings,
  sequenceAssumptions,
  sequenceInterval,
  sidesOf,
} from '../options.ts'
import { sequenceLogE, sequenceRadius, sequenceRho } from './radius.ts'

/** What is known at one look. */
export interface EffectAtLook {
  /** On the scale of the options. */
  readonly effect: number
  /** Of that effect, from all units so far, > 0. */
  readonly standardError: number
  /** Units so far. */
  readonly n: { readonly control: number; readonly variant: number }
}

/**
 * The confidence sequence at one look. All its looks together miss the true effect with probability alpha at most, in
 * the limit of a late first look.
 *
 * Formula: effect -+ standardError * `sequenceRadius(n_A + n_B)`; e = exp(`sequenceLogE`) of the effect's distance from
 * the null effect, p = min(1, 1 / e). The null effect is outside the interval exactly when p < alpha. Carry p on by
 * `takeLook`.
 *
 * @returns method `asymptotic_sequence`; `insufficient`: `too_few_units` before the burn-in, `no_variance`
 *
 * Assumes independent units and a variance that settles. Within the burn-in, or with tails so heavy that the mean is far
 * from normal after it, it misses more often: winsorise, or use a bounded sequence. Of rare or skewed values a
 * small variant's variance may not be known after the burn-in either, which a standard error does not show: multiply it by
 * `spreadFactor`, as `compareSequentially` does, or ask `refuseSparse`. O(1) a look.
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Annals of Statistics 52(6), arXiv:2103.06476v7, eq. 9,
 * 134, 155, 161; n_A + n_B as the time is gbstats' choice.
 * Reference: gbstats `SequentialTwoSidedTTest`, `SequentialOneSidedTreatment{Greater,Lesser}TTest`, whose bisection for
 * the one-sided p, cut to [1e-5, 0.4999], is here a closed form.
 */
export function asymptoticSequence(look: EffectAtLook, options: SequenceOptions = {}): Result {
  const settings = readSequenceOptions(options)
  if (isRefusal(settings)) return settings
  return refuse(look, settings) ?? answer(look, settings)
}

function refuse({ effect, standardError, n }: EffectAtLook, { burnIn }: SequenceSettings) {
  if (!Number.isFinite(effect)) return invalid('effect', 'finite')
  if (!(standardError >= 0 && standardError < Infinity)) return invalid('standardError', '>= 0 and finite')
  if (!(n.control >= 0 && n.variant >= 0 && n.control + n.variant < Infinity))
    return invalid('n', '>= 0 and finite')
  if (Math.min(n.control, n.variant) < burnIn) return insufficient('too_few_units', burnIn)
  return standardError === 0 ? insufficient('no_variance', null) : null
}

function answer({ effect, standardError, n }: EffectAtLook, settings: SequenceSettings): Result {
  const { alpha, alternative, nullEffect, burnIn } = settings
  const sides = sidesOf(alternative)
  const units = n.control + n.variant
  const rho = sequenceRho(settings.tunedFor, alpha, sides)
  const radius = standardError * sequenceRadius(units, rho, alpha, sides)
  const z = (alternative === 'less' ? nullEffect - effect : effect - nullEffect) / standardError
  const logE = sequenceLogE(z, units, rho, sides)
  if (![radius, effect - radius, effect + radius].every(Number.isFinite) || Number.isNaN(logE)) {
    return invalid('standardError', 'of a size that can be squared without overflow')
  }
  const estimate: Estimate = {
    kind: 'estimate',
    method: 'asymptotic_sequence',
    scale: settings.scale,
    effect,
    standardError,
    interval: sequenceInterval(effect - radius, effect + radius, settings),
    p: alwaysValidP(logE),
    e: eValue(logE),
    n,
    guarantee: { kind: 'asymptotic', burnIn },
    assumptions: sequenceAssumptions,
  }
  return estimate
}
