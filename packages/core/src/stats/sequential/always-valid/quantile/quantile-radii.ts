// How far from p, as a share of the values, a sequence has to look for the ends of a quantile's interval.
import { lastWhere } from '../../../numeric/bisect.ts'
import { argMin } from '../../../numeric/golden-section.ts'
import { zeta } from '../../../numeric/zeta.ts'
import { betaBinomialMixture } from '../boundary/beta-binomial.ts'
import type { Sides } from '../boundary/mixture.ts'
import { COMMON_SHAPE, type StitchingShape } from '../boundary/stitching.ts'

/** The interval goes from the quantile p - below to the quantile p + above of the values; both in (0, inf). */
export interface Radii {
  readonly below: number
  readonly above: number
}

/**
 * For one quantile, from the beta-binomial mixture.
 *
 * Formula: below = u(n; g = 1 - p, h = p) / n, above = u(n; g = p, h = 1 - p) / n, with u the two-sided (or one-sided:
 * either radius then has all of alpha) beta-binomial boundary at intrinsic time p (1 - p) n, tuned for p (1 - p) tunedFor.
 *
 * @param p - which quantile, in (0, 1)
 * @param n - values, > 0
 * @param alpha - in (0, 1)
 * @param tunedFor - values at which it is to be tightest, > 0
 * @returns NaN outside the domain; infinite where no values at all would be evidence against a quantile that far
 *
 * Source: Howard and Ramdas (2022), Bernoulli 28(3), theorem 1, doi:10.3150/21-BEJ1388.
 * Reference: confseq `demo/quantiles.py`, `fixed_quantile_confidence_bounds`.
 */
export function mixtureRadii(
  p: number,
  n: number,
  alpha: number,
  tunedFor: number,
  sides: Sides = 'two_sided',
): Radii {
  const v = p * (1 - p)
  const radius = (g: number) => {
    const mixture = betaBinomialMixture({ intrinsicTime: v * tunedFor, alpha }, g, 1 - g, sides)
    // Even if all values lie on one side that may be no evidence yet.
    const isOpen = mixture.logMartingale((v * n) / g, v * n) < -Math.log(alpha)
    return isOpen ? Infinity : mixture.boundary(v * n, alpha) / n
  }
  return { below: radius(1 - p), above: radius(p) }
}

/**
 * For one quantile, in closed form and with the rate of the iterated logarithm.
 *
 * Formula: f(p) = 1.5 sqrt(p (1 - p) l) + 0.8 l, l = (1.4 ln ln(2.1 n) + ln(10 / alpha)) / n, the same both ways.
 *
 * @param n - values, >= 1
 *
 * Source: Howard and Ramdas (2022), Bernoulli 28(3), theorem 1, doi:10.3150/21-BEJ1388.
 */
export function stitchedRadii(p: number, n: number, alpha: number): Radii {
  if (!(p > 0 && p < 1) || !(n >= 1) || !(alpha > 0 && alpha < 1))
    return { below: Number.NaN, above: Number.NaN }
  const level = (1.4 * Math.log(Math.log(2.1 * n)) + Math.log(10 / alpha)) / n
  const radius = 1.5 * Math.sqrt(p * (1 - p) * level) + 0.8 * level
  return { below: radius, above: radius }
}

/**
 * For all quantiles at once, the same for each: how far the distribution of the values ever is from the true one.
 *
 * Formula: g(n) = A sqrt((ln(1 + ln(n / nMin)) + C) / n), C such that the least over eta of
 * 4 e^(-k C) (1 + 1 / ((k - 1) ln eta)), k = (2 / eta) (A - sqrt(2 (eta - 1) / C))^2, is alpha.
 *
 * @param n - values
 * @param alpha - in (0, 1)
 * @param nMin - values from which on it holds, >= 1; infinite before
 * @param a - A, in (1 / sqrt 2, inf); 0.85 unless told
 * @returns NaN outside the domain
 *
 * Accuracy: C to 1e-9. Source: Howard and Ramdas (2022), Bernoulli 28(3), theorem 2, doi:10.3150/21-BEJ1388.
 * Reference: confseq `empirical_process_lil_bound`.
 */
