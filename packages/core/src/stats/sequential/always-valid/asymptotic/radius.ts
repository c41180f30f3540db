// The asymptotic confidence sequence as numbers: what a standard error is to be multiplied by at each look.
import type { Sides } from '../boundary/mixture.ts'

/**
 * The parameter rho for which the sequence is tightest, nearly, after `tunedFor` units.
 *
 * Formula: rho = sqrt((-2 ln a + ln(-2 ln a + 1)) / tunedFor), a = alpha, and 2 alpha when one-sided.
 *
 * @param tunedFor - units of both variants together, in (0, inf)
 * @param alpha - in (0, 1); in (0, 1/2) when one-sided
 * @returns in (0, inf); NaN outside the domain
 *
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Annals of Statistics 52(6), arXiv:2103.06476v7,
 * eq. 161; one-sided as gbstats `sequential_rho`. (TensorZero's has `ln(-2 ln a) + 1`: as valid, tuned otherwise.)
 */
export function sequenceRho(tunedFor: number, alpha: number, sides: Sides): number {
  const a = sides === 'two_sided' ? alpha : 2 * alpha
  if (!(tunedFor > 0) || !(a > 0 && a < 1)) return Number.NaN
  const twice = -2 * Math.log(a)
  return Math.sqrt((twice + Math.log1p(twice)) / tunedFor)
}

/**
 * How many standard errors the sequence reaches from the estimate, after n units.
 *
 * Formula: two-sided (eq. 9): sqrt(2 (n rho^2 + 1) / (n rho^2) ln(sqrt(n rho^2 + 1) / alpha)); one-sided (eq. 134): the
 * logarithm is ln(1 + sqrt(n rho^2 + 1) / (2 alpha)).
 *
 * @param n - units of both variants together, > 0
 * @param rho - of `sequenceRho`, or any other fixed beforehand
 * @param alpha - in (0, 1)
 *
 * Accuracy: closed form in doubles. O(1).
 * Source: as `sequenceRho`. Reference: gbstats `sequential_interval_halfwidth`, `..._one_sided`.
 */
export function sequenceRadius(n: number, rho: number, alpha: number, sides: Sides): number {
  const information = n * rho * rho
  const grown = Math.sqrt(information + 1)
  const log = sides === 'two_sided' ? Math.log(grown / alpha) : Math.log1p(grown / (2 * alpha))
  return Math.sqrt((2 * (information + 1) * log) / information)
}

/**
 * The logarithm of the e value of a statistic z after n units: it reaches ln(1 / alpha) exactly when |z|, or z when
 * one-sided, reaches `sequenceRadius`.
 *
 * Formula: with i = n rho^2 and x = i z^2 / (2 (i + 1)): two-sided x - ln(i + 1) / 2; one-sided ln(2 (e^x - 1)) -
 * ln(i + 1) / 2 for z > 0, else -inf. The one-sided is that of eq. 134 solved for 1 / alpha, which the mixture over
 * half a normal distribution never falls below.
 *
 * Source: as `sequenceRho`, eq. 155. Reference: gbstats `SequentialTwoSidedTTest.p_value`.
 */
export function sequenceLogE(z: number, n: number, rho: number, sides: Sides): number {
  const information = n * rho * rho
  const x = (information * z * z) / (2 * (information + 1))
  const half = Math.log1p(information) / 2
  if (sides === 'two_sided') return x - half
  if (z <= 0) return -Infinity
  const log = x > 30 ? x + Math.log1p(-Math.exp(-x)) : Math.log(Math.expm1(x))
  return Math.LN2 + log - half
}
