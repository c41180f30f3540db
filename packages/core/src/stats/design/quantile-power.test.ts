import { describe, expect, it, test } from 'vitest'
import { normalQuantile } from '../distribution/normal.ts'
import { type Rng, seededRng } from '../rng/rng.ts'
import { summariseQuantile } from '../summary/quantile-summary.ts'
import { compareQuantiles } from '../test/quantile-effect.ts'
import { detectableEffect } from './detectable.ts'
import { bandwidthExcess, type QuantileMetric } from './metric.ts'
import { powerOf } from './power.ts'
import { requiredUnits } from './units.ts'

/** Exponential values: Q(p) = -ln(1 - p), of density 1 - p there. */
function exponential(probability: number, curvature: number): QuantileMetric {
  return {
    kind: 'quantile',
    probability,
    value: -Math.log1p(-probability),
    density: 1 - probability,
    curvature,
  }
}

describe('the bandwidth of a quantile test', () => {
  // (Q(p + d) - Q(p - d)) / (2 d Q'(p)) - 1, of values whose quantile function is known, for ever more of them.
  test.each([
    ['exponential p95', 0.95, 2, (p: number) => -Math.log1p(-p), 1 / 0.05],
    ['Pareto 2.5 p99', 0.99, 3.36, (p: number) => (1 - p) ** -0.4, 0.4 * 0.01 ** -1.4],
  ])('makes its error as much too large as it says: %s', (_values, p, curvature, quantile, slope) => {
    for (const n of [1e4, 1e5, 1e6]) {
      const d = -normalQuantile(0.025) * Math.sqrt((p * (1 - p)) / n)
      const excess = (quantile(p + d) - quantile(p - d)) / (2 * d * slope) - 1
      const told = bandwidthExcess({ kind: 'quantile', probability: p, value: 1, density: 1, curvature }, n)
      expect(Math.abs(told / excess - 1)).toBeLessThan(3e3 / (n * (1 - p)))
    }
  })

  it('matters in a tail and hardly in the middle, and vanishes with the values', () => {
    expect(bandwidthExcess(exponential(0.95, 2), 100)).toBeCloseTo(0.243, 3)
    expect(bandwidthExcess(exponential(0.99, 2), 600)).toBeCloseTo(0.211, 3)
    expect(bandwidthExcess(exponential(0.5, 2), 100)).toBeLessThan(0.014)
    expect(bandwidthExcess(exponential(0.05, 2), 100)).toBeCloseTo(
      bandwidthExcess(exponential(0.95, 2), 100),
      12,
    )
    expect(bandwidthExcess(exponential(0.95, 0), 100)).toBe(0)
  })
})

describe('designs for a quantile that bends', () => {
  it('ask for more, for as much where there are many values, and invert each other', () => {
    for (const effect of [0.05, 1]) {
      const [plain, bent] = [0, 2].map(curvature => requiredUnits(exponential(0.95, curvature), effect))
      if (plain?.kind !== 'required_units' || bent?.kind !== 'required_units') throw new Error('no units')
      expect(bent.exact / plain.exact).toBeGreaterThan(1)
      expect(bent.exact / plain.exact).toBeLessThan(effect < 0.1 ? 1.002 : 1.5)
      expect(powerOf(exponential(0.95, 2), effect, bent.exact)).toMatchObject({
        power: expect.closeTo(0.8, 9),
      })
      expect(detectableEffect(exponential(0.95, 2), bent.exact)).toMatchObject({
        effect: expect.closeTo(effect, 8),
      })
    }
  })

  it('find units for very uneven shares and extreme quantiles too', () => {
    const found = requiredUnits(exponential(0.999, 2), 0.5, { shares: [99, 1] })
    if (found.kind !== 'required_units') throw new Error(found.kind)
    const power = powerOf(exponential(0.999, 2), 0.5, found.exact, { shares: [99, 1] })
    expect(power).toMatchObject({ power: expect.closeTo(0.8, 9) })
  })

  it('ask for no fewer values than the test of the quantile does, 381 for p99', () => {
    const found = requiredUnits(exponential(0.99, 2), 1e3, { shares: [3, 1] })
    expect(found).toMatchObject({ variants: [381, 381], total: 762 })
    const values = (n: number) =>
      summariseQuantile(
        Float64Array.from({ length: n }, (_, i) => i),
        0.99,
      )
    expect(values(381)).toMatchObject({ kind: 'quantile' })
    expect(values(380)).toMatchObject({ reason: 'too_few_units', needed: 381 })
  })

  // With 198 degrees of freedom the two differ by .004 to .006, and a curvature of 2 costs .16.
  it.each([0, 2])('hold for a t test as for a normal one, of curvature %d', curvature => {
    const metric = exponential(0.95, curvature)
    const [student, normal] = (['student', 'normal'] as const).map(reference =>
      powerOf(metric, 1.7, 200, { reference }),
    )
    if (student?.kind !== 'power' || normal?.kind !== 'power') throw new Error('no power')
    expect(student.power).toBeLessThan(normal.power)
    expect(normal.power - student.power).toBeLessThan(0.01)
  })

  it('of a relative effect take the values for stretched, unless told', () => {
    const metric = exponential(0.5, 0)
    const stretched = requiredUnits(metric, 0.25, { scale: 'relative' })
    const told = requiredUnits({ ...metric, variantDensity: 0.5 / 1.25 }, 0.25, { scale: 'relative' })
    expect(stretched).toEqual(told)
    const same = requiredUnits({ ...metric, variantDensity: 0.5 }, 0.25, { scale: 'relative' })
    if (same.kind !== 'required_units' || stretched.kind !== 'required_units') throw new Error('no units')
    expect(stretched.exact).toBeGreaterThan(same.exact)
  })

  it('are invalid with a negative curvature', () => {
    expect(requiredUnits(exponential(0.95, -1), 1)).toMatchObject({ argument: 'metric.curvature' })
  })
})

describe('the power of a quantile test (seeded)', () => {
  const RUNS = 2000

  /** How often a shift is found at p95 of so many exponential values a variant. */
  function found(rng: Rng, units: number, shift: number): number {
    let count = 0
    const sample = (by: number) => {
      const values = Float64Array.from({ length: units }, () => by - Math.log1p(-rng.uniform())).sort()
      const summary = summariseQuantile(values, 0.95)
      if (summary.kind !== 'quantile') throw new Error(summary.kind)
      return summary
    }
    for (let run = 0; run < RUNS; run++) {
      const result = compareQuantiles(sample(0), sample(shift))
      if (result.kind === 'estimate' && (result.p ?? 1) < 0.05) count++
    }
    return count / RUNS
  }

  /** Of a design for .8. */
  function designed(curvature: number): number {
    const design = requiredUnits(exponential(0.95, curvature), 1.7273)
    if (design.kind !== 'required_units') throw new Error(design.kind)
    return found(seededRng(19), design.variants[0] ?? 0, 1.7273)
  }

  it('is that of the design', () => {
    expect(Math.abs(designed(2) - 0.8)).toBeLessThan(0.03)
  })

  it('falls short of a design that takes the density for constant', () => {
    expect(designed(0)).toBeLessThan(0.72)
  })
})
