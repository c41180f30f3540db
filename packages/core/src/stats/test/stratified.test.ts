import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Estimate } from '../result.ts'
import fixture from './fixtures/tests.json' with { type: 'json' }
import { combineStrata } from './stratified.ts'

function stratum(effect: number, variance: number): Estimate {
  return {
    kind: 'estimate',
    method: 'welch_t',
    scale: 'absolute',
    effect,
    standardError: Math.sqrt(variance),
    interval: { kind: 'confidence', level: 0.95, lower: null, upper: null },
    p: null,
    e: null,
    n: { control: 10, variant: 20 },
    guarantee: { kind: 'asymptotic', burnIn: 2 },
    assumptions: [],
  }
}

describe(`strata combined by inverse variance (source: ${fixture.source})`, () => {
  test.each(fixture.meta)('are $effect with Q = $q (combine_effects)', row => {
    const result = combineStrata(row.effects.map((effect, i) => stratum(effect, row.variances[i] ?? 0)))
    if (result.kind !== 'estimate') throw new Error(result.kind)
    expect(result.effect).toBeCloseTo(row.effect, 13)
    expect(result.standardError).toBeCloseTo(row.standardError, 13)
    expect(result.interval.lower).toBeCloseTo(row.interval[0] ?? 9, 12)
    expect(result.interval.upper).toBeCloseTo(row.interval[1] ?? 9, 12)
    expect(result.heterogeneity.q).toBeCloseTo(row.q, 11)
    expect(result.heterogeneity.p).toBeCloseTo(row.p, 12)
    expect(result.heterogeneity.i2).toBeCloseTo(row.i2, 12)
    expect(result.n).toEqual({ control: 10 * row.effects.length, variant: 20 * row.effects.length })
  })

  it('doubts one common effect when strata disagree', () => {
    const state = (effects: readonly number[]) => {
      const result = combineStrata(effects.map(effect => stratum(effect, 0.01)))
      return result.kind === 'estimate' ? result.assumptions.at(-1)?.state : result.kind
    }
    expect([state([1, -1]), state([1, 1.1])]).toEqual(['doubtful', 'holds'])
  })

  it('lies between the strata, whose weights sum to 1, and is surer than each', () => {
    const effects = fc.array(
      fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: 0.01, max: 9, noNaN: true })),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(effects, pairs => {
        const result = combineStrata(pairs.map(([effect, variance]) => stratum(effect, variance)))
        if (result.kind !== 'estimate') throw new Error(result.kind)
        const values = pairs.map(([effect]) => effect)
        expect(result.effect).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9)
        expect(result.effect).toBeLessThanOrEqual(Math.max(...values) + 1e-9)
        expect(result.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
        const best = Math.sqrt(Math.min(...pairs.map(([, variance]) => variance)))
        expect(result.standardError).toBeLessThanOrEqual(best + 1e-12)
        expect(result.heterogeneity.i2).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test.each([
    ['no strata', [], { kind: 'insufficient', reason: 'no_information' }],
    ['two scales', [stratum(1, 1), { ...stratum(1, 1), scale: 'relative' as const }], { kind: 'invalid' }],
    [
      'no standard error',
      [{ ...stratum(1, 1), standardError: null }],
      { kind: 'invalid', argument: 'strata' },
    ],
  ])('have no answer for %s', (_what, strata, expected) => {
    expect(combineStrata(strata)).toMatchObject(expected)
  })

  it('are invalid where their squares overflow', () => {
    const far = [1e200, -1e200].map(effect => stratum(effect, 1))
    expect(combineStrata(far)).toMatchObject({ kind: 'invalid' })
  })
})
