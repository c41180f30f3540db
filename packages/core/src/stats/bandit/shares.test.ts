import { describe, expect, it } from 'vitest'
import { withFloor } from './shares.ts'

describe('the floor of shares', () => {
  it('adds to every share and keeps the differences in proportion', () => {
    expect(withFloor([0, 0.25, 0.75], 0.1)).toEqual({
      kind: 'shares',
      shares: [0.1, 0.1 + 0.7 * 0.25, 0.1 + 0.7 * 0.75],
    })
  })

  it.each([1 / 3, 0.5, 1])('of %d leaves nothing to share out among three arms', floor => {
    expect(withFloor([0, 0, 1], floor)).toEqual({ kind: 'shares', shares: [1 / 3, 1 / 3, 1 / 3] })
  })

  it.each([
    ['floor', [0.5, 0.5], -0.1],
    ['floor', [0.5, 0.5], Number.NaN],
    ['shares', [0.5, 0.6], 0.1],
    ['shares', [1.5, -0.5], 0.1],
  ])('is invalid by %s: %j, %d', (argument, shares, floor) => {
    expect(withFloor(shares, floor)).toMatchObject({ kind: 'invalid', argument })
  })
})
