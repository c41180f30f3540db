import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Estimate, Result } from '../../../result.ts'
import { seededRng } from '../../../rng/rng.ts'
import type { ProportionSummary } from '../../../summary/summary.ts'
import { betaBinomialMixture } from '../boundary/beta-binomial.ts'
import type { Mixture } from '../boundary/mixture.ts'
import {
  addBoundedValue,
  type BoundedSums,
  bernsteinLogE,
  bernsteinMixture,
  bernsteinSequence,
  noBoundedSums,
} from './empirical-bernstein.ts'
import fixture from './fixtures/bounded.json' with { type: 'json' }
import { HedgedCapital } from './hedged-capital.ts'
import type { OneSampleEstimate } from './one-sample.ts'
import { addPlugInValue, noPlugInSums, plugInBernsteinSequence } from './plug-in-bernstein.ts'
import { rateConcentration, rateLogE, rateSequence } from './rate.ts'
import { compareRatesSequentially, type RateOptions } from './rate-difference.ts'

function estimated<Value extends Estimate | OneSampleEstimate>(result: Result<Value>): Value {
  if (result.kind !== 'estimate') throw new Error(`no estimate but ${JSON.stringify(result)}`)
  return result
}

const proportion = (successes: number, n: number): ProportionSummary => ({ kind: 'proportion', successes, n })
const bounded = (values: readonly number[], lower = 0, upper = 1): BoundedSums =>
  values.reduce(addBoundedValue, noBoundedSums(lower, upper))

describe('the sequence of a rate', () => {
  it.each([
    [700, 1000, 100, 0.651629, 0.745949, 6],
    [15, 50, 50, 0.129556, 0.511896, 6],
    [1, 50, 50, 0, 0.13489, 5],
    [100, 200, 1, 0.328923, 0.671076, 6],
    [1, 2, 1, 0, 1, 6],
  ])(
    'of %d in %d tuned for %d is [%d, %d] (source: confseq bernoulli_confidence_interval)',
    (successes, trials, tunedFor, lower, upper, decimals) => {
      const { interval } = estimated(rateSequence({ successes, trials }, { tunedFor }))
      // The source's digits are cut off, not rounded.
      const cut = (end: number | null) => Math.floor((end ?? Number.NaN) * 10 ** decimals) / 10 ** decimals
      expect([cut(interval.lower), cut(interval.upper)]).toEqual([lower, upper])
    },
  )

  it('is the beta-binomial mixture of the boundaries', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 0.98, noNaN: true }),
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (p, trials, share) => {
          const successes = Math.round(share * trials)
          const v = p * (1 - p)
          const mixture = betaBinomialMixture({ intrinsicTime: v * 300, alpha: 0.05 }, p, 1 - p, 'two_sided')
          const logE = rateLogE({ successes, trials }, p, rateConcentration(300, 0.05))
          expect(Math.abs(logE - mixture.logMartingale(successes - p * trials, v * trials))).toBeLessThan(
            1e-7,
          )
        },
      ),
    )
  })

  it('mirrors when successes and failures change places', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trials, share) => {
          const successes = Math.round(share * trials)
          const one = estimated(rateSequence({ successes, trials })).interval
          const other = estimated(rateSequence({ successes: trials - successes, trials })).interval
          expect(one.lower).toBeCloseTo(1 - (other.upper ?? 2), 9)
        },
      ),
    )
  })
})

describe(`the difference of two rates (source: ${fixture.source}, by grid and polish)`, () => {
  it.each(fixture.differences)(
    '$scale of $control.successes/$control.n and $variant.successes/$variant.n',
    row => {
      const { control, variant, logE, lower, upper, ...options } = row
      const asked = options as RateOptions
      const result = estimated(
        compareRatesSequentially(
          proportion(control.successes, control.n),
          proportion(variant.successes, variant.n),
          asked,
        ),
      )
      expect(Math.abs(Math.log(result.e ?? 0) - logE)).toBeLessThan(1e-9)
      expect(Math.abs((result.interval.lower ?? 9) - lower)).toBeLessThan(1e-7)
      expect(Math.abs((result.interval.upper ?? 9) - upper)).toBeLessThan(1e-7)
    },
  )

  const counts = fc
    .integer({ min: 1, max: 3000 })
    .chain(n => fc.record({ n: fc.constant(n), successes: fc.integer({ min: 0, max: n }) }))
  const alternative = fc.constantFrom('two_sided' as const, 'greater' as const, 'less' as const)

  it('excludes the null effect exactly when p < alpha', () => {
    fc.assert(
      fc.property(
        counts,
        counts,
        alternative,
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        (a, b, side, nullEffect) => {
          const { p, interval } = estimated(
            compareRatesSequentially(
              { kind: 'proportion', ...a },
              { kind: 'proportion', ...b },
              { alternative: side, nullEffect },
            ),
          )
          const isOutside = (interval.lower ?? -2) > nullEffect || (interval.upper ?? 2) < nullEffect
          expect(isOutside).toBe((p ?? 1) < 0.05)
        },
      ),
    )
  })

  it('is antisymmetric in the variants', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const forward = estimated(
          compareRatesSequentially(proportion(a.successes, a.n), proportion(b.successes, b.n)),
        )
        const backward = estimated(
          compareRatesSequentially(proportion(b.successes, b.n), proportion(a.successes, a.n)),
        )
        expect(forward.interval.upper).toBeCloseTo(-(backward.interval.lower ?? 9), 9)
        expect(Math.log(forward.e ?? 0)).toBeCloseTo(Math.log(backward.e ?? 9), 6)
      }),
    )
  })

  it('has no end that is not a number, however small the counts', () => {
    const few = fc
      .integer({ min: 1, max: 4 })
      .chain(n => fc.record({ n: fc.constant(n), successes: fc.integer({ min: 0, max: n }) }))
    fc.assert(
      fc.property(few, few, fc.constantFrom('absolute' as const, 'relative' as const), (a, b, scale) => {
        const result = compareRatesSequentially(
          { kind: 'proportion', ...a },
          { kind: 'proportion', ...b },
          { scale },
        )
        if (result.kind !== 'estimate') expect(a.successes).toBe(0)
        else
          expect(
            [result.effect, result.p, result.e, result.interval.lower, result.interval.upper].every(
              Number.isFinite,
            ),
          ).toBe(true)
      }),
    )
  })
})

