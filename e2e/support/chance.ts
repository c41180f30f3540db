// What chance allows: exact binomial intervals, for counts of units or requests per variant.

/**
 * The smallest central interval that holds a count of Binomial(n, p) with at least this probability: what lies below
 * it, and what lies above, each have at most half of what is left.
 */
export function binomialInterval(n: number, p: number, level: number): readonly [low: number, high: number] {
  const tail = (1 - level) / 2
  const low = countUntil(n, p, tail)
  const high = n - countUntil(n, 1 - p, tail)
  return [low, high]
}

/** The first count k with P(X <= k) > tail. */
function countUntil(n: number, p: number, tail: number): number {
  let below = 0
  let logMass = n * Math.log1p(-p)
  for (let k = 0; k <= n; k++) {
    below += Math.exp(logMass)
    if (below > tail) return k
    logMass += Math.log((n - k) / (k + 1)) + Math.log(p) - Math.log1p(-p)
  }
  return n
}
