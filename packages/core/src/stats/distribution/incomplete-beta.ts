// The incomplete beta function of large parameters, where @stdlib's loses its digits.

import gammaLn from '@stdlib/math-base-special-gammaln'
import { bisect } from '../numeric/bisect.ts'
import { normalCdf, normalDensity, normalQuantile } from './normal.ts'

/**
 * From a + b of this on the functions here take over: @stdlib/math-base-special-betainc 0.2.3 errs by 4e-12 there, by 3e-10
 * at 1e7, 6e-6 at 1e8 and 4e-2 at 1e9, near the centre.
 */
export const LARGE_PARAMETERS = 1e5

/** From this on of both parameters the fraction would take 100,000 steps and more, and a normal tail is as good. */
const HUGE_PARAMETERS = 1e12

/**
 * I_x(a, b): the probability that a beta variable is below x.
 *
 * Formula: x^a y^b / B(a, b) / (beta_0 + alpha_1 / (beta_1 + ...)), y = 1 - x, l = a - (a + b) x, below the mean; above it
 * the same of y. alpha_n = (a + n - 1) (a + b + n - 1) n (b - n) x^2 / (a + 2 n - 1)^2, beta_n = n + n (b - n) x / (a + 2 n - 1)
 * + (a + n) (l + 1 + n (1 + y)) / (a + 2 n + 1). The factor is a D(-l / a) + b D(l / b), D(t) = ln(1 + t) - t, and Stirling's
 * series, so that nothing large cancels. Takes some (a + b)^0.4 steps. With both parameters from 1e12 on: Phi(z) +
 * phi(z) (b - a) / (3 sqrt(a b (a + b))), z^2 / 2 = -a D(-l / a) - b D(l / b) with the sign of -l.
 *
 * @param x - in (0, 1)
 * @param a - in [1, inf)
 * @param b - in [1, inf), a + b large
 *
 * Accuracy: relative error below 1e-10 for a + b from 1e5 to 1e10 and probabilities down to 1e-90, checked against mpmath
 * (`fixtures/incomplete-beta.py`); 1e-9 near the centre up to 1e15, where x itself is given to no more.
 * Source: DiDonato and Morris (1992), Significant Digit Computation of the Incomplete Beta Function Ratios, ACM TOMS 18(3),
 * doi:10.1145/131766.131776 (the fraction of their BFRAC); Loader (2000), Fast and Accurate Computation of Binomial Probabilities, for
 * the factor; Temme (1982), SIAM Journal on Mathematical Analysis 13(2), doi:10.1137/0513013, for huge parameters.
 */
export function largeBetaLower(x: number, a: number, b: number): number {
  return x < (a + 1) / (a + b + 2) ? tail(x, 1 - x, a, b) : 1 - tail(1 - x, x, b, a)
}

/** 1 - I_x(a, b), with its digits where `largeBetaLower` is close to 1. */
export function largeBetaUpper(x: number, a: number, b: number): number {
  return x < (a + 1) / (a + b + 2) ? 1 - tail(x, 1 - x, a, b) : tail(1 - x, x, b, a)
}

/**
 * The x below which a beta variable lies with probability p, by bisection on the smaller tail.
 *
 * @param p - in (0, 1)
 *
 * Accuracy: as that of the tails.
 */
export function largeBetaQuantile(p: number, a: number, b: number): number {
  const mean = a / (a + b)
  // Root by root: the variance can be below the smallest double.
  const deviation = (Math.sqrt(mean) * Math.sqrt(b / (a + b))) / Math.sqrt(a + b + 1)
  const short = (x: number) => (p <= 0.5 ? Math.log(below(x, a, b) / p) : Math.log((1 - p) / above(x, a, b)))
  const guess = mean + normalQuantile(p) * deviation
  let step = deviation / 4
  let low = Math.max(0, guess - step)
  let high = Math.min(1, Math.max(0, guess) + step)
  while (low > 0 && short(low) > 0) low = Math.max(0, low - (step *= 2))
  while (high < 1 && short(high) < 0) high = Math.min(1, high + (step *= 2))
  return bisect(short, low, high)
}

