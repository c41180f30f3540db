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
    [5, 3, 0.95],
    [-1, 3, 0.95],
    [1, 3, 1],
    [1.5, 3, 0.95],
  ])('is no number for %d of %d at %d', (successes, trials, level) => {
    expect(clopperPearson(successes, trials, level)).toEqual({ lower: Number.NaN, upper: Number.NaN })
  })
})
