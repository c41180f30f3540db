// From a statistic to an answer: p value, interval, and the guard that no number that goes out is NaN or infinite.
import { normalQuantile, normalUpperTail } from '../distribution/normal.ts'
import { studentQuantile, studentUpperTail } from '../distribution/student.ts'
import {
  type Alternative,
  type Assumption,
  type Estimate,
  type Interval,
  invalid,
  type Result,
} from '../result.ts'
import type { Settings } from './options.ts'

/** An estimate with the statistic that its p value is of. */
export interface TestEstimate extends Estimate {
  readonly statistic: number
  /** Of Student's t; null where the statistic is referred to another distribution. */
  readonly degreesOfFreedom: number | null
}

/** What all two-sample tests have in common. */
export interface Finding {
  readonly method: string
  readonly n: { readonly control: number; readonly variant: number }
  readonly assumptions: readonly Assumption[]
}

export interface Wald extends Finding {
  readonly effect: number
  /** > 0. */
  readonly standardError: number
  /** Null for the normal distribution. */
  readonly degreesOfFreedom: number | null
}

/**
 * The test of an effect whose estimate is nearly normal around the truth.
 *
 * Formula: t = (effect - null effect) / se; interval = effect -+ q se, with q the quantile of Student's t (or of the
 * normal distribution) at 1 - alpha / 2, or at 1 - alpha for a one-sided test, whose interval is open on the other side.
 * The interval excludes the null effect exactly when p < alpha.
 */
export function waldEstimate(wald: Wald, settings: Settings): Result<TestEstimate> {
  const { effect, standardError, degreesOfFreedom } = wald
  const statistic = (effect - settings.nullEffect) / standardError
  const reach = criticalValue(settings.alpha, settings.alternative, degreesOfFreedom) * standardError
  return answer(wald, settings, {
    effect,
    standardError,
    bounds: [effect - reach, effect + reach],
    p: pValue(statistic, settings.alternative, degreesOfFreedom),
    statistic,
    degreesOfFreedom,
  })
}

export interface Numbers {
  readonly effect: number
  readonly standardError: number | null
  /** Lower and upper; of a one-sided test only one of them is told. Infinite: open. */
  readonly bounds: readonly [number, number]
  readonly p: number
  readonly statistic: number
  readonly degreesOfFreedom: number | null
}

/** Least units on each variant for a variance to exist: below it there is no answer. */
export const leastUnits = 2

/** Makes the answer; `invalid` when the data are so large that a number overflows. */
export function answer(finding: Finding, settings: Settings, numbers: Numbers): Result<TestEstimate> {
  const { effect, standardError, bounds, p, statistic, degreesOfFreedom } = numbers
  const finite = [effect, standardError ?? 0, p, statistic, degreesOfFreedom ?? 0].every(Number.isFinite)
  if (!finite || bounds.some(Number.isNaN)) {
    return invalid('control and variant', 'of a size that can be squared without overflow')
  }
  return {
    kind: 'estimate',
    method: finding.method,
    scale: settings.scale,
    effect,
    standardError,
    interval: intervalOf(bounds, settings),
    p,
    e: null,
    n: finding.n,
    guarantee: { kind: 'asymptotic', burnIn: leastUnits },
    assumptions: finding.assumptions,
    statistic,
    degreesOfFreedom,
  }
}

/**
 * The p value of a statistic that is around 0 under the null hypothesis, of Student's t or (null) the normal
 * distribution. The tail is computed as such, so that small ones keep their digits.
 */
export function pValue(statistic: number, alternative: Alternative, degreesOfFreedom: number | null): number {
  const tail = (x: number) =>
    degreesOfFreedom === null ? normalUpperTail(x) : studentUpperTail(x, degreesOfFreedom)
  if (alternative === 'greater') return tail(statistic)
  return alternative === 'less' ? tail(-statistic) : Math.min(1, 2 * tail(Math.abs(statistic)))
}

/** What a statistic has to exceed to be significant at alpha: positive for alpha < 0.5 and any two-sided test. */
export function criticalValue(
  alpha: number,
  alternative: Alternative,
  degreesOfFreedom: number | null,
): number {
  const tail = alternative === 'two_sided' ? alpha / 2 : alpha
  return degreesOfFreedom === null ? -normalQuantile(tail) : -studentQuantile(tail, degreesOfFreedom)
}

function intervalOf([lower, upper]: readonly [number, number], { alpha, alternative }: Settings): Interval {
  return {
    kind: 'confidence',
    level: 1 - alpha,
    lower: alternative === 'less' || !Number.isFinite(lower) ? null : lower,
    upper: alternative === 'greater' || !Number.isFinite(upper) ? null : upper,
  }
}
