// Shares of traffic for the arms of a bandit: what each method answers with, and what keeps every arm alive.
import type { Better } from '../bayes/best.ts'
import { sum } from '../numeric/sum.ts'
import { type Invalid, invalid } from '../result.ts'

/** Of each arm, in the order given: in [0, 1], summing to 1. A unit's propensity is its arm's share. */
export type Shares = readonly number[]

export interface BanditShares {
  readonly kind: 'shares'
  readonly shares: Shares
}

/**
 * Lifts every share to at least `floor`, keeping their order and their differences in proportion.
 *
 * Formula: floor + (1 - K floor) share.
 *
 * @param shares - summing to 1
 * @param floor - least share of each arm, in [0, 1]; with K floor >= 1 every arm gets 1 / K
 *
 * Source: GrowthBook's bandits, floor 0.01; issue 4037 there for why it is added and not cut at.
 */
export function withFloor(shares: Shares, floor: number): BanditShares | Invalid {
  if (!(floor >= 0 && floor <= 1)) return invalid('floor', 'in [0, 1]')
  if (!(Math.abs(sum(shares) - 1) < 1e-9) || shares.some(share => share < 0))
    return invalid('shares', '>= 0, summing to 1')
  const rest = 1 - shares.length * floor
  return {
    kind: 'shares',
    shares: shares.map(share => (rest <= 0 ? 1 / shares.length : floor + rest * share)),
  }
}

/** What means are multiplied by so that greater is better. */
export function signOf(better: Better = 'higher'): 1 | -1 {
  return better === 'higher' ? 1 : -1
}

/** Index of the greatest value; the first of equals. -1 of none. */
export function greatest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}
