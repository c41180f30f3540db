// Boundaries in closed form that grow no faster than the law of the iterated logarithm asks.
import { zeta } from '../../../numeric/zeta.ts'

export interface StitchingShape {
  /** How the crossing probability is spread over the epochs, in (1, inf); 1.4 unless there is reason. */
  readonly s: number
  /** How much longer each epoch is than the one before, in (1, inf); 2 unless there is reason. */
  readonly eta: number
}

export const COMMON_SHAPE: StitchingShape = { s: 1.4, eta: 2 }

/**
 * Polynomial stitching: a boundary for sub-gamma sums with scale c, exceeded at any time with probability alpha at most.
 *
 * Formula: with u = max(v, vMin): l = s ln ln(eta u / vMin) + ln(zeta(s) / (alpha ln^s eta)),
 * boundary = sqrt(k1^2 u l + (k2 c l)^2) + k2 c l, k1 = (eta^(1/4) + eta^(-1/4)) / sqrt 2, k2 = (sqrt eta + 1) / 2.
 *
 * @param v - intrinsic time, in [0, inf)
 * @param alpha - in (0, 1)
 * @param vMin - the intrinsic time from which it is of use, in (0, inf)
 * @param c - scale, any number; 0: sub-Gaussian
 * @returns NaN outside the domain
 *
 * Accuracy: a closed form in doubles.
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2), theorem 1 and the example after it,
 * doi:10.1214/20-AOS1991. Reference: confseq `poly_stitching_bound`.
 */
export function stitchedBoundary(
  v: number,
  alpha: number,
  vMin: number,
  c: number,
  { s, eta } = COMMON_SHAPE,
): number {
  const isDomain = v >= 0 && alpha > 0 && alpha < 1 && vMin > 0 && s > 1 && eta > 1
  if (!isDomain) return Number.NaN
  const time = Math.max(v, vMin)
  const level =
    s * Math.log(Math.log((eta * time) / vMin)) + Math.log(zeta(s) / Math.log(eta) ** s) - Math.log(alpha)
  const k1 = (eta ** 0.25 + eta ** -0.25) / Math.SQRT2
  const linear = ((Math.sqrt(eta) + 1) / 2) * c * level
  return Math.sqrt(k1 * k1 * time * level + linear * linear) + linear
}
