import { describe, expect, it } from 'vitest'
import { drawNormal, type Rng, seededRng } from '../rng/rng.ts'
import {
  type AdaptiveState,
  adaptiveEffect,
  addAdaptiveUnit,
  type EvaluationWeights,
  noUnits,
} from './adaptive-effect.ts'

function estimate(state: AdaptiveState) {
  const result = adaptiveEffect(state, 0, 1, 0.95)
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

/** Two arms alike; after 100 units in turn the one ahead gets 90 % of the units, as a greedy bandit would. */
function greedyRun(rng: Rng, weights: EvaluationWeights, offset = 0) {
  let state = noUnits(2, weights)
  const totals = [0, 0]
  const counts = [0, 0]
  for (let i = 0; i < 1000; i++) {
    const ahead = (totals[1] ?? 0) / (counts[1] ?? 1) > (totals[0] ?? 0) / (counts[0] ?? 1)
    const share = i < 100 ? 0.5 : ahead ? 0.9 : 0.1
    const taken = rng.uniform() < share ? 1 : 0
    const reward = offset + drawNormal(rng)
    totals[taken] = (totals[taken] ?? 0) + reward
    counts[taken] = (counts[taken] ?? 0) + 1
    state = addAdaptiveUnit(state, taken, reward, [1 - share, share])
  }
  const plain = counts.map((count, a) => (totals[a] ?? 0) / count)
  return { state, totals, counts, plain }
}

describe('the effect under shares that followed the rewards', () => {
  it.each(['uniform', 'constant_allocation'] as const)(
    'covers and has no bias: %s (seeded, 500 runs)',
    weights => {
      const rng = seededRng(20_261_121)
      let missed = 0
      let total = 0
      let arm = 0
      let squares = 0
      const runs = 500
      for (let run = 0; run < runs; run++) {
        const { state, plain } = greedyRun(rng, weights)
        const { effect, p } = estimate(state)
        if ((p ?? 1) < 0.05) missed++
        total += effect
        squares += effect * effect
        arm += plain[0] ?? 0
      }
      // 99.9 % of counts at 5 % lie below 42 of 500.
      expect(missed).toBeLessThan(42)
      expect(Math.abs(total / runs)).toBeLessThan(3.5 * Math.sqrt(squares / runs / runs))
      // The plain mean of an arm, by contrast, is too low: arms are left after bad luck.
      expect(arm / runs).toBeLessThan(-0.01)
    },
  )

  it('is the difference of plain means, nearly, under fixed shares', () => {
    const rng = seededRng(5)
    let state = noUnits(2, 'uniform')
    const totals = [0, 0]
    const counts = [0, 0]
    for (let i = 0; i < 4000; i++) {
      const taken = rng.uniform() < 0.5 ? 1 : 0
      const reward = 0.3 * taken + drawNormal(rng)
      totals[taken] = (totals[taken] ?? 0) + reward
      counts[taken] = (counts[taken] ?? 0) + 1
      state = addAdaptiveUnit(state, taken, reward, [0.5, 0.5])
    }
    const { effect, standardError } = estimate(state)
    const plain = (totals[1] ?? 0) / (counts[1] ?? 1) - (totals[0] ?? 0) / (counts[0] ?? 1)
    expect(Math.abs(effect - plain)).toBeLessThan(0.1 * (standardError ?? 0))
    expect((standardError ?? 0) / (2 / Math.sqrt(4000))).toBeCloseTo(1, 1)
  })

  it('does not depend on where rewards are counted from', () => {
    const near = estimate(greedyRun(seededRng(8), 'constant_allocation').state)
    const far = estimate(greedyRun(seededRng(8), 'constant_allocation', 1e6).state)
    expect(far.effect).toBeCloseTo(near.effect, 6)
    expect(far.standardError).toBeCloseTo(near.standardError ?? 0, 6)
  })

  it('is antisymmetric, and its interval excludes 0 if and only if p < alpha', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { state } = greedyRun(seededRng(seed), 'uniform')
      const [one, other] = [estimate(state), adaptiveEffect(state, 1, 0, 0.95)]
      if (other.kind !== 'estimate') throw new Error('refused')
      expect(other.effect).toBeCloseTo(-one.effect, 14)
      const excluded = (one.interval.lower ?? 0) > 0 || (one.interval.upper ?? 0) < 0
      expect(excluded).toBe((one.p ?? 1) < 0.05)
    }
  })

  it('waits for 50 units of both arms', () => {
    let state = noUnits(2, 'uniform')
    for (let i = 0; i < 99; i++) state = addAdaptiveUnit(state, i % 2, i, [0.5, 0.5])
    expect(adaptiveEffect(state, 0, 1, 0.95)).toEqual({
      kind: 'insufficient',
      reason: 'too_few_units',
      needed: 50,
    })
    expect(adaptiveEffect(addAdaptiveUnit(state, 1, 3, [0.5, 0.5]), 0, 1, 0.95).kind).toBe('estimate')
  })

  it('waits for as many units as it is told to', () => {
    let state = noUnits(2, 'uniform')
    for (let i = 0; i < 20; i++) state = addAdaptiveUnit(state, i % 2, i, [0.5, 0.5])
    expect(adaptiveEffect(state, 0, 1, 0.95, { burnIn: 10 }).kind).toBe('estimate')
    expect(adaptiveEffect(state, 0, 1, 0.95, { burnIn: 11 })).toMatchObject({ needed: 11 })
    expect(adaptiveEffect(state, 0, 1, 0.95, { burnIn: 1 })).toMatchObject({ argument: 'burnIn' })
  })

  it('has no answer when all rewards of one arm are equal, even if its scores are not', () => {
    let state = noUnits(2, 'uniform')
    for (let i = 0; i < 400; i++) {
      const taken = i % 4 === 0 ? 1 : 0
      state = addAdaptiveUnit(state, taken, taken === 1 ? 0 : i % 5 === 0 ? 1 : 0, [0.75, 0.25])
    }
    expect(adaptiveEffect(state, 0, 1, 0.95)).toMatchObject({ kind: 'insufficient', reason: 'no_variance' })
  })

  it.each(['greater', 'less'] as const)('one-sided is half of the two-sided: %s', alternative => {
    const { state } = greedyRun(seededRng(4), 'uniform')
    const both = estimate(state)
    const one = adaptiveEffect(state, 0, 1, 0.975, { alternative })
    if (one.kind !== 'estimate') throw new Error(JSON.stringify(one))
    const ends = [one.interval.lower, one.interval.upper]
    const isGreater = alternative === 'greater'
    expect(ends[isGreater ? 1 : 0]).toBeNull()
    const end = isGreater ? both.interval.lower : both.interval.upper
    expect(ends[isGreater ? 0 : 1]).toBeCloseTo(end ?? 9, 13)
    const isTowards = both.effect > 0 === isGreater
    expect(one.p).toBeCloseTo(isTowards ? (both.p ?? 9) / 2 : 1 - (both.p ?? 9) / 2, 13)
    const margin = adaptiveEffect(state, 0, 1, 0.975, { alternative, nullEffect: end ?? 9 })
    expect(margin).toMatchObject({ p: expect.closeTo(0.025, 12) })
    expect(adaptiveEffect(state, 0, 1, 0.5, { alternative })).toMatchObject({ argument: 'level' })
  })

  it.each([
    ['propensities', 1, 0.5, [1.5, 1.5]],
    ['propensities', 1, 0.5, [0.5]],
    ['propensities', 1, 0.5, [0.5, Number.NaN]],
    ['reward', 1, Infinity, [0.5, 0.5]],
    ['taken', 2, 0.5, [0.5, 0.5]],
  ])(
    'is invalid by a unit with %s out of range, though it stays long ago',
    (argument, taken, reward, shares) => {
      let state = addAdaptiveUnit(noUnits(2, 'uniform'), taken, reward, shares)
      for (let i = 0; i < 200; i++) state = addAdaptiveUnit(state, i % 2, i, [0.5, 0.5])
      expect(adaptiveEffect(state, 0, 1, 0.95)).toMatchObject({ kind: 'invalid', argument })
    },
  )

  it('is invalid by arms that are one, a level of 1, and propensities of 0', () => {
    const { state } = greedyRun(seededRng(1), 'uniform')
    expect(adaptiveEffect(state, 1, 1, 0.95)).toMatchObject({ argument: 'variant' })
    expect(adaptiveEffect(state, 0, 5, 0.95)).toMatchObject({ argument: 'variant' })
    expect(adaptiveEffect(state, 0, 1, 1)).toMatchObject({ argument: 'level' })
    expect(adaptiveEffect(addAdaptiveUnit(state, 1, 3, [1, 0]), 0, 1, 0.95)).toMatchObject({
      argument: 'propensities',
    })
  })
})
