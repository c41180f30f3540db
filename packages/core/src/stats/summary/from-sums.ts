// From the plain sums that a database can make to moments.
import { type Invalid, invalid, type Result } from '../result.ts'
import type { Moments } from './moments.ts'
import { meanSummary } from './summarise.ts'
import type { MeanSummary } from './summary.ts'

/**
 * Moments from sums and sums of products.
 *
 * Formula: mean_i = S_i / n, C_ij = P_ij - S_i S_j / n.
 *
 * @param n - units, whole number >= 0
 * @param sums - S_i of each column, finite
 * @param products - P_ij = sum of x_i x_j, symmetric, finite; only j >= i is read
 * @returns `invalid` when the sums cannot be those of n rows: a sum of squares below that of n equal values, or above it
 *   for a single row
 *
 * Accuracy: subtracts two large numbers; with an offset of 10^k standard deviations 2 k digits of the variance are
 * lost. Sum x - c for some fixed c near the mean where that matters, or use `MomentsBuilder`.
 * Source: as gbstats' statistics, which are given as sums.
 */
export function momentsFromSums(
  n: number,
  sums: readonly number[],
  products: readonly (readonly number[])[],
): Moments | Invalid {
  if (!Number.isSafeInteger(n) || n < 0) {
    return invalid('n', 'a whole number >= 0')
  }
  const means = sums.map(sum => (n === 0 ? 0 : sum / n))
  const comoment = (i: number, j: number) =>
    (products[i]?.[j] ?? Number.NaN) - (means[i] ?? 0) * (sums[j] ?? 0)
  const comoments = sums.map((_, i) => sums.map((__, j) => comoment(Math.min(i, j), Math.max(i, j))))
  if (![...means, ...comoments.flat()].every(Number.isFinite)) {
    return invalid('sums', 'finite, with products of all columns')
  }
  const rounding = 1e-12
  const areSums = comoments.every((row, i) => {
    const [square, spread] = [products[i]?.[i] ?? 0, row[i] ?? 0]
    return spread >= -rounding * square && (n > 1 || spread <= rounding * square)
  })
  if (!areSums || (n === 0 && sums.some(sum => sum !== 0)))
    return invalid('products', 'sums of squares of n values')
  return { n, means, comoments: comoments.map((row, i) => row.map((c, j) => (i === j ? Math.max(c, 0) : c))) }
}

/** The mean summary from a sum and a sum of squares. Accuracy: as `momentsFromSums`. */
export function meanFromSums(n: number, sum: number, sumOfSquares: number): Result<MeanSummary> {
  return meanSummary(momentsFromSums(n, [sum], [[sumOfSquares]]))
}
