import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betaCdf, betaQuantile, betaUpperTail, logBeta, logGamma } from './beta.ts'
import { binomialCdf, binomialUpperTail, clopperPearson } from './binomial.ts'
import fixture from './fixtures/beta.json' with { type: 'json' }

describe(`the beta distribution (source: ${fixture.source})`, () => {
  it.each(fixture.tails)('of $a and $b is below $x with probability $lower', ({ a, b, x, lower, upper }) => {
    expect(Math.abs(betaCdf(x, a, b) / lower - 1)).toBeLessThan(1e-11)
    expect(Math.abs(betaUpperTail(x, a, b) / upper - 1)).toBeLessThan(1e-11)
  })

  it.each(fixture.quantiles)('of $a and $b has the quantile $x at $p', ({ p, a, b, x }) => {
    expect(Math.abs(betaQuantile(p, a, b) / x - 1)).toBeLessThan(1e-10)
  })

  it('is not a number outside its domain, and certain beyond its ends', () => {
    expect(betaCdf(0.5, 0, 1)).toBeNaN()
    expect(betaUpperTail(Number.NaN, 1, 1)).toBeNaN()
    expect([betaCdf(-1, 2, 3), betaCdf(2, 2, 3)]).toEqual([0, 1])
    expect([betaUpperTail(0, 2, 3), betaUpperTail(1, 2, 3)]).toEqual([1, 0])
  })

  it('has a normalising constant made of gamma functions', () => {
    expect(logBeta(3, 4)).toBeCloseTo(Math.log(1 / 60), 14)
    expect(logGamma(6)).toBeCloseTo(Math.log(120), 14)
  })
})

describe('the binomial distribution', () => {
  it('is the sum of its terms', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (n, p) => {
          let term = (1 - p) ** n
          let below = 0
          for (let k = 0; k <= n; k++) {
            below += term
            expect(binomialCdf(k, n, p)).toBeCloseTo(below, 11)
            expect(binomialUpperTail(k + 1, n, p)).toBeCloseTo(1 - below, 11)
            term *= ((n - k) / (k + 1)) * (p / (1 - p))
          }
          expect(binomialCdf(-1, n, p)).toBe(0)
          expect(binomialUpperTail(0, n, p)).toBe(1)
        },
      ),
    )
  })

  it.each(fixture.intervals)(
    'has the interval of Clopper and Pearson for $successes of $trials',
    ({ successes, trials, level, lower, upper }) => {
      const interval = clopperPearson(successes, trials, level)
      expect(interval.lower).toBeCloseTo(lower, 10)
      expect(interval.upper).toBeCloseTo(upper, 10)
    },
  )
})
