// Numbers that papers, R's documentation and the tests of statsmodels and SciPy publish, beyond those beside each method.
import { describe, expect, it } from 'vitest'
import type { Estimate, Result } from '../result.ts'
import { summariseMean } from '../summary/summarise.ts'
import type { CountSummary, MeanSummary, ProportionSummary } from '../summary/summary.ts'
import { testProportions } from './chi-square.ts'
import { compareCounts } from './count.ts'
import type { TestEstimate } from './estimate.ts'
import studies from './fixtures/meta-analyses.json' with { type: 'json' }
import { compareRanks } from './mann-whitney.ts'
import { testEquivalence } from './margins.ts'
import type { TestOptions } from './options.ts'
import { compareProportions } from './proportion.ts'
import { rankDistribution } from './rank-distribution.ts'
import { combineStrata } from './stratified.ts'
import { compareMeans } from './welch.ts'

function estimated<Value extends TestEstimate>(result: Result<Value>): Value {
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

const proportion = (successes: number, n: number): ProportionSummary => ({ kind: 'proportion', successes, n })
const count = (events: number, exposure: number): CountSummary => ({ kind: 'count', events, exposure })

function mean(values: readonly number[]): MeanSummary {
  const summary = summariseMean(values)
  if (summary.kind !== 'mean') throw new Error(JSON.stringify(summary))
  return summary
}

describe('intervals of a difference of proportions in Newcombe (1998), Statistics in Medicine 17(8), table II', () => {
  it.each([
    [56, 70, 48, 80, 0.0533, 0.3377],
    [9, 10, 3, 10, 0.1821, 0.837],
    [6, 7, 2, 7, 0.0544, 0.8478],
    [5, 56, 0, 29, -0.0313, 0.1926],
    [10, 10, 0, 20, 0.7225, 1],
    [10, 10, 0, 10, 0.6777, 1],
  ])('Mee: %d of %d less %d of %d is in [%d, %d]', (a, n, b, m, lower, upper) => {
    const { interval } = estimated(compareProportions(proportion(b, m), proportion(a, n)))
    expect(interval.lower).toBeCloseTo(lower, 4)
    expect(interval.upper).toBeCloseTo(upper, 4)
  })

  // No difference has no p value of its own here, as nothing varies; the interval does not depend on the null effect.
  it.each([
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
  ])('Mee, tested at a margin: %d of %d less %d of %d is in [%d, %d]', (a, n, b, m, lower, upper) => {
    const { interval } = estimated(
      compareProportions(proportion(b, m), proportion(a, n), { nullEffect: 0.05 }),
    )
    expect(interval.lower).toBeCloseTo(lower, 4)
    expect(interval.upper).toBeCloseTo(upper, 4)
  })

  it.each([
    [56, 70, 48, 80, 0.0575, 0.3425],
    [9, 10, 3, 10, 0.2605, 0.9395],
    [7, 34, 1, 34, 0.02916942, 0.32377176],
  ])(
    'Wald: %d of %d less %d of %d is in [%d, %d] (the last by R PropCIs wald2ci)',
    (a, n, b, m, lower, upper) => {
      const { interval } = estimated(
        compareProportions(proportion(b, m), proportion(a, n), { variance: 'unpooled' }),
      )
      expect(interval.lower).toBeCloseTo(lower, n === 34 ? 8 : 4)
      expect(interval.upper).toBeCloseTo(upper, n === 34 ? 8 : 4)
    },
  )
})

describe('proportions in the tests of statsmodels (stats/tests/test_proportion.py)', () => {
  it('Katz: 7 of 34 by 1 of 34 is in [.91, 54] (Fagerland, Lydersen and Laake 2015, table 5)', () => {
    const { interval } = estimated(
      compareProportions(proportion(1, 34), proportion(7, 34), { scale: 'relative' }),
    )
    expect(1 + (interval.lower ?? 0)).toBeCloseTo(0.91, 2)
    expect((1 + (interval.upper ?? 0)) / 54).toBeCloseTo(1, 2)
  })

  it('z of 5 of 83 less 12 of 99 is -1.4078304151258787 with p .15918129181156992 (test_default_values)', () => {
    const { statistic, p } = estimated(compareProportions(proportion(12, 99), proportion(5, 83)))
    expect(statistic).toBeCloseTo(-1.4078304151258787, 13)
    expect(p).toBeCloseTo(0.15918129181156992, 13)
  })

  const patients = [86, 93, 136, 82]
  it.each([
    [[73, 90, 114, 75], 11.11938768628861, 0.011097511366581344],
    [[83, 90, 129, 70], 12.6004112971276, 0.00558547666162702],
  ])('prop.test of %j smokers: %d, p %d (the second documented by R)', (smokers, chiSquare, p) => {
    const test = testProportions(patients.map((n, i) => proportion(smokers[i] ?? 0, n)))
    if (test.kind !== 'chi_square') throw new Error('no test')
    expect(test.chiSquare).toBeCloseTo(chiSquare, 11)
    expect(test.p).toBeCloseTo(p, 13)
  })

  it('p of all pairs (res_ppt_pvals_raw)', () => {
    const raw = [
      0.00533824886503131, 0.8327574849753566, 0.1880573726722516, 0.002026764254350234, 0.1309487516334318,
      0.1076118730631731,
    ]
    const smokers = [73, 90, 114, 75].map((x, i) => proportion(x, patients[i] ?? 0))
    const pairs = smokers.flatMap((a, i) => smokers.slice(i + 1).map(b => [a, b] as const))
    pairs.forEach(([a, b], i) => {
      expect(estimated(compareProportions(a, b)).p).toBeCloseTo(raw[i] ?? Number.NaN, 13)
    })
  })
})

describe('rates in the tests of statsmodels (stats/tests/test_rates_poisson.py)', () => {
  const first = [count(30, 54308.7), count(60, 51477.5)] as const
  it('score: 60 in 51477.5 against 30 in 54308.7 has z 3.417402, one-sided p .000316 (Gu et al. 2008, example 1)', () => {
    const { statistic, p } = estimated(compareCounts(...first, { alternative: 'greater' }))
    expect(statistic).toBeCloseTo(3.417402, 6)
    expect(p).toBeCloseTo(0.000316, 6)
  })

  it.each([
    [first, 'greater', 0.2, 0.006651774552714537],
    [first, 'less', 0.2, 0.9964625674930079],
    // Gu et al. print .2913, which statsmodels' exact test misses by as much: .29145375376519733 by SciPy `binom.sf`.
    [[count(15, 19017), count(41, 28010)], 'greater', 0.5, 0.29145375376519733],
    [[count(1, 54), count(6, 51)], 'greater', 0.2, 0.08570447732927276],
    [[count(1, 54), count(6, 51)], 'less', 0.2, 0.9880575728311669],
  ] as const)(
    'exact: %j %s, ratio 1 + %d: p %d (R exactci, statsmodels)',
    ([a, b], alternative, nullEffect, p) => {
      const result = estimated(compareCounts(a, b, { scale: 'relative', alternative, nullEffect }))
      expect(Math.abs((result.p ?? 0) - p)).toBeLessThan(1e-12)
    },
  )

  it('exact central interval of the ratio: 1.339735721772650, 3.388365573616252 (R exactci)', () => {
    const { interval, effect } = estimated(compareCounts(...first, { scale: 'relative' }))
    expect(effect + 1).toBeCloseTo(2.10999757175465, 13)
    expect((interval.lower ?? 0) + 1).toBeCloseTo(1.33973572177265, 12)
    expect((interval.upper ?? 0) + 1).toBeCloseTo(3.388365573616252, 12)
    const equivalence = testEquivalence((options: TestOptions) => compareCounts(...first, options), {
      lower: 0.33973572177265,
      upper: 2.388365573616252,
      scale: 'relative',
    })
    expect(estimated(equivalence).p).toBeCloseTo(0.025, 12)
  })
})

describe('ranks in the tests of SciPy, by R wilcox.test (stats/tests/test_hypotests.py, TestMannWhitneyU)', () => {
  const x = [110.19063, 210.05211, 307.918612]
  const y = [
    34.038757281225756, 128.7769351470246, 138.54220550921517, 179.96975939463582, 187.97508449019588,
    197.8118754228619, 265.92721427951852, 275.6617533155341, 300.61495185038905, 416.37397329768191,
    436.08811482466416, 448.73177590617018, 592.34083395416258,
  ]
  it.each([
    ['asymptotic', 'half', 'two_sided', 0.6865041817876],
    ['asymptotic', 'half', 'less', 0.3432520908938],
    ['asymptotic', 'half', 'greater', 0.7047591913255],
    ['asymptotic', 'none', 'two_sided', 0.6377328900502],
    ['asymptotic', 'none', 'less', 0.3188664450251],
    ['asymptotic', 'none', 'greater', 0.6811335549749],
    ['exact', 'half', 'two_sided', 0.7035714285714],
    ['exact', 'half', 'less', 0.3517857142857],
    ['exact', 'half', 'greater', 0.6946428571429],
  ] as const)(
    'cases_basic and cases_continuity: %s, continuity %s, %s: p %d',
    (distribution, continuity, alternative, p) => {
      const result = estimated(compareRanks(y, x, { distribution, continuity, alternative }))
      expect(result.statistic).toBe(16)
      expect(result.p).toBeCloseTo(p, 12)
    },
  )

  const y0 = [1, 2, 3, 4, 5]
  it.each([
    [[-0.01, -0.01, -0.01, -0.01, -0.01], 10, 1],
    [[0, -0.01, 0, -0.01, 0], 9, 0.9017048037317],
    [[0, 0, -0.01, 0, 0], 8.5, 0.804080657472],
    [[0, 0, 0, 0, 0], 8, 0.7086240584439],
    [[0, 0, 0.01, 0, 0], 7.5, 0.6197963884941],
    [[0, 0.01, 0, 0.01, 0], 7, 0.5368784563079],
    [[0.01, 0.01, 0.01, 0.01, 0.01], 6, 0.3912672792826],
  ])('test_tie_correct: 1..4 and 1..5 moved by %j has U %d, p %d', (moves, u, p) => {
    const moved = y0.map((value, i) => value + (moves[i] ?? 0))
    const result = estimated(compareRanks(moved, [1, 2, 3, 4], { distribution: 'asymptotic' }))
    expect(result.statistic).toBe(u)
    expect(result.p).toBeCloseTo(p, 12)
  })

  // Mann and Whitney (1947), table I; the last of n = 6, m = 4 corrected to .543 as SciPy does.
  it.each([
    [3, 3, [0.05, 0.1, 0.2, 0.35, 0.5, 0.65]],
    [4, 3, [0.028, 0.057, 0.114, 0.2, 0.314, 0.429, 0.571]],
    [4, 4, [0.014, 0.029, 0.057, 0.1, 0.171, 0.243, 0.343, 0.443, 0.557]],
    [5, 4, [0.008, 0.016, 0.032, 0.056, 0.095, 0.143, 0.206, 0.278, 0.365, 0.452, 0.548]],
    [5, 5, [0.004, 0.008, 0.016, 0.028, 0.048, 0.075, 0.111, 0.155, 0.21, 0.274, 0.345, 0.421, 0.5, 0.579]],
    [6, 4, [0.005, 0.01, 0.019, 0.033, 0.057, 0.086, 0.129, 0.176, 0.238, 0.305, 0.381, 0.457, 0.543]],
    [
      6,
      6,
      [
        0.001, 0.002, 0.004, 0.008, 0.013, 0.021, 0.032, 0.047, 0.066, 0.09, 0.12, 0.155, 0.197, 0.242, 0.294,
        0.35, 0.409, 0.469, 0.531,
      ],
    ],
  ])('P(U <= u) for %d and %d values is that of Mann and Whitney (1947), table I', (n, m, expected) => {
    const { cdf } = rankDistribution(n, m)
    expected.forEach((p, u) => {
      expect(Math.abs(cdf(u) - p)).toBeLessThan(1.001e-3)
    })
  })
})

describe('what the pages of R document', () => {
  const depth = [0.73, 0.8, 0.83, 1.04, 1.38, 1.45, 1.46, 1.64, 1.89, 1.91]
  const term = [0.74, 0.88, 0.9, 1.15, 1.21]
  it.each([
    ['greater', 0.127206127206127, -0.08, null],
    ['two_sided', 0.254412254412254, -0.15, 0.76],
  ] as const)('wilcox.test of permeability constants, %s: W 35, p %d', (alternative, p, lower, upper) => {
    const result = estimated(compareRanks(term, depth, { alternative }))
    expect(result.statistic).toBe(35)
    expect(result.p).toBeCloseTo(p, 13)
    expect(result.effect).toBeCloseTo(0.305, 12)
    expect(result.interval.lower).toBeCloseTo(lower, 12)
    if (upper === null) expect(result.interval.upper).toBeNull()
    else expect(result.interval.upper).toBeCloseTo(upper, 12)
  })

  it('wilcox.test of ozone in May and August: W 127.5, p .0001208', () => {
    const may = [
      1, 4, 6, 7, 8, 11, 11, 11, 12, 14, 14, 16, 18, 18, 19, 23, 23, 28, 30, 32, 34, 36, 37, 41, 45, 115,
    ]
    const august = [
      9, 9, 16, 21, 22, 23, 28, 31, 35, 39, 44, 44, 45, 59, 65, 66, 73, 76, 78, 84, 85, 89, 110, 118, 122,
      168,
    ]
    const { statistic, p } = estimated(compareRanks(august, may))
    expect(statistic).toBe(127.5)
    expect(p).toBeCloseTo(0.000120807830768774, 15)
  })

  const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const sleep = [
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
  ] as const
  it.each([
    [
      '1..10 and 7..20',
      upTo(1, 10),
      upTo(7, 20),
      -5.43492976389406,
      21.982212340189,
      1.85528183251181e-5,
      -11.05280172515816,
      -4.94719827484184,
    ],
    [
      '1..10 and 7..20, 200',
      upTo(1, 10),
      [...upTo(7, 20), 200],
      -1.63290263320121,
      14.1645989530125,
      0.124513498089745,
      -47.24289988710192,
      6.37623322043525,
    ],
    [
      'sleep',
      sleep[0],
      sleep[1],
      -1.86081346748685,
      17.7764735161785,
      0.0793941401873582,
      -3.36548323071171,
      0.20548323071171,
    ],
  ] as const)('t.test of %s', (_name, x, y, t, df, p, lower, upper) => {
    const result = estimated(compareMeans(mean(y), mean(x)))
    expect(result.statistic).toBeCloseTo(t, 13)
    expect(result.degreesOfFreedom).toBeCloseTo(df, 12)
    expect((result.p ?? 0) / p).toBeCloseTo(1, 12)
    expect(result.interval.lower).toBeCloseTo(lower, 12)
    expect(result.interval.upper).toBeCloseTo(upper, 12)
  })
})

/** An estimate of some study by itself. */
function study(effect: number, variance: number): Estimate {
  return {
    kind: 'estimate',
    method: 'study',
    scale: 'absolute',
    effect,
    standardError: Math.sqrt(variance),
    interval: { kind: 'confidence', level: 0.95, lower: null, upper: null },
    p: null,
    e: null,
    n: { control: 100, variant: 100 },
    guarantee: { kind: 'exact' },
    assumptions: [],
  }
}

describe('strata as studies of a meta-analysis', () => {
  it('Kacker (2004): 62.5834 with standard error .1078, Q 24.80 (R metafor, by statsmodels results_meta.exk1_fe)', () => {
    const { effects, variances } = studies.kacker
    const result = estimated(combineStrata(effects.map((effect, i) => study(effect, variances[i] ?? 0))))
    expect(result.effect).toBeCloseTo(62.5833970939982, 12)
    expect(result.standardError).toBeCloseTo(0.107845705498231, 14)
    expect(result.interval.lower).toBeCloseTo(62.3720233953344, 12)
    expect(result.interval.upper).toBeCloseTo(62.7947707926621, 12)
    // The ten digits that statsmodels asks of metafor's 24.801897741835; in fractions it is 24.80189774174823.
    expect(result.heterogeneity.q).toBeCloseTo(24.801897741835, 9)
    expect(result.heterogeneity.q).toBeCloseTo(24.80189774174823, 11)
    expect(result.heterogeneity.p).toBeCloseTo(0.00167935146372742, 12)
    expect(result.heterogeneity.i2).toBeCloseTo(0.67744403741711, 10)
  })

  it('BCG vaccine: log risk ratio -.4303, z -10.6247, Q 152.2330 (R metafor, test_misc_metan_vs_rma.uni_with_dat.bcg.r)', () => {
    const { trials } = studies.bcg
    const strata = trials.map(([a = 0, b = 0, c = 0, d = 0]) => {
      const relative = estimated(
        compareProportions(proportion(c, c + d), proportion(a, a + b), { scale: 'relative' }),
      )
      const ratio = 1 + relative.effect
      return study(Math.log(ratio), ((relative.standardError ?? 0) / ratio) ** 2)
    })
    const result = estimated(combineStrata(strata))
    expect(result.effect).toBeCloseTo(-0.4303, 4)
    expect(result.interval.lower).toBeCloseTo(-0.5097, 4)
    expect(result.interval.upper).toBeCloseTo(-0.3509, 4)
    expect(result.statistic).toBeCloseTo(-10.6247, 4)
    expect(result.heterogeneity.q).toBeCloseTo(152.233, 4)
    expect(result.heterogeneity.i2).toBeCloseTo(0.9212, 4)
  })
})
