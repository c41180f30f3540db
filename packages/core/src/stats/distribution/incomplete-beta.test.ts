import { describe, expect, it, test } from 'vitest'
import { betaCdf, betaQuantile, betaUpperTail } from './beta.ts'
import { binomialCdf } from './binomial.ts'
import fixture from './fixtures/incomplete-beta.json' with { type: 'json' }

const relativeError = (actual: number, expected: number) => Math.abs(actual / expected - 1)

describe(`incomplete beta functions of large parameters (source: ${fixture.source})`, () => {
  test.each(fixture.rows)('I_$x($a, $b) is $lower, and what is left $upper', ({ x, a, b, lower, upper }) => {
    if (lower > 1e-200) expect(relativeError(betaCdf(x, a, b), lower)).toBeLessThan(1e-10)
    if (upper > 1e-200) expect(relativeError(betaUpperTail(x, a, b), upper)).toBeLessThan(1e-10)
  })

  test.each(fixture.rows.filter(({ lower }) => lower > 1e-12 && lower < 0.999))(
    'the quantile of $lower at ($a, $b) is $x',
    ({ x, a, b, lower }) => {
      const deviation = Math.sqrt(((a / (a + b)) * (b / (a + b))) / (a + b))
      expect(Math.abs(betaQuantile(lower, a, b) - x) / deviation).toBeLessThan(1e-6)
    },
  )
})

describe(`incomplete beta functions of huge parameters (source: ${fixture.source})`, () => {
  test.each(fixture.huge)('I_$x($a, $b) is $lower, and what is left $upper', ({ x, a, b, lower, upper }) => {
    expect(relativeError(betaCdf(x, a, b), lower)).toBeLessThan(1e-9)
    expect(relativeError(betaUpperTail(x, a, b), upper)).toBeLessThan(1e-9)
  })

  it('have a quantile at once, though their variance is below the smallest double', () => {
    expect(betaQuantile(0.5, 1e150, 1e150)).toBeCloseTo(0.5, 14)
    expect(relativeError(betaQuantile(0.999, 1e15, 1e308), 1e-293)).toBeLessThan(1e-6)
  })
})

describe('large trials', () => {
  // P(X <= n / 2) of n fair trials is 1/2 + P(X = n / 2) / 2, and P(X = n / 2) nearly sqrt(2 / (pi n)).
  it.each([3e8, 1e9, 1e12])('of %d, half of them successes, are as likely below as above', n => {
    expect(Math.abs(binomialCdf(n / 2, n, 0.5) - 0.5 - Math.sqrt(2 / (Math.PI * n)) / 2)).toBeLessThan(1e-9)
  })

  it('have their median at a half', () => {
    expect(Math.abs(betaQuantile(0.5, 1e9, 1e9) - 0.5)).toBeLessThan(1e-14)
  })
})