export function uniformRadius(n: number, alpha: number, nMin: number, a = 0.85): number {
  if (!(alpha > 0 && alpha < 1) || !(nMin >= 1) || !(a > Math.SQRT1_2 && a < Infinity) || !(n > 0)) {
    return Number.NaN
  }
  if (n < nMin) return Infinity
  return a * Math.sqrt((Math.log1p(Math.log(n / nMin)) + uniformConstant(alpha, a)) / n)
}

/**
 * C of `uniformRadius`, by bisection: make it once, where many looks are to be had.
 *
 * @param alpha - in (0, 1)
 * @param a - A, in (1 / sqrt 2, inf): below it no C keeps alpha
 * @returns NaN outside the domain
 *
 * Formula, accuracy and source: as `uniformRadius`.
 */
export function uniformConstant(alpha: number, a: number): number {
  if (!(alpha > 0 && alpha < 1) || !(a > Math.SQRT1_2 && a < Infinity)) return Number.NaN
  const isTooSmall = (c: number) => leastError(c, a) > alpha
  let high = 5
  while (isTooSmall(high)) high *= 2
  return lastWhere(c => !isTooSmall(c), high, 0)
}

/** The least error over eta, which is unimodal where it is finite. */
function leastError(c: number, a: number): number {
  const error = (eta: number) => {
    const k = (2 / eta) * (a - Math.sqrt((2 * (eta - 1)) / c)) ** 2
    return k > 1 ? 4 * Math.exp(-k * c) * (1 + 1 / ((k - 1) * Math.log(eta))) : Infinity
  }
  const reach = lastWhere(eta => Math.sqrt(eta / 2) + Math.sqrt((2 * (eta - 1)) / c) < a, 1, 2 * a * a)
  return error(argMin(error, 1, reach))
}

/**
 * For all quantiles at once, closer for those near 0 and 1: a boundary for n times the deviation at quantile p.
 *
 * Formula: with m = max(n, tunedFor), r = p above 1/2 and min(1/2, expit(logit p + 2 delta sqrt(tunedFor eta / m))) below,
 * j = sqrt(m / tunedFor) |logit p| / (2 delta) + 1, l = s ln ln(eta m / tunedFor) + s ln j + ln(2 zeta(s) (2 zeta(s) + 1) /
 * (alpha ln^s eta)), c = (1 - 2 p) / 3: delta sqrt(eta m r (1 - r) / tunedFor) + sqrt(k1^2 r (1 - r) m l + (k2 c l)^2) +
 * k2 c l, k1 and k2 as in `stitchedBoundary`.
 *
 * @param p - in (0, 1); for the upper end. The lower end takes 1 - p
 * @param delta - fineness of the grid of quantiles, > 0: 0.5 unless told
 * @returns a boundary for n (F_n(Q(p)) - p); divide by n for a radius. NaN outside the domain
 *
 * Source: Howard and Ramdas (2022), Bernoulli 28(3), theorem 3, doi:10.3150/21-BEJ1388.
 * Reference: confseq `double_stitching_bound`.
 */
export function doubleStitchedBoundary(
  p: number,
  n: number,
  alpha: number,
  tunedFor: number,
  { delta = 0.5, s, eta }: StitchingShape & { readonly delta?: number } = COMMON_SHAPE,
): number {
  const isDomain =
    p > 0 && p < 1 && n > 0 && alpha > 0 && alpha < 1 && tunedFor >= 1 && delta > 0 && s > 1 && eta > 1
  if (!isDomain) return Number.NaN
  const m = Math.max(n, tunedFor)
  const logit = Math.log(p / (1 - p))
  const near = 1 / (1 + Math.exp(-logit - 2 * delta * Math.sqrt((tunedFor * eta) / m)))
  const r = p >= 0.5 ? p : Math.min(0.5, near)
  const j = (Math.sqrt(m / tunedFor) * Math.abs(logit)) / (2 * delta) + 1
  const spread = 2 * zeta(s) * (2 * zeta(s) + 1)
  const level =
    s * (Math.log(Math.log((eta * m) / tunedFor)) + Math.log(j)) +
    Math.log(spread / (alpha * Math.log(eta) ** s))
  const k1 = (eta ** 0.25 + eta ** -0.25) / Math.SQRT2
  const linear = ((Math.sqrt(eta) + 1) / 2) * ((1 - 2 * p) / 3) * level
  const variance = r * (1 - r)
  return (
    delta * Math.sqrt((eta * m * variance) / tunedFor) +
    Math.sqrt(k1 * k1 * variance * m * level + linear ** 2) +
    linear
  )
}
