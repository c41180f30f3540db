// The exact distribution of the Mann-Whitney statistic without ties.

export interface RankDistribution {
  /** P(U <= u), for whole u; 0 below 0, 1 from n m on. */
  readonly cdf: (u: number) => number
}

/**
 * The distribution of U when all orders of n + m different values are equally likely.
 *
 * Method: orders with U = u are counted by recursion over which sample has the largest value, and divided by all of them at
 * the end: 11 / 220 is .05 and not a rounding less, so that a p of alpha is not taken for one below. Sums of positive terms
 * only, so no digits are lost; the most there are, 1e119, are no overflow.
 *
 * @param n - whole number in [1, 200]
 * @param m - likewise
 *
 * Accuracy: correctly rounded while there are fewer than 2^53 orders (n, m <= 28); relative error below 1e-12 for
 * n, m <= 50, checked against R (`fixtures/ranks.py`). O(n^2 m^2) time.
 * Source: Mann and Whitney (1947), eq. 1, doi:10.1214/aoms/1177730491.
 * Reference: R 4.2.2 `pwilcox`.
 */
export function rankDistribution(n: number, m: number): RankDistribution {
  // row[j]: orders by U, of i values of the first sample and j of the other.
  let row: Float64Array[] = Array.from({ length: m + 1 }, () => Float64Array.of(1))
  for (let i = 1; i <= n; i++) {
    const next: Float64Array[] = [Float64Array.of(1)]
    for (let j = 1; j <= m; j++) next.push(join(row[j] as Float64Array, next[j - 1] as Float64Array, i, j))
    row = next
  }
  const cumulative = (row[m] as Float64Array).slice()
  for (let u = 1; u < cumulative.length; u++)
    cumulative[u] = (cumulative[u] as number) + (cumulative[u - 1] as number)
  const orders = cumulative[n * m] as number
  return { cdf: u => (u < 0 ? 0 : u >= n * m ? 1 : (cumulative[u] as number) / orders) }
}

/** Orders in which the largest value is of the first kind, which wins j times, and those in which it is not. */
function join(without: Float64Array, withoutOther: Float64Array, i: number, j: number): Float64Array {
  const joined = new Float64Array(i * j + 1)
  joined.set(without, j)
  for (let u = 0; u < withoutOther.length; u++)
    joined[u] = (joined[u] as number) + (withoutOther[u] as number)
  return joined
}
