import { describe, expect, it } from 'vitest'
import type { Result } from '../result.ts'
import { seededRng } from '../rng/rng.ts'
import { mergeMoments } from './moments.ts'
import {
  countClusters,
  type QuantileClusters,
  summariseQuantile,
  summariseSketchQuantile,
  withClusters,
} from './quantile-summary.ts'
import { SketchBuilder } from './sketch.ts'
import type { QuantileSummary } from './summary.ts'

function ok<S extends { readonly kind: string }>(result: Result<S>): S {
  if (result.kind === 'invalid' || result.kind === 'insufficient') throw new Error(JSON.stringify(result))
  return result as S
}

const oneTo1000 = Array.from({ length: 1000 }, (_, i) => i + 1)

describe('the summary of a quantile', () => {
  it('has the quantile, and the ends of the interval of its rank', () => {
    const summary = ok<QuantileSummary>(summariseQuantile(oneTo1000, 0.9))
    const half = 1.959963984540054 * Math.sqrt(0.09 / 1000)
    expect(summary.value).toBeCloseTo(1 + 999 * 0.9, 10)
    expect(summary.lower).toBeCloseTo(1 + 999 * (0.9 - half), 8)
    expect(summary.upper).toBeCloseTo(1 + 999 * (0.9 + half), 8)
    expect(summary).toMatchObject({ n: 1000, nStar: 1000, probability: 0.9, clusters: null })
  })

  it('takes the ends for a smaller sample when told to', () => {
    const narrow = ok<QuantileSummary>(summariseQuantile(oneTo1000, 0.5))
    const wide = ok<QuantileSummary>(summariseQuantile(oneTo1000, 0.5, 250))
    expect(wide.upper - wide.lower).toBeCloseTo(2 * (narrow.upper - narrow.lower), 8)
  })

  it('of a sketch has the value of that of the values, and an interval of the width it should have', () => {
    const rng = seededRng(12)
    const values = Float64Array.from({ length: 200_000 }, () => 1 / (1 - rng.uniform()) ** 0.3).sort()
    const builder = new SketchBuilder(0.01)
    for (const value of values) builder.add(value)
    const summary = ok<QuantileSummary>(summariseSketchQuantile(ok(builder.sketch()), 0.95))
    const exact = ok<QuantileSummary>(summariseQuantile(values, 0.95))
    expect(Math.abs(summary.value / exact.value - 1)).toBeLessThan(0.001)
    // 2 z sqrt(p (1 - p) / n) / density, the density of u^-0.3 at its quantile being 0.05^1.3 / 0.3.
    const width = (2 * 1.959964 * Math.sqrt((0.95 * 0.05) / 200_000) * 0.3) / 0.05 ** 1.3
    expect(Math.abs((summary.upper - summary.lower) / width - 1)).toBeLessThan(0.1)
  })

  it.each([
    [0.5, 3, 4],
    [0.95, 72, 73],
    [0.99, 380, 381],
  ])('of %d is insufficient with %d values, and says that %d will do', (probability, n, needed) => {
    const values = oneTo1000.slice(0, n)
    expect(summariseQuantile(values, probability)).toEqual({
      kind: 'insufficient',
      reason: 'too_few_units',
      needed,
    })
    expect(summariseQuantile(oneTo1000.slice(0, needed), probability).kind).toBe('quantile')
  })

  it.each([
    ['a percentage', [1, 2], 95, 2, 'probability'],
    ['a sample larger than it is', [1, 2], 0.5, 3, 'nStar'],
    ['values that are none', [NaN, NaN, NaN, NaN, NaN], 0.5, 5, 'sorted'],
    // Sorting puts it last, where the median does not see that it moved by half a rank.
    ['a value that is none', [...Array<number>(20).fill(1), NaN], 0.5, 21, 'sorted'],
    ['a value without end', [-Infinity, ...Array<number>(20).fill(1)], 0.5, 21, 'sorted'],
  ])('is invalid with %s', (_, values, probability, nStar, argument) => {
    expect(summariseQuantile(values, probability, nStar)).toMatchObject({ kind: 'invalid', argument })
  })
})

describe('the clusters of a quantile', () => {
  const rng = seededRng(5)
  const units = Array.from({ length: 200 }, () =>
    Array.from({ length: Math.floor(rng.uniform() * 8) }, () => rng.uniform()),
  )
  const sorted = units.flat().toSorted((a, b) => a - b)
  const summary = ok<QuantileSummary>(summariseQuantile(sorted, 0.75))

  it('count the values of each unit, and those not above', () => {
    const { moments } = ok<QuantileClusters>(countClusters([[1, 2, 3], [], [5]], 2))
    expect(moments.n).toBe(2)
    expect(moments.means).toEqual([1, 2])
  })

  it('add up to the share of values not above the quantile', () => {
    const full = ok<QuantileSummary>(withClusters(summary, ok(countClusters(units, summary.value))))
    const [below = NaN, all = NaN] = full.clusters?.means ?? []
    expect(below / all).toBeCloseTo(0.75, 2)
    expect((full.clusters?.n ?? 0) * all).toBeCloseTo(sorted.length, 8)
  })

  it('of parts of the units merge to those of all', () => {
    const parts = [units.slice(0, 70), units.slice(70)].map(part =>
      ok<QuantileClusters>(countClusters(part, summary.value)),
    )
    const all = ok<QuantileClusters>(countClusters(units, summary.value)).moments
    const both = mergeMoments(parts[0]?.moments ?? all, parts[1]?.moments ?? all)
    expect(both.n).toBe(all.n)
    expect(both.comoments[0]?.[1]).toBeCloseTo(all.comoments[0]?.[1] ?? NaN, 8)
  })

  it('are invalid with a value that is no number', () => {
    expect(countClusters([[1, NaN], [2]], 1)).toMatchObject({ kind: 'invalid', argument: 'values' })
  })

  it('counted at another value, or of other units, do not fit', () => {
    const elsewhere = ok<QuantileClusters>(countClusters(units, summary.value + 0.1))
    expect(withClusters(summary, elsewhere)).toMatchObject({ kind: 'invalid', argument: 'clusters' })
    const fewer = ok<QuantileClusters>(countClusters(units.slice(1, 50), summary.value))
    expect(withClusters(summary, fewer)).toMatchObject({ kind: 'invalid', argument: 'clusters' })
  })
})
