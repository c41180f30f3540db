// The exact distribution of the Mann-Whitney statistic without ties.

export interface RankDistribution {
  /** P(U <= u), for whole u; 0 below 0, 1 from n m on. */
  readonly cdf: (u: number) => number
}

/**
 * The distribution of U when all orders of n + m different values are equally likely.
 *
 * Method: recursion over which sample has the largest value. Probabilities instead of counts, so nothing overflows, and
 * sums of positive terms only, so no digits are lost.
 *
 * @param n - whole number in [1, 200]
 * @param m - likewise
 *
 * Accuracy: relative error below 1e-12 for n, m <= 50, checked against R (`fixtures/ranks.py`). O(n^2 m^2) time.
 * Source: Mann and Whitney (1947), eq. 1, doi:10.1214/aoms/1177730491.
 * Reference: R 4.2.2 `pwilcox`.
 */
export function rankDistribution(n: number, m: number): RankDistribution {
  // row[j]: the distribution for i values of the first sample and j of the other.
  let row: Float64Array[] = Array.from({ length: m + 1 }, () => Float64Array.of(1))
  for (let i = 1; i <= n; i++) {
    const next: Float64Array[] = [Float64Array.of(1)]
    for (let j = 1; j <= m; j++) next.push(mix(row[j] as Float64Array, next[j - 1] as Float64Array, i, j))
    row = next
  }
  const cumulative = (row[m] as Float64Array).slice()
  for (let u = 1; u < cumulative.length; u++)
    cumulative[u] = (cumulative[u] as number) + (cumulative[u - 1] as number)
  return { cdf: u => (u < 0 ? 0 : u >= n * m ? 1 : (cumulative[u] as number)) }
}

/** With chance i / (i + j) the largest value is of the first kind and wins j times; else it wins none. */
function mix(without: Float64Array, withoutOther: Float64Array, i: number, j: number): Float64Array {
  const mixed = new Float64Array(i * j + 1)
  const [first, other] = [i / (i + j), j / (i + j)]
  for (let u = 0; u < without.length; u++) mixed[u + j] = first * (without[u] as number)
  for (let u = 0; u < withoutOther.length; u++)
    mixed[u] = (mixed[u] as number) + other * (withoutOther[u] as number)
  return mixed
}
