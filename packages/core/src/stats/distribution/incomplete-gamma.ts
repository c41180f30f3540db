// The incomplete gamma functions.
import gammainc from '@stdlib/math-base-special-gammainc'
import { normalCdf, normalDensity, normalUpperTail } from './normal.ts'

/** From about 1000 on @stdlib's series for large x take over. */
const LARGE = 900

/** From this shape on the sums would take a million terms and more, and two terms of a uniform expansion are as good. */
const HUGE = 1e10

/** Beyond this share of a huge shape lies less than the smallest double. */
const FARTHEST = 1e-3

/**
 * P(shape, x): the probability that a gamma variable with this shape and rate 1 is below x.
 *
 * Method: that of @stdlib for x <= 900. Above 1000 its asymptotic series, cut off after too few terms, are off by up to 2 %
 * (@stdlib/math-base-special-gammainc 0.3.1), so that the series of P below the shape and the continued fraction of Q
 * above it are summed until they stand still; from a shape of 1e10 on it is Temme's uniform expansion, to its second term.
 *
 * @param shape - in (0, inf)
 * @param x - in [0, inf)
 * @returns a probability in [0, 1]; NaN outside the domain
 *
 * Accuracy: relative error below 1e-10 for shapes in [0.1, 1e7] and probabilities down to 1e-200, checked against
 * mpmath (`fixtures/incomplete-gamma.py`); 1e-9 for larger shapes, where x itself is given to so many digits.
 * Source: Abramowitz and Stegun (1964), 6.5.1, 6.5.29, 6.5.31; @stdlib's is after Boost's; Temme (1979), SIAM Journal on
 * Mathematical Analysis 10(4), doi:10.1137/0510071, for huge shapes.
 */
export function gammaLower(shape: number, x: number): number {
  if (!(shape > 0) || !(x >= 0) || shape === Infinity) return Number.NaN
  if (x === Infinity) return 1
  if (shape >= HUGE) return hugeLower(shape, x)
  if (x <= LARGE) return gammainc(x, shape, true, false)
  return x < shape ? lowerSeries(shape, x) : 1 - upperFraction(shape, x)
}

/**
 * Q(shape, x) = 1 - P(shape, x), with its digits where `1 - gammaLower` has none left.
 *
 * Domain, accuracy and source: as `gammaLower`.
 */
export function gammaUpper(shape: number, x: number): number {
  if (!(shape > 0) || !(x >= 0) || shape === Infinity) return Number.NaN
  if (x === Infinity) return 0
  if (shape >= HUGE) return hugeUpper(shape, x)
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

function hugeLower(shape: number, x: number): number {
  const { z, shift } = uniform(shape, x)
  return Math.min(1, normalCdf(z) + shift)
}

function hugeUpper(shape: number, x: number): number {
  const { z, shift } = uniform(shape, x)
  return Math.max(0, normalUpperTail(z) - shift)
}

/**
 * P = Phi(z) + phi(z) (1/3 - eta / 12) / sqrt a, z = eta sqrt a, eta^2 / 2 = d - ln(1 + d) with the sign of d = (x - a) / a;
 * by its series, as only small d leave both tails above 0.
 */
function uniform(shape: number, x: number): { readonly z: number; readonly shift: number } {
  const off = Math.max(-FARTHEST, Math.min(FARTHEST, (x - shape) / shape))
  const eta = off * Math.sqrt(1 - off * (2 / 3 - off * (1 / 2 - (2 / 5) * off)))
  const root = Math.sqrt(shape)
  return { z: eta * root, shift: (normalDensity(eta * root) * (1 / 3 - eta / 12)) / root }
}

/** x^a e^-x / Gamma(a + 1) by Stirling's series: for a > 100 to 1e-15; below, at x > 900, it is 0 to the last digit. */
function weight(shape: number, x: number): number {
  if (shape < 1) return 0
  const off = (x - shape) / shape
  const stirling = 1 / (12 * shape) - 1 / (360 * shape ** 3) + 1 / (1260 * shape ** 5)
  return Math.exp(shape * (Math.log1p(off) - off) - stirling) / Math.sqrt(2 * Math.PI * shape)
}
