import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Estimate, Result } from '../../../result.ts'
import type { OneSampleEstimate } from '../bounded/one-sample.ts'
import { compareQuantilesSequentially } from './compare-quantiles.ts'
import fixture from './fixtures/quantile.json' with { type: 'json' }
import {
  doubleStitchedBoundary,
  mixtureRadii,
  stitchedRadii,
  uniformConstant,
  uniformRadius,
} from './quantile-radii.ts'
import { quantileSequence } from './quantile-sequence.ts'

function estimated<Value extends Estimate | OneSampleEstimate>(result: Result<Value>): Value {
  if (result.kind !== 'estimate') throw new Error(`no estimate but ${JSON.stringify(result)}`)
  return result
}

describe('radii of quantiles', () => {
  it('uniform: .08204769 at 1000 from 100 on (source: confseq EmpiricalProcessLILTest, 1e-5)', () => {
    expect(Math.abs(uniformRadius(1000, 0.05, 100) - 0.08204769)).toBeLessThan(1e-6)
    expect(uniformConstant(0.05, 0.85)).toBeCloseTo(8.1226, 3)
    expect(uniformRadius(99, 0.05, 100)).toBe(Infinity)
  })

  it.each([
    [-1, 0.85],
    [0, 0.85],
    [1, 0.85],
    [Number.NaN, 0.85],
    [0.05, Math.SQRT1_2],
    [0.05, 0],
    [0.05, Number.NaN],
    [0.05, Infinity],
  ])(
    'uniform: NaN, not an endless search, for alpha %d and A %d (source: the domain of theorem 2)',
    (alpha, a) => {
      expect(uniformConstant(alpha, a)).toBeNaN()
      expect(uniformRadius(1000, alpha, 100, a)).toBeNaN()
    },
  )

  it.each([
    [0.95, 1000, 0.036, 4],
    [0.99, 10_000, 0.00504, 5],
  ])(
    'stitched: p = %d after %d values is %d (source: the closed form, by SciPy)',
    (p, n, radius, decimals) => {
      expect(stitchedRadii(p, n, 0.05).above).toBeCloseTo(radius, decimals)
    },
  )

  it.each(fixture.radii)(`mixture: p = $p after $n values (source: ${fixture.source} brentq)`, row => {
    const { below, above } = mixtureRadii(row.p, row.n, row.alpha, row.tunedFor)
    expect(below).toBeCloseTo(row.below, 11)
    expect(above).toBeCloseTo(row.above, 11)
  })

  it('double stitched: closer for extreme quantiles, and wider than for one quantile alone', () => {
    const at = (p: number) => doubleStitchedBoundary(p, 10_000, 0.05, 100) / 10_000
    expect(at(0.99)).toBeLessThan(at(0.9))
    expect(at(0.9)).toBeLessThan(at(0.5))
    expect(at(0.9)).toBeGreaterThan(stitchedRadii(0.9, 10_000, 0.05).above)
    expect(doubleStitchedBoundary(0.5, 10_000, 0.05, 0)).toBeNaN()
  })

  it('narrow with values and with alpha', () => {
    const share = fc.double({ min: 0.02, max: 0.98, noNaN: true })
    fc.assert(
      fc.property(share, fc.integer({ min: 50, max: 1e5 }), (p, n) => {
        for (const radii of [mixtureRadii, stitchedRadii]) {
          const wide = radii(p, n, 0.05, 1000).above
          expect(radii(p, 4 * n, 0.05, 1000).above).toBeLessThanOrEqual(wide)
          expect(radii(p, n, 0.2, 1000).above).toBeLessThanOrEqual(wide)
        }
      }),
      { numRuns: 50 },
    )
  })
})

const values = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

describe('the sequence of a quantile', () => {
  it('goes from order statistic to order statistic', () => {
    const { interval, value } = estimated(quantileSequence(values(1000), 0.95, { boundary: 'stitched' }))
    const radius = stitchedRadii(0.95, 1000, 0.05).above
    expect(interval.lower).toBe(Math.ceil(1000 * (0.95 - radius)))
    expect(interval.upper).toBe(Math.floor(1000 * (0.95 + radius)) + 1)
    expect(value).toBeCloseTo(950.05, 9)
  })

  it('is open where there are too few values beyond the quantile', () => {
    const upper = (n: number) =>
      estimated(quantileSequence(values(n), 0.99, { boundary: 'stitched' })).interval.upper
    expect(upper(1000)).toBeNull()
    expect(upper(10_000)).toBeGreaterThan(9900)
    expect(quantileSequence(values(3), 0.5)).toMatchObject({ kind: 'insufficient', reason: 'too_few_units' })
    expect(quantileSequence(values(50), 0.5, { boundary: 'uniform' })).toMatchObject({ kind: 'insufficient' })
  })

  it('is wider for all quantiles at once', () => {
    const width = (boundary: 'mixture' | 'uniform') => {
      const { interval } = estimated(quantileSequence(values(5000), 0.5, { boundary }))
      return (interval.upper ?? 0) - (interval.lower ?? 0)
    }
    expect(width('uniform')).toBeGreaterThan(width('mixture'))
  })

  it('follows any rising transformation of the values', () => {
    const { interval } = estimated(quantileSequence(values(2000), 0.9))
    const other = estimated(quantileSequence(values(2000).map(Math.log), 0.9)).interval
    expect(other.lower).toBe(Math.log(interval.lower ?? 0))
    expect(other.upper).toBe(Math.log(interval.upper ?? 0))
  })
})

