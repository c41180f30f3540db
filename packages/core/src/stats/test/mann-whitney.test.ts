import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import fixture from './fixtures/ranks.json' with { type: 'json' }
import { compareRanks, type MannWhitney, type MannWhitneyOptions } from './mann-whitney.ts'
import { rankDistribution } from './rank-distribution.ts'

function estimate(a: ArrayLike<number>, b: ArrayLike<number>, options: MannWhitneyOptions = {}): MannWhitney {
  const result = compareRanks(a, b, options)
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

const alternatives = ['two_sided', 'greater', 'less'] as const
const relativeError = (actual: number | null, expected: number) =>
  Math.abs((actual ?? Number.NaN) / expected - 1)
const rows = fixture.rows.map(row => ({
  ...row,
  name: `${row.control.length} and ${row.variant.length} values`,
}))

describe(`Mann-Whitney (source: ${fixture.source})`, () => {
  test.each(rows)('of $name, asymptotic, with and without continuity correction', row => {
    alternatives.forEach((alternative, i) => {
      const options = { alternative, distribution: 'asymptotic' } as const
      const half = estimate(row.control, row.variant, options)
      expect(half.statistic).toBe(row.u)
      expect(relativeError(half.p, row.continuity[i] ?? 9)).toBeLessThan(1e-9)
      const none = estimate(row.control, row.variant, { ...options, continuity: 'none' })
      expect(relativeError(none.p, row.plain[i] ?? 9)).toBeLessThan(1e-9)
    })
  })

  test.each(rows.filter(row => row.exact !== undefined))('of $name, exact', row => {
    alternatives.forEach((alternative, i) => {
      const result = estimate(row.control, row.variant, { alternative, distribution: 'exact' })
      expect(relativeError(result.p, row.exact?.[i] ?? 9)).toBeLessThan(1e-9)
      expect(result.guarantee).toEqual({ kind: 'exact' })
    })
  })

  test.each(rows.filter(row => row.shift !== undefined))(
    'of $name: shift and interval of wilcox.test',
    row => {
      const { effect, interval, p } = estimate(row.control, row.variant, { distribution: 'exact' })
      expect(effect).toBeCloseTo(row.shift?.estimate ?? 99, 10)
      expect(interval.lower).toBeCloseTo(row.shift?.interval[0] ?? 99, 10)
      expect(interval.upper).toBeCloseTo(row.shift?.interval[1] ?? 99, 10)
      expect(relativeError(p, row.shift?.p ?? 9)).toBeLessThan(1e-9)
    },
  )

  it('of 1..5 and 3..7 is U = 4.5 with p .11384629800665805 (asymptotic, continuity)', () => {
    const result = estimate([3, 4, 5, 6, 7], [1, 2, 3, 4, 5])
    expect(result.statistic).toBe(4.5)
    expect(relativeError(result.p, 0.11384629800665805)).toBeLessThan(1e-12)
  })

  it('of 1..5 and 6..10 has exact p .007936507936507936', () => {
    expect(estimate([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).p).toBeCloseTo(0.007936507936507936, 15)
  })
})

describe('a p of exactly alpha is not below it, as of 11 in 220 orders,', () => {
  it("so the bound is that of R 4.2.2's wilcox.test, alternative greater", () => {
    const control = [0.31, 1.27, 2.05, 3.4, 4.9, 5.83, 7.2, 8.01, 9.66]
    const variant = [4.13, 8.44, 12.7]
    const { p, interval } = estimate(control, variant, {
      alternative: 'greater',
      alpha: 0.05,
      distribution: 'exact',
    })
    expect(p).toBeCloseTo(0.10454545454545454, 15)
    expect(interval.lower).toBeCloseTo(-1.7, 12)
  })

  it.each([
    [2, 3, 0, 0.1],
    [2, 3, 1, 0.2],
    [3, 2, 1, 0.2],
    [3, 4, 3, 0.2],
    [3, 9, 4, 0.05],
  ])('of %d and %d values with U = %d at alpha %d', (n, m, u, alpha) => {
    expect(rankDistribution(n, m).cdf(u)).toBe(alpha)
  })
})

describe('comparing ranks', () => {
  const values = (least: number) =>
    fc
      .array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: least, maxLength: 60 })
      .map(array => Float64Array.from(array).sort())
  const settings = fc.record({
    alpha: fc.double({ min: 0.001, max: 0.4, noNaN: true }),
    alternative: fc.constantFrom(...alternatives),
    distribution: fc.constantFrom('auto' as const, 'asymptotic' as const),
  })

  it('has an interval that excludes 0 exactly when p < alpha, without ties', () => {
    fc.assert(
      fc.property(values(2), values(2), settings, (a, b, options) => {
        if (new Set([...a, ...b]).size < a.length + b.length) return
        const { p, interval } = estimate(a, b, options)
        expect((p ?? 9) >= 0 && (p ?? 9) <= 1).toBe(true)
        if (Math.abs((p ?? 9) / options.alpha - 1) < 1e-9) return
        const excluded = (interval.lower ?? -Infinity) > 0 || (interval.upper ?? Infinity) < 0
        expect(excluded).toBe((p ?? 9) < options.alpha)
      }),
      { numRuns: 400 },
    )
  })

  it('takes the median of all differences, which is antisymmetric', () => {
    fc.assert(
      fc.property(values(2), values(2), (a, b) => {
        const result = compareRanks(a, b)
        if (result.kind !== 'estimate') return
        const all = Float64Array.from([...a].flatMap(x => [...b].map(y => y - x))).sort()
        const middle = ((all[(all.length - 1) >> 1] ?? 9) + (all[all.length >> 1] ?? 9)) / 2
        expect(result.effect + 0).toBe(middle + 0)
        const back = compareRanks(b, a)
        expect(back.kind === 'estimate' ? back.effect + result.effect : 9).toBe(0)
        expect(result.winShare).toBeCloseTo(1 - (back.kind === 'estimate' ? back.winShare : 9), 12)
      }),
    )
  })

  it('moves with a shift of the variant, and undoes it as the null effect', () => {
    const [a, b] = [Float64Array.of(1, 2.5, 4, 8), Float64Array.of(1.25, 3, 9, 10, 12)]
    const shifted = b.map(value => value + 16)
    expect(estimate(a, shifted).effect).toBe(estimate(a, b).effect + 16)
    expect(estimate(a, shifted, { nullEffect: 16 }).p).toBe(estimate(a, b).p)
  })

  it('picks the shift of 200,000 values without making 10^10 differences', () => {
    const a = Float64Array.from({ length: 100_000 }, (_, i) => Math.sqrt(i))
    const b = a.map(value => value + 3)
    const { effect, interval } = estimate(a, b)
    expect(effect).toBeCloseTo(3, 3)
    expect((interval.upper ?? 9) - (interval.lower ?? 0)).toBeLessThan(2)
  })

  it('has an open interval where not even the most extreme order is significant', () => {
    expect(estimate([1, 2, 3], [4, 5, 6])).toMatchObject({ p: 0.1, interval: { lower: null, upper: null } })
  })

  test.each([
    ['all values are equal', [3, 3, 3], [3, 3], {}, { reason: 'no_variance' }],
    ['there is one value', [3], [3, 4], {}, { reason: 'too_few_units' }],
    ['values are not sorted', [3, 1], [3, 4], {}, { kind: 'invalid', argument: 'control' }],
    ['a value is infinite', [3, 4], [3, Infinity], {}, { kind: 'invalid', argument: 'variant' }],
    [
      'ties are to be exact',
      [1, 2],
      [2, 3],
      { distribution: 'exact' },
      { kind: 'invalid', argument: 'distribution' },
    ],
  ] as const)('has no answer when %s', (_when, a, b, options, expected) => {
    expect(compareRanks(a, b, options)).toMatchObject(expected)
  })
})

describe('the distribution of U', () => {
  it('is that of all orders, for a few values', () => {
    // Of 2 and 3 values: 10 orders; counts of U = 0..6 are 1 1 2 2 2 1 1.
    const { cdf } = rankDistribution(2, 3)
    const counts = [1, 2, 4, 6, 8, 9, 10]
    counts.forEach((count, u) => expect(cdf(u)).toBeCloseTo(count / 10, 15))
    expect(cdf(-1)).toBe(0)
  })

  it('has its mean at half the pairs', () => {
    const { cdf } = rankDistribution(17, 30)
    let mean = 0
    for (let u = 0; u <= 17 * 30; u++) mean += 1 - cdf(u)
    expect(mean).toBeCloseTo((17 * 30) / 2, 8)
  })

  it('has no exact distribution beyond 200 values, which would take minutes', () => {
    const values = Array.from({ length: 201 }, (_, i) => i)
    const shifted = values.map(value => value + 0.5)
    expect(compareRanks(values, shifted, { distribution: 'exact' })).toMatchObject({
      kind: 'invalid',
      argument: 'distribution',
    })
    expect(compareRanks(values, shifted)).toMatchObject({ method: 'mann_whitney' })
  })
})
