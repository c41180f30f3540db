import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import fixture from './fixtures/quantile.json' with { type: 'json' }
import { quantile } from './quantile.ts'

const cases = fixture.rows.flatMap(({ sorted, quantiles }) =>
  quantiles.map(([p = Number.NaN, q = Number.NaN]) => ({ sorted, n: sorted.length, p, q })),
)

describe(`the sample quantile of type 7 (source: ${fixture.source})`, () => {
  it.each(cases)('is $q at p = $p of $n values', ({ sorted, p, q }) => {
    expect(quantile(sorted, p)).toBeCloseTo(q, 12)
  })

  it('never leaves the range of the values and never falls as p rises', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true })
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(values, probability, probability, (unsorted, a, b) => {
        const sorted = Float64Array.from(unsorted).sort()
        const low = quantile(sorted, Math.min(a, b))
        const high = quantile(sorted, Math.max(a, b))
        expect(low).toBeGreaterThanOrEqual(sorted[0] ?? Number.NaN)
        expect(high).toBeLessThanOrEqual(sorted.at(-1) ?? Number.NaN)
        expect(low).toBeLessThanOrEqual(high + 1e-9)
      }),
    )
  })

  it.each([
    ['there are no values', [], 0.5],
    ['p is negative', [1, 2], -0.1],
    ['p is above one', [1, 2], 1.1],
    ['p is not a number', [1, 2], Number.NaN],
  ])('is not a number when %s', (_when, sorted, p) => {
    expect(quantile(sorted, p)).toBeNaN()
  })
})
