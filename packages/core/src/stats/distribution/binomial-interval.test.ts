import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binomialCdf, binomialUpperTail, clopperPearson } from './binomial.ts'
import { binomialInterval } from './binomial-interval.ts'
import fixture from './fixtures/binomial-interval.json' with { type: 'json' }

describe(`the central interval of a count (source: ${fixture.source})`, () => {
  it.each(fixture.rows)(
    'is $lower to $upper at $level of Binomial($n, $p)',
    ({ n, p, level, lower, upper }) => {
      expect(binomialInterval(n, p, level)).toEqual({ lower, upper })
    },
  )

  it.each([
    [0, 0.3, 0, 0],
    [9, 0, 0, 0],
    [9, 1, 9, 9],
  ])('of what is certain is that: Binomial(%s, %s) is %s to %s', (n, p, lower, upper) => {
    expect(binomialInterval(n, p, 0.95)).toEqual({ lower, upper })
  })

  it('holds the count with at least the level, and no smaller one does', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.nat(5000), share, fc.constantFrom(0.5, 0.95, 0.999), (n, p, level) => {
        const { lower, upper } = binomialInterval(n, p, level)
        const tail = (1 - level) / 2
        expect(lower).toBeLessThanOrEqual(upper)
        expect(binomialCdf(lower - 1, n, p)).toBeLessThanOrEqual(tail)
        expect(binomialUpperTail(upper + 1, n, p)).toBeLessThanOrEqual(tail)
        if (lower < n) expect(binomialCdf(lower, n, p)).toBeGreaterThan(tail)
        if (upper > 0) expect(binomialUpperTail(upper, n, p)).toBeGreaterThan(tail)
      }),
    )
  })

  it.each([
    [10, 3, 0.95],
    [10, -0.1, 0.95],
    [10, Number.NaN, 0.95],
    [10.5, 0.5, 0.95],
    [-3, 0.5, 0.95],
    [1e17, 0.5, 0.95],
    [Infinity, 0.5, 0.95],
    [10, 0.5, 0],
    [10, 0.5, 1],
    [10, 0.5, Number.NaN],
  ])('is no number, rather than an endless search or a count, for Binomial(%d, %d) at %d', (n, p, level) => {
    expect(binomialInterval(n, p, level)).toEqual({ lower: Number.NaN, upper: Number.NaN })
  })

  it.each([
    [1, -3, 0.5],
    [1, 10.5, 0.5],
    [1.5, 10, 0.5],
    [1, 10, 2],
    [1, 10, -1],
    [-1, 10, Number.NaN],
    [Number.NaN, 10, 0.5],
  ])('has no tails outside its domain: %d of Binomial(%d, %d)', (k, n, p) => {
    expect(binomialCdf(k, n, p)).toBeNaN()
    expect(binomialUpperTail(k, n, p)).toBeNaN()
  })

  it.each([
    [5, 3, 0.95],
    [-1, 3, 0.95],
    [1, 3, 1],
    [1.5, 3, 0.95],
  ])('is no number for %d of %d at %d', (successes, trials, level) => {
    expect(clopperPearson(successes, trials, level)).toEqual({ lower: Number.NaN, upper: Number.NaN })
  })
})
