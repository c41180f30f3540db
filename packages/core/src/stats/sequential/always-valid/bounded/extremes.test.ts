import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Estimate, Result } from '../../../result.ts'
import type { ProportionSummary } from '../../../summary/summary.ts'
import { type BernsteinOptions, bernsteinMixture, bernsteinSequence } from './empirical-bernstein.ts'
import type { OneSampleEstimate } from './one-sample.ts'
import { rateSequence } from './rate.ts'
import { compareRatesSequentially, type RatePrior } from './rate-difference.ts'
import { addRateUnit, noRateUnits, rateEvidence } from './rate-evidence.ts'

function estimated<Value extends Estimate | OneSampleEstimate>(result: Result<Value>): Value {
  if (result.kind !== 'estimate') throw new Error(`no estimate but ${JSON.stringify(result)}`)
  return result
}

const proportion = (successes: number, n: number): ProportionSummary => ({ kind: 'proportion', successes, n })

describe('sequences tuned for very many units', () => {
  // mpmath 1.3, 60 digits: the lower end at which ln of the beta-binomial mixture is ln 20, by bisection.
  it.each([
    [500, 1000, 1e6, 0.170638137189],
    [500, 1000, 1e8, 0.00325918143413],
    [500, 1000, 1e9, 0.000328835440174],
    [3, 1000, 1e9, 3.27644875452e-9],
    [500_000, 1_000_000, 1e9, 0.486203460748],
  ])('of a rate, %i of %i, tuned for %d', (successes, trials, tunedFor, lower) => {
    const found = estimated(rateSequence({ successes, trials }, { tunedFor })).interval.lower ?? Number.NaN
    expect(Math.abs(found / lower - 1)).toBeLessThan(2e-10)
  })

  // mpmath 1.3, 25 digits: the same of the gamma-exponential mixture, c = 1, at .025 and V = 1000 / 12, expecting 1 / 12.
  it.each([
    [1e-12, 105.205803333],
    [1e-6, 78.8337652344],
    [1e-3, 63.8430770826],
    [1e3, 30.8551416981],
    [1e5, 85.1752751265],
    [1e7, 796.600968215],
    [1e9, 7943.393206274],
  ])('of a bounded mean, tuned for %d', (tunedFor, boundary) => {
    const mixture = bernsteinMixture({ lower: 0, upper: 1 }, { tunedFor })
    if ('kind' in mixture) throw new Error(mixture.expected)
    expect(Math.abs(mixture.boundary(1000 / 12, 0.025) / boundary - 1)).toBeLessThan(1e-8)
  })

  it('never have a narrower interval than those tuned for as many as there are', () => {
    const options = fc.record({
      tunedFor: fc.double({ min: 3, max: 9, noNaN: true }).map(log => 10 ** log),
      expectedVariance: fc.double({ min: 1 / 100, max: 1 / 4, noNaN: true }),
    })
    const width = ({ interval }: OneSampleEstimate) => (interval.upper ?? 0) - (interval.lower ?? 0)
    const sums = { lower: 0, upper: 1, n: 1000, sum: 500, squaredErrors: 1000 / 12 }
    const rate = width(estimated(rateSequence({ successes: 500, trials: 1000 }, { tunedFor: 1000 })))
    const mean = width(estimated(bernsteinSequence(sums, { tunedFor: 1000, expectedVariance: 1 / 12 })))
    fc.assert(
      fc.property(options, ({ tunedFor, expectedVariance }) => {
        const wider = width(estimated(rateSequence({ successes: 500, trials: 1000 }, { tunedFor })))
        expect(wider).toBeGreaterThan(0.95 * rate)
        const further = width(estimated(bernsteinSequence(sums, { tunedFor, expectedVariance })))
        expect(further).toBeGreaterThan(0.95 * mean)
      }),
    )
  })

  it.each([1.01e9, 1e20, 1e150, Number.MAX_VALUE])('are refused when tuned for %d', tunedFor => {
    const sums = { lower: 0, upper: 1, n: 1000, sum: 500, squaredErrors: 80 }
    expect(rateSequence({ successes: 500, trials: 1000 }, { tunedFor })).toMatchObject({
      argument: 'tunedFor',
    })
    expect(bernsteinSequence(sums, { tunedFor })).toMatchObject({ argument: 'tunedFor' })
  })

  it.each<BernsteinOptions>([{ expectedVariance: 1.01 }, { expectedVariance: 1e20 }])(
    'are refused when they expect a variance that no bounded value has: %j',
    options => {
      const sums = { lower: -1, upper: 1, n: 1000, sum: 0, squaredErrors: 80 }
      expect(bernsteinSequence(sums, options)).toMatchObject({ argument: 'expectedVariance' })
      expect(bernsteinSequence(sums, { expectedVariance: 1 }).kind).toBe('estimate')
    },
  )
})

describe('priors of very many or very few units', () => {
  const bad: RatePrior[] = [
    { successes: 1e100, failures: 1e100 },
    { successes: 1e12, failures: 1e12 },
    { successes: 1, failures: 5e-324 },
    { successes: 1, failures: 1e-160 },
    { successes: 1e150, failures: 1 },
    { successes: Number.NaN, failures: 1 },
  ]

  it.each(bad)('are refused: %j', prior => {
    expect(compareRatesSequentially(proportion(5, 10), proportion(9, 10), { prior })).toMatchObject({
      kind: 'invalid',
      argument: 'prior',
    })
    expect(rateEvidence(noRateUnits('two_sided', 0, prior))).toMatchObject({ kind: 'invalid' })
  })

  const count = fc.double({ min: -6, max: 6, noNaN: true }).map(log => 10 ** log)
  const prior = fc.record({ successes: count, failures: count })

  it('within their bounds exclude the null effect exactly when p < alpha, and hold the effect', () => {
    const successes = fc.integer({ min: 0, max: 40 })
    fc.assert(
      fc.property(prior, successes, successes, (believed, a, b) => {
        const found = estimated(
          compareRatesSequentially(proportion(a, 40), proportion(b, 40), { prior: believed }),
        )
        const { lower, upper } = found.interval
        const isOutside = (lower ?? -1) > 1e-9 || (upper ?? 1) < -1e-9
        const isInside = (lower ?? -1) < -1e-9 && (upper ?? 1) > 1e-9
        if (isOutside) expect(found.p).toBeLessThan(0.05 + 1e-9)
        if (isInside) expect(found.p).toBeGreaterThan(0.05 - 1e-9)
        expect((lower ?? -1) <= found.effect && (upper ?? 1) >= found.effect).toBe(true)
      }),
    )
  })

  it('within their bounds give evidence that is a number', () => {
    fc.assert(
      fc.property(prior, fc.array(fc.boolean(), { minLength: 2, maxLength: 60 }), (believed, outcomes) => {
        const state = outcomes.reduce(
          (units, isSuccess, i) =>
            addRateUnit(units, {
              assigned: i % 2 === 0 ? 'control' : 'variant',
              isSuccess,
              propensity: { control: 0.5, variant: 0.5 },
            }),
          noRateUnits('two_sided', 0, believed),
        )
        const found = rateEvidence(state)
        if (found.kind !== 'evidence') throw new Error(JSON.stringify(found))
        expect(found.e >= 0 && found.p >= 0 && found.p <= 1).toBe(true)
      }),
    )
  })
})
