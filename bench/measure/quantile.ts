// Order statistics of measured samples. Nearest rank: every figure printed was really observed.

export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** Median over rounds with the extremes beside it: five rounds carry no finer notion of spread. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

const ascending = (samples: ArrayLike<number>): Float64Array => Float64Array.from(samples).sort()

/** `share` in (0, 1]. NaN for no samples: an absent measurement must not look like a fast one. */
export function nearestRank(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length))
  return sorted[rank - 1] ?? Number.NaN
}

export function percentiles(samples: ArrayLike<number>): Percentiles {
  const sorted = ascending(samples)
  return { p50: nearestRank(sorted, 0.5), p95: nearestRank(sorted, 0.95), p99: nearestRank(sorted, 0.99) }
}

/** The mean of the two middle values for an even count. */
export function median(samples: ArrayLike<number>): number {
  const sorted = ascending(samples)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper
}

export const spread = (samples: readonly number[]): Spread => ({
  median: median(samples),
  min: samples.length === 0 ? Number.NaN : Math.min(...samples),
  max: samples.length === 0 ? Number.NaN : Math.max(...samples),
})
