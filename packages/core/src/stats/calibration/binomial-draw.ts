// Successes among many units at once: what a log of thousands of decisions is made of.
import { drawBeta, type Rng } from '../rng/rng.ts'

/** Few enough to be drawn one by one. */
const FEW = 32

/**
 * Successes among n units, each with probability p.
 *
 * Method: the middle one of n uniform values is beta distributed; it lies below p, and so does everything below it, or it
 * does not, and nothing above it does: half of the units are left, drawn in the same way.
 *
 * @param n - whole number >= 0
 * @param p - in [0, 1]
 *
 * O(log n) beta draws. Source: Devroye (1986), Non-Uniform Random Variate Generation, section X.4.3.
 */
export function drawBinomial(rng: Rng, n: number, p: number): number {
  let [left, rate, successes] = [n, p, 0]
  while (left > FEW && rate > 0 && rate < 1) {
    const middle = (left + 1) >> 1
    const value = drawBeta(rng, middle, left + 1 - middle)
    if (value <= rate) {
      successes += middle
      left -= middle
      rate = (rate - value) / (1 - value)
    } else {
      left = middle - 1
      rate /= value
    }
  }
  for (; left > 0; left--) if (rng.uniform() < rate) successes++
  return successes
}
