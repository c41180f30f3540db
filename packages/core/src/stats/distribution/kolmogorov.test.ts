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

  // Numbers of this package's exact recursion at 10,000 and 20,000 values, which takes seconds: another route.
  it.each([
    [10000, 0.4, 0.997021388356465],
    [10000, 0.6, 0.8620822472811136],
    [10000, 1, 0.26821912796265324],
    [10000, 1.7, 0.006106326640259674],
    [20000, 0.8, 0.5422312149668669],
    [20000, 1.3, 0.06767449938409997],
    [20000, 2.2, 0.00012370169958064725],
  ])('of %d values is at least %d / sqrt n with probability %d to 1e-5, by the limit', (n, x, p) => {
    expect(Math.abs(kolmogorovUpperTail(x / Math.sqrt(n), n) / p - 1)).toBeLessThan(1e-5)
  })

  it('goes on smoothly where the limit takes over, and falls with the distance', () => {
    for (const x of [0.5, 0.9, 1.02, 1.5]) {
      const [exact, limit] = [5000, 5001].map(n => kolmogorovUpperTail(x / Math.sqrt(n), n))
      expect(Math.abs((exact ?? 0) / (limit ?? 1) - 1)).toBeLessThan(3e-5)
    }
    const tails = Array.from({ length: 300 }, (_, k) => kolmogorovUpperTail((0.01 * k) / 100, 10000))
    for (const [k, tail] of tails.entries()) expect(tail).toBeLessThanOrEqual(tails[k - 1] ?? 1)
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
