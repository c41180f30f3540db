import { describe, expect, it } from 'vitest'
import { winsorCap } from './winsor.ts'

describe('the cap of extreme values', () => {
  const variants = [
    [5, 1, 3],
    [2, 4, 100],
  ]

  it.each([
    [null, 0.8, { lower: null, upper: 5 }],
    [0.2, 0.8, { lower: 2, upper: 5 }],
    [0, 1, { lower: 1, upper: 100 }],
    [null, null, { lower: null, upper: null }],
  ])('at the quantiles %s and %s of all variants together is %o', (lower, upper, cap) => {
    expect(winsorCap(variants, { lower, upper })).toEqual({ kind: 'cap', ...cap })
  })

  it('does not depend on which variant a value is of', () => {
    const swapped = [
      [100, 5, 1],
      [4, 3, 2],
    ]
    const probabilities = { lower: 0.1, upper: 0.9 }
    expect(winsorCap(swapped, probabilities)).toEqual(winsorCap(variants, probabilities))
  })

  it.each([
    ['bounds that cross', variants, 0.9, 0.1, 'probabilities'],
    ['a percentage', variants, null, 99, 'probabilities'],
    ['a value that is none', [[1, NaN]], null, 0.9, 'variants'],
  ])('is invalid with %s', (_, values, lower, upper, argument) => {
    expect(winsorCap(values, { lower, upper })).toMatchObject({ kind: 'invalid', argument })
  })

  it('needs a value', () => {
    expect(winsorCap([[], []], { lower: null, upper: 0.9 })).toMatchObject({ reason: 'too_few_units' })
  })
})
