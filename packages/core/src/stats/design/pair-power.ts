// The power of one comparison at given units: the one definition that sample sizes and detectable effects invert.
import { normalCdf } from '../distribution/normal.ts'
import { sequenceRadius, sequenceRho } from '../sequential/always-valid/asymptotic/radius.ts'
import { criticalValue } from '../test/estimate.ts'
import { type DesignMetric, type Errors, errorsOf } from './metric.ts'
import { noncentralStudentUpperTail } from './noncentral-t.ts'
import type { Plan } from './options.ts'

/**
 * The probability of a significant result.
 *
 * Formula: Phi((d - z s0) / s1), with d the distance from the null effect, z the critical value, and s0 and s1 the
 * standard errors without and with the effect; for `any` rejections of a two-sided test plus Phi((-d - z s0) / s1).
 * `student`: the tails beyond z s0 / s1 of the noncentral t with n_c + n_v - 2 degrees of freedom and noncentrality d / s1,
 * z that of Student's t.
 *
 * @param pair - shares of the two sides; units of all variants are `total`
 */
export function pairPower(
  metric: DesignMetric,
  effect: number,
  plan: Plan,
  pair: readonly [number, number],
  total: number,
): number {
  const units = [pair[0] * total, pair[1] * total] as const
  const errors = inflated(errorsOf(metric, effect, plan.nullEffect, plan.scale, units), plan, units)
  const both = plan.rejections === 'any' && plan.alternative === 'two_sided'
  const distance = Math.abs(errors.distance)
  if (plan.reference === 'student') return studentPower({ ...errors, distance }, plan, units, both)
  const q = criticalValue(plan.alpha, sidesOf(plan), null)
  const right = normalCdf((distance - q * errors.underNull) / errors.underEffect)
  return both ? right + normalCdf((-distance - q * errors.underNull) / errors.underEffect) : right
}

function studentPower(
  { distance, underNull, underEffect }: Errors,
  plan: Plan,
  units: readonly [number, number],
  both: boolean,
): number {
  const degreesOfFreedom = units[0] + units[1] - 2
  // Below one degree of freedom a t test hardly rejects anything, and its quantile overflows.
  if (!(degreesOfFreedom >= 1)) return 0
  const noncentrality = distance / underEffect
  const q = criticalValue(plan.alpha, sidesOf(plan), degreesOfFreedom) * (underNull / underEffect)
  const right = noncentralStudentUpperTail(q, degreesOfFreedom, noncentrality)
  return both ? right + noncentralStudentUpperTail(q, degreesOfFreedom, -noncentrality) : right
}

/** Standard errors made larger by clusters and by looking during the run. */
function inflated(errors: Errors, plan: Plan, units: readonly [number, number]): Errors {
  const { sequential } = plan
  const factor = plan.designEffect * (sequential.kind === 'factor' ? sequential.factor : 1)
  const size = Math.sqrt(factor)
  if (sequential.kind !== 'confidence_sequence') {
    return { ...errors, underNull: errors.underNull * size, underEffect: errors.underEffect * size }
  }
  const rho = sequenceRho(sequential.tuning, plan.alpha, plan.alternative)
  const wider =
    sequenceRadius(units[0] + units[1], rho, plan.alpha, plan.alternative) /
    criticalValue(plan.alpha, sidesOf(plan), null)
  const alsoEffect = sequential.formula === 'growthbook' ? wider : 1
  return {
    ...errors,
    underNull: errors.underNull * size * wider,
    underEffect: errors.underEffect * size * alsoEffect,
  }
}

function sidesOf(plan: Plan): 'two_sided' | 'greater' {
  return plan.alternative === 'two_sided' ? 'two_sided' : 'greater'
}
