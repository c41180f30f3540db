// Sample quantiles of values that are already sorted. Exact: every value is looked at, nothing is sketched.

/**
 * The sample quantile that interpolates linearly between the two nearest order statistics.
 *
 * Formula: with h = (n - 1) p and order statistics x[0] <= ... <= x[n-1],
 * q = x[floor h] + (h - floor h) (x[floor h + 1] - x[floor h]).
 *
 * @param sorted - finite values in ascending order, any unit
 * @param p - in [0, 1]: 0 is the smallest value, 1 the largest
 * @returns a value in the unit of `sorted`; NaN when there is no value or p is outside [0, 1]
 *
 * Not valid on unsorted values, which are not detected: sorting here would cost every caller a copy.
 * Source: Hyndman and Fan (1996), Sample Quantiles in Statistical Packages, The American Statistician 50(4),
 * definition 7, doi:10.1080/00031305.1996.10473566; the default of R's `quantile` and NumPy's `quantile`.
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  const h = (sorted.length - 1) * p
  const below = Math.floor(h)
  const low = sorted[below]
  if (low === undefined) return Number.NaN
  const high = sorted[below + 1]
  return high === undefined || h === below ? low : low + (h - below) * (high - low)
}
