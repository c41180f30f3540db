import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Alternative, Estimate, Interval, Result } from '../../result.ts'
import { drawNormal, seededRng } from '../../rng/rng.ts'
import { mixtureSprt } from './asymptotic/mixture-sprt.ts'
import { asymptoticSequence } from './asymptotic/sequence.ts'
import { betaBinomialMixture } from './boundary/beta-binomial.ts'
import {
  addBoundedValue,
  bernsteinLogE,
  bernsteinMixture,
  bernsteinSequence,
  noBoundedSums,
} from './bounded/empirical-bernstein.ts'
import type { OneSampleEstimate } from './bounded/one-sample.ts'
import { rateConcentration, rateExcessLogE, rateSequence } from './bounded/rate.ts'
import { checkGuardrail } from './guardrail.ts'
import { addBoundedUnit, boundedAipwSequence, noBoundedUnits } from './propensity/bounded-aipw.ts'
import { compareQuantilesSequentially } from './quantile/compare-quantiles.ts'
import { quantileRadii, quantileSequence } from './quantile/quantile-sequence.ts'

function intervalOf(result: Result | Result<OneSampleEstimate>): Interval {
  if (result.kind !== 'estimate') throw new Error(`no estimate but ${JSON.stringify(result)}`)
  return result.interval
}

function estimated(result: Result): Estimate {
  if (result.kind !== 'estimate') throw new Error(`no estimate but ${JSON.stringify(result)}`)
  return result
}

/** The state after as many units, half of them on each, the variant's outcomes higher by the effect on average. */
function boundedUnits(n: number, effect: number) {
  const rng = seededRng(17)
  let state = noBoundedUnits(0.5)
  for (let i = 0; i < n; i++) {
    const assigned = rng.uniform() < 0.5 ? 'variant' : 'control'
    const outcome = rng.uniform() < 0.3 + (assigned === 'variant' ? effect : 0) ? 1 : 0
    state = addBoundedUnit(state, { assigned, outcome, propensity: { control: 0.5, variant: 0.5 } })
  }
  return state
}

const values = Array.from({ length: 3000 }, (_, i) => ((i * 7919) % 3000) / 3000).sort((a, b) => a - b)
const sums = values.reduce(addBoundedValue, noBoundedSums(0, 1))
const units = boundedUnits(4000, 0.1)
const look = { effect: 0.1, standardError: 0.03, n: { control: 3000, variant: 200 } }

