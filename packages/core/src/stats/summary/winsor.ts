// Where to cut extreme values, so that a few of them do not decide: cost, latency and token counts have heavy tails.
import { quantile } from '../distribution/quantile.ts'
import { insufficient, invalid, type Result } from '../result.ts'
import type { Cap } from './summary.ts'

/** Sample quantiles to cut at, lower < upper, both in [0, 1]; null: that side is not cut. */
export interface CapProbabilities {
  readonly lower: number | null
  readonly upper: number | null
}

/**
 * The bounds to cut values to: sample quantiles of the values of all variants pooled. Choose them once, and give the
 * same ones to every variant and every later summary. Bounds taken for each variant by itself move with the effect
 * and hide it, and their noise is in no standard error.
 *
 * @param variants - for each variant the values of its units, finite; or one list of all of them, blinded
 * @param probabilities - usually { lower: null, upper: 0.99 }
 * @returns the bounds; cap the numerator and the denominator of a ratio each by its own
 *
 * Assumes nothing; the effect is then that on the cut values, which differs from that on the mean of the raw ones.
 * Source: Hyndman and Fan (1996), definition 7, for the quantile; Dixon and Tukey (1968), Technometrics 10(1),
 * doi:10.1080/00401706.1968.10490537, for winsorising.
 */
export function winsorCap(
  variants: readonly Iterable<number>[],
  { lower, upper }: CapProbabilities,
): Result<Cap> {
  if (![lower, upper].every(isProbabilityOrNull) || (lower ?? 0) >= (upper ?? 1)) {
    return invalid('probabilities', 'lower < upper, both in [0, 1]')
  }
  const pooled = Float64Array.from(variants.flatMap(values => [...values]))
  if (!pooled.every(Number.isFinite)) return invalid('variants', 'finite values')
  if (pooled.length === 0) return insufficient('too_few_units', 1)
  pooled.sort()
  const at = (p: number | null) => (p === null ? null : quantile(pooled, p))
  return { kind: 'cap', lower: at(lower), upper: at(upper) }
}

function isProbabilityOrNull(p: number | null): boolean {
  return p === null || (p >= 0 && p <= 1)
}
