// What the order statistics promise of any samples.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median, nearestRank, percentiles, spread } from './quantile.ts'

const samples = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 })

describe('percentiles', () => {
  it('takes the nearest rank of 1..100', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(percentiles(hundred)).toEqual({ p50: 50, p95: 95, p99: 99 })
  })

  it('is the only sample when there is one', () => {
    expect(percentiles([7])).toEqual({ p50: 7, p95: 7, p99: 7 })
  })

  it('is not a number without samples, never a fast 0', () => {
    expect(percentiles([])).toEqual({ p50: Number.NaN, p95: Number.NaN, p99: Number.NaN })
  })

  it('gives values that were observed, in order', () => {
    fc.assert(
      fc.property(samples, values => {
        const { p50, p95, p99 } = percentiles(values)
        expect(values).toEqual(expect.arrayContaining([p50, p95, p99]))
        expect(p50 <= p95 && p95 <= p99).toBe(true)
      }),
    )
  })

  it('leaves at least the asked share of samples at or below the rank', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
        const sorted = Float64Array.from(values).sort()
        const value = nearestRank(sorted, share)
        expect(sorted.filter(each => each <= value).length).toBeGreaterThanOrEqual(share * sorted.length)
      }),
    )
  })
})

describe('spread', () => {
  it.each([
    { values: [3, 1, 2], expected: { median: 2, min: 1, max: 3 } },
    { values: [4, 1, 2, 3], expected: { median: 2.5, min: 1, max: 4 } },
    { values: [5], expected: { median: 5, min: 5, max: 5 } },
    { values: [], expected: { median: Number.NaN, min: Number.NaN, max: Number.NaN } },
  ])('of $values is $expected', ({ values, expected }) => {
    expect(spread(values)).toEqual(expected)
  })

  it('leaves its samples in the order they came', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })
})
