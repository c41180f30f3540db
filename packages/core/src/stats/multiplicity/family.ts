// Several tests answered at once, and what their p values become when the whole family is to keep its error rate.
import { type Invalid, invalid } from '../result.ts'

/** The tests that share one error rate: said by the caller, since no formula can know it. */
export interface Family {
  /** What they have in common: `guardrails of checkout`. */
  readonly name: string
  readonly tests: readonly FamilyTest[]
}

export interface FamilyTest {
  /** Unlike all others of the family. */
  readonly id: string
  /** In [0, 1]; null: no answer yet. It still counts in the size of the family, as if it were 1. */
  readonly p: number | null
}

/**
 * What is kept below alpha when tests with an adjusted p <= alpha are rejected. `family_wise`: the probability of any
 * false rejection. `false_discovery`: the expected share of false ones among the rejected.
 */
export type ErrorRate = 'family_wise' | 'false_discovery'

export interface AdjustedFamily {
  readonly kind: 'adjusted'
  readonly name: string
  /** Name of the method: `holm`. */
  readonly method: string
  readonly errorRate: ErrorRate
  /** In the order given. */
  readonly tests: readonly AdjustedTest[]
}

export interface AdjustedTest extends FamilyTest {
  /** In [p, 1]; null where p is. */
  readonly adjusted: number | null
}

/** How a method adjusts: `steps` maps p values in ascending order to adjusted ones, before they are cut to 1. */
export interface Adjustment {
  readonly method: string
  readonly errorRate: ErrorRate
  readonly steps: (ascending: readonly number[]) => readonly number[]
}

/** Sorts, adjusts, and puts back in order. Equal p values get equal adjusted ones if `steps` is monotone. */
export function adjustFamily(
  family: Family,
  { method, errorRate, steps }: Adjustment,
): AdjustedFamily | Invalid {
  const { tests, name } = family
  if (new Set(tests.map(test => test.id)).size < tests.length)
    return invalid('tests', 'ids unlike each other')
  if (!tests.every(({ p }) => p === null || (p >= 0 && p <= 1))) return invalid('p', 'in [0, 1], or null')
  const order = tests.map((_, i) => i).sort((i, j) => (tests[i]?.p ?? 1) - (tests[j]?.p ?? 1))
  const ascending = steps(order.map(i => tests[i]?.p ?? 1))
  const adjusted = new Map(order.map((i, rank) => [i, Math.min(ascending[rank] ?? 1, 1)]))
  return {
    kind: 'adjusted',
    name,
    method,
    errorRate,
    tests: tests.map((test, i) => ({
      ...test,
      adjusted: test.p === null ? null : (adjusted.get(i) ?? null),
    })),
  }
}

/** Each value replaced by the largest so far: for methods that step down from the smallest p. */
export function runningMaximum(values: readonly number[]): readonly number[] {
  let largest = 0
  return values.map(value => {
    largest = Math.max(largest, value)
    return largest
  })
}

/** Each value replaced by the smallest from there on: for methods that step up from the largest p. */
export function runningMinimumFromEnd(values: readonly number[]): readonly number[] {
  let smallest = Infinity
  return values
    .toReversed()
    .map(value => {
      smallest = Math.min(smallest, value)
      return smallest
    })
    .reverse()
}
