import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { momentsFromSums } from '../summary/from-sums.ts'
import { covariance, type Moments } from '../summary/moments.ts'
import { summariseCuped, summariseRatio } from '../summary/summarise.ts'
import type { CupedRatioSummary, CupedSummary, RatioSummary } from '../summary/summary.ts'
import { compareCuped, compareCupedRatios } from './cuped.ts'
import fixture from './fixtures/tests.json' with { type: 'json' }
import { compareRatios } from './ratio.ts'
import { proportionSample, ratioSample } from './sample.ts'

const pairsOf = (rows: readonly (readonly number[])[]) => rows.map(([a = 0, b = 0]) => [a, b] as const)

function cupedOf(rows: readonly (readonly number[])[]): CupedSummary {
  const summary = summariseCuped(pairsOf(rows))
  if (summary.kind !== 'cuped') throw new Error(summary.kind)
  return summary
}

function ratioOf(rows: readonly (readonly number[])[]): RatioSummary {
  const summary = summariseRatio(pairsOf(rows))
  if (summary.kind !== 'ratio') throw new Error(summary.kind)
  return summary
}

function momentsOf(n: number, sums: readonly number[], products: readonly (readonly number[])[]): Moments {
  const moments = momentsFromSums(n, sums, products)
  if ('kind' in moments) throw new Error(moments.expected)
  return moments
}

