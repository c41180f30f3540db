import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { meanFromSums } from '../summary/from-sums.ts'
import { summariseMean } from '../summary/summarise.ts'
import type { MeanSummary } from '../summary/summary.ts'
import type { TestEstimate } from './estimate.ts'
import fixture from './fixtures/tests.json' with { type: 'json' }
import { testEquivalence } from './margins.ts'
import { compareMeans, type MeanOptions } from './welch.ts'

function meanOf(values: Iterable<number>): MeanSummary {
  const summary = summariseMean(values)
  if (summary.kind !== 'mean') throw new Error(summary.kind)
  return summary
}

function estimate(control: MeanSummary, variant: MeanSummary, options: MeanOptions = {}): TestEstimate {
  const result = compareMeans(control, variant, options)
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

const relativeError = (actual: number | null, expected: number) =>
  Math.abs((actual ?? Number.NaN) / expected - 1)

describe(`Welch's t (source: ${fixture.source})`, () => {
  test.each(fixture.means)('is $t with p = $p', row => {
    const [control, variant] = [meanOf(row.control), meanOf(row.variant)]
    const two = estimate(control, variant)
    expect(relativeError(two.statistic, row.t)).toBeLessThan(1e-11)
    expect(relativeError(two.degreesOfFreedom, row.df)).toBeLessThan(1e-11)
    expect(relativeError(two.p, row.p)).toBeLessThan(1e-9)
    expect(two.interval.lower).toBeCloseTo(row.interval[0] ?? Number.NaN, 10)
    expect(two.interval.upper).toBeCloseTo(row.interval[1] ?? Number.NaN, 10)
    expect(
      relativeError(estimate(control, variant, { alternative: 'greater' }).p, row.pGreater),
    ).toBeLessThan(1e-9)
  })

  it('is -2.9770777394397103 with 27.97747339073851 degrees of freedom, p .005947555123696498 (SciPy)', () => {
    const row = fixture.means[0]
    const result = estimate(meanOf(row?.variant ?? []), meanOf(row?.control ?? []))
    expect(result.statistic).toBeCloseTo(-2.9770777394397103, 12)
    expect(result.degreesOfFreedom).toBeCloseTo(27.97747339073851, 10)
    expect(relativeError(result.p, 0.005947555123696498)).toBeLessThan(1e-10)
  })

  test.each(fixture.means)('shows equivalence with p = $equivalence.p (ttost_ind)', row => {
    const [control, variant] = [meanOf(row.control), meanOf(row.variant)]
    const result = testEquivalence(options => compareMeans(control, variant, options), {
      lower: -1,
      upper: 6,
    })
    if (result.kind !== 'estimate') throw new Error(result.kind)
    expect(Math.abs((result.p ?? 9) - row.equivalence.p)).toBeLessThan(1e-12)
    expect(result.interval.level).toBeCloseTo(0.9, 12)
  })

  it("has Fieller's interval at the roots of its quadratic", () => {
    const row = fixture.means[0]
    const options = { scale: 'relative', relative: 'fieller' } as const
    const { interval } = estimate(meanOf(row?.control ?? []), meanOf(row?.variant ?? []), options)
    expect(interval.lower).toBeCloseTo(fixture.fieller.lower, 10)
    expect(interval.upper).toBeCloseTo(fixture.fieller.upper, 10)
  })
})

function sums(n: number, sum: number, squares: number): MeanSummary {
  const summary = meanFromSums(n, sum, squares)
  if (summary.kind !== 'mean') throw new Error(summary.kind)
  return summary
}

describe('means as gbstats publishes them (packages/stats/tests/frequentist/test_tests.py)', () => {
  const a = sums(3407, 1396.87, 52377.9767)
  const b = sums(3461, 2422.7, 134698.29)
  const short = sums(3000, 1396.87, 52377.9767)

  test.each([
    ['test_two_sided_ttest', 'relative', a, [0.70732, 0.37879, -0.03526, 1.44989, 0.06191]],
    ['test_two_sided_ttest_absolute', 'absolute', a, [0.29, 0.12478, 0.04538, 0.53462, 0.02016]],
  ] as const)('%s', (_name, scale, control, expected) => {
    const { effect, standardError, interval, p } = estimate(control, b, { scale })
    const actual = [effect, standardError, interval.lower, interval.upper, p]
    actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5))
  })

  it('has 5841.742 degrees of freedom', () => {
    expect(estimate(a, b).degreesOfFreedom).toBeCloseTo(5841.742, 3)
  })

  test.each([
    ['relative', 0.5033610858562358, -0.045136675850396046, 0.3334122146400735, 0.06558262868467746],
    ['absolute', 0.23437666666666668, 0.020791480063255735, 0.12983081254184736, 0.03554272489873023],
  ] as const)('test_one_sided_ttest, greater, %s', (scale, effect, lower, standardError, p) => {
    const result = estimate(short, b, { scale, alternative: 'greater' })
    expect(result.effect).toBeCloseTo(effect, 12)
    expect(result.interval.lower).toBeCloseTo(lower, 12)
    expect(result.interval.upper).toBeNull()
    expect(result.standardError).toBeCloseTo(standardError, 12)
    expect(result.p).toBeCloseTo(p, 12)
  })

  it('delta variance (varA 2, meanA 7, nA 4, varB .5, meanB 5, nB 15) is .53333 absolute and .00589 relative', () => {
    const control: MeanSummary = { kind: 'mean', n: 4, mean: 7, m2: 6 }
    const variant: MeanSummary = { kind: 'mean', n: 15, mean: 5, m2: 7 }
    const absolute = estimate(control, variant).standardError ?? 0
    const relative = estimate(control, variant, { scale: 'relative' }).standardError ?? 0
    expect(absolute ** 2).toBeCloseTo(0.53333, 5)
    expect(relative ** 2).toBeCloseTo(0.00589, 5)
  })
})

