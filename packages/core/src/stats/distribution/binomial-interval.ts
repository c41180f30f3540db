// How far counts spread by chance.
import { firstWhere } from '../numeric/bisect.ts'
import { binomialCdf, binomialUpperTail } from './binomial.ts'

/**
 * The smallest central interval that holds a count of Binomial(n, p) with at least `level`: a count below it, and one
 * above it, each have at most half of what is left.
 *
 * Method: bisection over 0..n by the tails, which are monotone in the count.
 *
 * @param n - whole number in [0, 2^53)
 * @param p - in [0, 1]
 * @param level - in (0, 1)
 * @returns NaN for both outside the domain
 *
 * Source: none but the definition.
 * Reference: SciPy 1.10.1 `scipy.stats.binom.interval` (`fixtures/binomial-interval.py`).
 */
export function binomialInterval(
  n: number,
  p: number,
  level: number,
): { readonly lower: number; readonly upper: number } {
  if (!(Number.isSafeInteger(n) && n >= 0 && p >= 0 && p <= 1 && level > 0 && level < 1)) {
    return { lower: Number.NaN, upper: Number.NaN }
  }
  const tail = (1 - level) / 2
  return {
    lower: firstWhere(n, k => binomialCdf(k, n, p) > tail),
    upper: firstWhere(n, k => binomialUpperTail(k + 1, n, p) <= tail),
  }
}
