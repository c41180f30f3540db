// The gamma-Poisson mixture: for sums like those of centred Poisson counts.
import { logGamma } from '../../../distribution/beta.ts'
import { gammaUpper } from '../../../distribution/incomplete-gamma.ts'
import { type Mixture, solveBoundary, type Tuning } from './mixture.ts'
import { mixturePrecision } from './normal-mixture.ts'

/**
 * The mixture over a gamma distribution for sub-Poisson sums with scale c: exp(lambda S_t - psi(lambda) V_t) is a
 * supermartingale with psi(lambda) = (e^(c lambda) - c lambda - 1) / c^2. One-sided.
 *
 * Formula: with r = rho / c^2, w = v / c^2 and x = s / c + w + r: ln m = r ln r - ln Gamma(r) - ln Q(r, r) +
 * ln Gamma(x) + ln Q(x, w + r) - x ln(w + r) + w.
 *
 * @param c - scale, in (0, inf): the most a centred increment can be
 *
 * Accuracy: relative error of the boundary below 1e-9 for v / c^2 up to 1e6, checked against quadrature over the mixing
 * distribution in mpmath (`fixtures/boundary.py`).
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2), proposition 9,
 * doi:10.1214/20-AOS1991. Reference: confseq `gamma_poisson_mixture_bound`.
 */
export function gammaPoissonMixture(tuning: Tuning, c: number): Mixture {
  const r = c > 0 ? mixturePrecision(tuning, 'one_sided') / (c * c) : Number.NaN
  const constant = r * Math.log(r) - logGamma(r) - Math.log(gammaUpper(r, r))
  const logMartingale = (s: number, v: number) => {
    const w = v / (c * c)
    const x = s / c + w + r
    if (x <= 0) return -Infinity
    return constant + logGamma(x) + Math.log(gammaUpper(x, w + r)) - x * Math.log(w + r) + w
  }
  return { logMartingale, boundary: (v, alpha) => solveBoundary(logMartingale, v, alpha) }
}
