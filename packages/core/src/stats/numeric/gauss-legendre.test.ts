import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import fixture from './fixtures/numeric.json' with { type: 'json' }
import { gaussLegendre } from './gauss-legendre.ts'

describe('the Gauss-Legendre rule', () => {
  it(`has the points and weights of NumPy at order 24 (source: ${fixture.rule.source})`, () => {
    const rule = gaussLegendre(24)
    expect(rule.points).toHaveLength(24)
    for (const [i, point] of rule.points.entries()) {
      expect(Math.abs(point - (fixture.rule.points[i] ?? 0))).toBeLessThan(1e-15)
      expect(Math.abs((rule.weights[i] ?? 0) - (fixture.rule.weights[i] ?? 0))).toBeLessThan(2e-15)
    }
  })

  it('integrates polynomials of degree below twice its order exactly', () => {
    const rule = gaussLegendre(5)
    const exponent = fc.integer({ min: 0, max: 9 })
    fc.assert(
      fc.property(exponent, degree => {
        const sum = rule.points.reduce((total, x, i) => total + (rule.weights[i] ?? 0) * x ** degree, 0)
        expect(sum).toBeCloseTo(degree % 2 === 1 ? 0 : 2 / (degree + 1), 13)
      }),
    )
  })
})
