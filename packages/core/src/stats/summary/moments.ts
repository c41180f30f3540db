// Means and co-moments of several columns at once: what all summaries are made of.

/**
 * n, the means of d columns, and the sums of products of deviations: `comoments[i][j]` = sum over units of
 * (x_i - mean_i)(x_j - mean_j), symmetric. Sample covariance = comoment / (n - 1).
 */
export interface Moments {
  readonly n: number
  readonly means: readonly number[]
  readonly comoments: readonly (readonly number[])[]
}

/**
 * The moments of both sets of units together; exact up to rounding, whatever the order.
 *
 * Formula: with d = mean_b - mean_a and n = n_a + n_b: mean = mean_a + d n_b / n, C_ij = A_ij + B_ij + d_i d_j n_a n_b / n.
 * Source: Chan, Golub and LeVeque (1983), The American Statistician 37(3), eq. 2.1, doi:10.1080/00031305.1983.10483115.
 *
 * @throws RangeError for moments of different columns, which is a mistake in the program and not in the data
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.means.length !== b.means.length) throw new RangeError('moments: of the same columns')
  if (a.n === 0) return b
  if (b.n === 0) return a
  const n = a.n + b.n
  const deltas = a.means.map((mean, i) => at(b.means, i) - mean)
  return {
    n,
    means: a.means.map((mean, i) => mean + (at(deltas, i) * b.n) / n),
    comoments: a.comoments.map((row, i) =>
      row.map((sum, j) => sum + at(b.comoments[i], j) + (at(deltas, i) * at(deltas, j) * a.n * b.n) / n),
    ),
  }
}

/** The sample covariance of two columns, divided by n - 1; NaN below two units. */
export function covariance({ n, comoments }: Moments, i: number, j: number): number {
  return n < 2 ? Number.NaN : at(comoments[i], j) / (n - 1)
}

function at(values: readonly number[] | undefined, i: number): number {
  const value = values?.[i]
  if (value === undefined) throw new Error(`no column ${i}`)
  return value
}
