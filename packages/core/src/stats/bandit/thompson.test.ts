import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BetaBelief, NormalBelief } from '../bayes/belief.ts'
import type { Result } from '../result.ts'
import { seededRng } from '../rng/rng.ts'
import type { BanditShares } from './shares.ts'
import { drawThompson, rewardBelief, reweight, type ThompsonSpread, thompsonShares } from './thompson.ts'

const best: ThompsonSpread = { kind: 'best' }
const topTwo: ThompsonSpread = { kind: 'top_two' }

function normals(...arms: readonly (readonly [number, number])[]): readonly NormalBelief[] {
  return arms.map(([mean, deviation]) => ({ kind: 'normal', mean, deviation }))
}

function betas(...arms: readonly (readonly [number, number])[]): readonly BetaBelief[] {
  return arms.map(([a, b]) => ({ kind: 'beta', a, b }))
}

function sharesOf(result: Result<BanditShares>): readonly number[] {
  if (result.kind !== 'shares') throw new Error(JSON.stringify(result))
  return result.shares
}

describe("Thompson's shares", () => {
  it.each([
    ['near tie', normals([0, 0.1], [0.1, 0.1], [0.2, 0.1])],
    ['unequal widths', normals([0, 0.05], [0.5, 0.5], [1, 1.5])],
    ['proportions', betas([10, 40], [12, 38], [3, 7])],
  ])('are the frequencies of its draws: %s', (_name, beliefs) => {
    const rng = seededRng(20_261_121)
    const draws = 40_000
    const counts = beliefs.map(() => 0)
    for (let i = 0; i < draws; i++) {
      const arm = drawThompson(rng, beliefs, 'higher')
      counts[arm] = (counts[arm] ?? 0) + 1
    }
    sharesOf(thompsonShares(beliefs, 'higher', best)).forEach((share, arm) => {
      const error = Math.sqrt((share * (1 - share)) / draws)
      expect(Math.abs((counts[arm] ?? 0) / draws - share)).toBeLessThan(4 * error)
    })
  })

  it('of two arms by top two are one half each, whichever end is better', () => {
    const beliefs = normals([0, 1], [5, 1])
    for (const better of ['higher', 'lower'] as const) {
      expect(sharesOf(thompsonShares(beliefs, better, topTwo))).toEqual([0.5, 0.5])
    }
  })

  it('by top two of costs favour the two lowest (where GrowthBook ranks from the second)', () => {
    const shares = sharesOf(thompsonShares(normals([1, 0.1], [2, 0.1], [3, 0.1], [4, 0.1]), 'lower', topTwo))
    expect(shares[0]).toBeCloseTo(0.5, 9)
    expect(shares[1]).toBeCloseTo(0.5, 9)
    expect(shares[3]).toBeLessThan(1e-9)
  })

  it('by resampling are the frequencies of drawing again until another arm is best', () => {
    const beliefs = normals([0, 1], [0.5, 1], [1, 1])
    const rng = seededRng(7)
    const draws = 20_000
    const counts = [0, 0, 0]
    for (let i = 0; i < draws; i++) {
      const first = drawThompson(rng, beliefs, 'higher')
      let arm = first
      if (rng.uniform() >= 0.6) while (arm === first) arm = drawThompson(rng, beliefs, 'higher')
      counts[arm] = (counts[arm] ?? 0) + 1
    }
    const shares = sharesOf(thompsonShares(beliefs, 'higher', { kind: 'top_two_resampled', leader: 0.6 }))
    shares.forEach((share, arm) => {
      expect(Math.abs((counts[arm] ?? 0) / draws - share)).toBeLessThan(4 * Math.sqrt(0.25 / draws))
    })
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  })

  it('by resampling give everything to an arm that is certain to be best', () => {
    const spread: ThompsonSpread = { kind: 'top_two_resampled', leader: 0.5 }
    const shares = sharesOf(thompsonShares(normals([0, 1], [1000, 1]), 'higher', spread))
    expect(shares).toEqual([0, 1])
  })
})

