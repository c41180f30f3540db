import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalCdf } from '../distribution/normal.ts'
import type { Scale } from '../result.ts'
import type { ProportionSummary } from '../summary/summary.ts'
import { betaPosterior, compareBetaBinomial } from './beta-binomial.ts'
import { chanceAbove, differenceQuantile, expectedExcess } from './beta-pair.ts'
import fixture from './fixtures/beta-binomial.json' with { type: 'json' }

const flat = { a: 1, b: 1 }

function proportion([successes = 0, n = 0]: readonly number[]): ProportionSummary {
  return { kind: 'proportion', n, successes }
}

function compare(
  control: readonly number[],
  variant: readonly number[],
  scale: Scale = 'absolute',
  prior = flat,
  level = 0.95,
) {
  const options = { scale, better: 'higher', level, prior } as const
  const effect = compareBetaBinomial(proportion(control), proportion(variant), options)
  if (effect.kind !== 'posterior') throw new Error(JSON.stringify(effect))
  return effect
}

function relativeError(value: number, expected: number): number {
  return Math.abs(value / expected - 1)
}

describe(`two proportions with beta priors (source: ${fixture.source})`, () => {
  it.each(fixture.rows)('$control against $variant, prior $prior', row => {
    const prior = { a: row.prior[0] ?? 0, b: row.prior[1] ?? 0 }
    const effect = compare(row.control, row.variant, 'absolute', prior)
    expect(effect.effect).toBeCloseTo(row.effect, 13)
    expect(effect.standardDeviation).toBeCloseTo(row.standardDeviation, 13)
    expect(relativeError(effect.chanceToBeatControl, row.chance)).toBeLessThan(1e-9)
    expect(relativeError(effect.expectedLoss.control, row.gain)).toBeLessThan(1e-9)
    expect(relativeError(effect.expectedLoss.variant, row.harm)).toBeLessThan(1e-9)
    if (row.relativeEffect !== null) {
      const relative = compare(row.control, row.variant, 'relative', prior)
      expect(relative.effect).toBeCloseTo(row.relativeEffect, 11)
    }
    const beliefs = [row.control, row.variant].map(counts => betaPosterior(proportion(counts), prior))
    const [a = beliefs[1], b] = beliefs
    if (a === undefined || b === undefined) throw new Error('no beliefs')
    const quantiles = (scale: Scale, masses: readonly (readonly number[])[]) => {
      for (const [point = 0, mass = 0] of masses) {
        if (mass > 1e-6 && mass < 1 - 1e-6)
          expect(differenceQuantile(a, b, scale, mass)).toBeCloseTo(point, 9)
      }
    }
    quantiles('absolute', row.absoluteMass)
    quantiles('relative', row.relativeMass)
  })

  it.each([
    [[49, 100], [51, 100], 0.6107705226877711],
    [[10, 100], [15, 100], 0.8532837899338429],
  ])('has the exact chance to beat control: %j against %j, flat prior', (control, variant, chance) => {
    expect(compare(control, variant).chanceToBeatControl).toBeCloseTo(chance, 11)
  })

  it('has the losses of gbstats tests/bayesian/test_tests.py before 2023, by Gauss quadrature: 49 of 100 against 51', () => {
    const { expectedLoss } = compare([49, 100], [51, 100])
    expect(expectedLoss.control).toBeCloseTo(0.03872, 5)
    expect(expectedLoss.variant).toBeCloseTo(0.01912, 5)
  })

  it('has a loss above 0 where gbstats once had one below (source: gbstats tests/bayesian/test_dists.py)', () => {
    const [a, b] = [
      { kind: 'beta', a: 5563, b: 1281 },
      { kind: 'beta', a: 4605, b: 2888 },
    ] as const
    const difference = 5563 / 6844 - 4605 / 7493
    expect(expectedExcess(a, b)).toBeCloseTo(difference, 12)
    expect(expectedExcess(b, a)).toBeGreaterThan(0)
    expect(expectedExcess(b, a)).toBeLessThan(1e-100)
  })

  it('has the loss of the closed form by tilted betas', () => {
    const [x, y] = [betaPosterior(proportion([10, 100]), flat), betaPosterior(proportion([15, 100]), flat)]
    const mean = (p: { a: number; b: number }) => p.a / (p.a + p.b)
    const closed =
      mean(y) * chanceAbove({ ...y, a: y.a + 1 }, x) - mean(x) * chanceAbove(y, { ...x, a: x.a + 1 })
    expect(expectedExcess(y, x)).toBeCloseTo(closed, 13)
  })

  it('comes near the normal one with a million units', () => {
    const effect = compare([50_000, 1_000_000], [50_300, 1_000_000])
    const z = effect.effect / effect.standardDeviation
    expect(effect.chanceToBeatControl).toBeCloseTo(normalCdf(z), 4)
    expect(effect.interval.lower).toBeCloseTo(effect.effect - 1.959964 * effect.standardDeviation, 6)
  })

  it('is antisymmetric', () => {
    const counts = fc
      .integer({ min: 1, max: 300 })
      .chain(n => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)))
    fc.assert(
      fc.property(counts, counts, (first, second) => {
        const [one, other] = [compare(first, second), compare(second, first)]
        expect(other.effect).toBeCloseTo(-one.effect, 12)
        expect(other.chanceToBeatControl).toBeCloseTo(1 - one.chanceToBeatControl, 9)
        expect(other.expectedLoss.control).toBeCloseTo(one.expectedLoss.variant, 11)
        expect(other.interval.lower).toBeCloseTo(-(one.interval.upper ?? 0), 8)
        expect(one.expectedLoss.control - one.expectedLoss.variant).toBeCloseTo(one.effect, 10)
      }),
      { numRuns: 15 },
    )
  })

  it('widens with the level', () => {
    const narrow = compare([10, 100], [15, 100], 'relative', flat, 0.8).interval
    const wide = compare([10, 100], [15, 100], 'relative', flat, 0.99).interval
    expect(wide.lower ?? 0).toBeLessThan(narrow.lower ?? 0)
    expect(wide.upper ?? 0).toBeGreaterThan(narrow.upper ?? 0)
  })

  it('turns chance and losses round where lower is better', () => {
    const options = { scale: 'absolute', level: 0.95, prior: flat } as const
    const [a, b] = [proportion([10, 100]), proportion([15, 100])]
    const lower = compareBetaBinomial(a, b, { ...options, better: 'lower' })
    expect(lower).toMatchObject({
      effect: compare([10, 100], [15, 100]).effect,
      expectedLoss: {
        control: compare([10, 100], [15, 100]).expectedLoss.variant,
        variant: compare([10, 100], [15, 100]).expectedLoss.control,
      },
    })
  })

  it.each([
    [
      [0, 0],
      [5, 10],
    ],
    [
      [5, 10],
      [0, 0],
    ],
  ] as const)('says nothing of %j against %j: that would be the prior alone', (control, variant) => {
    const options = { scale: 'absolute', better: 'higher', level: 0.95, prior: flat } as const
    expect(compareBetaBinomial(proportion(control), proportion(variant), options)).toEqual({
      kind: 'insufficient',
      reason: 'too_few_units',
      needed: 1,
    })
  })

  it('gives no relative effect before the control has successes', () => {
    const options = { scale: 'relative', better: 'higher', level: 0.95, prior: flat } as const
    expect(compareBetaBinomial(proportion([1, 50]), proportion([5, 50]), options)).toEqual({
      kind: 'insufficient',
      reason: 'control_not_distinct_from_zero',
      needed: null,
    })
  })

  it.each([
    ['level', { level: 1 }, [1, 2]],
    ['prior', { prior: { a: 0, b: 1 } }, [1, 2]],
    ['successes', {}, [3, 2]],
    ['successes', {}, [0.5, 2]],
  ])('is invalid by %s: %j %j', (argument, changed, counts) => {
    const options = { scale: 'absolute', better: 'higher', level: 0.95, prior: flat, ...changed } as const
    expect(compareBetaBinomial(proportion([1, 2]), proportion(counts), options)).toMatchObject({
      kind: 'invalid',
      argument,
    })
  })

  it('has an interval whose ends are in order, though at a level near 0 both are the median', () => {
    const options = { scale: 'absolute', better: 'lower', level: 1e-12, prior: { a: 1e6, b: 0.5 } } as const
    const result = compareBetaBinomial(proportion([0, 101]), proportion([0, 10]), options)
    const { lower, upper } = result.kind === 'posterior' ? result.interval : { lower: null, upper: null }
    expect(lower).toBeLessThanOrEqual(upper ?? Number.NaN)
  })

  it('has the deviation of a ratio of near certain proportions, of which variances hardly differ from 0', () => {
    const options = { scale: 'relative', better: 'higher', level: 0.95, prior: { a: 3, b: 1 } } as const
    const result = compareBetaBinomial(proportion([1e15, 1e15]), proportion([1e10, 1e10]), options)
    // That of the variant alone, Beta(a, 1) with a = 1e10 + 3: sqrt(a / (a + 2)) / (a + 1).
    expect(result.kind === 'posterior' ? result.standardDeviation / 1e-10 : 0).toBeCloseTo(1, 8)
  })

  it('adds failures to a small prior without rounding it away', () => {
    const prior = { a: 10, b: 0.1 }
    expect(betaPosterior({ kind: 'proportion', n: 1e6, successes: 1e6 }, prior).b).toBe(0.1)
    const options = { scale: 'absolute', better: 'higher', level: 0.95, prior } as const
    expect(compareBetaBinomial(proportion([1, 1]), proportion([1e6, 1e6]), options).kind).toBe('posterior')
  })

  it.each([1e8, 1e10])('of %d units is that of the normal distribution', n => {
    const step = Math.round(Math.sqrt(n))
    const result = compare([n / 2, n], [n / 2 + step, n])
    expect(result.chanceToBeatControl).toBeCloseTo(normalCdf(step / n / Math.sqrt(0.5 / n)), 9)
  })
})
