import { describe, expect, it } from 'vitest'
import fixture from './fixtures/kolmogorov.json' with { type: 'json' }
import { kolmogorovUpperTail, smirnovUpperTail } from './kolmogorov.ts'

describe(`the Kolmogorov-Smirnov statistic (source: ${fixture.source})`, () => {
  it.each(fixture.durbin)('of $n values is at least $d with probability $p, by the matrix', ({ n, d, p }) => {
    expect(Math.abs(kolmogorovUpperTail(d, n) / p - 1)).toBeLessThan(1e-9)
  })

  it.each(fixture.twoSided)('of $n values is at least $d with probability $p', ({ n, d, p }) => {
    expect(Math.abs(kolmogorovUpperTail(d, n) / p - 1)).toBeLessThan(1e-9)
  })

  it.each(fixture.oneSided)('of $n values exceeds by $d with probability $p', ({ n, d, p }) => {
    expect(Math.abs(smirnovUpperTail(d, n) / p - 1)).toBeLessThan(1e-11)
  })

  it('is certain below its least value, impossible above 1, and NaN outside the domain', () => {
    expect([kolmogorovUpperTail(0.05, 10), kolmogorovUpperTail(1, 10)]).toEqual([1, 0])
    expect([smirnovUpperTail(-1, 10), smirnovUpperTail(1, 10)]).toEqual([1, 0])
    expect(kolmogorovUpperTail(0.1, 0)).toBeNaN()
    expect(kolmogorovUpperTail(Number.NaN, 5)).toBeNaN()
    expect(smirnovUpperTail(0.1, 1.5)).toBeNaN()
  })

  it('of 10 values has the critical values .36866 at 10 % and .40925 at 5 % (source: Miller 1956, table 1)', () => {
    expect(kolmogorovUpperTail(0.36866, 10)).toBeCloseTo(0.1, 4)
    expect(kolmogorovUpperTail(0.40925, 10)).toBeCloseTo(0.05, 4)
  })
})
