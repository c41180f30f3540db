// The beta distribution, and the logarithms of the beta and gamma functions.
import betainc from '@stdlib/math-base-special-betainc'
import betaLn from '@stdlib/math-base-special-betaln'
import gammaLn from '@stdlib/math-base-special-gammaln'
import quantile from '@stdlib/stats-base-dists-beta-quantile'
import {
  LARGE_PARAMETERS,
  largeBetaLower,
  largeBetaQuantile,
  largeBetaUpper,
  largeBetaWeight,
} from './incomplete-beta.ts'

/** ln Gamma(x) for x > 0; NaN or infinite elsewhere. */
export function logGamma(x: number): number {
  return gammaLn(x)
}

/** ln B(a, b) = ln Gamma(a) + ln Gamma(b) - ln Gamma(a + b), for a, b > 0. */
export function logBeta(a: number, b: number): number {
  return betaLn(a, b)
}

/**
 * The probability that a beta variable is below x.
 *
 * Formula: the regularised incomplete beta function I_x(a, b).
 *
 * @param x - in [0, 1]; below 0, and above 1: 0 and 1
 * @param a - in (0, inf)
 * @param b - in (0, inf)
 * @returns a probability in [0, 1]; NaN outside the domain
 *
 * Accuracy: relative error below 1e-11 for a, b in [0.1, 1e3], checked against mpmath (`fixtures/beta.py`); 1e-10 for
 *   larger ones up to a + b = 1e10 (`incomplete-beta.ts`).
 * Source: Abramowitz and Stegun (1964), 26.5.1; the function is that of @stdlib (after Boost's) for a + b below 1e5.
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (!(a > 0) || !(b > 0) || Number.isNaN(x)) return Number.NaN
  if (x <= 0) return 0
  if (x >= 1) return 1
  return isLarge(a, b) ? largeBetaLower(x, a, b) : betainc(x, a, b, true, false)
}

/**
 * The probability that it exceeds x, with its digits where `1 - betaCdf` has none left: I_(1 - x)(b, a).
 *
 * Domain, accuracy and source: as `betaCdf`.
 */
export function betaUpperTail(x: number, a: number, b: number): number {
  if (!(a > 0) || !(b > 0) || Number.isNaN(x)) return Number.NaN
  if (x <= 0) return 1
  if (x >= 1) return 0
  return isLarge(a, b) ? largeBetaUpper(x, a, b) : betainc(x, a, b, true, true)
}

/**
 * The density of the log odds t = ln(x / (1 - x)) of a beta variable: x^a (1 - x)^b / B(a, b).
 *
 * @returns for given parameters a function of any t, >= 0
 *
 * Accuracy: as `betaCdf`.
 */
export function betaLogOddsDensity(a: number, b: number): (t: number) => number {
  if (isLarge(a, b)) {
    return t => largeBetaWeight(1 / (1 + Math.exp(-t)), 1 / (1 + Math.exp(t)), a, b)
  }
  const logNorm = logBeta(a, b)
  return t => Math.exp(-a * Math.log1p(Math.exp(-t)) - b * Math.log1p(Math.exp(t)) - logNorm)
}

/**
 * The x below which a beta variable lies with probability p.
 *
 * @param p - in [0, 1]
 * @param a - in (0, inf)
 * @param b - in (0, inf)
 * @returns in [0, 1]; NaN outside the domain
 *
 * Accuracy: relative error below 1e-10 for a, b in [0.1, 1e3], checked against SciPy (`fixtures/beta.py`); from a + b
 *   = 1e5 on that of `betaCdf`.
 * Source: the inverse of `betaCdf`; the function is that of @stdlib (after Boost's) for a + b below 1e5.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  return isLarge(a, b) && p > 0 && p < 1 ? largeBetaQuantile(p, a, b) : quantile(p, a, b)
}

function isLarge(a: number, b: number): boolean {
  return a + b >= LARGE_PARAMETERS && a + b < Infinity && Math.min(a, b) >= 1
}
