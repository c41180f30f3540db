// What all mixture boundaries have in common.
import { lastWhere } from '../../../numeric/bisect.ts'

/** Whether a sum is watched for being too large, or for being too far from 0 either way. */
export type Sides = 'one_sided' | 'two_sided'

/** The intrinsic time at which a boundary is to be tightest, and the crossing probability it is tuned for. */
export interface Tuning {
  /** Sum of the variances of the increments, in (0, inf). */
  readonly intrinsicTime: number
  /** In (0, 1), in (0, 1/2) for a one-sided boundary. */
  readonly alpha: number
}

/**
 * A mixture supermartingale: exp(logMartingale(S_t, V_t)) starts at 1 or below and is not expected to grow under the
 * null, whenever one looks, so that it is an e value, and that it reaches 1 / alpha ever has probability alpha at most.
 */
export interface Mixture {
  /**
   * ln m(s, v).
   *
   * @param sum - s, the sum of the centred increments
   * @param intrinsicTime - v >= 0, the sum of their variances
   * @returns NaN outside the domain
   */
  logMartingale(sum: number, intrinsicTime: number): number
  /**
   * The s > 0 at which m(s, v) = 1 / alpha: the sum exceeds it at any time with probability alpha at most.
   *
   * @param intrinsicTime - v > 0
   * @param alpha - in (0, 1)
   * @returns NaN outside the domain
   */
  boundary(intrinsicTime: number, alpha: number): number
}

/**
 * The boundary of a mixture without a closed form.
 *
 * @param largest - a sum that cannot be exceeded at this intrinsic time, and is the boundary if even that is no evidence
 */
export function solveBoundary(
  logMartingale: (sum: number, intrinsicTime: number) => number,
  intrinsicTime: number,
  alpha: number,
  largest = Infinity,
): number {
  if (!(intrinsicTime > 0) || !(alpha > 0 && alpha < 1)) return Number.NaN
  if (Number.isNaN(logMartingale(0, intrinsicTime))) return Number.NaN
  const isBelow = (sum: number) => logMartingale(sum, intrinsicTime) < -Math.log(alpha)
  const high = largest < Infinity ? largest : growWhile(isBelow, intrinsicTime)
  return isBelow(high) ? high : lastWhere(isBelow, 0, high)
}

function growWhile(isBelow: (sum: number) => boolean, start: number): number {
  let high = start
  for (let step = 0; step < 100 && isBelow(high); step++) high *= 2
  return high
}