describe('new shares from rewards', () => {
  const options = {
    better: 'higher',
    prior: { kind: 'flat' },
    spread: best,
    floor: 0.01,
    minimumUnits: 100,
  } as const
  const arm = (n: number, mean: number, variance = 1) => ({ n, mean, variance })

  it('are P(best) lifted by the additive floor', () => {
    const arms = [arm(400, 1), arm(400, 1.1), arm(400, 1.2)]
    const plain = sharesOf(thompsonShares(normals([1, 0.05], [1.1, 0.05], [1.2, 0.05]), 'higher', best))
    expect(sharesOf(reweight(arms, options))).toEqual(plain.map(share => 0.01 + 0.97 * share))
  })

  it('wait for 100 units on every arm', () => {
    expect(reweight([arm(100, 1), arm(99, 2)], options)).toEqual({
      kind: 'insufficient',
      reason: 'too_few_units',
      needed: 100,
    })
    expect(reweight([arm(100, 1), arm(100, 2)], options).kind).toBe('shares')
  })

  it('are drawn together by a prior', () => {
    const prior = { kind: 'normal', mean: 1.5, variance: 0.001 } as const
    const arms = [arm(200, 1), arm(200, 2)]
    const [, pooled = 0] = sharesOf(reweight(arms, { ...options, prior }))
    const [, alone = 0] = sharesOf(reweight(arms, options))
    expect(pooled).toBeLessThan(alone)
  })

  it('never fall below the floor and add up to one', () => {
    const arms = fc.array(
      fc.record({
        n: fc.integer({ min: 100, max: 5000 }),
        mean: fc.double({ min: -3, max: 3, noNaN: true }),
        variance: fc.double({ min: 0.01, max: 4, noNaN: true }),
      }),
      { minLength: 2, maxLength: 5 },
    )
    fc.assert(
      fc.property(arms, fc.double({ min: 0, max: 0.2, noNaN: true }), (rewards, floor) => {
        const shares = sharesOf(reweight(rewards, { ...options, floor }))
        expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
        for (const share of shares) expect(share).toBeGreaterThanOrEqual(floor - 1e-12)
      }),
      { numRuns: 50 },
    )
  })

  it('has the posterior mean and precision of a conjugate normal prior', () => {
    const prior = { kind: 'normal', mean: 0, variance: 1 } as const
    expect(rewardBelief(arm(4, 3, 4), prior)).toEqual({ kind: 'normal', mean: 1.5, deviation: Math.SQRT1_2 })
  })

  const normal = (mean: number, variance: number) => ({ kind: 'normal', mean, variance }) as const
  it.each([
    ['arm', arm(Number.NaN, 1), { kind: 'flat' }],
    ['arm', arm(Infinity, 1), { kind: 'flat' }],
    ['arm', arm(10, 1, 1e-320), { kind: 'flat' }],
    ['arm', arm(10, 1e300, 1e-160), { kind: 'flat' }],
    ['prior', arm(10, 1), normal(Number.NaN, 1)],
    ['prior', arm(10, 1), normal(0, 0)],
    ['arm', arm(10, 1), normal(1e300, 1e-160)],
  ] as const)('is invalid by %s: %j, %j', (argument, one, prior) => {
    expect(rewardBelief(one, prior)).toMatchObject({ kind: 'invalid', argument })
  })

  it('are invalid with no number of least units', () => {
    const asked = { ...options, minimumUnits: Number.NaN }
    expect(reweight([arm(100, 1), arm(100, 2)], asked)).toMatchObject({
      kind: 'invalid',
      argument: 'minimumUnits',
    })
  })

  it.each([
    ['too_few_units', arm(1, 1)],
    ['no_variance', arm(500, 1, 0)],
  ])('is insufficient: %s', (reason, one) => {
    expect(rewardBelief(one, { kind: 'flat' })).toMatchObject({ kind: 'insufficient', reason })
  })
})
