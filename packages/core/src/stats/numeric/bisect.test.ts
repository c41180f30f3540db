import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bisect, firstWhere, lastWhere } from './bisect.ts'

describe('the last point where something holds', () => {
  it('is the last double, from either side', () => {
    expect(lastWhere(x => x * x <= 2, 0, 2)).toBe(Math.SQRT2 - 2 ** -52)
    expect(lastWhere(x => x * x >= 2, 2, 0)).toBe(Math.SQRT2)
  })

  it('is found near zero too, to 1e-300', () => {
    expect(lastWhere(x => x > 1e-200, 1, 0)).toBeCloseTo(1e-200, 210)
    expect(lastWhere(x => x > 0, 1, 0)).toBeLessThan(1e-299)
  })
})

describe('the root of a monotone function', () => {
  it('is found to the last digit, rising or falling', () => {
    expect(bisect(x => x * x - 2, 0, 2)).toBeCloseTo(Math.SQRT2, 15)
    expect(bisect(x => 2 - x * x, 0, 2)).toBeCloseTo(Math.SQRT2, 15)
  })

  it('may lie beside an infinite value', () => {
    expect(bisect(x => Math.log(x) + 1, 0, 5)).toBeCloseTo(1 / Math.E, 15)
  })

  it('is the nearer end when there is none', () => {
    expect(bisect(x => x + 1, 0, 2)).toBe(0)
    expect(bisect(x => x - 3, 0, 2)).toBe(2)
  })
})

describe('the first number for which something holds', () => {
  it('is found up to the largest safe integer', () => {
    const first = 2 ** 52 + 3
    expect(firstWhere(Number.MAX_SAFE_INTEGER, k => k >= first)).toBe(first)
  })

  it('is what a search one by one finds', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(60), (n, from) => {
        const all = Array.from({ length: n }, (_, k) => k)
        const found = all.findIndex(k => k >= from)
        expect(firstWhere(n, k => k >= from)).toBe(found === -1 ? n : found)
      }),
    )
  })
})
