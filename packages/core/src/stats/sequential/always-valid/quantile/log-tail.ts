// The incomplete beta function on a logarithmic scale, where it would underflow.
import { betaUpperTail, logBeta } from '../../../distribution/beta.ts'

/** Tails above this are taken as they are. */
const LEAST_TAIL = 1e-250

/** Terms below this share of the sum change nothing. */
const LEAST_TERM = 1e-17

/**
 * ln of the integral over q from p to 1 of q^(b - 1) (1 - q)^(a - 1): the incomplete beta function, not regularised.
 *
 * Formula: ln B(a, b) + ln of the upper tail of a beta variable; where that is next to 0: (1 - p)^a p^b / a times the sum over m of the product over i < m of (a + b + i) (1 - p) / (a + 1 + i).
 *
 * @param a - in (0, inf)
 * @param b - in (0, inf)
 * @param p - in (0, 1)
 *
 * Accuracy: relative error of the integral below 1e-9, as that of the tail; the series has positive terms only, about
 * 40 / p of them, or sqrt(a + b) if those are more.
 * Source: NIST Digital Library of Mathematical Functions, 8.17.8, https://dlmf.nist.gov/8.17.
 */
export function logIncompleteBetaTail(a: number, b: number, p: number): number {
  const tail = betaUpperTail(p, b, a)
  return tail > LEAST_TAIL ? logBeta(a, b) + Math.log(tail) : bySeries(a, b, p)
}

function bySeries(a: number, b: number, p: number): number {
  let [term, total] = [1, 1]
  for (let m = 0; term > LEAST_TERM * total * p; m++) {
    term *= ((a + b + m) * (1 - p)) / (a + 1 + m)
    total += term
  }
  return a * Math.log1p(-p) + b * Math.log(p) - Math.log(a) + Math.log(total)
}
