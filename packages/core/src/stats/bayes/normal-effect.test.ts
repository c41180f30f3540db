import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meanFromSums } from '../summary/from-sums.ts'
import { summariseRatio } from '../summary/summarise.ts'
import type { MeanSummary, ProportionSummary } from '../summary/summary.ts'
import { compareNormal, type EffectPrior, effectPosterior } from './normal-effect.ts'

const flat = { kind: 'flat' } as const
const relative = { scale: 'relative', better: 'higher', level: 0.95 } as const

function mean(n: number, total: number, squares: number): MeanSummary {
  const summary = meanFromSums(n, total, squares)
  if (summary.kind !== 'mean') throw new Error(JSON.stringify(summary))
  return summary
}

function proportion(successes: number, n: number): ProportionSummary {
  return { kind: 'proportion', n, successes }
}

function posterior(effect: ReturnType<typeof effectPosterior>) {
  if (effect.kind !== 'posterior') throw new Error(JSON.stringify(effect))
  return effect
}

interface Published {
  readonly effect: number
  readonly interval: readonly [number, number]
  readonly deviation: number
  readonly chance: number
  readonly risk: readonly [number, number]
}

const informative: EffectPrior = { kind: 'normal', mean: 0.1, variance: 0.1, scale: 'relative' }
const published: readonly [
  string,
  MeanSummary | ProportionSummary,
  MeanSummary | ProportionSummary,
  EffectPrior,
  Published,
][] = [
  [
    '49 of 100 against 51 of 100, flat prior',
    proportion(49, 100),
    proportion(51, 100),
    flat,
    {
      effect: 0.04082,
      interval: [-0.24779, 0.32943],
      deviation: 0.14725,
      chance: 0.60918,
      risk: [0.0814, 0.04058],
    },
  ],
  [
    'means of 10 units, flat prior',
    mean(10, 100, 1002.25),
    mean(10, 105, 1111.5),
    flat,
    { effect: 0.05, interval: [-0.02, 0.12], deviation: 0.03572, chance: 0.91923, risk: [0.05131, 0.00131] },
  ],
  [
    'means of 10 units, prior N(0.1, 0.1)',
    mean(10, 100, 1002.25),
    mean(10, 105, 1111.5),
    informative,
    {
      effect: 0.05063,
      interval: [-0.01893, 0.12019],
      deviation: 0.03549,
      chance: 0.92315,
      risk: [0.05186, 0.00123],
    },
  ],
]

