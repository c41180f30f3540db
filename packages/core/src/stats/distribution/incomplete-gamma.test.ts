import { describe, expect, it } from 'vitest'
import fixture from './fixtures/incomplete-gamma.json' with { type: 'json' }
import { gammaLower, gammaUpper } from './incomplete-gamma.ts'

describe(`the incomplete gamma functions (source: ${fixture.source})`, () => {
  it.each(fixture.rows)('of shape $shape at $x are $lower and $upper', ({ shape, x, lower, upper }) => {
    expect(Math.abs(gammaLower(shape, x) / lower - 1)).toBeLessThan(1e-10)
    expect(Math.abs(gammaUpper(shape, x) / upper - 1)).toBeLessThan(1e-10)
  })

  it.each([1e20, 1e150, 1e300])('of shape %d are a half each at the shape, at once', shape => {
    expect(gammaLower(shape, shape)).toBeCloseTo(0.5, 10)
    expect(gammaUpper(shape, shape)).toBeCloseTo(0.5, 10)
    expect([gammaLower(shape, 2 * shape), gammaUpper(shape, shape / 2)]).toEqual([1, 1])
  })

  it('of shapes next to 0 leave nothing above a large number', () => {
    expect([gammaUpper(1e-300, 1e5), gammaLower(1e-300, 1e5)]).toEqual([0, 1])
  })

  it('are not numbers outside their domain, and certain at infinity', () => {
    expect([gammaLower(0, 1), gammaLower(1, -1), gammaUpper(Infinity, 1), gammaUpper(1, Number.NaN)]).toEqual(
      Array(4).fill(Number.NaN),
    )
    expect([gammaLower(2, Infinity), gammaUpper(2, Infinity), gammaLower(2, 0)]).toEqual([1, 0, 0])
  })
})
