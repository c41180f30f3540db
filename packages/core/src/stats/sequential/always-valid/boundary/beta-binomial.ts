// The beta-binomial mixture: for increments of two values, and sums that vary no more than theirs.
import { betaCdf, logBeta } from '../../../distribution/beta.ts'
import { type Mixture, type Sides, solveBoundary, type Tuning } from './mixture.ts'
import { mixturePrecision } from './normal-mixture.ts'

/**
 * The mixture over a beta distribution for sub-Bernoulli sums: centred increments in [-g, h].
 *
 * Formula: with k = g + h, x = 1 two-sided and h / k one-sided, and B(a, b; x) the incomplete beta function, not
 * regularised: ln m = v ln k / (g h) - (v + h s) ln g / (h k) - (v - g s) ln h / (g k) + ln B((r + v - g s) / (g k),
 * (r + v + h s) / (h k); x) - ln B(r / (g k), r / (h k); x), where r = max(rho - g h, g h / 1000).
 *
 * @param g - how far below 0 an increment can be, in (0, inf)
 * @param h - how far above, in (0, inf)
 * @returns a mixture whose boundary is at most v / g, the largest sum possible
 *
 * Accuracy: relative error below 1e-10 for v up to 1e5, checked against quadrature over the mixing distribution in
 * mpmath (`fixtures/boundary.py`).
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2), propositions 6 and 7,
 * doi:10.1214/20-AOS1991. Reference: confseq `beta_binomial_mixture_bound`.
 */
export function betaBinomialMixture(tuning: Tuning, g: number, h: number, sides: Sides): Mixture {
  const rho = g > 0 && h > 0 ? mixturePrecision(tuning, sides) : Number.NaN
  const r = Math.max(rho - g * h, 1e-3 * g * h)
  const k = g + h
  const cut = sides === 'two_sided' ? 1 : h / k
  const start = logIncompleteBeta(r / (g * k), r / (h * k), cut)
  const logMartingale = (s: number, v: number) => {
    const below = (v - g * s) / (g * k)
    const above = (v + h * s) / (h * k)
    return (
      (below + above) * Math.log(k) -
      above * Math.log(g) -
      below * Math.log(h) +
      logIncompleteBeta(r / (g * k) + below, r / (h * k) + above, cut) -
      start
    )
  }
  return { logMartingale, boundary: (v, alpha) => solveBoundary(logMartingale, v, alpha, v / g) }
}

function logIncompleteBeta(a: number, b: number, x: number): number {
  return x === 1 ? logBeta(a, b) : Math.log(betaCdf(x, a, b)) + logBeta(a, b)
}
