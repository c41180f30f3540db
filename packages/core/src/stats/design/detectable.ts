// The smallest effect that an experiment of given units is sure enough to find.
import { bisect } from '../numeric/bisect.ts'
import { insufficient, invalid, isRefusal, type Result, type Scale } from '../result.ts'
import { type DesignMetric, refuseMetric } from './metric.ts'
import { type DesignOptions, type Plan, readPlan } from './options.ts'
import { pairPower } from './pair-power.ts'

export interface DetectableEffect {
  readonly kind: 'detectable_effect'
  /** On `scale`; has the sign of the direction asked for. */
  readonly effect: number
  readonly scale: Scale
  /** Of each comparison, after the correction. */
  readonly alpha: number
}

/** Beyond this many times the control's value (or of its deviation) nothing is looked for. */
const farthest = 1e12

/**
 * The minimum detectable effect: the one that is found with the power asked for.
 *
 * Formula: the effect at which `powerOf` is the power, by bisection.
 *
 * @param units - of control and variants together, > 0
 * @param direction - whether the variant is to be higher (unless told) or lower: for proportions and on the relative
 *   scale the two are not the same
 * @returns `insufficient` with `too_few_units` when no effect whatever is found with that power
 *
 * Assumes, and sources: as `requiredUnits`.
 * Reference: GrowthBook `findMdeFrequentist` (published tests).
 */
export function detectableEffect(
  metric: DesignMetric,
  units: number,
  options: DesignOptions = {},
  direction: 'higher' | 'lower' = 'higher',
): Result<DetectableEffect> {
  const plan = readPlan(options)
  if (isRefusal(plan)) return plan
  const refusal = refuseMetric(metric, plan)
  if (refusal !== null) return refusal
  if (!(units > 0 && units < Infinity)) return invalid('units', '> 0 and finite')
  const sign = direction === 'higher' ? 1 : -1
  const room = roomOf(metric, plan, sign)
  if (!(room > 0)) return invalid('nullEffect', 'one that leaves room for an effect')
  const excess = (size: number) =>
    Math.min(...plan.pairs.map(pair => pairPower(metric, plan.nullEffect + sign * size, plan, pair, units))) -
    plan.power
  let high = Math.min(room, 1e-6)
  while (high < room && !(excess(high) >= 0)) high = Math.min(room, high * 2)
  if (!(excess(high) >= 0)) return insufficient('too_few_units', null)
  const effect = plan.nullEffect + sign * bisect(excess, high <= 1e-6 ? 0 : high / 2, high)
  return { kind: 'detectable_effect', effect, scale: plan.scale, alpha: plan.alpha }
}

/** How far from the null effect an effect can be: short of a proportion of 0 or 1, or of one that cannot be counted on. */
function roomOf(metric: DesignMetric, plan: Plan, sign: 1 | -1): number {
  const inside = 1 - 1e-12
  if (metric.kind === 'proportion' && metric.variance !== 'control') {
    const edge = sign > 0 ? 1 - metric.proportion : metric.proportion
    return inside * (plan.scale === 'relative' ? edge / metric.proportion : edge) - sign * plan.nullEffect
  }
  return farthest
}
