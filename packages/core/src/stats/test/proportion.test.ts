import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { ProportionSummary } from '../summary/summary.ts'
import { testProportions } from './chi-square.ts'
import type { TestEstimate } from './estimate.ts'
import fixture from './fixtures/tests.json' with { type: 'json' }
import { testNonInferiority } from './margins.ts'
import { compareProportions, type ProportionOptions } from './proportion.ts'

const of = (successes: number, n: number): ProportionSummary => ({ kind: 'proportion', successes, n })
const from = ({ successes, n }: { successes: number; n: number }) => of(successes, n)

function estimate(a: ProportionSummary, b: ProportionSummary, options: ProportionOptions = {}): TestEstimate {
  const result = compareProportions(a, b, options)
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

const relativeError = (actual: number | null, expected: number) =>
  Math.abs((actual ?? Number.NaN) / expected - 1)
const rows = fixture.proportions.map(row => ({
  ...row,
  name: `${row.control.successes}/${row.control.n} vs ${row.variant.successes}/${row.variant.n}`,
}))

describe(`two proportions (source: ${fixture.source})`, () => {
  test.each(rows)('$name: pooled z and p (proportions_ztest)', ({ control, variant, pooled }) => {
    const { statistic, p } = estimate(from(control), from(variant))
    expect(relativeError(statistic, pooled.z)).toBeLessThan(1e-12)
    expect(relativeError(p, pooled.p)).toBeLessThan(1e-9)
  })

  test.each(rows.filter(row => row.unpooled !== undefined))('$name: unpooled z, p and interval', row => {
    const { statistic, p, interval } = estimate(from(row.control), from(row.variant), {
      variance: 'unpooled',
    })
    expect(relativeError(statistic, row.unpooled?.z ?? 0)).toBeLessThan(1e-12)
    expect(relativeError(p, row.unpooled?.p ?? 0)).toBeLessThan(1e-9)
    expect(interval.lower).toBeCloseTo(row.wald?.[0] ?? 9, 12)
    expect(interval.upper).toBeCloseTo(row.wald?.[1] ?? 9, 12)
  })

  test.each(rows.filter(row => row.log !== undefined))('$name: log of the ratio, with its interval', row => {
    const { statistic, p, interval } = estimate(from(row.control), from(row.variant), { scale: 'relative' })
    expect(relativeError(statistic, row.log?.z ?? 0)).toBeLessThan(1e-12)
    expect(relativeError(p, row.log?.p ?? 0)).toBeLessThan(1e-9)
    expect((interval.lower ?? 9) + 1).toBeCloseTo(row.logInterval?.[0] ?? 9, 11)
    expect((interval.upper ?? 9) + 1).toBeCloseTo(row.logInterval?.[1] ?? 9, 11)
  })

  test.each(rows.filter(row => row.score !== undefined))(
    '$name: score interval (mpmath)',
    ({ control, variant, score }) => {
      const { interval } = estimate(from(control), from(variant))
      expect(interval.lower).toBeCloseTo(score?.[0] ?? 9, 9)
      expect(interval.upper).toBeCloseTo(score?.[1] ?? 9, 9)
    },
  )

  test.each(rows.filter(row => row.nonInferior !== undefined))(
    '$name: not worse by 0.05 (Farrington-Manning)',
    row => {
      const result = testNonInferiority(
        options => compareProportions(from(row.control), from(row.variant), options),
        {
          margin: 0.05,
          better: 'higher',
        },
      )
      if (result.kind !== 'estimate') throw new Error(result.kind)
      expect(relativeError(result.statistic, row.nonInferior?.z ?? 0)).toBeLessThan(1e-9)
      expect(relativeError(result.p, row.nonInferior?.p ?? 0)).toBeLessThan(1e-7)
    },
  )

  it('z is -1.963049807622355 with p .04964038686536878 for 120/1000 vs 150/1000', () => {
    const { statistic, p } = estimate(of(150, 1000), of(120, 1000))
    expect(statistic).toBeCloseTo(-1.963049807622355, 13)
    expect(relativeError(p, 0.04964038686536878)).toBeLessThan(1e-11)
  })

  // Newcombe (1998), Statistics in Medicine 17(8), table II, method 5 (Mee).
  test.each([
    ['a', of(48, 80), of(56, 70), 0.0533, 0.3377],
    ['b', of(3, 10), of(9, 10), 0.1821, 0.837],
  ])('score interval of Newcombe 1998, table II (%s)', (_row, a, b, lower, upper) => {
    const { interval } = estimate(a, b)
    expect(interval.lower).toBeCloseTo(lower, 4)
    expect(interval.upper).toBeCloseTo(upper, 4)
  })

  it('test_two_sided_ttest_binom of gbstats: 14/28 vs 16/30 relative is .06667 with p .80707', () => {
    const result = estimate(of(14, 28), of(16, 30), { scale: 'relative', relative: 'delta' })
    const expected = [0.06667, 0.2717, -0.47767, 0.61101, 0.80707]
    const actual = [
      result.effect,
      result.standardError,
      result.interval.lower,
      result.interval.upper,
      result.p,
    ]
    actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? 9, 5))
  })
})