describe(`means with a covariate (source: ${fixture.source})`, () => {
  const { control, variant, theta, effect, t, p } = fixture.cuped

  it('are the t test of the adjusted values', () => {
    const result = compareCuped(cupedOf(control), cupedOf(variant))
    if (result.kind !== 'estimate') throw new Error(result.kind)
    expect(result.theta).toBeCloseTo(theta, 12)
    expect(result.effect).toBeCloseTo(effect, 12)
    expect(result.statistic).toBeCloseTo(t, 11)
    expect(result.p).toBeCloseTo(p, 11)
    expect(result.varianceRatio).toBeLessThan(1)
  })

  it('have theta .9857142857142858 and effect -.2857142857142847 for x = 1..8, T = 0,1 alternating', () => {
    const y = [2.1, 2.9, 4.2, 4.8, 6.1, 6.9, 8.2, 8.8]
    const rows = y.map((value, i) => [value, i + 1] as const)
    const result = compareCuped(
      cupedOf(rows.filter((_, i) => i % 2 === 0)),
      cupedOf(rows.filter((_, i) => i % 2 === 1)),
    )
    expect(result).toMatchObject({ theta: expect.closeTo(0.9857142857142858, 12) })
    expect(result).toMatchObject({ effect: expect.closeTo(-0.2857142857142847, 12) })
  })

  it('have a squared correlation of .9953310104529617 there (reference/statistics.md 2.3)', () => {
    const y = [2.1, 2.9, 4.2, 4.8, 6.1, 6.9, 8.2, 8.8]
    const { moments } = cupedOf(y.map((value, i) => [value, i + 1]))
    const squared = covariance(moments, 0, 1) ** 2 / (covariance(moments, 0, 0) * covariance(moments, 1, 1))
    expect(squared).toBeCloseTo(0.9953310104529617, 12)
  })

  it('have no ratio of variances where values do not vary within the variants', () => {
    const control = cupedOf([
      [0, 1],
      [0, 2],
      [0, 3],
    ])
    const variant = cupedOf([
      [1, 2],
      [1, 3],
      [1, 5],
    ])
    expect(compareCuped(control, variant)).not.toMatchObject({ varianceRatio: Infinity })
    const result = compareCuped(control, variant)
    if (result.kind === 'estimate') expect(result.varianceRatio).toBeNull()
    else expect(result).toMatchObject({ kind: 'insufficient', reason: 'no_variance' })
  })

  it('have theta .01864 on the fixture of gbstats (tests/test_shared_models.py)', () => {
    const rows = [
      [2, 0.3],
      [1, 0.5],
      [5, 0.9],
      [3, 22],
    ]
    expect(compareCuped(cupedOf(rows), cupedOf(rows))).toMatchObject({ theta: expect.closeTo(0.01864, 5) })
  })

  it('are .50338 relative with standard error .33341 (gbstats test_sequential_test_runs_ra)', () => {
    const a = momentsOf(
      3000,
      [1396.87, 16.87],
      [
        [52377.9767, 1],
        [1, 527.9767],
      ],
    )
    const b = momentsOf(
      3461,
      [2422.7, 22.7],
      [
        [134698.29, 1],
        [1, 1348.29],
      ],
    )
    const result = compareCuped(
      { kind: 'cuped', moments: a },
      { kind: 'cuped', moments: b },
      { scale: 'relative' },
    )
    expect(result).toMatchObject({
      effect: expect.closeTo(0.50338, 5),
      standardError: expect.closeTo(0.33341, 5),
    })
  })

  it('has no answer without variance of the covariate', () => {
    const flat = cupedOf([
      [1, 2],
      [3, 2],
      [5, 2],
    ])
    expect(compareCuped(flat, flat)).toMatchObject({ kind: 'insufficient', reason: 'no_covariate_variance' })
  })

  it('has no answer when the covariate explains everything', () => {
    const line = cupedOf([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect(compareCuped(line, line)).toMatchObject({ kind: 'insufficient', reason: 'no_variance' })
  })

  it('has no answer when the covariate explains everything on one variant', () => {
    const steep = cupedOf([
      [0, 1],
      [0, 2],
      [0, 3],
    ])
    const flat = cupedOf([
      [1, 2],
      [0, 2],
      [2, 2],
    ])
    expect(compareCuped(steep, flat)).toMatchObject({ kind: 'insufficient', reason: 'no_variance' })
  })

  it('take no moments of another shape', () => {
    const moments = momentsOf(3, [1], [[5]])
    const one: CupedSummary = { kind: 'cuped', moments }
    expect(compareCuped(one, one)).toMatchObject({ kind: 'invalid' })
  })

  it('are antisymmetric', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
      minLength: 3,
      maxLength: 20,
    })
    fc.assert(
      fc.property(rows, rows, (a, b) => {
        const [there, back] = [compareCuped(cupedOf(a), cupedOf(b)), compareCuped(cupedOf(b), cupedOf(a))]
        expect(there.kind).toBe(back.kind)
        if (there.kind !== 'estimate' || back.kind !== 'estimate') return
        expect(there.effect).toBeCloseTo(-back.effect, 9)
        expect(there.varianceRatio).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('ratios with the same ratio of before', () => {
  // Sums of gbstats' test_two_sided_ttest_test_runs_ratio_ra. Columns: numerator, denominator, the two of before.
  const a: CupedRatioSummary = {
    kind: 'cuped_ratio',
    moments: momentsOf(
      100,
      [485.112236689623, 679.9093275844917, 192.59138069991536, 290.1398399750233],
      [
        [2715.484666118136, 3602.146836776702, 1113.6215759318352, 1559.2878434944676],
        [3602.146836776702, 4939.424001640236, 1460.3181079276983, 2130.9404074446747],
        [1113.6215759318352, 1460.3181079276983, 460.076026390857, 634.239482353647],
        [1559.2878434944676, 2130.9404074446747, 634.239482353647, 920.9461385038898],
      ],
    ),
  }
  const b: CupedRatioSummary = {
    kind: 'cuped_ratio',
    moments: momentsOf(
      100,
      [514.7757826608777, 705.4090874383759, 206.94157227402536, 302.54389139107326],
      [
        [2994.897482705013, 3918.1561431600717, 1237.0953021125997, 1701.0287270040265],
        [3918.1561431600717, 5291.36604146392, 1604.0759503266522, 2292.081739775257],
        [1237.0953021125997, 1604.0759503266522, 514.2903702246757, 698.4173425817908],
        [1701.0287270040265, 2292.081739775257, 698.4173425817908, 994.4506208125663],
      ],
    ),
  }

  it('are -.0007 relative, (-.00841, .00700), p .85771 (gbstats test_two_sided_ttest_test_runs_ratio_ra)', () => {
    const result = compareCupedRatios(a, b, { scale: 'relative' })
    if (result.kind !== 'estimate') throw new Error(result.kind)
    const expected = [-0.0007, 0.00391, -0.00841, 0.007, 0.85771]
    const actual = [
      result.effect,
      result.standardError,
      result.interval.lower,
      result.interval.upper,
      result.p,
    ]
    actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? 9, 5))
  })

  it('need a denominator', () => {
    const { moments } = a
    const none: CupedRatioSummary = { ...a, moments: { ...moments, means: [1, 0, 1, 1] } }
    expect(compareCupedRatios(none, b)).toMatchObject({ reason: 'denominator_is_zero' })
  })
})

describe(`ratios (source: ${fixture.source})`, () => {
  const { control, variant, ...expected } = fixture.ratios

  test.each([
    ['absolute', expected.effect, expected.standardError, expected.p],
    ['relative', expected.relative, expected.relativeStandardError, expected.relativeP],
  ] as const)('by the delta method, %s', (scale, effect, standardError, p) => {
    const result = compareRatios(ratioOf(control), ratioOf(variant), { scale })
    if (result.kind !== 'estimate') throw new Error(result.kind)
    expect(result.effect).toBeCloseTo(effect, 12)
    expect(result.standardError).toBeCloseTo(standardError, 12)
    expect(result.degreesOfFreedom).toBeCloseTo(expected.degreesOfFreedom, 9)
    expect(Math.abs((result.p ?? 9) / p - 1)).toBeLessThan(1e-9)
  })

  it('has less than .0854166 there, the standard error were requests independent (reference/statistics.md 2.3)', () => {
    // 19 of 25 requests, by 6 units.
    const naive = proportionSample({ kind: 'proportion', n: 25, successes: 19 })
    expect(naive).toMatchObject({ mean: 0.76 })
    const error = 'variance' in naive ? Math.sqrt(naive.variance / naive.n) : 0
    expect(error).toBeCloseTo(0.0854166, 7)
  })

  it('is .76 with variance .0047370240 for numerators 3 0 5 2 8 1 by denominators 4 1 6 3 9 2', () => {
    const summary = ratioOf([
      [3, 4],
      [0, 1],
      [5, 6],
      [2, 3],
      [8, 9],
      [1, 2],
    ])
    const sample = ratioSample(summary)
    if (!('mean' in sample)) throw new Error(sample.kind)
    expect(sample.mean).toBeCloseTo(0.76, 12)
    expect(sample.variance / sample.n).toBeCloseTo(0.004737024, 10)
    expect(Math.sqrt(sample.variance / sample.n)).toBeCloseTo(0.0688260416, 9)
  })

  it('need a denominator', () => {
    const none = ratioOf([
      [1, 0],
      [2, 0],
    ])
    expect(compareRatios(none, ratioOf(variant))).toMatchObject({ reason: 'denominator_is_zero' })
  })
})
