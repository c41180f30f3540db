// Not worse than by a margin, and equal but for a margin: tests whose null hypothesis is a difference.
import {
  type Insufficient,
  type Invalid,
  insufficient,
  invalid,
  isRefusal,
  type Result,
  type Scale,
} from '../result.ts'
import type { TestEstimate } from './estimate.ts'
import type { TestOptions } from './options.ts'

/** Any of the two-sample tests, with its data in it: `options => compareMeans(control, variant, options)`. */
export type Comparison = (options: TestOptions) => Result<TestEstimate>

export interface NonInferiorityOptions {
  /** How much worse is still accepted, > 0, on `scale`: 0.02 on a relative scale is 2 %. */
  readonly margin: number
  /** Which way is better: `higher` for a success rate, `lower` for a cost or an error rate. */
  readonly better: 'higher' | 'lower'
  readonly scale?: Scale
  /** One-sided, in (0, 1): 0.05 unless told. */
  readonly alpha?: number
}

/**
 * Tests whether the variant is not worse than the control by the margin or more.
 *
 * Formula: better `higher`: the one-sided test of effect > -margin; `lower`: of effect < margin.
 *
 * @returns the one-sided estimate, p that of the null hypothesis of an effect at the margin; shown when p < alpha, which
 *   is when the bound of the interval is on the good side of the margin
 *
 * Assumes a margin fixed before the data were seen.
 * Source: Wellek (2010), Testing Statistical Hypotheses of Equivalence and Noninferiority, section 2.2.
 */
export function testNonInferiority(
  compare: Comparison,
  { margin, better, ...options }: NonInferiorityOptions,
): Result<TestEstimate> {
  if (!(margin > 0 && margin < Infinity)) return invalid('margin', '> 0 and finite')
  return better === 'higher'
    ? compare({ ...options, alternative: 'greater', nullEffect: -margin })
    : compare({ ...options, alternative: 'less', nullEffect: margin })
}

export interface EquivalenceOptions {
  /** Effects strictly between these two count as none; lower < upper, on `scale`. */
  readonly lower: number
  readonly upper: number
  readonly scale?: Scale
  /** Of each of the two one-sided tests: 0.05 unless told. The interval's level is 1 - 2 alpha. */
  readonly alpha?: number
}

/**
 * Tests whether the effect lies between two margins, by two one-sided tests.
 *
 * Formula: p = max(p of effect > lower, p of effect < upper); the interval joins the two one-sided bounds, and lies
 * within the margins exactly when p < alpha.
 *
 * @returns the estimate with the statistic of the test that decides; alpha has to be below 0.5
 *
 * Source: Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15(6), doi:10.1007/BF01068419.
 * Reference: statsmodels 0.13.5 `ttost_ind(usevar="unequal")` (`fixtures/tests.py`).
 */
export function testEquivalence(
  compare: Comparison,
  { lower, upper, alpha = 0.05, ...options }: EquivalenceOptions,
): Result<TestEstimate> {
  if (!(lower < upper)) return invalid('lower', '< upper')
  if (!(alpha > 0 && alpha < 0.5)) return invalid('alpha', 'in (0, 0.5)')
  const above = compare({ ...options, alpha, alternative: 'greater', nullEffect: lower })
  const below = compare({ ...options, alpha, alternative: 'less', nullEffect: upper })
  if (isRefusal(above)) return above
  if (isRefusal(below)) return below
  return join(above, below, 1 - 2 * alpha)
}

function join(
  above: TestEstimate,
  below: TestEstimate,
  level: number,
): TestEstimate | Insufficient | Invalid {
  if (above.p === null || below.p === null) return insufficient('no_information', null)
  const interval = { ...above.interval, level, upper: below.interval.upper }
  return { ...(above.p >= below.p ? above : below), interval }
}
