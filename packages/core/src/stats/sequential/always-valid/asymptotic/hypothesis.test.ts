import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Estimate, Result } from '../../../result.ts'
import type { MeanSummary, Summary } from '../../../summary/summary.ts'
import { type CompareOptions, compareSequentially } from './compare.ts'

function estimated(result: Result): Estimate {
  if (result.kind !== 'estimate') throw new Error(`no estimate but ${JSON.stringify(result)}`)
  return result
}

const values = (n: number, mean: number, variance: number): MeanSummary => ({
  kind: 'mean',
  n,
  mean,
  m2: variance * (n - 1),
})

/** Where a null effect lies, by the interval; on an end neither. */
function placeOf({ interval: { lower, upper }, effect }: Estimate, nullEffect: number) {
  const margin = 1e-9 * ((upper ?? effect) - (lower ?? effect) + Math.abs(effect) + Math.abs(nullEffect))
  const [low, high] = [lower ?? -Infinity, upper ?? Infinity]
  if (nullEffect < low - margin || nullEffect > high + margin) return 'outside'
  return nullEffect > low + margin && nullEffect < high - margin ? 'inside' : 'end'
}

describe('the end of a small variant by the errors under hypotheses', () => {
  it('is where p says it is, for means of any signs and sizes and for proportions', () => {
    const units = fc.constantFrom(1000, 20_000, 1_000_000)
    const size = fc.double({ min: -3, max: 3, noNaN: true }).map(log => 10 ** log)
    const mean = fc.tuple(units, size, size, fc.double({ min: -100, max: 3, noNaN: true }), size)
    const means = mean.map(([n, at, spread, times, other]): readonly [Summary, Summary] => {
      const few = Math.max(100, n / 50)
      return [values(n, at, spread * at * at), values(few, times * at, other * at * at)]
    })
    const rate = fc.double({ min: 0.001, max: 0.999, noNaN: true })
    const proportions = fc.tuple(units, rate, rate).map(([n, p, q]): readonly [Summary, Summary] => {
      const few = Math.max(100, n / 50)
      const of = (m: number, share: number): Summary => {
        return { kind: 'proportion', n: m, successes: Math.min(m - 1, Math.max(1, Math.round(m * share))) }
      }
      return [of(n, p), of(few, q)]
    })
    const options: fc.Arbitrary<CompareOptions> = fc.record({
      scale: fc.constantFrom('absolute' as const, 'relative' as const),
      alternative: fc.constantFrom('two_sided' as const, 'less' as const),
      nullEffect: fc.oneof(fc.double({ min: -2, max: 5, noNaN: true }), fc.constantFrom(0, 1e3, 1e6)),
    })
    fc.assert(
      fc.property(fc.oneof(means, proportions), options, ([control, variant], asked) => {
        const found = compareSequentially(control, variant, asked)
        if (found.kind !== 'estimate') return
        const { lower, upper } = found.interval
        expect((lower ?? -Infinity) <= found.effect && found.effect <= (upper ?? Infinity)).toBe(true)
        const place = placeOf(found, asked.nullEffect ?? 0)
        if (place === 'outside') expect(found.p).toBeLessThanOrEqual(0.05)
        if (place === 'inside') expect(found.p).toBeGreaterThanOrEqual(0.05)
      }),
      { numRuns: 2000 },
    )
  })

  it('rejects a far hypothesis no less than a near one, though its error is larger', () => {
    const control = values(20_000, 1, 30)
    const variant = values(100, -100, 0.01)
    const at = (nullEffect: number) => estimated(compareSequentially(control, variant, { nullEffect }))
    // Stretched in proportion a mean of 1 has an error of .55 times itself: nothing above is 3 errors away.
    expect(at(0).interval.upper).toBeNull()
    const ps = [-100, -10, 0, 10, 1000, 1e6].map(nullEffect => at(nullEffect).p ?? Number.NaN)
    expect(Math.min(...ps)).toBeGreaterThan(0.05)
  })

  it('is found also where the own error of the variant is less than the rounding of the effect', () => {
    const control = values(1000, 1e12, 1e12)
    const variant = values(101, -2.3, 1e-12)
    const { interval, p } = estimated(
      compareSequentially(control, variant, { scale: 'relative', nullEffect: 1 }),
    )
    expect(p).toBe(0)
    // The error if values were as spread as the control's: 1e6 / sqrt(101) / 1e12 = 1e-7.
    expect(interval.upper).toBeGreaterThan(-1 + 3e-7)
    expect(interval.upper).toBeLessThan(-1 + 6e-7)
  })
})
