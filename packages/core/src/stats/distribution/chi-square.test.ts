import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chiSquareUpperTail } from './chi-square.ts'
import fixture from './fixtures/chi-square.json' with { type: 'json' }

function relativeError(actual: number, expected: number): number {
  return Math.abs(actual - expected) / expected
}

describe('the chi-square upper tail', () => {
  it.each(fixture.few.rows)(
    `is $p at x = $x with $k degrees of freedom (source: ${fixture.few.source})`,
    ({ x, k, p }) => {
      expect(relativeError(chiSquareUpperTail(x, k), p)).toBeLessThan(1e-12)
    },
  )

  it.each(fixture.many.rows)(
    `keeps its digits with many: is $p at x = $x with $k degrees of freedom (source: ${fixture.many.source})`,
    ({ x, k, p }) => {
      expect(relativeError(chiSquareUpperTail(x, k), p)).toBeLessThan(1e-11)
    },
  )

  it('agrees with the finite sum that even degrees of freedom allow', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 600, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        (x, m) => {
          let term = 1
          let series = 1
          for (let i = 1; i < m; i++) series += term *= x / 2 / i
          expect(relativeError(chiSquareUpperTail(x, 2 * m), Math.exp(-x / 2) * series)).toBeLessThan(1e-11)
        },
      ),
    )
  })

  it('runs from 1 at zero to 0 at infinity', () => {
    expect(chiSquareUpperTail(0, 3)).toBe(1)
    expect(chiSquareUpperTail(Infinity, 3)).toBe(0)
    expect(chiSquareUpperTail(1e6, 1)).toBe(0)
  })

  it.each([
    [-1, 1],
    [Number.NaN, 1],
    [1, 0],
    [1, -2],
    [1, Number.NaN],
    [1, Infinity],
  ])('is not a number outside its domain (%d, %d)', (x, k) => {
    expect(chiSquareUpperTail(x, k)).toBeNaN()
  })
})
