// Student's t distribution.

import gammaln from '@stdlib/math-base-special-gammaln'
import cdf from '@stdlib/stats-base-dists-t-cdf'
import quantile from '@stdlib/stats-base-dists-t-quantile'

/**
 * The probability that a t variable exceeds t.
 *
 * @param t - any number
 * @param degreesOfFreedom - in (0, inf); need not be whole
 * @returns a probability in [0, 1]; NaN outside the domain
 *
 * Accuracy: relative error below 1e-12 for degrees of freedom in [1, 1e6] and probabilities down to 1e-300, checked
 * against mpmath (`fixtures/student.py`).
 * Source: Abramowitz and Stegun (1964), 26.7.1, by the incomplete beta function of @stdlib (after Boost's).
 */
export function studentUpperTail(t: number, degreesOfFreedom: number): number {
  return cdf(-t, degreesOfFreedom)
}

/** The probability that a t variable is below t: `studentUpperTail(-t)`, as accurate, of the same source. */
export function studentCdf(t: number, degreesOfFreedom: number): number {
  return cdf(t, degreesOfFreedom)
}

/**
 * The t below which a t variable lies with probability p.
 *
 * Method: the quantile of @stdlib, then one Newton step on the accurate tail, since the former keeps only 9 digits for
 * few degrees of freedom.
 *
 * @param p - in (0, 1)
 * @param degreesOfFreedom - in (0, inf)
 * @returns NaN outside the domain
 *
 * Accuracy: relative error below 1e-12 for degrees of freedom in [1, 1e6] and p in [1e-20, 1 - 1e-9], checked against
 * mpmath (`fixtures/student.py`).
 * Source: the inverse of `studentUpperTail`; @stdlib's is after Boost's.
 */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0) || !(p < 1)) return Number.NaN
  if (p > 0.5) return -studentQuantile(1 - p, degreesOfFreedom)
  const t = quantile(p, degreesOfFreedom)
  const step = (cdf(t, degreesOfFreedom) - p) / studentDensity(t, degreesOfFreedom)
  return Number.isFinite(step) ? t - step : t
}

function studentDensity(t: number, v: number): number {
  const log =
    gammaln((v + 1) / 2) -
    gammaln(v / 2) -
    Math.log(v * Math.PI) / 2 -
    ((v + 1) / 2) * Math.log1p((t * t) / v)
  return Math.exp(log)
}
