// Mixtures over a normal, or half-normal, distribution: for sub-Gaussian sums, and in the limit for all.
import { logNormalCdf } from '../../../distribution/log-normal-cdf.ts'
import { type Mixture, type Sides, solveBoundary, type Tuning } from './mixture.ts'

/**
 * The precision rho of the mixing distribution for which the boundary at an intrinsic time is least, nearly.
 *
 * Formula: rho = v / (2 ln(1 / a) + ln(1 + 2 ln(1 / a))), with a = alpha, and 2 alpha when one-sided.
 *
 * @returns in (0, inf); NaN outside the domain
 *
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2), section 3.5,
 * doi:10.1214/20-AOS1991; confseq `TwoSidedNormalMixture::best_rho`.
 */
export function mixturePrecision({ intrinsicTime, alpha }: Tuning, sides: Sides): number {
  const a = sides === 'two_sided' ? alpha : 2 * alpha
  if (!(intrinsicTime > 0) || !(a > 0 && a < 1)) return Number.NaN
  const twice = -2 * Math.log(a)
  return intrinsicTime / (twice + Math.log1p(twice))
}

/**
 * The normal mixture, for sums of which exp(lambda S_t - lambda^2 V_t / 2) is a supermartingale: normal, bounded and
 * symmetric increments, or any in the limit.
 *
 * Formula: two-sided: ln m = ln(rho / (v + rho)) / 2 + s^2 / (2 (v + rho)), boundary sqrt((v + rho) (ln(1 + v / rho) +
 * 2 ln(1 / alpha))). One-sided: ln m = ln(4 rho / (v + rho)) / 2 + s^2 / (2 (v + rho)) + ln Phi(s / sqrt(v + rho)).
 *
 * Accuracy: relative error below 1e-12, checked against quadrature over the mixing distribution in mpmath
 * (`fixtures/boundary.py`).
 * Source: Howard et al. (2021), propositions 4 and 5; the two-sided is Robbins (1970), Annals of Mathematical
 * Statistics 41(5). Reference: confseq `normal_log_mixture`, `normal_mixture_bound`.
 */
export function normalMixture(tuning: Tuning, sides: Sides): Mixture {
  const rho = mixturePrecision(tuning, sides)
  return sides === 'two_sided' ? twoSided(rho) : oneSided(rho)
}

function twoSided(rho: number): Mixture {
  return {
    logMartingale: (s, v) => Math.log(rho / (v + rho)) / 2 + (s * s) / (2 * (v + rho)),
    boundary: (v, alpha) => {
      if (!(v > 0) || !(alpha > 0 && alpha < 1)) return Number.NaN
      return Math.sqrt((v + rho) * (Math.log1p(v / rho) - 2 * Math.log(alpha)))
    },
  }
}

function oneSided(rho: number): Mixture {
  const logMartingale = (s: number, v: number) =>
    Math.log((4 * rho) / (v + rho)) / 2 + (s * s) / (2 * (v + rho)) + logNormalCdf(s / Math.sqrt(v + rho))
  return { logMartingale, boundary: (v, alpha) => solveBoundary(logMartingale, v, alpha) }
}
