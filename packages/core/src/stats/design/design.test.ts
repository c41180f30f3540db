import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { detectableEffect } from './detectable.ts'
import fixture from './fixtures/design.json' with { type: 'json' }
import { cohenH, type DesignMetric, type MeanMetric, type ProportionMetric } from './metric.ts'
import type { DesignOptions } from './options.ts'
import { powerOf } from './power.ts'
import { requiredUnits } from './units.ts'

function unitsOf(metric: DesignMetric, effect: number, options: DesignOptions = {}) {
  const result = requiredUnits(metric, effect, options)
  if (result.kind !== 'required_units') throw new Error(JSON.stringify(result))
  return result
}

function power(metric: DesignMetric, effect: number, units: number, options: DesignOptions = {}): number {
  const result = powerOf(metric, effect, units, options)
  if (result.kind !== 'power') throw new Error(JSON.stringify(result))
  return result.power
}

function smallest(metric: DesignMetric, units: number, options: DesignOptions = {}): number {
  const result = detectableEffect(metric, units, options)
  if (result.kind !== 'detectable_effect') throw new Error(JSON.stringify(result))
  return result.effect
}

const standard: MeanMetric = { kind: 'mean', mean: 0, variance: 1 }
const proportion = (p: number, variance: ProportionMetric['variance'] = 'unpooled'): ProportionMetric => ({
  kind: 'proportion',
  proportion: p,
  variance,
})
const relativeError = (actual: number, expected: number) => Math.abs(actual / expected - 1)

describe(`sample sizes of statsmodels (source: ${fixture.source})`, () => {
  const student = { reference: 'student', rejections: 'any' } as const

  test.each(fixture.t)('TTestIndPower: d $d, power $power, alpha $alpha, ratio $ratio: $n1', row => {
    const alternative = row.alternative === 'larger' ? 'one_sided' : 'two_sided'
    const { alpha, power, ratio, d, n1 } = row
    const exact = unitsOf(standard, d, { ...student, alpha, power, alternative, shares: [1, ratio] }).exact
    expect(relativeError(exact / (1 + ratio), n1)).toBeLessThan(1e-8)
  })

  test.each([
    [0.2, 0.8, 393.4056930002526],
    [0.5, 0.8, 63.76561058891169],
    [0.5, 0.95, 104.92794303092515],
  ])('TTestIndPower: %d with power %d needs %d on each', (d, power, n) => {
    expect(relativeError(unitsOf(standard, d, { ...student, power }).exact / 2, n)).toBeLessThan(1e-8)
  })

  test.each(fixture.exact)(
    'the same solved by mpmath: $d with power $power needs $n1 on each',
    ({ d, power, n1 }) => {
      expect(relativeError(unitsOf(standard, d, { ...student, power }).exact / 2, n1)).toBeLessThan(1e-12)
    },
  )

  test.each(fixture.normal)('NormalIndPower: d $d with $n1 and ratio $ratio has power $power', row => {
    const options = { alpha: row.alpha, shares: [1, row.ratio], rejections: 'any' } as const
    expect(power(standard, row.d, row.n1 * (1 + row.ratio), options)).toBeCloseTo(row.power, 12)
  })

  it("Cohen's h of .25 and .20 is .11990233319498567 and needs 1091.8961587171943 on each", () => {
    expect(cohenH(0.25, 0.2)).toBeCloseTo(0.11990233319498567, 14)
    const { exact } = unitsOf(proportion(0.2, 'arcsine'), 0.05, { rejections: 'any' })
    expect(relativeError(exact / 2, 1091.8961587171943)).toBeLessThan(1e-9)
  })

  test.each(fixture.pooled)('power_proportions_2indep: $p + $diff with $n1, ratio $ratio: $power', row => {
    // Its first sample is the one with p + diff, and ratio is that of the second.
    const options = { shares: [row.ratio, 1], rejections: 'any' } as const
    const units = row.n1 * (1 + row.ratio)
    expect(power(proportion(row.p, 'pooled_null'), row.diff, units, options)).toBeCloseTo(row.power, 10)
  })
})

describe("sample sizes of Evan Miller's calculator", () => {
  test.each([
    [0.2, 0.05, 1030.2193],
    [0.2, -0.05, 973.4302],
    [0.05, 0.01, 7663.0003],
    [0.1, 0.02, 3622.6164],
  ])('%d by %d absolute needs %d on each', (p, effect, n) => {
    expect(unitsOf(proportion(p, 'control_null'), effect).exact / 2).toBeCloseTo(n, 4)
  })
})

