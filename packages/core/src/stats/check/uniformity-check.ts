// Whether p values of comparisons without any effect (A/A tests) are uniform, as those of a correct method are.
import { clopperPearson } from '../distribution/binomial.ts'
import { kolmogorovUpperTail } from '../distribution/kolmogorov.ts'
import { type Insufficient, type Invalid, insufficient, invalid } from '../result.ts'

export interface UniformityCheck {
  readonly kind: 'checked'
  readonly method: 'kolmogorov_smirnov'
  readonly n: number
  /** Largest distance between the share of p values up to x and x, in (0, 1]. */
  readonly statistic: number
  /** Where: the x of that distance, in [0, 1]. */
  readonly at: number
  /** Probability of such a distance if the p values are uniform and independent; exact up to 5,000 of them. */
  readonly p: number
  readonly rejections: readonly Rejections[]
}

/** How often a test at `alpha` rejected. */
export interface Rejections {
  readonly alpha: number
  readonly share: number
  /** Clopper-Pearson interval of the error rate. The method is broken where `lower` exceeds `alpha`. */
  readonly lower: number
  readonly upper: number
}

export interface UniformityOptions {
  /** Levels whose rejections are counted, each in (0, 1). */
  readonly alphas?: readonly number[]
  /** Of the intervals of the error rates, in (0, 1). */
  readonly level?: number
}

const LEAST = 5

/**
 * Tests by Kolmogorov and Smirnov whether p values are uniform on [0, 1], and counts the rejections.
 *
 * Formula: D = max over i of max(i / n - p_(i), p_(i) - (i - 1) / n), for p_(1) <= ... <= p_(n); p by
 * `kolmogorovUpperTail`.
 *
 * @param pValues - one for each A/A comparison, in [0, 1]; 5 at least
 * @param options - levels .01, .05 and .1, and intervals at .99, unless said otherwise
 *
 * Assumes independent comparisons: not the metrics of one experiment, nor overlapping units. Not for p values that are
 * not meant to be uniform: those of sequential methods, with a running minimum or a cap at 1, and those of few counts.
 * Of these only the rejections say something. Accuracy: as `kolmogorovUpperTail`.
 * Source: Kolmogorov (1933), Giornale dell'Istituto Italiano degli Attuari 4; Clopper and Pearson (1934).
 * Reference: SciPy 1.10.1 `scipy.stats.kstest` (`fixtures/uniformity-check.py`).
 */
export function checkUniformity(
  pValues: readonly number[],
  { alphas = [0.01, 0.05, 0.1], level = 0.99 }: UniformityOptions = {},
): UniformityCheck | Insufficient | Invalid {
  if (!pValues.every(p => p >= 0 && p <= 1)) return invalid('pValues', 'in [0, 1]')
  if (!alphas.every(alpha => alpha > 0 && alpha < 1)) return invalid('alphas', 'in (0, 1)')
  if (!(level > 0 && level < 1)) return invalid('level', 'in (0, 1)')
  if (pValues.length < LEAST) return insufficient('too_few_units', LEAST)
  const sorted = Float64Array.from(pValues).sort()
  const { statistic, at } = largestDistance(sorted)
  return {
    kind: 'checked',
    method: 'kolmogorov_smirnov',
    n: sorted.length,
    statistic,
    at,
    p: kolmogorovUpperTail(statistic, sorted.length),
    rejections: alphas.map(alpha => rejectionsAt(sorted, alpha, level)),
  }
}

function largestDistance(sorted: Float64Array): { readonly statistic: number; readonly at: number } {
  let [statistic, at] = [0, 0]
  sorted.forEach((p, i) => {
    const distance = Math.max((i + 1) / sorted.length - p, p - i / sorted.length)
    if (distance > statistic) [statistic, at] = [distance, p]
  })
  return { statistic, at }
}

function rejectionsAt(sorted: Float64Array, alpha: number, level: number): Rejections {
  const rejected = sorted.filter(p => p <= alpha).length
  return { alpha, share: rejected / sorted.length, ...clopperPearson(rejected, sorted.length, level) }
}
