import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import fixture from './fixtures/normal.json' with { type: 'json' }
import { normalCdf, normalDensity, normalQuantile, normalUpperTail } from './normal.ts'

describe(`the standard normal distribution (source: ${fixture.source})`, () => {
  it.each(fixture.tails)('exceeds $z with probability $p', ({ z, p }) => {
    expect(Math.abs(normalUpperTail(z) / p - 1)).toBeLessThan(1e-12)
    expect(normalCdf(-z)).toBe(normalUpperTail(z))
  })

  it.each(fixture.quantiles)('is below $z with probability $p', ({ p, z }) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(p < 1e-17 ? 1e-9 : 1e-13)
  })

  it('has a density whose sum over small steps is the probability', () => {
    let area = 0
    for (let z = -1 + 0.0005; z < 1; z += 0.001) area += normalDensity(z) * 0.001
    expect(area).toBeCloseTo(normalCdf(1) - normalCdf(-1), 6)
  })

  it('has a quantile that undoes its probability, and is odd', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 0.5, noNaN: true }), p => {
        expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-11)
        expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 3)
      }),
    )
  })

  it.each([
    [0, -Infinity],
    [1, Infinity],
    [-0.1, Number.NaN],
    [1.1, Number.NaN],
    [Number.NaN, Number.NaN],
  ])('has %d for the quantile at its edges: %d', (p, z) => {
    expect(normalQuantile(p)).toBe(z)
  })
})