describe('sample sizes that spotify/confidence asserts', () => {
  const mean = { kind: 'mean', mean: 0, variance: 100 } as const
  const atControl = proportion(0.34, 'control')
  const pairs = { comparisons: 'all_pairs', shares: [1, 1, 1] } as const

  // tests/samplesize/test_samplesizecalculator.py: G*Power's figures, to .5 %. Power there is .85 unless told.
  test.each([
    ['continuous_default', mean, 0.3, { power: 0.85 }, 39906],
    ['binomial_default_small', atControl, 0.003, { power: 0.85 }, 897348],
    ['binomial_alpha', atControl, 0.003, { power: 0.85, alpha: 0.14 }, 630710],
    ['binomial_alpha_power', atControl, 0.003, { power: 0.67, alpha: 0.14 }, 366424],
    ['binomial_treatments', atControl, 0.003, { power: 0.85, shares: [2, 1, 1] }, 673157 + 2 * 336578],
    ['binomial_treatments_all_vs_all', atControl, 0.003, { power: 0.85, ...pairs }, 3 * 448674],
    ['continuous_treatments', mean, 0.3, { power: 0.85, shares: [2, 1, 1] }, 29929 + 2 * 14965],
    ['continuous_treatments_all_vs_all', mean, 0.3, { power: 0.85, ...pairs }, 3 * 19953],
  ] as const)('%s', (_name, metric, effect, options, total) => {
    expect(relativeError(unitsOf(metric, effect, options).total, total)).toBeLessThan(0.005)
  })

  test.each([
    ['power_calculation_binomial', atControl, 0.01, 0.03, [225725, 22572], 0.8],
    ['power_calculation_continuous', { ...mean, variance: 45 }, 0.03, 0.05, [859896, 859896], 0.8345828],
  ] as const)('%s', (_name, metric, effect, alpha, shares, expected) => {
    expect(
      relativeError(power(metric, effect, shares[0] + shares[1], { alpha, shares }), expected),
    ).toBeLessThan(0.005)
  })

  // tests/frequentist/test_freqsamplesizecalculator.py, to .1 %. Success metrics are two, and alpha is shared by them.
  const share = proportion(0.7)
  const bananas = { kind: 'mean', mean: 4.56, variance: 2.13 } as const
  test.each([
    [
      'sample_size_1',
      share,
      0.7 * 0.00617,
      { alpha: 0.01 / 2, alternative: 'one_sided', shares: [5, 2, 3], correction: 'bonferroni' },
      1042868,
    ],
    [
      'sample_size_1, second',
      bananas,
      0.0456,
      { alpha: 0.01 / 2, alternative: 'one_sided', shares: [5, 2, 3], correction: 'bonferroni' },
      95459,
    ],
    [
      'sample_size_2',
      share,
      0.7 * 0.00617,
      { alpha: 0.01 / 2, shares: [5, 2, 3], correction: 'bonferroni' },
      1170185,
    ],
    ['sample_size_3', share, 0.7 * 0.00617, { alpha: 0.01 / 2, shares: [5, 2] }, 730009],
    [
      'sample_size_3, second',
      bananas,
      0.0456,
      { alpha: 0.01 / 2, alternative: 'one_sided', shares: [5, 2] },
      58621,
    ],
    [
      'sample_size_5, non-inferiority',
      share,
      0,
      { alpha: 0.01, alternative: 'one_sided', shares: [5, 2], nullEffect: -0.7 * 0.00617 },
      553620,
    ],
    ['sample_size_6', bananas, 0.0456, { alpha: 0.01, shares: [5, 2] }, 58622],
    ['sample_size_7', share, 0.7 * 0.00617, { alpha: 0.05 / 2, power: 0.9, shares: [5, 2] }, 680575],
    [
      'sample_size_7, second',
      bananas,
      0.0456,
      { alpha: 0.05 / 2, power: 0.9, alternative: 'one_sided', shares: [5, 2] },
      52741,
    ],
  ] as const)('%s', (_name, metric, effect, options, total) => {
    expect(relativeError(unitsOf(metric, effect, options).exact, total)).toBeLessThan(0.001)
  })
})

