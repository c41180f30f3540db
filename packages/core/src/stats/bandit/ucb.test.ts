import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bernoulliDivergence, klUcb, ucb1 } from './ucb.ts'

function indices(result: ReturnType<typeof ucb1>): readonly number[] {
  if (result.kind !== 'indices') throw new Error(JSON.stringify(result))
  return result.indices
}

describe('UCB1', () => {
  it('is that of MABWiser tests/test_ucb.py, test_alpha1_expectations', () => {
    const arms = [
      { n: 3, mean: 1 / 3 },
      { n: 2, mean: 0 },
      { n: 5, mean: 3 / 5 },
    ]
    const [first, second, third] = indices(ucb1(arms, 1))
    expect(first).toBeCloseTo(1.5723073962832794, 15)
    expect(second).toBeCloseTo(1.5174271293851465, 15)
    expect(third).toBeCloseTo(1.5597051824376162, 15)
  })

  it.each([
    [1, 20.287856633260894],
    [0.25, 20.07196415831522],
    [3.33, 20.95856258875877],
  ])('is that of MABWiser tests/test_ucb.py, test_confidence, with width %d', (width, index) => {
    const arms = [
      { n: 150, mean: 20 },
      { n: 350, mean: 0 },
    ]
    expect(indices(ucb1(arms, width))[0]).toBeCloseTo(index, 12)
  })

  it('asks for each arm to be taken once', () => {
    expect(ucb1([{ n: 0, mean: 0 }], 1)).toEqual({ kind: 'insufficient', reason: 'too_few_units', needed: 1 })
  })

  it.each([[[]], [[{ n: 1, mean: Number.NaN }]], [[{ n: Infinity, mean: 0 }]]])(
    'is invalid with arms %j',
    arms => {
      expect(ucb1(arms, 1)).toMatchObject({ kind: 'invalid', argument: 'arms' })
    },
  )

  it.each([-1, Number.NaN, Infinity, 1.7e308])('is invalid with width %d', width => {
    expect(
      ucb1(
        [1, 5].map(n => ({ n, mean: 0 })),
        width,
      ),
    ).toMatchObject({ kind: 'invalid', argument: 'width' })
  })
})

describe('KL-UCB', () => {
  it('is where the divergence uses up the budget', () => {
    const arms = [
      { n: 40, successes: 10 },
      { n: 60, successes: 33 },
    ]
    for (const logLog of [0, 3]) {
      const budget = Math.log(100) + logLog * Math.log(Math.log(100))
      indices(klUcb(arms, logLog)).forEach((index, i) => {
        const { n, successes } = arms[i] ?? { n: 0, successes: 0 }
        expect(n * bernoulliDivergence(successes / n, index)).toBeCloseTo(budget, 9)
      })
    }
  })

  it('has the closed form 1 - N^(-1/n) without successes', () => {
    expect(
      indices(
        klUcb(
          [
            { n: 10, successes: 0 },
            { n: 90, successes: 45 },
          ],
          0,
        ),
      )[0],
    ).toBeCloseTo(1 - 100 ** -0.1, 12)
  })

  it('lies between the mean and UCB1 of Pinsker, sqrt(ln N / (2 n)), and never above 1', () => {
    const arm = fc
      .integer({ min: 1, max: 500 })
      .chain(n => fc.record({ n: fc.constant(n), successes: fc.integer({ min: 0, max: n }) }))
    fc.assert(
      fc.property(fc.array(arm, { minLength: 2, maxLength: 4 }), arms => {
        const total = arms.reduce((sum, { n }) => sum + n, 0)
        indices(klUcb(arms, 0)).forEach((index, i) => {
          const { n, successes } = arms[i] ?? { n: 1, successes: 0 }
          expect(index).toBeGreaterThanOrEqual(successes / n)
          expect(index).toBeLessThanOrEqual(
            Math.min(1, successes / n + Math.sqrt(Math.log(total) / (2 * n))) + 1e-9,
          )
        })
      }),
    )
  })

  it('is invalid with more successes than units', () => {
    expect(klUcb([{ n: 2, successes: 3 }], 0)).toMatchObject({ kind: 'invalid', argument: 'arms' })
  })
})
