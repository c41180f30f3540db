// Quantities that are averaged over simulated repetitions: biases, regrets.
import { type Rng, seededRng } from '../rng/rng.ts'

/**
 * What is expected of a mean. `within`: it may lie between the two ends (both 0 for a bias). `outside`: it must not, for
 * the wrong way of doing it. `reported`: nothing.
 */
export type Expected =
  | { readonly kind: 'within' | 'outside'; readonly low: number; readonly high: number }
  | { readonly kind: 'reported' }

export interface Quantity {
  readonly what: string
  readonly expected: Expected
}

export interface Measurement {
  readonly name: string
  readonly data: string
  /** A whole number; no two measurements or scenarios have the same. */
  readonly seed: number
  readonly quantities: readonly Quantity[]
  readonly prepare: () => (rng: Rng) => readonly number[]
}

export interface Mean extends Quantity {
  readonly mean: number
  /** Of the mean, over the repetitions. */
  readonly standardError: number
  readonly repetitions: number
  readonly isMet: boolean
}

/** Sums over repetitions; those of two runs add up. */
export interface Sums {
  readonly sums: readonly number[]
  readonly squares: readonly number[]
}

const SEEDS = 10_000_000
/** How many standard errors a mean may be off by chance: 1 in 16,000. */
const REACH = 4

/** As `countErrors`. */
export function addUp(measurement: Measurement, first: number, repetitions: number): Sums {
  const once = measurement.prepare()
  const sums = measurement.quantities.map(() => 0)
  const squares = measurement.quantities.map(() => 0)
  for (let i = first; i < first + repetitions; i++) {
    once(seededRng(measurement.seed * SEEDS + i)).forEach((value, q) => {
      sums[q] = (sums[q] ?? 0) + value
      squares[q] = (squares[q] ?? 0) + value * value
    })
  }
  return { sums, squares }
}

/** The mean of one quantity, and whether it is as expected but for chance. */
export function meanOf(quantity: Quantity, sum: number, squares: number, repetitions: number): Mean {
  const mean = sum / repetitions
  const variance = Math.max(0, squares - (sum * sum) / repetitions) / (repetitions - 1)
  const standardError = Math.sqrt(variance / repetitions)
  const isMet = isAsExpected(quantity.expected, mean, REACH * standardError)
  return { ...quantity, mean, standardError, repetitions, isMet }
}

function isAsExpected(expected: Expected, mean: number, reach: number): boolean {
  if (expected.kind === 'reported') return true
  const isWithin = mean + reach >= expected.low && mean - reach <= expected.high
  return expected.kind === 'within' ? isWithin : !isWithin
}

export function measure(measurement: Measurement, repetitions: number): readonly Mean[] {
  const { sums, squares } = addUp(measurement, 0, repetitions)
  return measurement.quantities.map((quantity, i) =>
    meanOf(quantity, sums[i] ?? 0, squares[i] ?? 0, repetitions),
  )
}