describe('the normal model of an effect', () => {
  it.each(published)(
    'is that of gbstats tests/bayesian/test_tests.py: %s',
    (_name, control, variant, prior, expected) => {
      const effect = posterior(compareNormal(control, variant, { ...relative, prior }))
      expect(effect.effect).toBeCloseTo(expected.effect, 5)
      expect(effect.interval.lower).toBeCloseTo(expected.interval[0], 5)
      expect(effect.interval.upper).toBeCloseTo(expected.interval[1], 5)
      expect(effect.standardDeviation).toBeCloseTo(expected.deviation, 5)
      expect(effect.chanceToBeatControl).toBeCloseTo(expected.chance, 5)
      expect(effect.expectedLoss.control).toBeCloseTo(expected.risk[0], 5)
      expect(effect.expectedLoss.variant).toBeCloseTo(expected.risk[1], 5)
    },
  )

  it('has the losses of means of gbstats tests/bayesian/test_tests.py before 2023: N(10, 0.5), N(10.5, 1), 10 units', () => {
    const options = { ...relative, scale: 'absolute', prior: flat } as const
    const { expectedLoss } = posterior(compareNormal(mean(10, 100, 1002.25), mean(10, 105, 1111.5), options))
    expect(expectedLoss.control).toBeCloseTo(0.51256, 5)
    expect(expectedLoss.variant).toBeCloseTo(0.01256, 5)
  })

  it('turns chance and losses round where lower is better, as gbstats does for inverse metrics', () => {
    const options = { ...relative, prior: flat }
    const [a, b] = [proportion(49, 100), proportion(51, 100)]
    const effect = posterior(compareNormal(a, b, { ...options, better: 'lower' }))
    expect(effect.chanceToBeatControl).toBeCloseTo(1 - 0.60918, 5)
    expect(effect.expectedLoss.control).toBeCloseTo(0.04058, 5)
    expect(effect.effect).toBe(posterior(compareNormal(a, b, options)).effect)
  })

  it('puts a relative prior on an absolute effect by the mean of the control, as gbstats does', () => {
    const options = { ...relative, scale: 'absolute', prior: informative } as const
    const effect = posterior(compareNormal(mean(10, 100, 1002.25), mean(10, 105, 1111.5), options))
    const [dataVariance, priorVariance] = [(0.25 + 1) / 10, 0.1 * 10 ** 2]
    const precision = 1 / dataVariance + 1 / priorVariance
    expect(effect.effect).toBeCloseTo((0.5 / dataVariance + 1 / priorVariance) / precision, 12)
    expect(effect.standardDeviation).toBeCloseTo(Math.sqrt(1 / precision), 12)
  })

  it('takes ratios by the delta method', () => {
    const numerators = [3, 0, 5, 2, 8, 1]
    const denominators = [4, 1, 6, 3, 9, 2]
    const ratio = summariseRatio(numerators.map((n, i) => [n, denominators[i] ?? 0] as const))
    if (ratio.kind !== 'ratio') throw new Error('no ratio')
    const options = { scale: 'absolute', better: 'higher', level: 0.95, prior: flat } as const
    const effect = posterior(compareNormal(ratio, ratio, options))
    expect(effect.standardDeviation).toBeCloseTo(Math.sqrt(2) * 0.0688260416, 9)
  })

  it('draws the effect between prior and data, never beyond, and is antisymmetric', () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true })
    const width = fc.double({ min: 0.01, max: 10, noNaN: true })
    fc.assert(
      fc.property(number, width, number, width, (effect, standardError, priorMean, priorVariance) => {
        const n = { control: 9, variant: 9 }
        const data = { effect, standardError, scale: 'absolute', controlMean: 1, n } as const
        const of = (sign: number) =>
          posterior(
            effectPosterior(
              { ...data, effect: sign * effect },
              {
                better: 'higher',
                level: 0.9,
                prior: { kind: 'normal', mean: sign * priorMean, variance: priorVariance, scale: 'absolute' },
              },
            ),
          )
        const plus = of(1)
        expect(plus.effect).toBeGreaterThanOrEqual(Math.min(effect, priorMean) - 1e-9)
        expect(plus.effect).toBeLessThanOrEqual(Math.max(effect, priorMean) + 1e-9)
        expect(plus.standardDeviation).toBeLessThan(standardError)
        const minus = of(-1)
        expect(minus.effect).toBeCloseTo(-plus.effect, 12)
        expect(minus.chanceToBeatControl).toBeCloseTo(1 - plus.chanceToBeatControl, 12)
        expect(minus.expectedLoss.variant).toBeCloseTo(plus.expectedLoss.control, 12)
      }),
    )
  })

  it.each([
    ['no units', proportion(0, 0), proportion(1, 2), 'too_few_units'],
    ['one unit', mean(1, 5, 25), mean(10, 105, 1111.5), 'too_few_units'],
    ['a control of zero', proportion(0, 10), proportion(5, 10), 'control_is_zero'],
    [
      'values all equal on one of two (gbstats `_has_zero_variance`)',
      mean(2, 4, 8),
      mean(3, 7, 19),
      'no_variance',
    ],
    ['values all equal', mean(2, 4, 8), mean(2, 6, 18), 'no_variance'],
  ])('is insufficient with %s', (_what, control, variant, reason) => {
    expect(compareNormal(control, variant, { ...relative, prior: flat })).toMatchObject({
      kind: 'insufficient',
      reason,
    })
  })

  it.each([
    ['successes', proportion(12, 10)],
    ['n', proportion(1, 2.5)],
    ['n', { ...mean(2, 4, 8), n: Number.NaN }],
    ['summary', { ...mean(2, 4, 8), m2: -1 }],
    ['summary', { ...mean(2, 4, 8), mean: Number.NaN }],
  ] as const)('is invalid by %s for a summary of no units: %j', (argument, variant) => {
    expect(compareNormal(mean(10, 100, 1002.25), variant, { ...relative, prior: flat })).toMatchObject({
      kind: 'invalid',
      argument,
    })
  })

  it('is invalid for summaries cut to different caps', () => {
    const capped = (upper: number): MeanSummary => ({
      ...mean(10, 100, 1002.25),
      cap: { kind: 'cap', lower: null, upper },
    })
    const options = { ...relative, prior: flat }
    expect(compareNormal(capped(20), capped(21), options)).toMatchObject({
      kind: 'invalid',
      argument: 'variant',
    })
    expect(compareNormal(capped(20), capped(20), options).kind).toBe('posterior')
  })

  it.each([
    ['level', { level: 95 }, {}],
    ['prior', { prior: { kind: 'normal', mean: 0, variance: 0, scale: 'absolute' } as const }, {}],
    ['data', {}, { effect: Number.NaN }],
    ['data', {}, { standardError: -1 }],
    ['data', {}, { standardError: 1e-200 }],
    ['data', {}, { effect: 1e308, standardError: 1e300 }],
  ])('is invalid by %s: %j %j', (argument, options, data) => {
    const n = { control: 9, variant: 9 }
    expect(
      effectPosterior(
        { effect: 1, standardError: 1, scale: 'absolute', controlMean: 1, n, ...data },
        { better: 'higher', level: 0.95, prior: flat, ...options },
      ),
    ).toMatchObject({ kind: 'invalid', argument })
  })
})