describe('power that GrowthBook asserts (packages/shared/test/power.test.ts)', () => {
  const metric: MeanMetric = { kind: 'mean', mean: 10, variance: 3909.9997749994377 }
  const three = { scale: 'relative', shares: [1, 1, 1], rejections: 'any' } as const
  const sequential = { kind: 'confidence_sequence', tuning: 5000, formula: 'growthbook' } as const

  it('is .52144 for an effect of 5 % with 400,000 units over 3 variants, and .20596 sequentially', () => {
    expect(power(metric, 0.05, 400000, three)).toBeCloseTo(0.52144, 5)
    expect(power(metric, 0.05, 400000, { ...three, sequential })).toBeCloseTo(0.20596, 5)
  })

  it('finds .07027 with power .8, and .12821 sequentially', () => {
    expect(smallest(metric, 400000, three)).toBeCloseTo(0.07027, 5)
    expect(smallest(metric, 400000, { ...three, sequential })).toBeCloseTo(0.12821, 5)
  })

  const clicks = proportion(0.1, 'control')
  const revenue: MeanMetric = { kind: 'mean', mean: 0.1, variance: 0.5 }
  const weeks = [1, 2, 3, 4, 5, 6, 7, 8, 9]
  const fixed = {
    clickPower: [0.073, 0.0965, 0.1204, 0.14458, 0.16895, 0.19342, 0.21791, 0.24235, 0.26666],
    revenuePower: [0.17053, 0.29389, 0.41122, 0.51749, 0.61037, 0.68938, 0.75513, 0.80886, 0.85213],
    clickEffect: [0.36767, 0.24505, 0.19525, 0.16673, 0.14774, 0.13394, 0.12336, 0.11491, 0.10796],
    revenueEffect: [1.26769, 0.71941, 0.54299, 0.4506, 0.39208, 0.35099, 0.32018, 0.29603, 0.27647],
  }
  const looking = {
    clickPower: [0.05936, 0.06912, 0.07849, 0.08761, 0.09657, 0.10541, 0.11415, 0.12282, 0.13142],
    revenuePower: [0.09832, 0.14992, 0.19972, 0.24784, 0.29426, 0.33888, 0.38165, 0.42249, 0.46136],
    clickEffect: [0.65545, 0.4112, 0.32394, 0.27607, 0.24484, 0.22241, 0.20532, 0.19172, 0.18058],
    revenueEffect: [4.33868, 1.51846, 1.04943, 0.84084, 0.71862, 0.63663, 0.577, 0.53123, 0.49473],
  }

  test.each(weeks)('is as published after %d weeks of 4,500 users', week => {
    for (const [expected, options] of [
      [fixed, three],
      [looking, { ...three, sequential }],
    ] as const) {
      const at = (values: readonly number[]) => values[week - 1] ?? Number.NaN
      expect(power(clicks, 0.05, 4500 * week, options)).toBeCloseTo(at(expected.clickPower), 5)
      expect(power(revenue, 0.3, 4500 * week, options)).toBeCloseTo(at(expected.revenuePower), 5)
      expect(Math.abs(smallest(clicks, 4500 * week, options) - at(expected.clickEffect))).toBeLessThan(1.1e-5)
      // GrowthBook solves for the effect without the rejections of the wrong sign.
      const right = { ...options, rejections: 'right_direction' } as const
      expect(smallest(revenue, 4500 * week, right)).toBeCloseTo(at(expected.revenueEffect), 5)
    }
  })

  it('gives 8 weeks to a power of .8 for revenue', () => {
    const needed = unitsOf(revenue, 0.3, three).exact
    expect(Math.ceil(needed / 4500)).toBe(8)
  })
})

