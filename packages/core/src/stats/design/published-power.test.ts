// Power and sample sizes of R's pwr, of R's own pages and of Stata, partly as the tests of statsmodels hold them, and of
// Spotify's confidence, beyond those beside each method.
import { describe, expect, it } from 'vitest'
import { detectableEffect } from './detectable.ts'
import type { ProportionMetric } from './metric.ts'
import type { DesignOptions } from './options.ts'
import { powerOf } from './power.ts'
import { requiredUnits } from './units.ts'

const unit = { kind: 'mean', mean: 0, variance: 1 } as const
const share = (proportion: number): ProportionMetric => ({
  kind: 'proportion',
  proportion,
  variance: 'pooled_null',
})

function power(...asked: Parameters<typeof powerOf>): number {
  const result = powerOf(...asked)
  if (result.kind !== 'power') throw new Error(JSON.stringify(result))
  return result.power
}

function exactUnits(...asked: Parameters<typeof requiredUnits>): number {
  const result = requiredUnits(...asked)
  if (result.kind !== 'required_units') throw new Error(JSON.stringify(result))
  return result.exact
}

const both: DesignOptions = { reference: 'student', rejections: 'any' }
const oneSided: DesignOptions = { reference: 'student', alternative: 'one_sided' }

describe('R pwr.t.test and pwr.t2n.test (statsmodels stats/tests/test_power.py, TestTTPowerTwoS1 to S6)', () => {
  it.each([
    [1, [30, 30], both, 0.967708258242517],
    [0.1, [20, 20], both, 0.06095912465411235],
    [1, [30, 30], oneSided, 0.985459690251624],
    [0.01, [30, 30], oneSided, 0.0540740302835667],
    [0.1, [20, 30], both, 0.0633081832564667],
    [0.1, [20, 30], oneSided, 0.09623589080917805],
  ] as const)('an effect of %d with %j units, %j, is found with %d', (effect, units, options, expected) => {
    expect(power(unit, effect, units[0] + units[1], { ...options, shares: units })).toBeCloseTo(expected, 10)
  })
})

describe('R power.t.test and power.prop.test, examples of their pages', () => {
  it('20 units on each find an effect of 1 with .8689528', () => {
    expect(power(unit, 1, 40, { reference: 'student' })).toBeCloseTo(0.868952801692498, 9)
  })

  it.each([
    [{ reference: 'student' }, 22.0210977038512],
    [oneSided, 17.8471260864842],
  ] as const)('power .9 for an effect of 1 takes (%j) %d on each', (options, units) => {
    // Solved by R to the fourth root of the machine's precision.
    expect(exactUnits(unit, 1, { ...options, power: 0.9 }) / 2 / units).toBeCloseTo(1, 6)
  })

  it('50 on each find .5 against .75 with .7401659', () => {
    expect(power(share(0.5), 0.25, 100)).toBeCloseTo(0.740165901331388, 12)
  })

  it.each([
    [0.05, 76.7069301141077],
    [0.01, 109.095229013614],
  ])('power .9 for .5 against .75 at alpha %d takes %d on each', (alpha, units) => {
    expect(exactUnits(share(0.5), 0.25, { power: 0.9, alpha }) / 2 / units).toBeCloseTo(1, 6)
  })
})

describe('two proportions (statsmodels stats/tests/test_proportion.py, test_power_2indep)', () => {
  it.each([
    [0.75, -0.25, [76.70692, 76.70692], 'two_sided', 0.9],
    [0.5, 0.25, [62.33551, 62.33551], 'one_sided', 0.9],
    [0.65, -0.15, [83.4373, 83.4373], 'two_sided', 0.5],
  ] as const)(
    'R: %d moved by %d, %j units, %s: power %d',
    (control, effect, units, alternative, expected) => {
      const found = power(share(control), effect, units[0] + units[1], {
        shares: units,
        alternative,
        rejections: 'any',
      })
      expect(found).toBeCloseTo(expected, 7)
    },
  )

  it.each([
    [0.015, -0.014, [550, 550], 0.74156],
    [0.2, -0.1, [308, 154], 0.7995659211532175],
  ] as const)('Stata: %d moved by %d, %j units: power %d', (control, effect, units, expected) => {
    expect(
      power(share(control), effect, units[0] + units[1], { shares: units, rejections: 'any' }),
    ).toBeCloseTo(expected, 7)
  })
})

// The control has 22 units, with 8 items in all and 12 in squares, the others 1010 and 150; the effect is a fifth.
describe('spotify/confidence tests/frequentist/test_ztest.py, powered effects', () => {
  const control = { kind: 'mean', mean: 8 / 22, variance: (12 - 64 / 22) / 21 } as const
  it.each([
    [0.05, 1010, 0.3972, 30792],
    [0.05, 150, 0.4208, 5760],
    [0.05 / 4, 1010, 0.4735, 43746],
    [0.05 / 4, 150, 0.5016, 8183],
  ])('alpha %d, %d units on the variant: effect %d, sample size %d', (alpha, n, effect, units) => {
    const options = { alpha, shares: [22, n] }
    const found = detectableEffect(control, 22 + n, options)
    if (found.kind !== 'detectable_effect') throw new Error(JSON.stringify(found))
    expect(Math.abs(found.effect - effect)).toBeLessThan(1e-3)
    expect(Math.abs(exactUnits(control, 0.2 * control.mean, options) - units)).toBeLessThan(100)
  })
})

describe('spotify/confidence tests/frequentist/test_samplesizecalculator.py', () => {
  const own = (proportion: number): ProportionMetric => ({ kind: 'proportion', proportion })
  const mean = (value: number, variance: number) => ({ kind: 'mean', mean: value, variance }) as const
  const four: DesignOptions = { alpha: 0.01 / 4, shares: [1, 1, 1, 1], correction: 'bonferroni' }
  const upwards: DesignOptions = { alternative: 'one_sided' }
  it.each([
    ['sample_size_8, denmark', own(0.7), 0.007, four, 595_876],
    ['sample_size_8, sweden', own(0.4), 0.004, four, 2_103_232],
    ['sample_size_8, denmark', mean(4.56, 2.13), 0.0456, four, 143_396],
    ['sample_size_8, sweden', mean(3.81, 7.11), 0.0381, four, 685_656],
    ['ciwidth, one-sided', mean(4.56, 2.13), 0.0456, upwards, 25_334],
    ['ciwidth, two-sided', mean(4.56, 2.13), 0.0456, {}, 32_162],
  ] as const)('%s of %j', (_name, metric, effect, options, units) => {
    expect(exactUnits(metric, effect, options) / units).toBeCloseTo(1, 3)
  })
})
