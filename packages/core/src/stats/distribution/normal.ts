// The standard normal distribution.
import erfc from '@stdlib/math-base-special-erfc'
import erfcinv from '@stdlib/math-base-special-erfcinv'

const ROOT_TWO = Math.SQRT2
const DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI)

/**
 * The density at z.
 *
 * Formula: exp(-z^2 / 2) / sqrt(2 pi).
 *
 * @param z - any number
 *
 * Source: Abramowitz and Stegun (1964), 26.2.1.
 */
export function normalDensity(z: number): number {
  return DENSITY_AT_ZERO * Math.exp((-z * z) / 2)
}

/**
 * The probability that a standard normal variable is below z.
 *
 * Formula: erfc(-z / sqrt 2) / 2, so that the lower tail keeps its digits; for the upper tail see `normalUpperTail`.
 *
 * @param z - any number; -inf gives 0, inf gives 1
 * @returns a probability in [0, 1]; NaN for NaN
 *
 * Accuracy: relative error below 1e-13 down to 1e-300, checked against mpmath (`fixtures/normal.py`).
 * Source: Abramowitz and Stegun (1964), 26.2.29; erfc is that of @stdlib (after FreeBSD's).
 */
export function normalCdf(z: number): number {
  return erfc(-z / ROOT_TWO) / 2
}

/** The probability that a standard normal variable exceeds z: `normalCdf(-z)`, as accurate, of the same source. */
export function normalUpperTail(z: number): number {
  return erfc(z / ROOT_TWO) / 2
}

/**
 * The z below which a standard normal variable lies with probability p.
 *
 * Formula: -sqrt 2 erfcinv(2 p). For p near 1 give 1 - p exactly and turn the sign: p itself cannot tell 1 - 1e-20.
 *
 * @param p - in [0, 1]; 0 gives -inf, 1 gives inf
 * @returns NaN outside the domain
 *
 * Accuracy: absolute error below 1e-9 in z down to p = 1e-300, and below 1e-14 for p in [1e-17, 1 - 1e-9], checked
 * against mpmath (`fixtures/normal.py`). (The normal quantile of @stdlib itself is off by 1e-8 at p = 1e-10.)
 * Source: as `normalCdf`; erfcinv is that of @stdlib (after Boost's).
 */
export function normalQuantile(p: number): number {
  return p === 0.5 ? 0 : -ROOT_TWO * erfcinv(2 * p)
}
