// The incomplete gamma functions.
import gammainc from '@stdlib/math-base-special-gammainc'

/** From about 1000 on @stdlib's series for large x take over. */
const LARGE = 900

/**
 * P(shape, x): the probability that a gamma variable with this shape and rate 1 is below x.
 *
 * Method: that of @stdlib for x <= 900. Above 1000 its asymptotic series, cut off after too few terms, are off by up to 2 %
 * (@stdlib/math-base-special-gammainc 0.3.1), so that the series of P below the shape and the continued fraction of Q
 * above it are summed until they stand still.
 *
 * @param shape - in (0, inf)
 * @param x - in [0, inf)
 * @returns a probability in [0, 1]; NaN outside the domain
 *
 * Accuracy: relative error below 1e-10 for shapes in [0.1, 1e7] and probabilities down to 1e-200, checked against
 * mpmath (`fixtures/incomplete-gamma.py`).
 * Source: Abramowitz and Stegun (1964), 6.5.1, 6.5.29, 6.5.31; @stdlib's is after Boost's.
 */
export function gammaLower(shape: number, x: number): number {
  if (!(shape > 0) || !(x >= 0) || shape === Infinity) return Number.NaN
  if (x === Infinity) return 1
  if (x <= LARGE) return gammainc(x, shape, true, false)
  return x < shape ? lowerSeries(shape, x) : 1 - upperFraction(shape, x)
}

/** Q(shape, x) = 1 - P(shape, x), with its digits where `1 - gammaLower` has none left. */
export function gammaUpper(shape: number, x: number): number {
  if (!(shape > 0) || !(x >= 0) || shape === Infinity) return Number.NaN
  if (x === Infinity) return 0
  if (x <= LARGE) return gammainc(x, shape, true, true)
  return x < shape ? 1 - lowerSeries(shape, x) : upperFraction(shape, x)
}

/** P = x^a e^-x / Gamma(a + 1) (1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ...). */
function lowerSeries(shape: number, x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= x / (shape + k)
    sum += term
  }
  return weight(shape, x) * sum
}

/** Q = x^a e^-x / Gamma(a) (1 / (x + 1 - a - (1 - a) / (x + 3 - a - ...))), by the modified Lentz method. */
function upperFraction(shape: number, x: number): number {
  let b = x + 1 - shape
  let c = Infinity
  let d = 1 / b
  let fraction = d
  for (let k = 1, factor = 0; Math.abs(factor - 1) > Number.EPSILON; k++) {
    const a = -k * (k - shape)
    b += 2
    d = 1 / (a * d + b)
    c = b + a / c
    factor = c * d
    fraction *= factor
  }
  return shape * weight(shape, x) * fraction
}

/** x^a e^-x / Gamma(a + 1) by Stirling's series: for a > 100 to 1e-15; below, at x > 900, it is 0 to the last digit. */
function weight(shape: number, x: number): number {
  const off = (x - shape) / shape
  const stirling = 1 / (12 * shape) - 1 / (360 * shape ** 3) + 1 / (1260 * shape ** 5)
  return Math.exp(shape * (Math.log1p(off) - off) - stirling) / Math.sqrt(2 * Math.PI * shape)
}
