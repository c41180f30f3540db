import { describe, expect, it, test } from 'vitest'
import { drawNormal, seededRng } from '../rng/rng.ts'
import type { Moments } from '../summary/moments.ts'
import { countClusters, summariseQuantile, withClusters } from '../summary/quantile-summary.ts'
import type { QuantileSummary } from '../summary/summary.ts'
import { compareQuantiles, quantileSample, shareVariance } from './quantile-effect.ts'

// gbstats, packages/stats/tests/test_shared_models.py and its port: QuantileStatistic.
const published: QuantileSummary = {
  kind: 'quantile',
  probability: 0.9,
  n: 11054,
  nStar: 11054,
  value: 7.157987489967789,
  lower: 7.098780136176828,
  upper: 7.217194843758751,
  clusters: null,
}
// Sums 10 and 4, of squares 52 and 10, of products 22, over 2 clusters.
const two: Moments = {
  n: 2,
  means: [5, 2],
  comoments: [
    [2, 2],
    [2, 2],
  ],
}

describe('quantiles as gbstats publishes them', () => {
  it('have variance 10.0864 a value without clusters', () => {
    const sample = quantileSample(published)
    expect(sample).toMatchObject({ n: 11054, mean: 7.157987489967789, variance: expect.closeTo(10.0864, 2) })
  })

  it('have cluster variance 0.5625', () => {
    expect(shareVariance(two)).toEqual({ variance: 0.5625 })
  })

  it('have a clustered variance of the independent one times .5625 by that of a share', () => {
    const [iid, clustered] = [quantileSample(published), quantileSample({ ...published, clusters: two })]
    if (!('mean' in iid) || !('mean' in clustered)) throw new Error('refused')
    const inflation = 0.5625 / ((0.9 * 0.1) / 11054)
    expect(clustered.variance / clustered.n / (iid.variance / iid.n)).toBeCloseTo(inflation, 6)
  })
})

describe('comparing quantiles', () => {
  const rng = seededRng(5)
  const unit = () => {
    const level = drawNormal(rng)
    return Array.from({ length: 20 }, () => Math.exp(level + drawNormal(rng)))
  }
  const units = Array.from({ length: 400 }, unit)
  const summary = (rows: readonly (readonly number[])[]): QuantileSummary => {
    const result = summariseQuantile(Float64Array.from(rows.flat()).sort(), 0.9)
    if (result.kind !== 'quantile') throw new Error(result.kind)
    return result
  }
  const clustered = (rows: readonly (readonly number[])[]): QuantileSummary => {
    const plain = summary(rows)
    const clusters = countClusters(rows, plain.value)
    const result = clusters.kind === 'clusters' ? withClusters(plain, clusters) : clusters
    if (result.kind !== 'quantile') throw new Error(result.kind)
    return result
  }
  const [a, b] = [units.slice(0, 200), units.slice(200)]

  it('is far less sure of requests that come in clusters', () => {
    const plain = compareQuantiles(summary(a), summary(b))
    const cautious = compareQuantiles(clustered(a), clustered(b))
    if (plain.kind !== 'estimate' || cautious.kind !== 'estimate') throw new Error('refused')
    expect(plain.n).toEqual({ control: 4000, variant: 4000 })
    expect(cautious.n).toEqual({ control: 200, variant: 200 })
    expect(cautious.effect).toBe(plain.effect)
    expect((cautious.standardError ?? 0) / (plain.standardError ?? 9)).toBeGreaterThan(2)
  })

  it('says that without clusters it takes values to be independent', () => {
    const plain = compareQuantiles(summary(a), summary(b))
    expect(plain.kind === 'estimate' && plain.assumptions.at(-1)?.what).toMatch(/one value a unit/)
  })

  test.each([
    [
      'too few values',
      { ...published, n: 30, nStar: 30 },
      { kind: 'insufficient', reason: 'too_few_units', needed: 35 },
    ],
    ['another quantile', { ...published, probability: 0.5 }, { kind: 'invalid', argument: 'variant' }],
    ['ends that do not enclose it', { ...published, upper: 1 }, { kind: 'invalid' }],
    ['one cluster', { ...published, clusters: { ...two, n: 1 } }, { reason: 'too_few_units', needed: 2 }],
  ] as const)('has no answer for %s', (_what, variant, expected) => {
    expect(compareQuantiles(published, variant)).toMatchObject(expected)
  })

  it('has no answer for values that are all the same', () => {
    const flat = { ...published, value: 1, lower: 1, upper: 1 }
    expect(compareQuantiles(flat, flat)).toMatchObject({ reason: 'no_variance' })
  })
})
