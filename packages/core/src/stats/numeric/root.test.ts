import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findRoot } from './root.ts'

describe('the root finder', () => {
  it('finds the fixed point of the cosine (0.7390851332151607, the Dottie number)', () => {
    expect(findRoot(x => Math.cos(x) - x, 0, 1, { x: 1e-14, y: 0 })).toBeCloseTo(0.7390851332151607, 13)
  })

  it('takes few steps where the function is smooth', () => {
    let calls = 0
    findRoot(
      x => {
        calls += 1
        return Math.exp(x) - 3
      },
      0,
      5,
      { x: 1e-12, y: 0 },
    )
    expect(calls).toBeLessThan(20)
  })

  it('stops when the function is small enough', () => {
    const root = findRoot(x => x - 0.3, 0, 1, { x: 0, y: 0.01 })
    expect(Math.abs((root ?? 1) - 0.3)).toBeLessThanOrEqual(0.01)
  })

  it('finds where a function jumps over zero', () => {
    expect(findRoot(x => (x < 0.3 ? -1 : 5), 0, 1, { x: 1e-9, y: 0 })).toBeCloseTo(0.3, 8)
  })

  it('finds none without a change of sign', () => {
    expect(findRoot(x => x * x + 1, -1, 1, { x: 1e-9, y: 0 })).toBeNull()
  })

  it('finds the root of any cubic that rises', () => {
    const root = fc.double({ min: -5, max: 5, noNaN: true })
    const bend = fc.double({ min: 0, max: 100, noNaN: true })
    fc.assert(
      fc.property(root, bend, (x0, a) => {
        const found = findRoot(x => (x - x0) * (1 + a * (x - x0) ** 2), -6, 6.5, { x: 1e-10, y: 0 })
        expect(Math.abs((found ?? Number.NaN) - x0)).toBeLessThan(1e-9)
      }),
    )
  })
})
