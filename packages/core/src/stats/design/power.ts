// How sure an experiment of given units is to find an effect.
import { insufficient, invalid, isRefusal, type Result } from '../result.ts'
import { type DesignMetric, refuseMetric } from './metric.ts'
import { type DesignOptions, readPlan } from './options.ts'
import { pairPower } from './pair-power.ts'
import { refuseEffect } from './units.ts'

export interface Power {
  readonly kind: 'power'
  /** Of the worst comparison, in [0, 1]. */
  readonly power: number
  /** Of each comparison, after the correction. */
  readonly alpha: number
}

/**
 * The probability that an effect is found by an experiment of `units` units on all variants.
 *
 * Formula: see `pairPower`. The option `power` is not used.
 *
 * @param effect - on the scale of the options
 * @param units - of control and variants together, > 0; need not be whole
 *
 * Assumes, and sources: as `requiredUnits`, which is its inverse.
 * Reference: statsmodels 0.13.5 (`fixtures/design.py`), GrowthBook `powerEstFrequentist`, G*Power (by Spotify's tests).
 */
export function powerOf(
  metric: DesignMetric,
  effect: number,
  units: number,
  options: DesignOptions = {},
): Result<Power> {
  // No power is asked for, so the default must not be refused either.
  const plan = readPlan({ power: (1 + (options.alpha ?? 0.05)) / 2, ...options })
  if (isRefusal(plan)) return plan
  const refusal = refuseMetric(metric, plan) ?? refuseEffect(metric, effect, plan)
  if (refusal !== null) return refusal
  if (!(units > 0 && units < Infinity)) return invalid('units', '> 0 and finite')
  const power = Math.min(...plan.pairs.map(pair => pairPower(metric, effect, plan, pair, units)))
  return Number.isFinite(power)
    ? { kind: 'power', power, alpha: plan.alpha }
    : insufficient('no_information', null)
}
