// The logarithm of the standard normal distribution function, for evidence that is kept on the log scale.
import erfcx from '@stdlib/math-base-special-erfcx'
import { normalCdf, normalUpperTail } from './normal.ts'

/** Below it the logarithm is taken of the scaled error function, which does not underflow. */
const TAIL = -5

/**
 * ln P(Z < z) of a standard normal variable.
 *
 * Formula: ln(erfcx(-z / sqrt 2) / 2) - z^2 / 2 in the tail, ln(1 - P(Z > z)) above 0.
 *
 * @param z - any number; -inf gives -inf
 * @returns at most 0; NaN for NaN
 *
 * Accuracy: relative error below 1e-13 for z in [-1e6, 30], checked against mpmath (`fixtures/log-normal-cdf.py`).
 * Source: Abramowitz and Stegun (1964), 7.1.2 and 26.2.29; erfcx is that of @stdlib (after Cody's).
 */
export function logNormalCdf(z: number): number {
  if (z > 0) return Math.log1p(-normalUpperTail(z))
  return z < TAIL ? Math.log(erfcx(-z / Math.SQRT2) / 2) - (z * z) / 2 : Math.log(normalCdf(z))
}