describe('one-sided sequences', () => {
  it.each<[string, (alternative: Alternative) => Result | Result<OneSampleEstimate>]>([
    ['a rate', alternative => rateSequence({ successes: 300, trials: 1000 }, { alternative })],
    ['a bounded mean', alternative => bernsteinSequence(sums, { alternative })],
    ['a quantile, mixture', alternative => quantileSequence(values, 0.9, { alternative })],
    [
      'a quantile, stitched',
      alternative => quantileSequence(values, 0.9, { alternative, boundary: 'stitched' }),
    ],
    ['two quantiles', alternative => compareQuantilesSequentially(values, values, { p: 0.5, alternative })],
    ['bounded outcomes with propensities', alternative => boundedAipwSequence(units, { alternative })],
    ['the mixture SPRT', alternative => mixtureSprt(look, { effectVariance: 0.01, alternative })],
    ['the asymptotic sequence', alternative => asymptoticSequence(look, { alternative })],
  ])('have one end, nearer than that of the two-sided one: %s', (_what, of) => {
    const both = intervalOf(of('two_sided'))
    const [greater, less] = [intervalOf(of('greater')), intervalOf(of('less'))]
    expect([greater.upper, less.lower]).toEqual([null, null])
    expect(greater.lower).toBeGreaterThan(both.lower ?? Infinity)
    expect(less.upper).toBeLessThan(both.upper ?? -Infinity)
    expect(greater.level).toBe(0.95)
  })

  it('of a rate ends where the one-sided beta-binomial mixture of the boundaries reaches 1 / alpha', () => {
    const share = fc.double({ min: 0.02, max: 0.98, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 3000 }), share, (trials, rate) => {
        const successes = Math.ceil(rate * trials)
        const lower = intervalOf(rateSequence({ successes, trials }, { alternative: 'greater' })).lower ?? -1
        const g = lower
        const v = g * (1 - g)
        const mixture = betaBinomialMixture({ intrinsicTime: v * 1000, alpha: 0.05 }, g, 1 - g, 'one_sided')
        expect(mixture.logMartingale(successes - g * trials, v * trials)).toBeCloseTo(Math.log(20), 6)
      }),
    )
  })

  it('of a rate mirror when successes and failures change places', () => {
    const lower = intervalOf(rateSequence({ successes: 30, trials: 400 }, { alternative: 'greater' })).lower
    const upper = intervalOf(rateSequence({ successes: 370, trials: 400 }, { alternative: 'less' })).upper
    expect(upper).toBeCloseTo(1 - (lower ?? 9), 12)
  })

  it('exclude the null effect exactly when p < alpha, of bounded outcomes and by the mixture SPRT', () => {
    const alternative = fc.constantFrom('two_sided' as const, 'greater' as const, 'less' as const)
    fc.assert(
      fc.property(alternative, fc.double({ min: -0.5, max: 0.5, noNaN: true }), (side, nullEffect) => {
        const asked = { alternative: side, nullEffect }
        for (const result of [
          boundedAipwSequence(units, asked),
          mixtureSprt(look, { effectVariance: 0.01, ...asked }),
        ]) {
          const { p, interval } = estimated(result)
          const isOutside =
            (interval.lower ?? -Infinity) > nullEffect || (interval.upper ?? Infinity) < nullEffect
          expect(isOutside).toBe((p ?? 1) < 0.05)
        }
      }),
    )
  })

  it('are wrong in 5 % of 2,000 runs at most, of a rate, a mean and a quantile (seeded, looks at two units in five to 500)', () => {
    const wrong = [0, 0, 0]
    const concentration = rateConcentration(200, 0.05, 'one_sided')
    const asked = { alpha: 0.05, alternative: 'greater', tunedFor: 200, boundary: 'mixture' } as const
    const mixture = bernsteinMixture({ lower: 0, upper: 1 }, asked)
    if ('kind' in mixture) throw new Error(mixture.expected)
    const radii = Array.from({ length: 500 }, (_, i) => quantileRadii(0.8, i + 1, asked).below)
    for (let run = 0; run < 2000; run++) {
      const rng = seededRng(run)
      let [state, successes, isBelow] = [noBoundedSums(0, 1), 0, 0]
      const isWrong = [false, false, false]
      for (let n = 1; n <= 500; n++) {
        const isSuccess = rng.uniform() < 0.1
        if (isSuccess) successes++
        if (rng.uniform() < 0.8) isBelow++
        state = addBoundedValue(state, isSuccess ? 1 : 0)
        if (n % 5 > 1) continue
        const look = { successes, trials: n }
        isWrong[0] ||= rateExcessLogE(look, 0.1, concentration) >= Math.log(20)
        isWrong[1] ||= bernsteinLogE(state, 0.1, mixture, 'greater') >= Math.log(20)
        // The lower end is above the quantile when fewer values are below that than are passed over.
        isWrong[2] ||= Math.ceil(n * (0.8 - (radii[n - 1] ?? 0))) > isBelow
      }
      isWrong.forEach((is, i) => (wrong[i] = (wrong[i] ?? 0) + (is ? 1 : 0)))
    }
    // 99.9 % of counts at 5 % lie below 132 of 2,000.
    for (const count of wrong) expect(count).toBeLessThan(132)
  })

  it.each<[string, { readonly kind: string }]>([
    ['alpha', rateSequence({ successes: 1, trials: 2 }, { alpha: 0.6, alternative: 'less' })],
    ['alpha', bernsteinSequence(sums, { alpha: 0.5, alternative: 'greater' })],
    ['alpha', quantileSequence(values, 0.5, { alpha: 0.5, alternative: 'greater' })],
    ['alpha', mixtureSprt(look, { effectVariance: 1, alpha: 0.5, alternative: 'greater' })],
  ])('name %s when it is a half or more', (argument, result) => {
    expect(result).toMatchObject({ kind: 'invalid', argument })
  })
})

