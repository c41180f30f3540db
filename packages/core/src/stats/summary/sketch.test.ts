import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quantile } from '../distribution/quantile.ts'
import { drawNormal, seededRng } from '../rng/rng.ts'
import { interpolateSketch, mergeSketches, type Sketch, SketchBuilder, sketchQuantile } from './sketch.ts'

function sketchOf(values: readonly number[], relativeError = 0.01): Sketch {
  const builder = new SketchBuilder(relativeError)
  for (const value of values) builder.add(value)
  const sketch = builder.sketch()
  if (sketch.kind !== 'sketch') throw new Error(JSON.stringify(sketch))
  return sketch
}

function merged(a: Sketch, b: Sketch): Sketch {
  const sketch = mergeSketches(a, b)
  if (sketch.kind !== 'sketch') throw new Error(JSON.stringify(sketch))
  return sketch
}

const magnitude = fc.double({ min: -9, max: 9, noNaN: true }).map(x => 10 ** x)
const value = fc.oneof(
  magnitude,
  magnitude.map(x => -x),
  fc.constant(0),
)
const values = fc.array(value, { minLength: 1, maxLength: 60 })
const share = fc.double({ min: 0, max: 1, noNaN: true })

describe('a sketch', () => {
  it.each([0.001, 0.01, 0.05])('is off by at most %d of any quantile, of any sign', relativeError => {
    fc.assert(
      fc.property(values, share, (sample, p) => {
        const sorted = sample.toSorted((a, b) => a - b)
        const truth = sorted[Math.floor(p * (sorted.length - 1))] ?? NaN
        const estimate = sketchQuantile(sketchOf(sample, relativeError), p)
        if (estimate.kind !== 'value') throw new Error(JSON.stringify(estimate))
        expect(Math.abs(estimate.value - truth)).toBeLessThanOrEqual(
          (relativeError + 1e-12) * Math.abs(truth),
        )
      }),
    )
  })

  it.each([0.001, 0.01, 0.05])(
    'of error %d is off by at most twice that when read between its bins',
    relativeError => {
      fc.assert(
        fc.property(values, share, (sample, p) => {
          const sorted = sample.toSorted((a, b) => a - b)
          const rank = p * (sorted.length - 1)
          const [low, high] = [sorted[Math.floor(rank)] ?? NaN, sorted[Math.ceil(rank)] ?? NaN]
          const estimate = interpolateSketch(sketchOf(sample, relativeError), p)
          if (estimate.kind !== 'value') throw new Error(JSON.stringify(estimate))
          const slack = 1e-12 + (2 * relativeError) / (1 - relativeError)
          expect(estimate.value).toBeGreaterThanOrEqual(low - slack * Math.abs(low))
          expect(estimate.value).toBeLessThanOrEqual(high + slack * Math.abs(high))
        }),
      )
    },
  )

  it.each([0.05, 0.5, 0.9, 0.95, 0.99])(
    'tells the quantile %d of 100,000 latencies to 0.1 %% between bins of 2 %%',
    p => {
      const rng = seededRng(40)
      const latencies = Array.from({ length: 100_000 }, () => Math.exp(6 + 0.8 * drawNormal(rng)))
      const estimate = interpolateSketch(sketchOf(latencies), p)
      const exact = quantile(
        latencies.toSorted((a, b) => a - b),
        p,
      )
      expect(Math.abs((estimate.kind === 'value' ? estimate.value : NaN) / exact - 1)).toBeLessThan(0.001)
      const negative = interpolateSketch(sketchOf(latencies.map(x => -x)), 1 - p)
      expect(Math.abs((negative.kind === 'value' ? negative.value : NaN) / -exact - 1)).toBeLessThan(0.001)
    },
  )

  it('of the parts merges to exactly that of all, in whatever order', () => {
    const any = fc.array(value, { maxLength: 40 })
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        const [x, y, z] = [sketchOf(a), sketchOf(b), sketchOf(c)]
        const all = sketchOf([...a, ...b, ...c])
        expect(merged(merged(x, y), z)).toEqual(all)
        expect(merged(x, merged(z, y))).toEqual(all)
      }),
    )
  })

  it('takes values of any size, though millions of bins lie between them', () => {
    const sketch = sketchOf([1e-300, -1e-300, 1e300, 2e300, -1e300], 0.001)
    const at = (p: number) => sketchQuantile(sketch, p)
    expect([0, 0.25, 0.5, 0.75, 1].map(at)).toMatchObject([
      { value: -1e300 },
      { value: expect.closeTo(-1e-300, 300) },
      { value: expect.closeTo(1e-300, 300) },
      { value: expect.toSatisfy((value: number) => Math.abs(value / 1e300 - 1) <= 0.001) },
      { value: 2e300 },
    ])
  })

  it('survives being stored as JSON', () => {
    const sketch = sketchOf([1, 2, 0, -3, 1e6])
    expect(JSON.parse(JSON.stringify(sketch))).toEqual(sketch)
  })

  it('knows the extremes exactly', () => {
    const sketch = sketchOf([3.14, -2.72, 77])
    expect(sketchQuantile(sketch, 0)).toEqual({ kind: 'value', value: -2.72 })
    expect(sketchQuantile(sketch, 1)).toEqual({ kind: 'value', value: 77 })
  })

  it('has bins within a factor of 1 + 2 x 0.01 / 0.99 of each other (source: DDSketch paper, definition of gamma)', () => {
    const gamma = 1.01 / 0.99
    const bins = (x: number, y: number) => sketchOf([x, y]).positive.counts.length
    expect(bins(1.0001, 1.0002)).toBe(1)
    expect(bins(1.0001, 1.0001 * gamma)).toBe(2)
  })

  it('of nothing has no quantile, and p has to be one', () => {
    expect(sketchQuantile(sketchOf([]), 0.5)).toMatchObject({ kind: 'insufficient', reason: 'too_few_units' })
    expect(sketchQuantile(sketchOf([1]), 95)).toMatchObject({ kind: 'invalid', argument: 'p' })
    expect(interpolateSketch(sketchOf([]), 0.5)).toMatchObject({ kind: 'insufficient' })
    expect(interpolateSketch(sketchOf([1]), -1)).toMatchObject({ kind: 'invalid', argument: 'p' })
  })

  it('refuses what is no number, errors out of range, and sketches of another error', () => {
    const builder = new SketchBuilder()
    builder.add(NaN)
    expect(builder.sketch()).toMatchObject({ kind: 'invalid' })
    expect(new SketchBuilder(0).sketch()).toMatchObject({ kind: 'invalid' })
    expect(mergeSketches(sketchOf([1]), sketchOf([1], 0.02))).toMatchObject({
      kind: 'invalid',
      argument: 'b',
    })
  })
})
