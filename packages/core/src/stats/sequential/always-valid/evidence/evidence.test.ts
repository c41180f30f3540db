import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asymptoticSequence } from '../asymptotic/sequence.ts'
import { eBenjaminiHochberg } from './e-benjamini-hochberg.ts'
import { alwaysValidP, combineDependent, combineIndependent, eValue, NO_LOOKS, takeLook } from './evidence.ts'

describe('e values', () => {
  it('are the reciprocals of p values, which never exceed 1', () => {
    expect(alwaysValidP(Math.log(40))).toBeCloseTo(0.025, 14)
    expect([alwaysValidP(-3), alwaysValidP(-Infinity), eValue(-Infinity)]).toEqual([1, 1, 0])
    expect(eValue(5000)).toBe(Number.MAX_VALUE)
  })

  it('of independent tests multiply, and of any tests average', () => {
    expect(combineIndependent([2, 4, 0.5])).toBeCloseTo(4, 12)
    expect(combineIndependent([])).toBe(1)
    expect(combineIndependent([1e300, 1e300])).toBe(Number.MAX_VALUE)
    expect(combineIndependent([0, 1e300])).toBe(0)
    expect(combineDependent([2, 4, 0])).toBe(2)
    expect(combineDependent([Infinity, 1])).toBe(Number.MAX_VALUE)
    expect([combineIndependent([-1]), combineDependent([]), combineDependent([Number.NaN])]).toEqual(
      Array(3).fill(Number.NaN),
    )
  })
})

describe('the running p value', () => {
  const at = (effect: number) =>
    asymptoticSequence({ effect, standardError: 0.1, n: { control: 900, variant: 900 } })

  it('is the least so far, and is not moved by looks without an answer', () => {
    const first = takeLook(NO_LOOKS, at(0.5))
    expect(first.minP).toBeLessThan(0.01)
    expect(takeLook(first, at(0.1))).toBe(first)
    expect(takeLook(first, { kind: 'insufficient', reason: 'no_variance', needed: null })).toBe(first)
    expect(takeLook(first, at(0.7)).minP).toBeLessThan(first.minP)
  })
})

describe('e-BH', () => {
  const family = (es: readonly number[]) => ({
    family: 'metrics',
    tests: es.map((e, i) => ({ id: `m${i}`, e })),
  })

  // By the definition: K = 4, alpha = 0.1: 1 * 30 / 4 < 10, 2 * 25 / 4 >= 10, 3 * 12 / 4 < 10, 4 * 1 / 4 < 10.
  it('takes the largest k with k e_(k) / K >= 1 / alpha', () => {
    const result = eBenjaminiHochberg(family([12, 30, 1, 25]), 0.1)
    if (result.kind !== 'e_discoveries') throw new Error(result.kind)
    expect(result.tests.map(test => test.isDiscovery)).toEqual([false, true, false, true])
    expect(result.tests.map(test => test.adjustedP)).toEqual([4 / 36, 4 / 50, 1, 4 / 50])
    expect(result.family).toBe('metrics')
  })

  it('is the Benjamini-Hochberg procedure on 1 / e, and finds no fewer for larger evidence', () => {
    const e = fc.double({ min: 0, max: 500, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(e, { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        (es, alpha) => {
          const result = eBenjaminiHochberg(family(es), alpha)
          if (result.kind !== 'e_discoveries') throw new Error(result.kind)
          const sorted = es.toSorted((a, b) => b - a)
          // At the limit itself, rounding decides.
          fc.pre(sorted.every((value, i) => Math.abs(((i + 1) * value * alpha) / es.length - 1) > 1e-9))
          const count = sorted.reduce(
            (most, value, i) => (((i + 1) * value) / es.length >= 1 / alpha ? i + 1 : most),
            0,
          )
          expect(result.tests.filter(test => test.isDiscovery).length).toBeGreaterThanOrEqual(count)
          const least = sorted[count - 1] ?? Infinity
          for (const test of result.tests) if (test.e > least) expect(test.isDiscovery).toBe(true)
          for (const test of result.tests)
            if (test.e < least * (1 - 1e-12)) expect(test.isDiscovery).toBe(false)
        },
      ),
    )
  })

  it('names what is out of range', () => {
    expect(eBenjaminiHochberg(family([1]), 0)).toMatchObject({ kind: 'invalid', argument: 'alpha' })
    expect(eBenjaminiHochberg(family([-1]), 0.1)).toMatchObject({ kind: 'invalid', argument: 'e' })
    expect(eBenjaminiHochberg(family([]), 0.1)).toMatchObject({ kind: 'e_discoveries', tests: [] })
  })

  it('takes what is infinite for the largest number there is, as a single e value is reported', () => {
    const result = eBenjaminiHochberg(family([Number.POSITIVE_INFINITY, 1]), 0.05)
    if (result.kind !== 'e_discoveries') throw new Error(result.kind)
    const [first, second] = result.tests
    expect(first).toMatchObject({ e: eValue(Infinity), isDiscovery: true })
    expect(first?.adjustedP).toBeLessThan(1e-300)
    expect(second).toMatchObject({ e: 1, adjustedP: 1, isDiscovery: false })
  })
})