describe(`sequences of bounded means (source: ${fixture.source}, formulae of arXiv:2010.09686)`, () => {
  it.each(fixture.sequences)('plug-in empirical Bernstein of $name values', ({ alpha, values, plugIn }) => {
    const { value, interval } = estimated(
      plugInBernsteinSequence(values.reduce(addPlugInValue, noPlugInSums(alpha))),
    )
    expect(value).toBeCloseTo(plugIn.value, 12)
    expect(interval.lower).toBeCloseTo(plugIn.lower, 12)
    expect(interval.upper).toBeCloseTo(plugIn.upper, 12)
  })

  it.each(fixture.sequences)('hedged capital of $name values', ({ alpha, values, hedged }) => {
    const capital = new HedgedCapital(alpha)
    for (const value of values) capital.add(value)
    const { interval } = estimated(capital.sequence())
    expect(interval.lower).toBe(hedged.lower)
    expect(interval.upper).toBe(hedged.upper)
  })

  it.each([0, 1])('hedged capital says next to nothing after one value of %d', value => {
    const capital = new HedgedCapital()
    capital.add(value)
    expect(estimated(capital.sequence()).interval).toMatchObject({ lower: 0, upper: 1 })
  })

  it('hedged capital excludes just those means that a gambler has grown rich against', () => {
    const alpha = 0.3
    const sample = fc.array(fc.constantFrom(0, 0, 0, 0.5, 1), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(sample, fc.integer({ min: 2, max: 40 }), (values, grid) => {
        const capital = new HedgedCapital(alpha, grid)
        for (const value of values) capital.add(value)
        const { interval } = estimated(capital.sequence())
        const left = Array.from({ length: grid + 1 }, (_, i) => i).filter(
          i => capital.logE(i) < -Math.log(alpha),
        )
        for (const i of left) {
          expect(interval.lower).toBeLessThanOrEqual(i / grid)
          expect(interval.upper).toBeGreaterThanOrEqual(i / grid)
        }
        const width = Math.round(((interval.upper ?? 0) - (interval.lower ?? 0)) * grid)
        expect(width).toBeLessThanOrEqual(Math.max(2, left.length + 1))
      }),
    )
  })

  it('hedged capital ever misses a rate of 0.05 in 5 % of 2,000 runs at most (seeded, looks 1 to 200)', () => {
    let missed = 0
    for (let run = 0; run < 2000; run++) {
      const rng = seededRng(run)
      const capital = new HedgedCapital(0.05, 20)
      let isMissed = false
      for (let i = 0; i < 200 && !isMissed; i++) {
        capital.add(rng.uniform() < 0.05 ? 1 : 0)
        const { lower, upper } = estimated(capital.sequence()).interval
        isMissed = (lower ?? 0) > 0.05 || (upper ?? 1) < 0.05
      }
      if (isMissed) missed++
    }
    // 99.9 % of counts at 5 % lie below 132 of 2,000.
    expect(missed).toBeLessThan(132)
  })

  it.each(fixture.sequences)('squared errors of prediction of $name values', ({ values, squaredErrors }) => {
    expect(bounded(values).squaredErrors).toBeCloseTo(squaredErrors, 10)
  })

  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 200 })

  it('empirical Bernstein ends where its e value reaches 1 / alpha', () => {
    fc.assert(
      fc.property(values, sample => {
        const sums = bounded(sample)
        const mixture = bernsteinMixture(sums, {}) as Mixture
        const { interval } = estimated(bernsteinSequence(sums))
        const { lower, upper } = { lower: interval.lower ?? 0, upper: interval.upper ?? 1 }
        if (lower > 0) expect(bernsteinLogE(sums, lower, mixture)).toBeCloseTo(Math.log(20), 6)
        if (upper < 1) expect(bernsteinLogE(sums, upper, mixture)).toBeCloseTo(Math.log(20), 6)
      }),
    )
  })

  it('empirical Bernstein moves and stretches with its values', () => {
    fc.assert(
      fc.property(values, sample => {
        const one = estimated(bernsteinSequence(bounded(sample)))
        const moved = estimated(
          bernsteinSequence(
            bounded(
              sample.map(x => 10 * x - 3),
              -3,
              7,
            ),
          ),
        )
        expect(moved.interval.lower).toBeCloseTo(10 * (one.interval.lower ?? 9) - 3, 8)
        expect(moved.value).toBeCloseTo(10 * one.value - 3, 8)
      }),
    )
  })

  it('all narrow with values, and stay in the bounds', () => {
    const sample = Array.from({ length: 4000 }, (_, i) => ((i * 7919) % 1000) / 1000)
    const capital = new HedgedCapital()
    for (const value of sample) capital.add(value)
    const plugIn = estimated(plugInBernsteinSequence(sample.reduce(addPlugInValue, noPlugInSums(0.05))))
    const widths = [capital.sequence(), plugIn, bernsteinSequence(bounded(sample))].map(result => {
      const { interval } = estimated(result)
      return (interval.upper ?? 1) - (interval.lower ?? 0)
    })
    for (const width of widths) expect(width).toBeLessThan(0.06)
    const few = estimated(
      plugInBernsteinSequence([0.2, 0.4].reduce(addPlugInValue, noPlugInSums(0.05))),
    ).interval
    expect([few.lower, few.upper]).toEqual([0, 1])
  })
})