describe('comparing means', () => {
  const summary = fc
    .record({
      n: fc.integer({ min: 2, max: 10000 }),
      mean: fc.double({ min: -50, max: 50, noNaN: true }),
      m2: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
    })
    .map((fields): MeanSummary => ({ kind: 'mean', ...fields }))
  const alpha = fc.double({ min: 0.001, max: 0.4, noNaN: true })
  const alternative = fc.constantFrom('two_sided' as const, 'greater' as const, 'less' as const)

  it('is antisymmetric', () => {
    fc.assert(
      fc.property(summary, summary, (a, b) => {
        const [there, back] = [estimate(a, b), estimate(b, a)]
        expect(there.effect + back.effect).toBe(0)
        expect(there.p).toBeCloseTo(back.p ?? 9, 12)
        expect(there.interval.lower).toBeCloseTo(-(back.interval.upper ?? Number.NaN), 8)
      }),
    )
  })

  it('has p in [0, 1], and an interval that excludes the null effect exactly when p < alpha', () => {
    const relative = fc.constantFrom('delta' as const, 'fieller' as const, 'log' as const)
    const scale = fc.constantFrom('absolute' as const, 'relative' as const)
    const nullEffect = fc.double({ min: -0.5, max: 0.5, noNaN: true })
    fc.assert(
      fc.property(
        summary,
        summary,
        fc.record({ alpha, alternative, scale, relative, nullEffect }),
        (a, b, options) => {
          const result = compareMeans(a, b, options)
          if (result.kind !== 'estimate' || result.p === null) return
          expect(result.p).toBeGreaterThanOrEqual(0)
          expect(result.p).toBeLessThanOrEqual(1)
          if (Math.abs(result.p / options.alpha - 1) < 1e-6) return
          const { lower, upper } = result.interval
          const excluded =
            (lower ?? -Infinity) > options.nullEffect || (upper ?? Infinity) < options.nullEffect
          expect(excluded).toBe(result.p < options.alpha)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('has an interval that shrinks with n and widens with the level', () => {
    const width = ({ interval }: TestEstimate) => (interval.upper ?? 0) - (interval.lower ?? 0)
    fc.assert(
      fc.property(summary, summary, alpha, (a, b, alpha) => {
        const more = { ...b, n: b.n * 4, m2: b.m2 * 4 }
        expect(width(estimate({ ...a, n: a.n * 4, m2: a.m2 * 4 }, more, { alpha }))).toBeLessThan(
          width(estimate(a, b, { alpha })),
        )
        expect(width(estimate(a, b, { alpha: alpha / 2 }))).toBeGreaterThan(width(estimate(a, b, { alpha })))
      }),
    )
  })

  it('gives a relative effect of a negative control its direction', () => {
    const [control, variant] = [meanOf([-10, -11, -9, -10.5]), meanOf([-5, -6, -4, -5.5])]
    for (const relative of ['delta', 'fieller'] as const) {
      const result = estimate(control, variant, { scale: 'relative', relative })
      expect(result.effect).toBeCloseTo(0.4938, 4)
      expect(result.interval.lower).toBeGreaterThan(0)
      expect(result.statistic).toBeGreaterThan(0)
    }
  })

  const one: MeanSummary = { kind: 'mean', n: 1, mean: 3, m2: 0 }
  const flat: MeanSummary = { kind: 'mean', n: 10, mean: 3, m2: 0 }
  const around: MeanSummary = { kind: 'mean', n: 10, mean: 0.1, m2: 90 }
  const zero: MeanSummary = { kind: 'mean', n: 10, mean: 0, m2: 90 }
  const huge: MeanSummary = { kind: 'mean', n: 10, mean: 1.7e308, m2: 1e300 }

  test.each([
    ['one unit', one, around, {}, { kind: 'insufficient', reason: 'too_few_units', needed: 2 }],
    ['no variance on the variant', around, flat, {}, { kind: 'insufficient', reason: 'no_variance' }],
    ['no variance on the control', flat, around, {}, { kind: 'insufficient', reason: 'no_variance' }],
    ['no variance', flat, flat, {}, { kind: 'insufficient', reason: 'no_variance' }],
    ['a control of 0', zero, around, { scale: 'relative' }, { reason: 'control_is_zero' }],
    ['a control near 0', around, flat, { scale: 'relative' }, { reason: 'control_not_distinct_from_zero' }],
    ['a level of 95', around, around, { alpha: 95 }, { kind: 'invalid', argument: 'alpha' }],
    [
      'an infinite margin',
      around,
      around,
      { nullEffect: Infinity },
      { kind: 'invalid', argument: 'nullEffect' },
    ],
    ['half a unit', { ...around, n: 2.5 }, around, {}, { kind: 'invalid', argument: 'n' }],
    ['a mean that is none', { ...around, mean: Number.NaN }, around, {}, { kind: 'invalid' }],
    [
      'different caps',
      { ...around, cap: { kind: 'cap', lower: null, upper: 9 } },
      around,
      {},
      { kind: 'invalid' },
    ],
    ['overflow', huge, { ...huge, mean: -1.7e308 }, {}, { kind: 'invalid' }],
  ] as const)('tells of %s', (_what, control, variant, options, expected) => {
    expect(compareMeans(control, variant, options)).toMatchObject(expected)
  })

  it('says when there are too few units to be sure of the approximation', () => {
    const few = estimate(around, around).assumptions.find(({ what }) => what.startsWith('at least'))
    const many = { ...around, n: 30 }
    const enough = estimate(many, many).assumptions.find(({ what }) => what.startsWith('at least'))
    expect([few?.state, enough?.state]).toEqual(['doubtful', 'holds'])
  })
})
