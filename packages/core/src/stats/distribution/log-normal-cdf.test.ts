import { describe, expect, it } from 'vitest'
import fixture from './fixtures/log-normal-cdf.json' with { type: 'json' }
import { logNormalCdf } from './log-normal-cdf.ts'

describe(`the logarithm of the normal distribution function (source: ${fixture.source})`, () => {
  it.each(fixture.rows)('is $log at $z', ({ z, log }) => {
    expect(Math.abs(logNormalCdf(z) / log - 1)).toBeLessThan(1e-13)
  })

  it('is certain at infinity and not a number for none', () => {
    expect(logNormalCdf(Infinity) + 0).toBe(0)
    expect(logNormalCdf(-Infinity)).toBe(-Infinity)
    expect(logNormalCdf(Number.NaN)).toBeNaN()
  })
})
