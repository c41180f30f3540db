import { describe, expect, it } from 'vitest'
import { integrate } from './quadrature.ts'

describe('an integral', () => {
  it('adds up pieces, in whatever order the breaks come', () => {
    expect(integrate([2, 0, 1, 1], Math.exp)).toBeCloseTo(Math.exp(2) - 1, 13)
  })

  it('is exact for polynomials of degree 39 on a piece', () => {
    expect(integrate([0, 1], x => 40 * x ** 39)).toBeCloseTo(1, 13)
    expect(Math.abs(integrate([0, 1], x => 301 * x ** 300) - 1)).toBeGreaterThan(1e-6)
  })

  it('is 0 over no width', () => {
    expect(integrate([1, 1], Math.exp)).toBe(0)
    expect(integrate([], Math.exp)).toBe(0)
  })
})
