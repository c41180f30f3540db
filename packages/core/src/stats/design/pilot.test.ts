import { describe, expect, it } from 'vitest'
import { isRefusal } from '../result.ts'
import { drawNormal, seededRng } from '../rng/rng.ts'
import { countClusters, summariseQuantile, withClusters } from '../summary/quantile-summary.ts'
import { summariseCuped, summariseCupedRatio, summariseMean, summariseRatio } from '../summary/summarise.ts'
import type { QuantileSummary } from '../summary/summary.ts'
import { compareCuped, compareCupedRatios } from '../test/cuped.ts'
import { compareRatios } from '../test/ratio.ts'
import {
  cupedPilot,
  cupedRatioPilot,
  meanPilot,
  proportionPilot,
  quantilePilot,
  ratioPilot,
} from './pilot.ts'
import { powerOf } from './power.ts'
import { requiredUnits } from './units.ts'

describe('metrics of a pilot', () => {
  it('have the mean and variance of one unit', () => {
    const summary = summariseMean([1, 2, 3, 6])
    if (summary.kind !== 'mean') throw new Error(summary.kind)
    expect(meanPilot(summary)).toEqual({ kind: 'mean', mean: 3, variance: 14 / 3 })
    expect(meanPilot({ ...summary, n: 1 })).toMatchObject({ reason: 'too_few_units' })
    expect(meanPilot({ ...summary, m2: 0 })).toMatchObject({ reason: 'no_variance' })
  })

  it('are a proportion of successes', () => {
    expect(proportionPilot({ kind: 'proportion', n: 50, successes: 20 })).toEqual({
      kind: 'proportion',
      proportion: 0.4,
    })
    expect(proportionPilot({ kind: 'proportion', n: 50, successes: 0 })).toMatchObject({
      reason: 'no_variance',
    })
  })

  it('plan a ratio with the standard error that its test will have', () => {
    const rows = [
      [3, 4],
      [0, 1],
      [5, 6],
      [2, 3],
      [8, 9],
      [1, 2],
    ] as const
    const summary = summariseRatio(rows)
    if (summary.kind !== 'ratio') throw new Error(summary.kind)
    const pilot = ratioPilot(summary)
    const tested = compareRatios(summary, summary)
    if (pilot.kind !== 'ratio' || tested.kind !== 'estimate') throw new Error('refused')
    expect(pilot.ratio).toBeCloseTo(0.76, 12)
    // An effect of 1.96 of those standard errors is found every other time.
    const effect = 1.959963984540054 * (tested.standardError ?? 0)
    expect(powerOf(pilot, effect, 12)).toMatchObject({ power: expect.closeTo(0.5, 9) })
  })

  describe('with a covariate', () => {
    const rng = seededRng(12)
    const rows = Array.from({ length: 200 }, () => {
      const before = 5 + drawNormal(rng)
      return [3 + 0.8 * before + 0.6 * drawNormal(rng), before] as const
    })
    const cuped = summariseCuped(rows)
    const ratios = summariseCupedRatio(rows.map(([value, before]) => [value, 2, before, 4]))
    const plain = summariseMean(rows.map(([value]) => value))
    if (cuped.kind !== 'cuped' || ratios.kind !== 'cuped_ratio' || plain.kind !== 'mean')
      throw new Error('refused')

    it.each([
      ['mean', cupedPilot(cuped), compareCuped(cuped, cuped)],
      ['ratio', cupedRatioPilot(ratios), compareCupedRatios(ratios, ratios)],
    ])('plan a %s with the standard error that its test will have', (_, pilot, tested) => {
      if (isRefusal(pilot) || tested.kind !== 'estimate') throw new Error('refused')
      const effect = 1.959963984540054 * (tested.standardError ?? 0)
      expect(powerOf(pilot, effect, 400)).toMatchObject({ power: expect.closeTo(0.5, 9) })
    })

    it('save the units that it explains, as the test tells by its ratio of variances', () => {
      const [adjusted, unadjusted] = [cupedPilot(cuped), meanPilot(plain)]
      const tested = compareCuped(cuped, cuped)
      if (isRefusal(adjusted) || isRefusal(unadjusted) || tested.kind !== 'estimate')
        throw new Error('refused')
      const [few, many] = [requiredUnits(adjusted, 0.1), requiredUnits(unadjusted, 0.1)]
      if (isRefusal(few) || isRefusal(many)) throw new Error('refused')
      expect(few.exact / many.exact).toBeCloseTo(tested.varianceRatio ?? 9, 9)
      expect(few.exact / many.exact).toBeLessThan(0.45)
    })

    it('refuse one that does not vary', () => {
      const alike = summariseCuped(rows.map(([value]) => [value, 1]))
      if (alike.kind !== 'cuped') throw new Error(alike.kind)
      expect(cupedPilot(alike)).toMatchObject({ reason: 'no_covariate_variance' })
    })
  })

  const rng = seededRng(11)
  const level = () => {
    const own = drawNormal(rng) * Math.sqrt(0.5)
    return Array.from({ length: 10 }, () => own + drawNormal(rng) * Math.sqrt(0.5))
  }
  const units = Array.from({ length: 2000 }, level)

  it('estimate the density at a quantile: .3989 at the median of standard normal values', () => {
    const summary = summariseQuantile(Float64Array.from(units.flat()).sort(), 0.5)
    if (summary.kind !== 'quantile') throw new Error(summary.kind)
    const pilot = quantilePilot(summary)
    if (pilot.kind !== 'quantile_pilot') throw new Error(pilot.kind)
    expect(Math.abs(pilot.metric.density / 0.3989 - 1)).toBeLessThan(0.1)
    expect(pilot.designEffect).toBe(1)
  })

  it('undo what the width of the interval around the quantile does to the density, and hand on how it bends', () => {
    const n = 20_000
    const values = Float64Array.from({ length: n }, (_, k) => -Math.log1p(-(k + 0.5) / n))
    // As wide as the interval of 1,000 values.
    const summary = summariseQuantile(values, 0.95, 1000)
    if (summary.kind !== 'quantile') throw new Error(summary.kind)
    const [plain, bent] = [quantilePilot(summary, 0), quantilePilot(summary)]
    if (plain.kind !== 'quantile_pilot' || bent.kind !== 'quantile_pilot') throw new Error('no pilot')
    expect(bent.metric.curvature).toBe(2)
    // Exponential values have density .05 there: less in the plain pilot, whose interval reaches far into the tail.
    expect(plain.metric.density).toBeLessThan(0.0489)
    expect(Math.abs(bent.metric.density / 0.05 - 1)).toBeLessThan(0.005)
    expect(quantilePilot(summary, -1)).toMatchObject({ argument: 'curvature' })
  })

  it('tell the design effect of clusters at the quantile', () => {
    const plain = summariseQuantile(Float64Array.from(units.flat()).sort(), 0.5)
    if (plain.kind !== 'quantile') throw new Error(plain.kind)
    const clusters = countClusters(units, plain.value)
    const summary = clusters.kind === 'clusters' ? withClusters(plain, clusters) : clusters
    const pilot = quantilePilot(summary as QuantileSummary)
    if (pilot.kind !== 'quantile_pilot') throw new Error(pilot.kind)
    // ICC .5 of values is 2 / pi asin(.5) = 1/3 of being below the median: 1 + 9 / 3 = 4.
    expect(Math.abs(pilot.designEffect / 4 - 1)).toBeLessThan(0.12)
  })
})
