import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leaderOf, type TrackOptions, trackingShares } from './track-and-stop.ts'

function arms(n: readonly number[], means: readonly number[], variances: readonly number[]) {
  return means.map((mean, i) => ({ n: n[i] ?? n[0] ?? 0, mean, variance: variances[i] ?? variances[0] ?? 0 }))
}

function options(epsilon: number, leastShare: number, regularisation: number): TrackOptions {
  return { epsilon, leastShare, regularisation, varianceFloor: 1e-12 }
}

function sharesOf(result: ReturnType<typeof trackingShares>): readonly number[] {
  if (result.kind !== 'shares') throw new Error(JSON.stringify(result))
  return result.shares
}

type Case = readonly [string, ReturnType<typeof arms>, TrackOptions, readonly number[]]

const cvxpy: readonly Case[] = [
  [
    'three_arms_varied',
    arms([10], [0.2, 0.6, 0.4], [0.1, 0.2, 0.15]),
    options(0.02, 0.05, 0.5),
    [0.05, 0.509054656289642, 0.44094534272912],
  ],
  [
    'four_arms_with_reg',
    arms([15, 30, 20, 35], [0.25, 0.55, 0.4, 0.6], [0.05, 0.15, 0.1, 0.2]),
    options(0.05, 0.05, 2),
    [0.05, 0.417754702981922, 0.05, 0.482245296501354],
  ],
  [
    'close_competition',
    arms([10], [0.5, 0.51, 0.3], [0.1]),
    options(0.01, 0.01, 0),
    [0.494996029290799, 0.495003970556052, 0.01],
  ],
  [
    'ten_arms',
    arms([10], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], [0.1]),
    options(0.02, 0.01, 0.1),
    [
      0.01, 0.01, 0.01, 0.01, 0.011316045868696, 0.017600153556836, 0.031270947718469, 0.07218800345608,
      0.409811419219896, 0.417813437971073,
    ],
  ],
  [
    'high_variance_gaussians',
    arms([20], [10, 12, 11], [2, 3.5, 2.5]),
    options(0.5, 0.05, 0.1),
    [0.069702913270257, 0.508019009489254, 0.422278077240489],
  ],
  [
    'very_high_variance',
    arms([30], [50, 55], [10, 15]),
    options(1, 0.01, 0.5),
    [0.450083389074646, 0.549916610924264],
  ],
  [
    'mixed_variance_scales',
    arms([15], [1, 5, 3, 7], [0.1, 2, 0.5, 4]),
    options(0.2, 0.05, 1),
    [0.05, 0.373495754083455, 0.05, 0.526504259929341],
  ],
  [
    'small_means_large_variance',
    arms([25], [0.1, 0.3, 0.2], [5, 8, 6]),
    options(0.05, 0.1, 0.2),
    [0.1, 0.482302162018304, 0.41769784088323],
  ],
  [
    'five_arms_high_variance',
    arms([10], [20, 25, 22, 28, 24], [3, 4, 2.5, 5, 3.5]),
    options(1, 0.05, 0.5),
    [0.05, 0.342706084262522, 0.05, 0.417175997176582, 0.140117920263625],
  ],
  [
    'asymmetric_high_variance',
    arms([50], [100, 105], [1, 20]),
    options(2, 0.01, 0),
    [0.182752086850448, 0.817247913149552],
  ],
]

const scipy: readonly Case[] = [
  [
    'two_arms_simple',
    arms([20], [0.5, 0.7], [0.1, 0.15]),
    options(0.1, 0.05, 0.1),
    [0.449525654401765, 0.550474345598233],
  ],
  [
    'three_arms_moderate',
    arms([15], [1, 1.5, 1.2], [0.2, 0.3, 0.25]),
    options(0.2, 0.05, 0.2),
    [0.111715272862871, 0.473942231288105, 0.414342495849023],
  ],
  [
    'very_high_variance',
    arms([30], [50, 55], [10, 15]),
    options(1, 0.01, 0.5),
    [0.450070015802657, 0.549929984197342],
  ],
  [
    'four_arms_different_scales',
    arms([20], [2, 3, 2.5, 3.5], [0.5, 1, 0.75, 1.5]),
    options(0.3, 0.05, 0.3),
    [0.05, 0.394460771374844, 0.064092683568538, 0.491446545056619],
  ],
  [
    'small_epsilon',
    arms([50], [10, 10.5], [1, 1.2]),
    options(0.05, 0.1, 0.1),
    [0.477229489718064, 0.522770510281936],
  ],
]