describe('designs', () => {
  const metric = fc.oneof(
    fc.record({
      kind: fc.constant('mean' as const),
      mean: fc.double({ min: 1, max: 9, noNaN: true }),
      variance: fc.double({ min: 0.1, max: 9, noNaN: true }),
    }),
    fc.record({
      kind: fc.constant('proportion' as const),
      proportion: fc.double({ min: 0.05, max: 0.6, noNaN: true }),
      variance: fc.constantFrom('unpooled' as const, 'control' as const),
    }),
    fc.record({
      kind: fc.constant('quantile' as const),
      probability: fc.double({ min: 0.01, max: 0.999, noNaN: true }),
      value: fc.double({ min: 1, max: 9, noNaN: true }),
      density: fc.double({ min: 0.01, max: 2, noNaN: true }),
      curvature: fc.double({ min: 0, max: 4, noNaN: true }),
    }),
  )
  const options = fc.record({
    alpha: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
    power: fc.double({ min: 0.5, max: 0.99, noNaN: true }),
    scale: fc.constantFrom('absolute' as const, 'relative' as const),
    alternative: fc.constantFrom('two_sided' as const, 'one_sided' as const),
    shares: fc.constantFrom([1, 1], [9, 1], [2, 1, 1]),
    correction: fc.constantFrom('none' as const, 'bonferroni' as const),
    rejections: fc.constantFrom('any' as const, 'right_direction' as const),
    designEffect: fc.double({ min: 1, max: 5, noNaN: true }),
  })
  const effect = fc.double({ min: 0.01, max: 0.3, noNaN: true })

  it('are one law solved for units, power or effect', () => {
    fc.assert(
      fc.property(metric, effect, options, (metric, effect, options) => {
        const { exact } = unitsOf(metric, effect, options)
        expect(power(metric, effect, exact, options)).toBeCloseTo(options.power, 7)
        expect(relativeError(smallest(metric, exact, options), effect)).toBeLessThan(1e-5)
      }),
    )
  })

  it('need more units for more power, a smaller alpha and a smaller effect', () => {
    fc.assert(
      fc.property(metric, effect, options, (metric, effect, options) => {
        const { exact } = unitsOf(metric, effect, options)
        expect(unitsOf(metric, effect, { ...options, power: (1 + options.power) / 2 }).exact).toBeGreaterThan(
          exact,
        )
        expect(unitsOf(metric, effect, { ...options, alpha: options.alpha / 2 }).exact).toBeGreaterThan(exact)
        expect(unitsOf(metric, effect / 2, options).exact).toBeGreaterThan(exact)
      }),
    )
  })

  it('share whole units out and add them up', () => {
    const { variants, total, exact } = unitsOf(standard, 0.1, { shares: [2, 1, 1] })
    expect(variants).toHaveLength(3)
    expect(variants[0]).toBe(Math.ceil(exact / 2))
    expect(variants.reduce((sum, units) => sum + units, 0)).toBe(total)
  })

  it('ask for two units on each variant at least, below which there is no test', () => {
    expect(unitsOf(standard, 100)).toMatchObject({ total: 4, variants: [2, 2] })
  })

  it('need pi / 2 times the units for a median of normal values that they need for the mean', () => {
    const median = {
      kind: 'quantile',
      probability: 0.5,
      value: 0,
      density: 1 / Math.sqrt(2 * Math.PI),
    } as const
    expect(unitsOf(median, 0.1).exact / unitsOf(standard, 0.1).exact).toBeCloseTo(Math.PI / 2, 10)
    const wider = { ...median, variantDensity: median.density / 2 }
    expect(unitsOf(wider, 0.1).exact / unitsOf(median, 0.1).exact).toBeCloseTo(5 / 2, 10)
  })

  it("take the variant's own variance where it is told", () => {
    const { exact } = unitsOf({ ...standard, variantVariance: 3 }, 0.1)
    expect(exact / unitsOf(standard, 0.1).exact).toBeCloseTo(2, 12)
    const neyman = unitsOf({ ...standard, variantVariance: 3 }, 0.1, { shares: [1, Math.sqrt(3)] })
    expect(neyman.exact).toBeLessThan(exact)
  })

  it('divide alpha by the comparisons, for Holm as for Bonferroni', () => {
    const four = { shares: [1, 1, 1, 1] } as const
    for (const correction of ['bonferroni', 'holm'] as const) {
      expect(unitsOf(standard, 0.1, { ...four, correction }).alpha).toBeCloseTo(0.05 / 3, 14)
      const all = { ...four, correction, comparisons: 'all_pairs' } as const
      expect(unitsOf(standard, 0.1, all).alpha).toBeCloseTo(0.05 / 6, 14)
    }
  })

  it('multiply units by the design effect and by a sequential factor', () => {
    const { exact } = unitsOf(standard, 0.1)
    expect(unitsOf(standard, 0.1, { designEffect: 3 }).exact).toBeCloseTo(3 * exact, 6)
    const sequential = { kind: 'factor', factor: 1.028 } as const
    expect(unitsOf(standard, 0.1, { sequential }).exact).toBeCloseTo(1.028 * exact, 6)
  })

  it('count on effects at the last look of a confidence sequence, more than GrowthBook does above a half', () => {
    const at = (formula: 'last_look' | 'growthbook') =>
      ({ sequential: { kind: 'confidence_sequence', tuning: 5000, formula } }) as const
    expect(power(standard, 0.1, 8000, at('last_look'))).toBeGreaterThan(
      power(standard, 0.1, 8000, at('growthbook')),
    )
    expect(power(standard, 0.1, 8000)).toBeGreaterThan(power(standard, 0.1, 8000, at('last_look')))
    const { exact } = unitsOf(standard, 0.1, at('last_look'))
    expect(power(standard, 0.1, exact, at('last_look'))).toBeCloseTo(0.8, 9)
  })

  it('plan a guardrail that is looked at all the time', () => {
    const sequential = { kind: 'confidence_sequence', tuning: 5000, formula: 'last_look' } as const
    const options = { nullEffect: -0.1, alternative: 'one_sided', sequential } as const
    const { exact } = unitsOf(standard, 0, options)
    expect(power(standard, 0, exact, options)).toBeCloseTo(0.8, 9)
    expect(exact).toBeGreaterThan(unitsOf(standard, 0, { nullEffect: -0.1, alternative: 'one_sided' }).exact)
    expect(exact).toBeLessThan(unitsOf(standard, 0.1, { sequential }).exact)
    expect(requiredUnits(standard, 0, { ...options, alpha: 0.6, power: 0.9 })).toMatchObject({
      argument: 'alpha',
    })
  })

  it('plan non-inferiority by the margin, two-sided equality by none', () => {
    const { exact } = unitsOf(standard, 0, { nullEffect: -0.1, alternative: 'one_sided', alpha: 0.025 })
    expect(exact).toBeCloseTo(unitsOf(standard, 0.1).exact, 6)
  })

  const flat: MeanMetric = { kind: 'mean', mean: 3, variance: 0 }
  test.each([
    ['no effect', standard, 0, {}, { kind: 'insufficient', reason: 'no_information' }],
    ['no variance', flat, 1, {}, { kind: 'insufficient', reason: 'no_variance' }],
    [
      'a control of 0',
      standard,
      0.1,
      { scale: 'relative' },
      { kind: 'insufficient', reason: 'control_is_zero' },
    ],
    ['a tiny effect', standard, 1e-9, {}, { kind: 'insufficient', reason: 'too_few_units' }],
    ['a proportion above 1', proportion(0.9), 0.2, {}, { kind: 'invalid', argument: 'effect' }],
    ['no proportion', proportion(1.5), 0.2, {}, { kind: 'invalid', argument: 'metric.proportion' }],
    ['power below alpha', standard, 0.1, { power: 0.01 }, { kind: 'invalid', argument: 'power' }],
    ['alpha of 5', standard, 0.1, { alpha: 5 }, { kind: 'invalid', argument: 'alpha' }],
    ['one share', standard, 0.1, { shares: [1] }, { kind: 'invalid', argument: 'shares' }],
    ['a share of 0', standard, 0.1, { shares: [1, 0] }, { kind: 'invalid', argument: 'shares' }],
    ['no design effect', standard, 0.1, { designEffect: 0 }, { kind: 'invalid', argument: 'designEffect' }],
    ['an infinite effect', standard, Infinity, {}, { kind: 'invalid', argument: 'effect' }],
  ] as const)('have no answer for %s', (_what, metric, effect, options, expected) => {
    expect(requiredUnits(metric, effect, options)).toMatchObject(expected)
    if (effect !== 0 && effect !== 1e-9)
      expect(powerOf(metric, effect, 1000, options)).toMatchObject(expected)
  })

  it('say when no effect whatever would be found', () => {
    const noisy: MeanMetric = { kind: 'mean', mean: 1, variance: 100 }
    expect(detectableEffect(noisy, 50, { scale: 'relative' })).toMatchObject({ reason: 'too_few_units' })
    expect(detectableEffect(proportion(0.5), 40)).toMatchObject({ kind: 'detectable_effect' })
    expect(detectableEffect(standard, 0)).toMatchObject({ kind: 'invalid', argument: 'units' })
  })

  it('find a lower proportion more easily than a higher one below a half', () => {
    const higher = detectableEffect(proportion(0.1), 2000, {}, 'higher')
    const lower = detectableEffect(proportion(0.1), 2000, {}, 'lower')
    if (higher.kind !== 'detectable_effect' || lower.kind !== 'detectable_effect') throw new Error('refused')
    expect(lower.effect).toBeLessThan(0)
    expect(-lower.effect).toBeLessThan(higher.effect)
  })
})
