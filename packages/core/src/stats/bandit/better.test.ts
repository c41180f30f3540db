import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inverseGapShares } from './falcon.ts'
import { checkStop, type StopOptions, stopRule } from './stopping.ts'
import type { RewardArm } from './thompson.ts'
import { leaderOf, type TrackOptions, trackingShares } from './track-and-stop.ts'
import { klUcb, ucb1 } from './ucb.ts'

const arm = fc.record({
  n: fc.integer({ min: 20, max: 500 }),
  mean: fc.double({ min: -3, max: 3, noNaN: true }),
  variance: fc.double({ min: 0.1, max: 2, noNaN: true }),
})
const arms = fc.array(arm, { minLength: 2, maxLength: 4 })
const negated = (some: readonly RewardArm[]) => some.map(a => ({ ...a, mean: -a.mean }))

const track: TrackOptions = { epsilon: 0.05, leastShare: 0.02, regularisation: 0.1, varianceFloor: 1e-6 }
const stop: StopOptions = {
  epsilon: 0.05,
  delta: 0.05,
  minimumUnits: 10,
  varianceFloor: 1e-6,
  threshold: 'ln_ln',
}

describe('a bandit of costs, of which the lower are the better', () => {
  it('has the shares of track-and-stop, and its leader, of rewards that are the costs negated', () => {
    fc.assert(
      fc.property(arms, costs => {
        const ofCosts = trackingShares(costs, { ...track, better: 'lower' })
        expect(ofCosts).toEqual(trackingShares(negated(costs), track))
        expect(leaderOf(costs, 'lower')).toBe(leaderOf(negated(costs)))
      }),
      { numRuns: 30 },
    )
  })

  it('stops at the cheapest arm', () => {
    const costs = [5, 1, 4].map(mean => ({ n: 200, mean, variance: 1 }))
    const rules = [stopRule({ ...stop, better: 'lower' }, 3), stopRule(stop, 3)]
    const [lower, higher] = rules
    if (lower?.kind !== 'stop_rule' || higher?.kind !== 'stop_rule') throw new Error('refused')
    expect(checkStop(costs, lower, null)).toMatchObject({ winner: 1, leader: 1 })
    expect(checkStop(costs, lower, null)).toEqual(checkStop(negated(costs), higher, null))
  })

  it('takes the arm by UCB1 that could be the cheapest: minus the lower bound', () => {
    const costs = [
      { n: 10, mean: 0.2 },
      { n: 40, mean: 0.5 },
    ]
    const reach = (n: number) => Math.sqrt((2 * Math.log(50)) / n)
    expect(ucb1(costs, 1, 'lower')).toEqual({ kind: 'indices', indices: [reach(10) - 0.2, reach(40) - 0.5] })
  })

  it('takes the arm by KL-UCB of which the rate of failures could be the lowest', () => {
    const count = fc
      .integer({ min: 1, max: 500 })
      .chain(n => fc.record({ n: fc.constant(n), successes: fc.integer({ min: 0, max: n }) }))
    fc.assert(
      fc.property(fc.array(count, { minLength: 2, maxLength: 4 }), failures => {
        const [lower, higher] = [
          klUcb(failures, 0, 'lower'),
          klUcb(
            failures.map(({ n, successes }) => ({ n, successes: n - successes })),
            0,
          ),
        ]
        if (lower.kind !== 'indices' || higher.kind !== 'indices') throw new Error('refused')
        lower.indices.forEach((index, i) => expect(1 + index).toBeCloseTo(higher.indices[i] ?? 9, 11))
      }),
    )
  })

  it('gives the rest to the lowest score by inverse gaps', () => {
    expect(inverseGapShares([3, 1, 2], 10, 0, 'lower')).toEqual(inverseGapShares([-3, -1, -2], 10, 0))
  })
})
