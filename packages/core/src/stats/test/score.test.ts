import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { ProportionSummary } from '../summary/summary.ts'
import type { TestEstimate } from './estimate.ts'
import fixture from './fixtures/proportions.json' with { type: 'json' }
import { compareProportions, type ProportionOptions } from './proportion.ts'

const of = (successes: number, n: number): ProportionSummary => ({ kind: 'proportion', successes, n })

const score: ProportionOptions = { scale: 'relative', relative: 'score' }

function estimate(a: ProportionSummary, b: ProportionSummary, options: ProportionOptions): TestEstimate {
  const result = compareProportions(a, b, options)
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

const pairs = fixture.pairs.flatMap(({ control, variant, z, ...intervals }) =>
  (['pooled', 'miettinen_nurminen'] as const).map(variance => ({
    name: `${variant.successes}/${variant.n} v ${control.successes}/${control.n}, ${variance}`,
    a: of(control.successes, control.n),
    b: of(variant.successes, variant.n),
    variance,
    expected: intervals[variance === 'pooled' ? 'pooled' : 'miettinenNurminen'],
    z: variance === 'pooled' ? z : [],
  })),
)

describe(`score intervals of proportions (source: ${fixture.source})`, () => {
  test.each(pairs)('of the ratio: $name', ({ a, b, variance, expected }) => {
    const { interval } = estimate(a, b, { ...score, variance })
    for (const [ours, theirs] of [
      [interval.lower, expected.ratio[0]],
      [interval.upper, expected.ratio[1]],
    ] as const)
      expect(Math.abs((ours ?? 9) + 1 - (theirs ?? 0)) / (1 + (theirs ?? 0))).toBeLessThan(1e-8)
  })

  test.each(pairs)('of the difference: $name', ({ a, b, variance, expected }) => {
    const { interval } = estimate(a, b, { variance })
    expect(interval.lower).toBeCloseTo(expected.difference[0] ?? 9, 9)
    expect(interval.upper).toBeCloseTo(expected.difference[1] ?? 9, 9)
  })

  test.each(pairs)('of the ratio against other hypotheses: $name', ({ a, b, z }) => {
    for (const { ratio, z: expected } of z)
      expect(estimate(a, b, { ...score, nullEffect: ratio - 1 }).statistic).toBeCloseTo(expected, 9)
  })

  // Koopman (1984), Biometrics 40(2), as Nam (1995) has it: 36 of 40 and 16 of 80.
  it('is the example of Koopman, 2.940 to 7.152', () => {
    const { interval, effect } = estimate(of(16, 80), of(36, 40), score)
    expect(effect).toBeCloseTo(3.5, 12)
    expect((interval.lower ?? 0) + 1).toBeCloseTo(2.94, 3)
    expect((interval.upper ?? 0) + 1).toBeCloseTo(7.152, 3)
  })

  // PropCIs, by statsmodels' tests (`test_confint_2indep_propcis`): riskscoreci(7, 34, 1, 34), diffscoreci of the same.
  it('is that of PropCIs for 7/34 v 1/34: 1.220853 to 42.575718; .0270416 to .3452912', () => {
    const { interval } = estimate(of(1, 34), of(7, 34), score)
    expect((interval.lower ?? 0) + 1).toBeCloseTo(1.220853, 6)
    expect((interval.upper ?? 0) + 1).toBeCloseTo(42.575718, 5)
    const difference = estimate(of(1, 34), of(7, 34), { variance: 'miettinen_nurminen' }).interval
    // Its search stops at steps of 1e-7 of the statistic's sum; statsmodels allows .002 here.
    expect(Math.abs((difference.lower ?? 9) - 0.0270416)).toBeLessThan(1e-3)
    expect(Math.abs((difference.upper ?? 9) - 0.3452912)).toBeLessThan(1e-3)
  })

  // Newcombe (1998), Statistics in Medicine 17(8), table II, method 6 (Miettinen and Nurminen).
  test.each([
    ['a', of(48, 80), of(56, 70), 0.0528, 0.3382],
    ['b', of(3, 10), of(9, 10), 0.17, 0.8406],
    ['c', of(2, 7), of(6, 7), 0.0342, 0.8534],
  ])('is that of Newcombe 1998, table II, method 6 (%s)', (_row, a, b, lower, upper) => {
    const { interval } = estimate(a, b, { variance: 'miettinen_nurminen' })
    expect(interval.lower).toBeCloseTo(lower, 4)
    expect(interval.upper).toBeCloseTo(upper, 4)
  })
})

describe('the score of a ratio', () => {
  const summary = fc
    .record({ n: fc.integer({ min: 2, max: 500 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ n, share }) => of(Math.round(share * n), n))
  const variance = fc.constantFrom('pooled' as const, 'miettinen_nurminen' as const)

  it('at no effect is that of the difference', () => {
    fc.assert(
      fc.property(summary, summary, variance, (a, b, how) => {
        const [ratio, difference] = [
          compareProportions(a, b, { ...score, variance: how }),
          compareProportions(a, b, { variance: how }),
        ]
        if (ratio.kind !== 'estimate' || difference.kind !== 'estimate') return
        expect(ratio.statistic).toBeCloseTo(difference.statistic, 9)
      }),
    )
  })

  it('has an interval that excludes the null effect exactly when p < alpha, and holds the effect', () => {
    const options = fc.record({
      alpha: fc.double({ min: 0.001, max: 0.4, noNaN: true }),
      alternative: fc.constantFrom('two_sided' as const, 'greater' as const, 'less' as const),
      nullEffect: fc.integer({ min: -90, max: 300 }).map(percent => percent / 100),
      variance,
    })
    fc.assert(
      fc.property(summary, summary, options, (a, b, asked) => {
        const result = compareProportions(a, b, { ...score, ...asked })
        if (result.kind !== 'estimate' || result.p === null) return
        const { lower, upper } = result.interval
        expect(lower ?? -1).toBeGreaterThanOrEqual(-1)
        expect(lower ?? -1).toBeLessThanOrEqual(result.effect + 1e-9)
        expect(upper ?? Infinity).toBeGreaterThanOrEqual(result.effect - 1e-9)
        if (Math.abs(result.p / asked.alpha - 1) < 1e-5) return
        const excluded = (lower ?? -Infinity) > asked.nullEffect || (upper ?? Infinity) < asked.nullEffect
        expect(excluded).toBe(result.p < asked.alpha)
      }),
      { numRuns: 500 },
    )
  })

  it('turns into its reciprocal when the variants change places', () => {
    fc.assert(
      fc.property(summary, summary, (a, b) => {
        const [there, back] = [compareProportions(a, b, score), compareProportions(b, a, score)]
        if (there.kind !== 'estimate' || back.kind !== 'estimate') return
        const [lower, upper] = [1 + (there.interval.lower ?? 0), 1 + (back.interval.upper ?? Infinity)]
        // Where one ends at infinity the other ends at 0.
        expect(Math.abs(lower - 1 / upper)).toBeLessThan(1e-6 * (1 + lower))
      }),
    )
  })

  it('answers for a variant without events, with no standard error', () => {
    const found = estimate(of(8, 50), of(0, 60), score)
    expect(found).toMatchObject({ effect: -1, standardError: null })
    expect(found.interval.lower).toBe(-1)
    expect(found.interval.upper).toBeLessThan(-0.4)
    expect(found.p).toBeLessThan(0.01)
  })

  test.each([
    ['the control has no event', of(0, 50), of(5, 60), {}, { reason: 'control_is_zero' }],
    ['everything happened', of(50, 50), of(60, 60), {}, { reason: 'no_variance' }],
    ['the null effect is -1', of(5, 50), of(6, 60), { nullEffect: -1 }, { argument: 'nullEffect' }],
    ['the variance is unpooled', of(5, 50), of(6, 60), { variance: 'unpooled' }, { argument: 'variance' }],
  ] as const)('has no answer when %s', (_when, a, b, options, expected) => {
    expect(compareProportions(a, b, { ...score, ...options })).toMatchObject(expected)
  })

  /** Probability of each count of n units. */
  function binomial(n: number, p: number): readonly number[] {
    let log = n * Math.log1p(-p)
    return Array.from({ length: n + 1 }, (_, k) => {
      const probability = Math.exp(log)
      log += Math.log(((n - k) / (k + 1)) * (p / (1 - p)))
      return probability
    })
  }

  /** The exact probability that an interval leaves out the true ratio, over all tables. */
  function missed(
    [nA, pA, nB, pB]: readonly [number, number, number, number],
    options: ProportionOptions,
  ): number {
    const [controls, variants] = [binomial(nA, pA), binomial(nB, pB)]
    let total = 0
    for (const [x, p] of controls.entries())
      for (const [y, q] of variants.entries()) {
        if (p * q < 1e-8) continue
        const found = compareProportions(of(x, nA), of(y, nB), { scale: 'relative', ...options })
        if (found.kind !== 'estimate') continue
        const { lower, upper } = found.interval
        if ((lower ?? -2) > pB / pA - 1 || (upper ?? Infinity) < pB / pA - 1) total += p * q
      }
    return total
  }

  it.each([
    [[150, 0.1, 60, 0.05], 0.065],
    [[400, 0.02, 100, 0.05], 0.091],
    [[100, 0.1, 100, 0.1], 0.076],
  ] as const)(
    'of few events, %j, is missed in about a twentieth of all tables, by the delta method in %d',
    (truth, delta) => {
      expect(missed(truth, { relative: 'score' })).toBeLessThan(0.0525)
      expect(missed(truth, { relative: 'score', variance: 'miettinen_nurminen' })).toBeLessThan(0.0525)
      expect(missed(truth, { relative: 'delta' })).toBeCloseTo(delta, 3)
    },
  )
})