describe("Track-and-Stop's shares", () => {
  it.each(cvxpy)('are those of TensorZero, test_%s_cvxpy, to 1e-4', (_name, rewards, given, expected) => {
    sharesOf(trackingShares(rewards, given)).forEach((share, i) => {
      expect(Math.abs(share - (expected[i] ?? Number.NaN))).toBeLessThan(1e-4)
    })
  })

  it.each(scipy)('are those of TensorZero, test_%s_scipy, to 1e-6', (_name, rewards, given, expected) => {
    sharesOf(trackingShares(rewards, given)).forEach((share, i) => {
      expect(Math.abs(share - (expected[i] ?? Number.NaN))).toBeLessThan(1e-6)
    })
  })

  it('of two arms without regularisation are in proportion to their deviations', () => {
    const shares = sharesOf(trackingShares(arms([10], [0, 1], [1, 9]), options(0, 1e-6, 0)))
    expect(shares[0]).toBeCloseTo(0.25, 7)
  })

  it('of equal arms, with nothing to tell them apart, are equal', () => {
    sharesOf(trackingShares(arms([100], [0.5, 0.5], [0.1]), options(0, 1e-6, 0))).forEach(share => {
      expect(share).toBeCloseTo(0.5, 7)
    })
  })

  it('are never below the least, not even where that leaves hardly anything to share out', () => {
    const arm = fc.record({
      n: fc.integer({ min: 1, max: 1000 }),
      mean: fc.double({ min: -100, max: 100, noNaN: true }),
      variance: fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.constantFrom(1e-9, 1e9)),
    })
    const least = fc.constantFrom(0.3333, 0.333333333, 0.2, 0.01)
    fc.assert(
      fc.property(fc.array(arm, { minLength: 3, maxLength: 3 }), least, (rewards, leastShare) => {
        const shares = sharesOf(trackingShares(rewards, options(0.01, leastShare, 0)))
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(leastShare * (1 - 1e-12))
        expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
      }),
      { numRuns: 60 },
    )
  })

  it('are the same in whatever unit rewards are measured, dollars or millions of them', () => {
    const arm = fc.record({
      n: fc.integer({ min: 5, max: 1000 }),
      // Not so small that the other unit has no number for it.
      mean: fc.double({ min: -2, max: 2, noNaN: true }).filter(mean => mean === 0 || Math.abs(mean) > 1e-200),
      variance: fc.double({ min: 0.05, max: 1, noNaN: true }),
    })
    const scaled = fc.constantFrom(1e-12, 1e-6, 1e6)
    fc.assert(
      fc.property(fc.array(arm, { minLength: 2, maxLength: 4 }), scaled, (rewards, unit) => {
        const given = { ...options(0, 0.01, 0), varianceFloor: 0.05 }
        const other = { ...given, varianceFloor: 0.05 * unit ** 2 }
        const inUnits = rewards.map(({ n, mean, variance }) => ({
          n,
          mean: mean * unit,
          variance: variance * unit ** 2,
        }))
        const shares = sharesOf(trackingShares(inUnits, other))
        sharesOf(trackingShares(rewards, given)).forEach((share, i) => {
          expect(Math.abs(share - (shares[i] ?? Number.NaN))).toBeLessThan(1e-6)
        })
        expect(leaderOf(inUnits)).toBe(leaderOf(rewards))
      }),
      { numRuns: 60 },
    )
  })

  it('cost no more time than any other shares', () => {
    const arm = fc.record({
      n: fc.constant(100),
      mean: fc.double({ min: 0, max: 1, noNaN: true }),
      variance: fc.double({ min: 0.05, max: 1, noNaN: true }),
    })
    const cuts = fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(fc.array(arm, { minLength: 3, maxLength: 3 }), cuts, (rewards, raw) => {
        const total = raw.reduce((a, b) => a + b)
        const given = options(0.05, 0.01, 0)
        const leader = leaderOf(rewards)
        const time = (shares: readonly number[]) =>
          Math.max(
            ...rewards.map(({ mean, variance }, i) => {
              const best = rewards[leader] ?? { mean: 0, variance: 0 }
              if (i === leader) return 0
              const spread = variance / (shares[i] ?? 0) + best.variance / (shares[leader] ?? 0)
              return (2 * spread) / (best.mean - mean + 0.05) ** 2
            }),
          )
        const found = time(sharesOf(trackingShares(rewards, given)))
        expect(found).toBeLessThanOrEqual(time(raw.map(share => share / total)) * (1 + 1e-9))
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['arms', arms([10], [1], [1]), options(0, 0.1, 0)],
    ['arms', arms([10], [1, Number.NaN], [1]), options(0, 0.1, 0)],
    ['arms', arms([10], [1e300, 0], [1]), options(0, 0.1, 0)],
    ['epsilon', arms([10], [1, 2], [1]), options(-1, 0.1, 0)],
    ['leastShare', arms([10], [1, 2], [1]), options(0, 0.5, 0)],
    ['regularisation', arms([10], [1, 2], [1]), options(0, 0.1, -1)],
  ])('are invalid by %s', (argument, rewards, given) => {
    expect(trackingShares(rewards, given)).toMatchObject({ kind: 'invalid', argument })
  })
})

describe('the leader', () => {
  it.each([
    ['has the best mean', arms([100], [0.3, 0.7, 0.5], [0.1]), 1],
    [
      'of equal means has the smallest variance of the mean',
      arms([100], [0.7, 0.7, 0.5], [0.3, 0.1, 0.2]),
      1,
    ],
    ['of equal arms is the first', arms([100], [0.7, 0.7, 0.5], [0.1]), 0],
    ['has the best mean, though all are tiny', arms([100], [3e-13, 7e-13, 5e-13], [0.3, 0.1, 0.01]), 1],
  ])('%s (source: TensorZero check_stopping tests)', (_what, rewards, leader) => {
    expect(leaderOf(rewards)).toBe(leader)
  })
})
