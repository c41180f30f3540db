// The asymptotic sequence in intrinsic time: for terms whose variance changes on the way, as propensities do.
import type { Sides } from '../boundary/mixture.ts'

/**
 * How far the mean of n martingale differences can be from the mean of their conditional expectations.
 *
 * Formula: with V = n v: two-sided sqrt((V rho^2 + 1) / (n^2 rho^2) ln((V rho^2 + 1) / alpha^2)); one-sided
 * sqrt(2 (V rho^2 + 1) / (n^2 rho^2) ln(1 + sqrt(V rho^2 + 1) / (2 alpha))).
 *
 * @param n - terms so far, > 0
 * @param variance - v, their mean conditional variance so far, >= 0
 * @param rho - in units of 1 / the terms' own: `sequenceRho(n*, alpha) / s` to be tightest after n* terms with standard
 *   deviation s; fixed beforehand
 * @param alpha - in (0, 1)
 *
 * Accuracy: closed form in doubles. O(1).
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Annals of Statistics 52(6), arXiv:2103.06476,
 * the Lyapunov-type sequences of section 2. Reference: TensorZero `asymp_cs`.
 */
export function lyapunovRadius(
  n: number,
  variance: number,
  rho: number,
  alpha: number,
  sides: Sides,
): number {
  const growth = n * variance * rho * rho + 1
  const log =
    sides === 'two_sided' ? Math.log(Math.sqrt(growth) / alpha) : Math.log1p(Math.sqrt(growth) / (2 * alpha))
  return Math.sqrt(2 * growth * log) / (n * rho)
}

/**
 * The logarithm of the e value of a mean that is off by `distance`: it reaches ln(1 / alpha) exactly at `lyapunovRadius`.
 *
 * Formula: x = (n d rho)^2 / (2 (V rho^2 + 1)); two-sided x - ln(V rho^2 + 1) / 2, one-sided ln(2 (e^x - 1)) -
 * ln(V rho^2 + 1) / 2 for d > 0, else -inf.
 *
 * Source: as `lyapunovRadius`.
 */
export function lyapunovLogE(
  distance: number,
  n: number,
  variance: number,
  rho: number,
  sides: Sides,
): number {
  const growth = n * variance * rho * rho + 1
  const x = (n * distance * rho) ** 2 / (2 * growth)
  const half = Math.log(growth) / 2
  if (sides === 'two_sided') return x - half
  if (distance <= 0) return -Infinity
  return Math.LN2 + (x > 30 ? x + Math.log1p(-Math.exp(-x)) : Math.log(Math.expm1(x))) - half
}
