// Test data of the Boost math library, and R's binom.test, as the tests of SciPy and statsmodels hold them.
import { describe, expect, it } from 'vitest'
import { betaCdf, betaQuantile, betaUpperTail } from './beta.ts'
import { binomialCdf, binomialUpperTail, clopperPearson } from './binomial.ts'
import boost from './fixtures/boost.json' with { type: 'json' }
import { gammaLower, gammaUpper } from './incomplete-gamma.ts'
import { kolmogorovUpperTail, smirnovUpperTail } from './kolmogorov.ts'
import { normalQuantile } from './normal.ts'

/** The least number whose digits can be asked for: below it, a denormal has lost some. */
const LEAST = 1e-300

function expectRatio(value: number, expected: number, tolerance: number): void {
  if (Math.abs(expected) < LEAST) expect(Math.abs(value)).toBeLessThan(LEAST)
  else expect(Math.abs(value / expected - 1)).toBeLessThan(tolerance)
}

describe(`Boost's numbers (source: ${boost.source})`, () => {
  it.each(boost.gamma)('of a gamma variable of shape $shape at $x', ({ shape, x, lower, upper }) => {
    expectRatio(gammaLower(shape, x), lower, 1e-12)
    expectRatio(gammaUpper(shape, x), upper, 1e-12)
  })

  it.each(boost.beta)('of a beta variable of $a and $b at $x', ({ a, b, x, lower, upper }) => {
    expectRatio(betaCdf(x, a, b), lower, 1e-12)
    expectRatio(betaUpperTail(x, a, b), upper, 1e-12)
  })

  it.each(boost.betaQuantiles)('of the quantile at $p of a beta variable of $a and $b', ({ a, b, p, x }) => {
    expectRatio(betaQuantile(p, a, b), x, 1e-11)
  })

  it.each(boost.erfcInverse)('of the normal quantile, by erfc of $x = $p', ({ p, x }) => {
    expectRatio(-normalQuantile(p / 2) / Math.SQRT2, x, 1e-14)
  })
})

describe('binom.test of R', () => {
  it.each([
    [20, 100, 0.95, 0.1266555521019559, 0.2918426890886281],
    [3, 50, 0.99, 0.006872485, 0.202706269],
    [0, 10, 0.95, 0, 0.3084971],
    [10, 10, 0.95, 0.6915029, 1],
    [51, 235, 0.95, 0.1660633298083073, 0.2752683640289254],
    [18, 20, 0.95, 0.6830172859809176, 0.9876514728297052],
    [4, 20, 0.95, 0.05733399705003284, 0.436614002996668],
    [4, 200, 0.95, 0.005475565879556443, 0.05041360908989634],
    [190, 200, 0.95, 0.9099724622986486, 0.975765834527891],
    [1, 30, 0.95, 0.0008435709, 0.17216946],
    [682, 925, 0.95, 0.707668264079039, 0.765406558241525],
  ])('%d of %d at level %d lie in [%d, %d]', (successes, trials, level, lower, upper) => {
    const interval = clopperPearson(successes, trials, level)
    expect(interval.lower).toBeCloseTo(lower, 7)
    expect(interval.upper).toBeCloseTo(upper, 7)
  })

  it.each([
    [20, 100, 0.25, 0.148831050443, 0.9004695898947],
    [51, 235, 1 / 6, 0.982022657605858, 0.02654424571169085],
    [10, 10, 0.25, 1, 9.536743e-7],
  ])('%d of %d at %d: at most with p %d, at least with p %d', (k, n, p, atMost, atLeast) => {
    expect(binomialCdf(k, n, p)).toBeCloseTo(atMost, 12)
    expect(binomialUpperTail(k, n, p)).toBeCloseTo(atLeast, 12)
  })
})

describe('the Kolmogorov-Smirnov statistic in the tests of SciPy', () => {
  // stats/tests/test_distributions.py, test_simard_lecuyer_table1: Durbin's algorithm in 500 bits, at shares of the mean.
  it.each([
    [10, [1.92155292e-8, 5.72933228e-5, 2.15233226e-2, 6.31566589e-1, 9.97685592e-1, 9.99999942e-1]],
    [50, [2.28096224e-9, 1.99142563e-5, 1.42617934e-2, 5.95345542e-1, 9.96177701e-1, 9.99998662e-1]],
    [100, [1.00201886e-9, 1.32673079e-5, 1.24608594e-2, 5.8616322e-1, 9.95866877e-1, 9.9999824e-1]],
    [200, [4.93313022e-10, 9.52658029e-6, 1.12123138e-2, 5.79486872e-1, 9.95661824e-1, 9.99997964e-1]],
    [500, [2.37049293e-10, 6.85002458e-6, 1.01309221e-2, 5.73427224e-1, 9.95491207e-1, 9.9999775e-1]],
    [1000, [1.56990874e-10, 5.71738276e-6, 9.5972543e-3, 5.70322692e-1, 9.95409545e-1, 9.99997657e-1]],
  ])('of %d values stays below with %j', (n, expected) => {
    const shares = [1 / 4, 1 / 3, 1 / 2, 1, 2, 3]
    shares.forEach((share, i) => {
      const below = 1 - kolmogorovUpperTail(share * Math.LN2 * Math.sqrt(Math.PI / 2 / n), n)
      // Half a unit of their ninth digit, and what 1 - p has left of ours.
      const tolerance = Math.max(5e-9 * below, 2e-15)
      expect(Math.abs(below - (expected[i] ?? Number.NaN))).toBeLessThan(tolerance)
    })
  })

  // special/tests/test_kolmogorov.py, TestSmirnov.
  it.each([
    [1, 0.875, 0.125],
    [3, 0.875, 0.125 ** 3],
    [3, 0.5, 0.166666666667],
    [5, 0.5, 0.056],
    [7, 0.5, 0.0191958707681],
    [10, 0.5, 0.003888705],
  ])('one-sided: %d values exceed by %d with %d', (n, d, p) => {
    expect(smirnovUpperTail(d, n)).toBeCloseTo(p, 12)
  })
})
