// Turns weights into whole buckets.
import { BUCKETS } from './bucket.ts'

/**
 * How many of the 10,000 buckets each weight gets: Webster's (Sainte-Laguë) apportionment.
 *
 * A divisor method is chosen over largest remainders because it is population-monotone: raising one weight never
 * gives a bucket to another variant, so a ramp never moves units between the variants it leaves alone. No method
 * has that and also keeps every count within one of its exact quota (Balinski and Young, 1982, "Fair
 * Representation", ch. 10); Webster's does so up to three variants and whenever quotas are whole, as percent always are.
 *
 * @param weights non-negative integers up to 10^9, not all zero
 * @returns counts summing to 10,000, in the order of `weights`; ties favour the earlier variant
 */
export function apportion(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const counts = weights.map(weight => Math.round((weight * BUCKETS) / total))
  let excess = counts.reduce((sum, count) => sum + count, 0) - BUCKETS
  for (; excess < 0; excess++) step(counts, nextToGain(weights, counts), 1)
  for (; excess > 0; excess--) step(counts, nextToLose(weights, counts), -1)
  return counts
}

function step(counts: number[], index: number, by: 1 | -1): void {
  counts[index] = (counts[index] ?? 0) + by
}

/** The variant with the highest claim weight / (2 count + 1) to one more bucket. */
function nextToGain(weights: readonly number[], counts: readonly number[]): number {
  let best = 0
  weights.forEach((weight, i) => {
    if (claim(weight, counts[i], 1) > claim(weights[best], counts[best], 1)) best = i
  })
  return best
}

/** The variant with the lowest claim weight / (2 count - 1) to its last bucket. */
function nextToLose(weights: readonly number[], counts: readonly number[]): number {
  let best = -1
  weights.forEach((weight, i) => {
    if ((counts[i] ?? 0) === 0) return
    if (best < 0 || claim(weight, counts[i], -1) <= claim(weights[best], counts[best], -1)) best = i
  })
  return best
}

function claim(weight = 0, count = 0, offset: 1 | -1): number {
  return weight / (2 * count + offset)
}
