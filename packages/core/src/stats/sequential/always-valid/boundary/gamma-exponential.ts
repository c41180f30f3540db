// The gamma-exponential mixture: for sums whose increments have a bounded right tail, such as empirical Bernstein's.
import { logGamma } from '../../../distribution/beta.ts'
import { gammaLower } from '../../../distribution/incomplete-gamma.ts'
import { type Mixture, solveBoundary, type Tuning } from './mixture.ts'
import { mixturePrecision } from './normal-mixture.ts'

/**
 * The mixture over a gamma distribution for sub-exponential sums with scale c: exp(lambda S_t - psi(lambda) V_t) is a
 * supermartingale with psi(lambda) = (-ln(1 - c lambda) - c lambda) / c^2, lambda in [0, 1 / c). One-sided.
 *
 * Formula: with r = rho / c^2, w = v / c^2 and x = s / c + w + r: ln m = r ln r - ln Gamma(r) - ln P(r, r) +
 * ln Gamma(w + r) + ln P(w + r, x) - (w + r) ln x + s / c + w.
 *
 * @param c - scale, in (0, inf): the range of bounded increments
 *
 * Accuracy: relative error of the boundary below 1e-9 for v / c^2 up to 1e6, checked against quadrature over the mixing
 * distribution in mpmath (`fixtures/boundary.py`).
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2), proposition 8,
 * doi:10.1214/20-AOS1991. Reference: confseq `gamma_exponential_mixture_bound`.
 */
export function gammaExponentialMixture(tuning: Tuning, c: number): Mixture {
  const r = c > 0 ? mixturePrecision(tuning, 'one_sided') / (c * c) : Number.NaN
  const constant = r * Math.log(r) - logGamma(r) - Math.log(gammaLower(r, r))
  const logMartingale = (s: number, v: number) => {
    const shape = v / (c * c) + r
    const x = s / c + shape
    if (x <= 0) return -Infinity
    return (
      constant + logGamma(shape) + Math.log(gammaLower(shape, x)) - shape * Math.log(x) + s / c + v / (c * c)
    )
  }
  return { logMartingale, boundary: (v, alpha) => solveBoundary(logMartingale, v, alpha) }
}
