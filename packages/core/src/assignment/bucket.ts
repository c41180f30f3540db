// From a unit to its bucket: 10,000 buckets, independent between salts.
import { hashText } from './hash.ts'

/** Buckets a split divides its units into: weights are exact to 0.01 %. */
export const BUCKETS = 10_000

/**
 * The bucket, 0..9999, of `unit` under `salt`.
 *
 * Multiply-shift, not modulo, and in doubles: `hash < 2^32` times 10,000 is below 2^53, so the result is exact and
 * can never be 10,000 (dividing by 2^32 - 1 could, and such a unit would match no variant at all).
 */
export function bucketOf(salt: string, unit: string): number {
  return Math.floor((hashText(`${salt}:${unit}`) * BUCKETS) / 2 ** 32)
}