describe(`the difference of two quantiles (source: ${fixture.source}, by trying all)`, () => {
  it.each(fixture.pairs)(
    'p = $p, alpha = $alpha',
    ({ control, variant, p, tunedFor, alpha, ...expected }) => {
      const result = estimated(compareQuantilesSequentially(control, variant, { p, tunedFor, alpha }))
      expect(Math.log(result.e ?? 0)).toBeCloseTo(expected.logE, 8)
      expect(result.interval.lower).toBeCloseTo(expected.lower, 9)
      expect(result.interval.upper).toBeCloseTo(expected.upper, 9)
      const half = estimated(
        compareQuantilesSequentially(control, variant, { p, tunedFor, alpha, nullEffect: 500 }),
      )
      expect(Math.log(half.e ?? 0)).toBeCloseTo(expected.logEHalf, 8)
    },
  )

  const sample = fc
    .array(fc.integer({ min: -50, max: 50 }), { minLength: 20, maxLength: 150 })
    .map(xs => xs.sort((x, y) => x - y))
  const share = fc.constantFrom(0.1, 0.5, 0.8)

  it('excludes the null effect exactly when p < alpha', () => {
    fc.assert(
      fc.property(sample, sample, share, fc.integer({ min: -60, max: 60 }), (a, b, p, nullEffect) => {
        const result = compareQuantilesSequentially(a, b, { p, nullEffect, tunedFor: 100 })
        if (result.kind !== 'estimate') return
        const { lower, upper } = result.interval
        const isOutside = (lower ?? -Infinity) > nullEffect || (upper ?? Infinity) < nullEffect
        expect(isOutside).toBe((result.p ?? 1) < 0.05)
      }),
    )
  })

  it('is antisymmetric in the variants', () => {
    fc.assert(
      fc.property(sample, sample, share, (a, b, p) => {
        const forward = compareQuantilesSequentially(a, b, { p, tunedFor: 100 })
        const backward = compareQuantilesSequentially(b, a, { p, tunedFor: 100 })
        if (forward.kind !== 'estimate' || backward.kind !== 'estimate') return
        expect(forward.interval.upper).toBe(
          backward.interval.lower === null ? null : -backward.interval.lower,
        )
        expect(Math.log(forward.e ?? 0)).toBeCloseTo(Math.log(backward.e ?? 9), 9)
      }),
    )
  })
})

describe('what cannot be answered of quantiles', () => {
  it.each<[string, { readonly kind: string }]>([
    ['p', quantileSequence([1], 1)],
    ['alpha', quantileSequence([1], 0.5, { alpha: 1 })],
    ['tunedFor', quantileSequence([1], 0.5, { tunedFor: 0 })],
    ['sorted', quantileSequence([...values(500), Infinity], 0.9999, { boundary: 'stitched' })],
    ['p', compareQuantilesSequentially([1], [1], { p: 0 })],
    ['alpha', compareQuantilesSequentially([1], [1], { p: 0.5, alpha: 0 })],
    ['tunedFor', compareQuantilesSequentially([1], [1], { p: 0.5, tunedFor: -1 })],
    ['nullEffect', compareQuantilesSequentially([1], [1], { p: 0.5, nullEffect: Infinity })],
    ['values', compareQuantilesSequentially([Infinity], [1], { p: 0.5 })],
  ])('names %s when it is out of range', (argument, result) => {
    expect(result).toMatchObject({ kind: 'invalid', argument })
  })

  it('is insufficient without values', () => {
    expect(quantileSequence([], 0.5)).toMatchObject({ kind: 'insufficient' })
    expect(compareQuantilesSequentially([], [1], { p: 0.5 })).toMatchObject({ kind: 'insufficient' })
    expect(compareQuantilesSequentially([1, 2], [1], { p: 0.5 })).toMatchObject({ kind: 'insufficient' })
  })

  it('has no number where p and the tuning are too far apart, and says so', () => {
    const options = { p: 4.7e-196, alpha: 0.9, tunedFor: 1.7e308 }
    expect(compareQuantilesSequentially([1, 2, 3, 4, 5], [1, 2, 3, 4, 6], options)).toMatchObject({
      kind: 'invalid',
    })
  })
})