describe('what cannot be answered', () => {
  it.each<[string, { readonly kind: string }, object]>([
    ['a rate of no trials', rateSequence({ successes: 0, trials: 0 }), { reason: 'too_few_units' }],
    [
      'rates of no units',
      compareRatesSequentially(proportion(0, 0), proportion(1, 2)),
      { reason: 'too_few_units' },
    ],
    [
      'a relative effect without control events',
      compareRatesSequentially(proportion(0, 9), proportion(1, 9), { scale: 'relative' }),
      { reason: 'control_is_zero' },
    ],
    ['no values', bernsteinSequence(noBoundedSums(0, 1)), { reason: 'too_few_units' }],
    ['no values to bet on', new HedgedCapital().sequence(), { reason: 'too_few_units' }],
    ['no values to weigh', plugInBernsteinSequence(noPlugInSums(0.05)), { reason: 'too_few_units' }],
  ])('is insufficient: %s', (_what, result, rest) => {
    expect(result).toMatchObject({ kind: 'insufficient', ...rest })
  })

  it.each<[string, { readonly kind: string }]>([
    ['alpha', rateSequence({ successes: 1, trials: 2 }, { alpha: 0 })],
    ['tunedFor', rateSequence({ successes: 1, trials: 2 }, { tunedFor: 0 })],
    ['trials', rateSequence({ successes: 1, trials: 2.5 })],
    ['successes', rateSequence({ successes: 3, trials: 2 })],
    ['n', compareRatesSequentially(proportion(0, -1), proportion(1, 2))],
    ['successes', compareRatesSequentially(proportion(0, 1), proportion(3, 2))],
    [
      'prior',
      compareRatesSequentially(proportion(0, 1), proportion(1, 2), { prior: { successes: 0, failures: 1 } }),
    ],
    ['nullEffect', compareRatesSequentially(proportion(0, 1), proportion(1, 2), { nullEffect: 1 })],
    [
      'nullEffect',
      compareRatesSequentially(proportion(1, 1), proportion(1, 2), { nullEffect: -1, scale: 'relative' }),
    ],
    ['alpha', bernsteinSequence(bounded([0.1]), { alpha: 1 })],
    ['lower', bernsteinSequence(noBoundedSums(1, 1))],
    ['tunedFor', bernsteinSequence(bounded([0.1]), { tunedFor: -1 })],
    ['expectedVariance', bernsteinSequence(bounded([0.1]), { expectedVariance: 0 })],
    ['sums', bernsteinSequence(bounded([Number.NaN]))],
    ['alpha', new HedgedCapital(2).sequence()],
    ['grid', new HedgedCapital(0.05, 1).sequence()],
    ['grid', new HedgedCapital(0.05, -5).sequence()],
    ['grid', new HedgedCapital(0.05, 2.5).sequence()],
    ['alpha', plugInBernsteinSequence(noPlugInSums(0))],
  ])('names %s when it is out of range', (argument, result) => {
    expect(result).toMatchObject({ kind: 'invalid', argument })
  })
})
