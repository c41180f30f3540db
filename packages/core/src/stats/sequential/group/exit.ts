// Probabilities of stopping at each look, under any drift: the power of a test, and how long it takes.
import { sum } from '../../numeric/sum.ts'
import type { Alternative } from '../../result.ts'
import type { Boundary } from './boundary.ts'
import {
  areApart,
  carry,
  hasBound,
  isEven,
  type Look,
  type Paths,
  probabilityAbove,
  probabilityBelow,
  startingAt,
} from './paths.ts'

/** The probability of stopping at each look, for the first time. */
export interface ExitProbabilities {
  /** At or above the upper bound. */
  readonly upper: readonly number[]
  /** At or below the lower bound. */
  readonly lower: readonly number[]
}

/**
 * The probabilities with which a test stops at each of its looks.
 *
 * Formula: P_theta(no bound crossed before k, Z_k >= u_k), and <= l_k, with Z_k ~ N(theta sqrt(I_k), 1).
 *
 * @param looks - in order, the information of those with a bound rising by 0.01 % at least, else all is NaN; bounds in z,
 *   lower < upper
 * @param drift - theta: the expected z at information 1; any finite number
 * @param paths - those running before the first of the looks; by default the start of a test
 *
 * Accuracy: relative error below 1e-8, checked against SciPy's multivariate normal and gsDesign 3.11.
 * Source: Jennison and Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, section 19.2.
 */
export function exitProbabilities(
  looks: readonly Look[],
  drift: number,
  paths: Paths = startingAt(0, 0),
): ExitProbabilities {
  if (!areApart(looks, paths.information)) return { upper: looks.map(noNumber), lower: looks.map(noNumber) }
  const upper: number[] = []
  const lower: number[] = []
  let running = paths
  for (const [k, look] of looks.entries()) {
    const { information } = look
    const above = look.upper === null ? 0 : probabilityAbove(running, information, look.upper, drift)
    upper.push(above)
    if (look.lower === null) lower.push(0)
    else
      lower.push(
        isEven(running, look, drift) ? above : probabilityBelow(running, information, look.lower, drift),
      )
    // The next look that may stop any: at one that cannot, even at the same information, nothing happens.
    const next = looks.find((later, i) => i > k && hasBound(later))
    if (next !== undefined) running = carry(running, look, drift, next.information)
  }
  return { upper, lower }
}

function noNumber(): number {
  return Number.NaN
}

/** Where a test stops, from its boundaries: above for greater, below for less, both for two-sided. */
export function looksOf(
  alternative: Alternative,
  boundaries: readonly Pick<Boundary, 'time' | 'z'>[],
): readonly Look[] {
  return boundaries.map(({ time, z }) => ({
    information: time,
    lower: z === null || alternative === 'greater' ? null : -z,
    upper: z === null || alternative === 'less' ? null : z,
  }))
}

/**
 * The information a test uses on average, as a share of the planned maximum.
 *
 * Formula: t_K - sum over k < K of P(stop at k) (t_K - t_k).
 *
 * Source: as `exitProbabilities`.
 */
export function expectedTime(looks: readonly Look[], exits: ExitProbabilities): number {
  const last = looks.at(-1)?.information ?? 0
  return looks.reduce((time, look, k) => {
    const stops = (exits.upper[k] ?? 0) + (exits.lower[k] ?? 0)
    return time - stops * (last - look.information)
  }, last)
}

/** The probability of ever crossing the upper bound, and the lower one. */
export function totalOf(exits: ExitProbabilities): { readonly upper: number; readonly lower: number } {
  return { upper: sum(exits.upper), lower: sum(exits.lower) }
}
