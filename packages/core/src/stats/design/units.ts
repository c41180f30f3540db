// How many units an experiment needs.

import { normalQuantile } from '../distribution/normal.ts'
import { bisect } from '../numeric/bisect.ts'
import { sum } from '../numeric/sum.ts'
import { type Invalid, insufficient, invalid, isRefusal, type Result } from '../result.ts'
import { leastValues } from '../summary/quantile-summary.ts'
import { criticalValue, leastUnits } from '../test/estimate.ts'
import { controlValue, type DesignMetric, errorsOf, refuseMetric } from './metric.ts'
import { type DesignOptions, type Plan, readPlan } from './options.ts'
import { pairPower } from './pair-power.ts'

export interface RequiredUnits {
  readonly kind: 'required_units'
  /** Whole units on all variants: the sum of `variants`. */
  readonly total: number
  /**
   * Whole units on each, the control first: `exact` times its share, rounded up, and at least 2, or of a quantile as many
   * values as its test needs.
   */
  readonly variants: readonly number[]
  /** The total before rounding. */
  readonly exact: number
  /** Of each comparison, after the correction. */
  readonly alpha: number
}

/** No design has more units than this; what asks for more is told to be out of reach. */
const mostUnits = 1e15
const LEAST_GUESS = 1e-300

/**
 * The units with which an effect is found with the power asked for.
 *
 * Formula: with s0 and s1 the standard errors of one unit in all, N = ((z_alpha s0 + z_power s1) / d)^2; where that is no
 * answer (`student`, `any`, confidence sequences, quantiles that bend), the N at which `powerOf` is the power, by
 * bisection. With several comparisons that of the worst.
 *
 * @param effect - on the scale of the options, not the null effect
 * @returns `insufficient` with `no_information` for an effect that is the null effect, `no_variance`, `control_is_zero`
 *   on the relative scale, or `too_few_units` beyond 1e15
 *
 * Assumes the metric's value and variance of a pilot to be the truth, independent units (or the design effect of
 * clusters), and a normal estimate.
 * Accuracy: `exact` to 1e-9 relative.
 * Source: Cohen (1988), Statistical Power Analysis; Fleiss, Levin and Paik (2003), Statistical Methods for Rates and
 * Proportions, section 4.2; Duflo, Glennerster and Kremer (2007), Using Randomization in Development Economics, eq. 8.
 * Reference: statsmodels 0.13.5 `TTestIndPower`, `NormalIndPower`; Evan Miller's and Spotify's calculators
 * (`fixtures/design.py`).
 */
export function requiredUnits(
  metric: DesignMetric,
  effect: number,
  options: DesignOptions = {},
): Result<RequiredUnits> {
  const plan = readPlan(options)
  if (isRefusal(plan)) return plan
  const refusal = refuseMetric(metric, plan) ?? refuseEffect(metric, effect, plan)
  if (refusal !== null) return refusal
  if (effect === plan.nullEffect) return insufficient('no_information', null)
  const exact = Math.max(...plan.pairs.map(pair => totalFor(metric, effect, plan, pair)))
  if (!(exact < mostUnits)) return insufficient('too_few_units', null)
  const least = metric.kind === 'quantile' ? leastValues(metric.probability) : leastUnits
  const variants = plan.shares.map(share => Math.max(least, roundUp(exact * share)))
  const total = sum(variants)
  return { kind: 'required_units', total, variants, exact, alpha: plan.alpha }
}

/** Whether the effect, and the value it leads to, can be. */
export function refuseEffect(metric: DesignMetric, effect: number, plan: Plan): Invalid | null {
  if (!Number.isFinite(effect)) return invalid('effect', 'finite')
  if (metric.kind !== 'proportion') return null
  const values = [effect, plan.nullEffect].map(d =>
    plan.scale === 'relative' ? metric.proportion * (1 + d) : metric.proportion + d,
  )
  return values.every(value => value > 0 && value < 1) ||
    (metric.variance === 'control' && plan.nullEffect === 0)
    ? null
    : invalid('effect', `one that leaves the proportion ${controlValue(metric)} in (0, 1)`)
}

function totalFor(metric: DesignMetric, effect: number, plan: Plan, pair: readonly [number, number]): number {
  const bends = metric.kind === 'quantile' && (metric.curvature ?? 0) > 0
  const guess = closedForm(bends ? { ...metric, curvature: 0 } : metric, effect, plan, pair)
  const isClosed =
    plan.reference === 'normal' && plan.rejections === 'right_direction' && isProportional(plan)
  if (isClosed && !bends) return guess
  const missing = (log: number) => pairPower(metric, effect, plan, pair, Math.exp(log)) - plan.power
  // An effect of so many deviations that the guess underflows needs the least units there can be, whatever they are.
  const start = Math.log(Math.max(guess, LEAST_GUESS))
  let high = start + 1
  while (missing(high) < 0 && high < Math.log(mostUnits)) high += 1
  return missing(high) < 0 ? Infinity : Math.exp(bisect(missing, start - 12, high))
}

/** Whether the standard errors fall as one by the root of the units, so that the closed form holds. */
function isProportional(plan: Plan): boolean {
  return plan.sequential.kind !== 'confidence_sequence'
}

function closedForm(
  metric: DesignMetric,
  effect: number,
  plan: Plan,
  pair: readonly [number, number],
): number {
  const { distance, underNull, underEffect } = errorsOf(metric, effect, plan.nullEffect, plan.scale, pair)
  const q = criticalValue(plan.alpha, plan.alternative === 'two_sided' ? 'two_sided' : 'greater', null)
  const factor = plan.designEffect * (plan.sequential.kind === 'factor' ? plan.sequential.factor : 1)
  return factor * ((q * underNull + normalQuantile(plan.power) * underEffect) / distance) ** 2
}

/** Up to a whole number, but not for what is one but for rounding. */
function roundUp(units: number): number {
  const nearest = Math.round(units)
  return Math.abs(units - nearest) <= 1e-9 * nearest ? nearest : Math.ceil(units)
}
