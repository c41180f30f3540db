// The noncentral t distribution: what a t statistic follows when there is an effect.
import { normalUpperTail } from '../distribution/normal.ts'

/** Standard deviations of ln s on each side that matter: beyond them lies less than 1e-16. */
const reach = 8.5

/** Reached for |delta| beyond some hundreds, where the probability is 0 or 1 but for a hair. */
const mostSteps = 20000

/**
 * The probability that a noncentral t variable exceeds t.
 *
 * Formula: integral of P(Z > t s - delta) f(s) ds, with Z normal and f the density of s = sqrt(chi2_v / v). In
 * x = ln s the integrand is analytic and falls off exponentially, so the trapezoidal rule converges geometrically; the
 * density is normalised by the same rule.
 *
 * @param t - any finite number
 * @param degreesOfFreedom - v, in [1, inf)
 * @param delta - noncentrality: effect by its standard error; finite
 * @returns a probability in [0, 1]; NaN outside the domain
 *
 * Accuracy: absolute error below 1e-12 for v in [1, 1e6] and |delta| <= 40, checked against mpmath
 * (`fixtures/design.py`). Upper tails smaller than that have no digits.
 * Source: Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, eq. 31.11; Trefethen and
 * Weideman (2014), SIAM Review 56(3), doi:10.1137/130932132, for the rule.
 */
export function noncentralStudentUpperTail(t: number, degreesOfFreedom: number, delta: number): number {
  const v = degreesOfFreedom
  if (!(v >= 1 && v < Infinity) || !Number.isFinite(t) || !Number.isFinite(delta)) return Number.NaN
  // ln s has a standard deviation near 1 / sqrt(2 v), and for small v a long left tail of slope v.
  const deviation = 1 / Math.sqrt(2 * v)
  const low = -reach * deviation - 40 / v
  // The normal tail turns from 1 to 0 over about 1 / |delta|; both factors grow beyond pi / 4 off the real axis.
  const fine = Math.min(0.12, 0.5 / (1 / deviation + Math.abs(delta)))
  const step = Math.max(fine, (reach * deviation - low) / mostSteps)
  let [total, weight] = [0, 0]
  for (let x = low; x <= reach * deviation; x += step) {
    const density = Math.exp(v * (x - Math.expm1(2 * x) / 2))
    weight += density
    total += density * normalUpperTail(t * Math.exp(x) - delta)
  }
  return Math.min(1, total / weight)
}
