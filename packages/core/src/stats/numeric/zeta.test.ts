import { describe, expect, it } from 'vitest'
import fixture from './fixtures/numeric.json' with { type: 'json' }
import { zeta } from './zeta.ts'

describe('the zeta function', () => {
  it.each(fixture.zeta.rows)(`of $s is $zeta (source: ${fixture.zeta.source})`, row => {
    expect(Math.abs(zeta(row.s) / row.zeta - 1)).toBeLessThan(1e-14)
  })

  it('of 2 is pi^2 / 6', () => {
    expect(zeta(2)).toBeCloseTo(Math.PI ** 2 / 6, 14)
  })

  it('is not a number at its pole and below', () => {
    expect([zeta(1), zeta(0.5), zeta(Number.NaN)]).toEqual(Array(3).fill(Number.NaN))
  })
})