function below(x: number, a: number, b: number): number {
  return x <= 0 ? 0 : x >= 1 ? 1 : largeBetaLower(x, a, b)
}

function above(x: number, a: number, b: number): number {
  return x <= 0 ? 1 : x >= 1 ? 0 : largeBetaUpper(x, a, b)
}

/** I_x(a, b) for x below the mean, with y = 1 - x. */
function tail(x: number, y: number, a: number, b: number): number {
  // a - (a + b) x, from whichever of x and y is small and so keeps more digits.
  const off = x <= y ? a - (a + b) * x : (a + b) * y - b
  if (Math.min(a, b) >= HUGE_PARAMETERS) return hugeTail(off, a, b)
  return Math.min(1, weight(off, a, b) * fraction({ x, y, a, b, off }))
}

function hugeTail(off: number, a: number, b: number): number {
  const z = -Math.sign(off) * Math.sqrt(-2 * devianceOf(off, a, b))
  const skew = (b / (a + b) - a / (a + b)) / (3 * Math.sqrt(a) * Math.sqrt(b / (a + b)))
  return Math.min(1, Math.max(0, normalCdf(z) + normalDensity(z) * skew))
}

/**
 * x^a y^b / B(a, b), with y = 1 - x: the density of the log odds of a beta variable.
 *
 * @param x - in (0, 1)
 * @param y - 1 - x, told apart so that neither loses digits near 0
 */
export function largeBetaWeight(x: number, y: number, a: number, b: number): number {
  return weight(x <= y ? a - (a + b) * x : (a + b) * y - b, a, b)
}

function weight(off: number, a: number, b: number): number {
  const total = a + b
  const deviance = devianceOf(off, a, b)
  const stirling = stirlingError(total) - stirlingError(a) - stirlingError(b)
  return Math.exp(deviance + stirling) * Math.sqrt((a / (2 * Math.PI)) * (b / total))
}

/** ln of the density's factor by that at the mean, at most 0. */
function devianceOf(off: number, a: number, b: number): number {
  return Math.min(0, a * logRest(-off / a) + b * logRest(off / b))
}

/** ln(1 + t) - t; near 0, where these cancel, by its series. */
function logRest(t: number): number {
  if (Math.abs(t) > 1e-3) return Math.log1p(t) - t
  return -t * t * (1 / 2 - t * (1 / 3 - t * (1 / 4 - t * (1 / 5 - t / 6))))
}

/** ln Gamma(n + 1) - (n + 1/2) ln n + n - ln(2 pi) / 2, by its series for n >= 16. */
function stirlingError(n: number): number {
  if (n < 16) return gammaLn(n + 1) - (n + 0.5) * Math.log(n) + n - Math.log(2 * Math.PI) / 2
  const square = n * n
  return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / n
}

interface At {
  readonly x: number
  readonly y: number
  readonly a: number
  readonly b: number
  readonly off: number
}

/** The continued fraction 1 / (beta_0 + alpha_1 / (beta_1 + ...)), by the modified Lentz method. */
function fraction({ x, y, a, b, off }: At): number {
  let value = (a / (a + 1)) * (off + 1)
  let c = value
  let d = 0
  for (let n = 1, factor = 0; n <= MOST_STEPS && Math.abs(factor - 1) > Number.EPSILON; n++) {
    const even = a + 2 * n - 1
    const w = n * (b - n) * x
    const alpha = ((a + n - 1) / even) * ((a + b + n - 1) / even) * w * x
    const beta = n + w / even + ((a + n) / (even + 2)) * (off + 1 + n * (1 + y))
    d = 1 / (beta + alpha * d)
    c = beta + alpha / c
    factor = c * d
    value *= factor
  }
  return 1 / value
}

/** Not reached below a + b of 1e16: a guard. */
const MOST_STEPS = 1e7
