// Numbers that the tests of GrowthBook's gbstats and of Spotify's confidence assert, beyond those beside each method.
import { describe, expect, it } from 'vitest'
import type { Result } from '../result.ts'
import { meanFromSums, momentsFromSums } from '../summary/from-sums.ts'
import type { CupedSummary, MeanSummary, ProportionSummary } from '../summary/summary.ts'
import { testProportions } from './chi-square.ts'
import { compareCuped } from './cuped.ts'
import type { TestEstimate } from './estimate.ts'
import { testNonInferiority } from './margins.ts'
import type { TestOptions } from './options.ts'
import { compareProportions } from './proportion.ts'
import { compareMeans } from './welch.ts'

function estimated<Value extends TestEstimate>(result: Result<Value>): Value {
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

function mean(n: number, sum: number, squares: number): MeanSummary {
  const summary = meanFromSums(n, sum, squares)
  if (summary.kind !== 'mean') throw new Error(JSON.stringify(summary))
  return summary
}

/** Sums of a value and of its covariate, their squares and their product. */
function cuped(n: number, sums: readonly [number, number], [yy, xx, yx]: readonly [number, number, number]) {
  const moments = momentsFromSums(n, sums, [
    [yy, yx],
    [yx, xx],
  ])
  if ('kind' in moments) throw new Error(JSON.stringify(moments))
  return { kind: 'cuped', moments } satisfies CupedSummary
}

describe('gbstats tests/frequentist/test_tests.py, one-sided', () => {
  const control = mean(3000, 1396.87, 52377.9767)
  const variant = mean(3461, 2422.7, 134698.29)
  it.each([
    ['greater', 'relative', -0.045136675850396046, 0.06558262868467746],
    ['greater', 'absolute', 0.020791480063255735, 0.03554272489873023],
    ['less', 'relative', 1.0518588475628676, 0.9344173713153225],
    ['less', 'absolute', 0.44796185327007765, 0.9644572751012698],
  ] as const)('effect %s, %s: bound %d, p %d', (alternative, scale, bound, p) => {
    const result = estimated(compareMeans(control, variant, { alternative, scale }))
    expect(alternative === 'greater' ? result.interval.lower : result.interval.upper).toBeCloseTo(bound, 12)
    expect(result.p).toBeCloseTo(p, 12)
    expect(result.standardError).toBeCloseTo(
      scale === 'relative' ? 0.3334122146400735 : 0.12983081254184736,
      13,
    )
  })
})

describe('gbstats tests/test_gbstats.py, frequentist', () => {
  it('test_get_metric_dfs_frequentist: means of 100 and 120 units, 270 and 300 in all', () => {
    const result = estimated(compareMeans(mean(100, 270, 848.79), mean(120, 300, 869), { scale: 'relative' }))
    expect(result.effect).toBeCloseTo(-0.074074074, 9)
    expect(result.p).toBeCloseTo(0.145219005, 9)
  })

  it('test_analyze_metric_df_ra: CUPED of 3001 and 3000 units', () => {
    const control = cuped(3001, [300, 210], [600, 415, -20])
    const variant = cuped(3000, [222, 120], [555, 405, -10])
    const result = estimated(compareCuped(control, variant, { scale: 'relative' }))
    expect(result.effect).toBeCloseTo(-0.281707154, 9)
    expect(result.p).toBeCloseTo(0.003732549, 9)
  })

  it('test_analyze_metric_df_ra_proportion: CUPED of outcomes', () => {
    const control = cuped(3001, [300, 210], [300, 210, -20])
    const variant = cuped(3000, [222, 120], [222, 120, -10])
    const result = estimated(compareCuped(control, variant, { scale: 'relative' }))
    expect(result.effect).toBeCloseTo(-0.31620216, 8)
    // Theirs is .000000353 by variances p (1 - p); ours are sample variances, larger by 1 in 3,000.
    expect(Math.abs((result.p ?? 0) / 3.53e-7 - 1)).toBeLessThan(0.005)
  })

  it('test_get_metric_dfs_frequentist_ratio: sums of squares that no 100 values have are refused', () => {
    // The denominators add up to 510, so that their squares cannot add up to less than 510^2 / 100 = 2601.
    const moments = momentsFromSums(
      100,
      [270, 510],
      [
        [848.79, -900],
        [-900, 810],
      ],
    )
    expect(moments).toMatchObject({ kind: 'invalid', argument: 'products' })
  })
})

describe('spotify/confidence tests/frequentist/test_chisquared.py', () => {
  const of = ([successes, n]: readonly [number, number]): ProportionSummary => ({
    kind: 'proportion',
    successes,
    n,
  })
  it.each([
    [[42, 104], [500, 1009], 0.95, -0.0075254411815593725, 0.190913, 0.0748661891],
    [[42, 104], [500, 1009], 0.99, -0.0387024, 0.22209, 0.0748661891],
    [[42, 104], [500, 1009], 0.999, -0.074883, 0.258271, 0.0748661891],
    [[40, 100], [50, 100], 0.95, -0.03719748, 0.237197, 0.1552185],
    [[100, 150], [50, 100], 0.9875, -0.32426934, -0.00906399, 0.00840799458],
    [[1005, 1502], [500, 1009], 0.9875, -0.2232184, -0.12391703, 3.26861713e-18],
    [[40, 100], [42, 104], 0.99, -0.173024, 0.180717, 0.9553332],
    [[50, 100], [42, 104], 0.99, -0.27489017, 0.08258247, 0.16766844],
    [[100, 150], [42, 104], 0.99, -0.42153065, -0.10411038, 3.347427e-5],
    [[1005, 1502], [42, 104], 0.99, -0.39307973, -0.13744367, 3.97715314e-8],
  ] as const)('%j against %j: interval at %d [%d, %d], chi-square p %d', (a, b, level, lower, upper, p) => {
    const { interval } = estimated(
      compareProportions(of(a), of(b), { variance: 'unpooled', alpha: 1 - level }),
    )
    expect(interval.lower).toBeCloseTo(lower, 6)
    expect(interval.upper).toBeCloseTo(upper, 6)
    const pooled = testProportions([of(a), of(b)])
    if (pooled.kind !== 'chi_square') throw new Error('no test')
    expect(pooled.p / p).toBeCloseTo(1, 6)
  })
})

describe('spotify/confidence tests/frequentist/test_ttest.py and test_ztest.py', () => {
  /** By n in the divisor of the variance, as theirs; ours is n - 1. */
  const byN = ([n = 0, sum = 0, squares = 0]: readonly number[]): MeanSummary => {
    const summary = mean(n, sum, squares)
    return { ...summary, m2: (summary.m2 * (n - 1)) / n }
  }
  it.each([
    [[104, 312, 984], [1009, 1969, 5767], 0.95, -1.0485629, -1.205402, -0.891723, 0],
    [[104, 312, 984], [1009, 1969, 5767], 0.99, -1.0485629, -1.255391, -0.841735, 0],
    [[104, 312, 984], [1009, 1969, 5767], 0.999, -1.0485629, -1.31414, -0.782986, 0],
    [[10, 24, 80], [150, 330, 1010], 0.95, -0.2, -1.283253, 0.883253, 0.689599],
    [[10, 24, 80], [100, 195, 553], 0.95, -0.45, -1.538289, 0.638289, 0.380282],
    [[22, 8, 12], [1010, 500, 2500], 0.95, 0.131413, -0.166276, 0.429102, 0.372651],
  ] as const)('test_difference: %j against %j at %d', (a, b, level, effect, lower, upper, p) => {
    const result = estimated(compareMeans(byN(a), byN(b), { alpha: 1 - level }))
    expect(result.effect).toBeCloseTo(effect, 6)
    expect(result.interval.lower).toBeCloseTo(lower, 5)
    expect(result.interval.upper).toBeCloseTo(upper, 5)
    expect(result.p).toBeCloseTo(p, 6)
  })

  it('test_p_value_is_symmetric_and_correct: .03334 of 48,351 and 50,571 units', () => {
    const [a, b] = [mean(48_351, 1.438602e6, 7.330581e7), mean(50_571, 1.521974e6, 7.862121e7)]
    const { p } = estimated(compareMeans(a, b))
    expect((p ?? 0) / 0.03334).toBeCloseTo(1, 2)
    expect(estimated(compareMeans(b, a)).p).toBe(p)
  })

  it('TestWithNims: bounds of -.0723 and .0207 at 99 %, and not inferior by .02 where lower is better', () => {
    const [a, b] = [mean(5000, 10_021, 25_142), mean(5000, 9892, 24_510)]
    const compare = (options: TestOptions) => compareMeans(a, b, options)
    const higher = estimated(testNonInferiority(compare, { margin: 0.02, better: 'higher', alpha: 0.01 }))
    expect(higher.interval.lower).toBeCloseTo(-0.0723, 4)
    expect(higher.p).toBeGreaterThan(0.01)
    const lower = estimated(testNonInferiority(compare, { margin: 0.02, better: 'lower', alpha: 0.01 }))
    expect(lower.interval.upper).toBeCloseTo(0.0207, 4)
    expect(lower.p).toBeLessThan(0.02)
    expect(estimated(compare({ alternative: 'less', alpha: 0.01 })).p).toBeGreaterThan(0.01)
  })
})
