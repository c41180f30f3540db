import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { clusterDesignEffect } from './cluster.ts'

describe('the design effect of clusters', () => {
  it('is 1 + (m - 1) ICC for equal sizes: 6.7 for 20 requests a unit and an ICC of 0.3', () => {
    const result = clusterDesignEffect(Array<number>(50).fill(20), 0.3)
    expect(result).toMatchObject({ designEffect: expect.closeTo(6.7, 12), meanSize: 20, sizeVariation: 0 })
  })

  it('is 1 + ((cv^2 + 1) m - 1) ICC for sizes 2 and 6: m 4, cv 1/2 (Eldridge, Ashby and Kerry 2006, eq. 2)', () => {
    expect(clusterDesignEffect([2, 6], 0.1)).toMatchObject({
      designEffect: expect.closeTo(1.4, 12),
      sizeVariation: 0.5,
    })
  })

  it('is the sum of squared sizes by their sum when values of a cluster are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 20 }), sizes => {
        const squares = sizes.reduce((sum, size) => sum + size ** 2, 0)
        const sum = sizes.reduce((total, size) => total + size, 0)
        expect(clusterDesignEffect(sizes, 1)).toMatchObject({
          designEffect: expect.closeTo(squares / sum, 9),
        })
      }),
    )
  })

  test.each([
    [[], 0.1, { kind: 'insufficient' }],
    [[3, 0], 0.1, { kind: 'invalid', argument: 'sizes' }],
    [[3, 4], 1.1, { kind: 'invalid', argument: 'icc' }],
  ])('has no answer for %j and %d', (sizes, icc, expected) => {
    expect(clusterDesignEffect(sizes, icc)).toMatchObject(expected)
  })

  test.each([
    [[1e200, 1e201], 1],
    [[1.7e308, 89, 1.7e308], 0],
  ])('is invalid for sizes %o', (sizes, icc) => {
    expect(clusterDesignEffect(sizes, icc)).toMatchObject({ kind: 'invalid', argument: 'sizes' })
  })
})