describe('comparing proportions', () => {
  const summary = fc
    .record({ n: fc.integer({ min: 2, max: 500 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ n, share }) => of(Math.round(share * n), n))
  const alpha = fc.double({ min: 0.001, max: 0.4, noNaN: true })
  const alternative = fc.constantFrom('two_sided' as const, 'greater' as const, 'less' as const)

  it('has an interval that excludes the null effect exactly when p < alpha, also at a margin', () => {
    const nullEffect = fc.integer({ min: -40, max: 40 }).map(percent => percent / 100)
    const variance = fc.constantFrom('pooled' as const, 'unpooled' as const)
    fc.assert(
      fc.property(
        summary,
        summary,
        fc.record({ alpha, alternative, nullEffect, variance }),
        (a, b, options) => {
          const result = compareProportions(a, b, options)
          if (result.kind !== 'estimate' || result.p === null) return
          expect(result.p >= 0 && result.p <= 1).toBe(true)
          if (Math.abs(result.p / options.alpha - 1) < 1e-5) return
          const { lower, upper } = result.interval
          const excluded =
            (lower ?? -Infinity) > options.nullEffect || (upper ?? Infinity) < options.nullEffect
          expect(excluded).toBe(result.p < options.alpha)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is antisymmetric, and never leaves [-1, 1]', () => {
    fc.assert(
      fc.property(summary, summary, (a, b) => {
        const [there, back] = [compareProportions(a, b), compareProportions(b, a)]
        expect(there.kind).toBe(back.kind)
        if (there.kind !== 'estimate' || back.kind !== 'estimate') return
        expect(there.effect + back.effect).toBe(0)
        expect(there.interval.lower).toBeCloseTo(-(back.interval.upper ?? 9), 6)
        expect(there.interval.lower).toBeGreaterThanOrEqual(-1)
        expect(there.interval.upper).toBeLessThanOrEqual(1)
      }),
    )
  })

  test.each([
    ['nothing happened', of(0, 50), of(0, 60), {}, 'no_variance'],
    ['everything happened', of(50, 50), of(60, 60), {}, 'no_variance'],
    ['the control has no event', of(0, 50), of(5, 60), { scale: 'relative' }, 'control_is_zero'],
    ['the variant has no event', of(5, 50), of(0, 60), { scale: 'relative' }, 'too_few_events'],
    ['there is one unit', of(0, 1), of(3, 60), {}, 'too_few_units'],
  ] as const)('has no answer when %s', (_when, a, b, options, reason) => {
    expect(compareProportions(a, b, options)).toMatchObject({ kind: 'insufficient', reason })
  })

  it('takes no more successes than units', () => {
    expect(compareProportions(of(51, 50), of(5, 50))).toMatchObject({
      kind: 'invalid',
      argument: 'successes',
    })
  })
})

describe(`k proportions by chi-square (source: ${fixture.source})`, () => {
  test.each(rows.filter(row => row.yates !== undefined))('$name, without and with Yates', row => {
    for (const [correction, expected] of [
      ['none', row.chiSquare],
      ['yates', row.yates],
    ] as const) {
      const result = testProportions([from(row.control), from(row.variant)], correction)
      if (result.kind !== 'chi_square') throw new Error(result.kind)
      expect(result.chiSquare).toBeCloseTo(expected?.chiSquare ?? 9, 9)
      expect(relativeError(result.p, expected?.p ?? 9)).toBeLessThan(1e-9)
    }
  })

  test.each(fixture.several)(
    'is $chiSquare for more than two',
    ({ variants, chiSquare, p, degreesOfFreedom }) => {
      expect(testProportions(variants.map(from))).toMatchObject({ degreesOfFreedom })
      const result = testProportions(variants.map(from), 'yates')
      if (result.kind !== 'chi_square') throw new Error(result.kind)
      expect(result.chiSquare).toBeCloseTo(chiSquare, 10)
      expect(relativeError(result.p, p)).toBeLessThan(1e-10)
    },
  )

  it('is the square of z for two, with an effect size of at most 1', () => {
    const result = testProportions([of(0, 30), of(30, 30)])
    expect(result).toMatchObject({ chiSquare: 60, cramersV: 1 })
    expect(estimate(of(0, 30), of(30, 30)).statistic ** 2).toBeCloseTo(60, 10)
  })

  test.each([
    [[of(1, 5)], { kind: 'invalid', argument: 'variants' }],
    [[of(0, 5), of(0, 9)], { kind: 'insufficient', reason: 'no_variance' }],
    [[of(0, 0), of(1, 9)], { kind: 'invalid', argument: 'n' }],
    [[of(6, 5), of(1, 9)], { kind: 'invalid', argument: 'successes' }],
  ] as const)('answers %j with %j', (variants, expected) => {
    expect(testProportions(variants)).toMatchObject(expected)
  })
})