describe('the mixture SPRT of variants with different numbers of units', () => {
  it('is that of pairs when the numbers are equal', () => {
    const options = { effectVariance: 0.01, nullEffect: 0.02 }
    const pairs = estimated(mixtureSprt({ effect: 0.1, variance: 2, n: 1000 }, options))
    const n = { control: 1000, variant: 1000 }
    const each = estimated(mixtureSprt({ effect: 0.1, standardError: Math.sqrt(2 / 1000), n }, options))
    expect(each).toEqual(pairs)
  })

  it('is wrong in 5 % of 2,000 runs at most (seeded, one unit in ten on the variant)', () => {
    let wrong = 0
    for (let run = 0; run < 2000; run++) {
      const rng = seededRng(run)
      const [n, total] = [
        [0, 0],
        [0, 0],
      ]
      let isWrong = false
      for (let i = 1; i <= 1000 && !isWrong; i++) {
        const arm = i % 10 === 0 ? 1 : 0
        n[arm] = (n[arm] ?? 0) + 1
        total[arm] = (total[arm] ?? 0) + drawNormal(rng)
        if (i % 10 > 0) continue
        const [control = 0, variant = 0] = n
        const effect = (total[1] ?? 0) / variant - (total[0] ?? 0) / control
        const standardError = Math.sqrt(1 / control + 1 / variant)
        const asked = { effectVariance: 0.04, burnIn: 1, alternative: 'greater' } as const
        const result = mixtureSprt({ effect, standardError, n: { control, variant } }, asked)
        isWrong = result.kind === 'estimate' && (result.p ?? 1) < 0.05
      }
      if (isWrong) wrong++
    }
    // 99.9 % of counts at 5 % lie below 132 of 2,000.
    expect(wrong).toBeLessThan(132)
  })

  it('waits for units on the smaller variant', () => {
    const n = { control: 5000, variant: 99 }
    const result = mixtureSprt({ effect: 1, standardError: 0.1, n }, { effectVariance: 1 })
    expect(result).toMatchObject({ kind: 'insufficient', needed: 100 })
  })
})

describe('a guardrail', () => {
  it('refuses a comparison that answers both questions two-sided', () => {
    const options = { margin: 0.1, better: 'higher' } as const
    const compare = () => mixtureSprt({ effect: 0, variance: 1, n: 100_000 }, { effectVariance: 0.01 })
    expect(checkGuardrail(compare, options)).toMatchObject({ kind: 'invalid', argument: 'compare' })
  })

  it('of bounded outcomes and of the mixture SPRT calls what is safe so', () => {
    const options = { margin: 0.1, better: 'higher' } as const
    expect(checkGuardrail(asked => boundedAipwSequence(units, asked), options)).toMatchObject({
      verdict: 'safe',
    })
    const sprt = checkGuardrail(
      asked => mixtureSprt({ effect: 0, variance: 1, n: 100_000 }, { ...asked, effectVariance: 0.01 }),
      options,
    )
    expect(sprt).toMatchObject({ verdict: 'safe' })
  })
})

describe('the effect of bounded outcomes', () => {
  it('is one that they can have, within its own interval, after a single unit', () => {
    const state = addBoundedUnit(noBoundedUnits(0.05), {
      assigned: 'variant',
      outcome: 1,
      propensity: { control: 0.95, variant: 0.05 },
    })
    const { effect, interval } = estimated(boundedAipwSequence(state))
    expect(effect).toBe(1)
    expect([interval.lower, interval.upper]).toEqual([-1, 1])
  })
})
