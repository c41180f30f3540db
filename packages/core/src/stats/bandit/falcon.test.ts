import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inverseGapShares } from './falcon.ts'

function shares(scores: readonly number[], gamma: number, floor: number): readonly number[] {
  const result = inverseGapShares(scores, gamma, floor)
  if (result.kind !== 'shares') throw new Error(JSON.stringify(result))
  return result.shares
}

describe('inverse gap weighting', () => {
  it.each([
    ['one action', [1], 0.1, 0.1, [1]],
    ['two actions', [1, 0.5], 10, 0.1, [6 / 7, 1 / 7]],
    ['equal scores', [1, 1, 1], 0.1, 0.1, [1 / 3, 1 / 3, 1 / 3]],
    ['a floor normalised by the number of actions', [1, 0.5, -8], 10, 0.3, [1 - 1 / 8 - 0.1, 1 / 8, 0.1]],
  ])('is that of Eppo eppo_client tests/bandits_test.py: %s', (_name, scores, gamma, floor, expected) => {
    shares(scores, gamma, floor).forEach((share, i) => {
      expect(share).toBeCloseTo(expected[i] ?? Number.NaN, 12)
    })
  })

  it('adds up to one with the best ahead, and exploits more with a larger gamma', () => {
    const scores = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 6 })
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(scores, fc.double({ min: 0, max: 100, noNaN: true }), unit, (values, gamma, floor) => {
        const some = shares(values, gamma, floor)
        const top = values.indexOf(Math.max(...values))
        expect(some.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
        expect(Math.max(...some)).toBeCloseTo(some[top] ?? 0, 12)
        expect(shares(values, 2 * gamma, floor)[top]).toBeGreaterThanOrEqual((some[top] ?? 0) - 1e-12)
      }),
    )
  })

  it('spreads evenly with a gamma of 0, however far apart scores are', () => {
    expect(shares([1.7e308, -1.7e308], 0, 0)).toEqual([0.5, 0.5])
    expect(shares([1.7e308, -1.7e308], 1, 0)).toEqual([1, 0])
  })

  it.each([
    ['scores', [], 1, 0],
    ['scores', [Number.NaN], 1, 0],
    ['gamma', [1], -1, 0],
    ['floor', [1], 1, 2],
  ])('is invalid by %s', (argument, scores, gamma, floor) => {
    expect(inverseGapShares(scores, gamma, floor)).toMatchObject({ kind: 'invalid', argument })
  })
})
