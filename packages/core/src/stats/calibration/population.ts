// The data that methods are tried on: what one unit does, drawn fast.
import { logBeta } from '../distribution/beta.ts'
import type { Rng } from '../rng/rng.ts'
import { winsorCap } from '../summary/winsor.ts'
import { normalDraws } from './normal-draws.ts'

/** How the values of units are distributed. */
export interface Population {
  readonly name: string
  readonly mean: number
  readonly variance: number
  /** A source of independent values. */
  draws(rng: Rng): () => number
}

/** Mean 0, variance 1. */
export const normal: Population = { name: 'normal', mean: 0, variance: 1, draws: normalDraws }

/** The exponential of a standard normal: skewness 6.2. */
export const logNormal: Population = {
  name: 'log-normal',
  mean: Math.exp(0.5),
  variance: (Math.E - 1) * Math.E,
  draws: rng => {
    const draw = normalDraws(rng)
    return () => Math.exp(draw())
  },
}

/** P(X > x) = x^-2.5 from 1 on: a finite variance, and no third moment. */
export const PARETO_SHAPE = 2.5

export const pareto: Population = {
  name: 'Pareto 2.5',
  mean: PARETO_SHAPE / (PARETO_SHAPE - 1),
  variance: PARETO_SHAPE / ((PARETO_SHAPE - 1) ** 2 * (PARETO_SHAPE - 2)),
  draws: rng => () => (1 - rng.uniform()) ** (-1 / PARETO_SHAPE),
}

/** Mean of Pareto values cut at `cap` >= 1: 1 + the integral of x^-2.5 from 1 to the cap. */
export function cappedParetoMean(cap: number): number {
  return 1 + (1 - cap ** (1 - PARETO_SHAPE)) / (PARETO_SHAPE - 1)
}

/** Requests of a unit that are alike: intra-class correlation. */
export const CORRELATION = 0.3
export const REQUESTS = 20

/**
 * How many of a unit's requests fail when each unit has a failure rate of its own, beta distributed with mean `rate`, such
 * that two requests of a unit correlate by `CORRELATION`: the beta-binomial distribution with a + b = 1 / ICC - 1.
 *
 * @param rate - of failures, in (0, 1)
 * @param requests - of each unit, whole number >= 1
 */
export function failureDraws(rng: Rng, rate: number, requests = REQUESTS): () => number {
  const cumulative = cumulativeFailures(rate, requests)
  return () => {
    const u = rng.uniform()
    let failures = 0
    while (failures < requests && u >= (cumulative[failures] ?? 1)) failures++
    return failures
  }
}

/** P(failures <= k) for k = 0 to `requests`. */
function cumulativeFailures(rate: number, requests: number): Float64Array {
  const [a, b] = [rate * (1 / CORRELATION - 1), (1 - rate) * (1 / CORRELATION - 1)]
  const cumulative = new Float64Array(requests + 1)
  let total = 0
  for (let k = 0; k <= requests; k++) {
    const ways = -Math.log(requests + 1) - logBeta(k + 1, requests - k + 1)
    total += Math.exp(ways + logBeta(a + k, b + requests - k) - logBeta(a, b))
    cumulative[k] = total
  }
  return cumulative
}

/** Variance of a unit's share of failures. */
export function failureVariance(rate: number): number {
  return (rate * (1 - rate) * (1 + (REQUESTS - 1) * CORRELATION)) / REQUESTS
}

export function valuesOf(n: number, draw: () => number): readonly number[] {
  return Array.from({ length: n }, draw)
}

/** What values above are cut to: the 99 % quantile of all variants given, pooled. */
export function upperCap(variants: readonly (readonly number[])[]): number {
  const cap = winsorCap(variants, { lower: null, upper: 0.99 })
  return cap.kind === 'cap' ? (cap.upper ?? Infinity) : Infinity
}

/** Variants of units that are split evenly, 0 or 1: 32 of them from one uniform value. */
export function evenSplit(rng: Rng): () => 0 | 1 {
  let [bits, left] = [0, 0]
  return () => {
    if (left === 0) {
      bits = Math.floor(rng.uniform() * 2 ** 32)
      left = 32
    }
    left--
    const variant = (bits & 1) === 1 ? 1 : 0
    bits >>>= 1
    return variant
  }
}
