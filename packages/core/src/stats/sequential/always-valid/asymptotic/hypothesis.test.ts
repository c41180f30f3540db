import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Estimate, Result, Scale } from '../../../result.ts'
import { type Rng, seededRng } from '../../../rng/rng.ts'
import type { MeanSummary, ProportionSummary, Summary } from '../../../summary/summary.ts'
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

describe('the ends by the errors under hypotheses', () => {
  it('are where p says they are, for means of any signs and sizes and for proportions, however split', () => {
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
    const even = fc.tuple(units, rate, rate).map(([n, p, q]): readonly [Summary, Summary] => {
      const of = (share: number): Summary => ({ kind: 'proportion', n, successes: Math.round(n * share) })
      return [of(p), of(q)]
    })
    const small = fc.oneof(means, proportions)
    const turned = small.map(([control, variant]) => [variant, control] as const)
    const options: fc.Arbitrary<CompareOptions> = fc.record({
      scale: fc.constantFrom('absolute' as const, 'relative' as const),
      alternative: fc.constantFrom('two_sided' as const, 'less' as const, 'greater' as const),
      nullEffect: fc.oneof(fc.double({ min: -2, max: 5, noNaN: true }), fc.constantFrom(0, 1e3, 1e6)),
    })
    fc.assert(
      fc.property(fc.oneof(small, turned, even), options, ([control, variant], asked) => {
        const found = compareSequentially(control, variant, asked)
        if (found.kind !== 'estimate') return
        const { lower, upper } = found.interval
        expect((lower ?? -Infinity) <= found.effect && found.effect <= (upper ?? Infinity)).toBe(true)
        const place = placeOf(found, asked.nullEffect ?? 0)
        if (place === 'outside') expect(found.p).toBeLessThanOrEqual(0.05)
        if (place === 'inside') expect(found.p).toBeGreaterThanOrEqual(0.05)
      }),
      { numRuns: 4000 },
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

const of = (successes: number, n: number): ProportionSummary => ({ kind: 'proportion', successes, n })

describe('an end by the error under its own hypothesis', () => {
  const q = (p: number) => p * (1 - p)

  /** The ends, and the multiple of the standard error by which they are from the estimate. */
  function endsOf(control: Summary, variant: Summary, scale: Scale) {
    const found = estimated(compareSequentially(control, variant, { scale }))
    const own = estimated(compareSequentially(control, variant, { scale, leastEvents: 0 }))
    const radius = (own.effect - (own.interval.lower ?? 0)) / (own.standardError ?? 0)
    const { lower, upper } = found.interval
    return { effect: found.effect, radius, lower: lower ?? Number.NaN, upper: upper ?? Number.NaN }
  }

  it("is the upper one of Fieller's of an even split, where the variant shows as much as the control", () => {
    const { effect, radius, upper } = endsOf(of(40, 2000), of(60, 2000), 'relative')
    // z^2 (v_B + m^2 v_A) = (m p_A - p_B)^2 with v_B of the rate m p_A, solved for m.
    const v = q(0.02) / 2000
    const a = 0.02 ** 2 - radius ** 2 * (v - 0.02 ** 2 / 2000)
    const half = 0.02 * 0.03 + (radius ** 2 * 0.02) / 4000
    const m = (half + Math.sqrt(half ** 2 - a * 0.03 ** 2)) / a
    expect(effect).toBeCloseTo(0.5, 12)
    expect(upper).toBeCloseTo(m - 1, 9)
  })

  it('is the lower one of a small control, which may have more than it shows', () => {
    const { effect, radius, lower } = endsOf(of(2, 200), of(30, 3000), 'absolute')
    expect(effect - lower).toBeCloseTo(radius * Math.sqrt(q(0.01 - lower) / 200 + q(0.01) / 3000), 10)
  })

  it('is the lower one of successes on a small variant, which may have fewer than it shows', () => {
    const { effect, radius, lower } = endsOf(of(2970, 3000), of(198, 200), 'absolute')
    expect(effect - lower).toBeCloseTo(radius * Math.sqrt(q(0.99 + lower) / 200 + q(0.99) / 3000), 10)
  })

  it('mirrors when variants change places, and when successes do with failures', () => {
    const end = endsOf(of(30, 3000), of(2, 200), 'absolute')
    const changed = endsOf(of(2, 200), of(30, 3000), 'absolute')
    const failures = endsOf(of(2970, 3000), of(198, 200), 'absolute')
    for (const other of [changed, failures]) {
      expect(other.lower).toBeCloseTo(-end.upper, 12)
      expect(other.upper).toBeCloseTo(-end.lower, 12)
    }
  })
})

describe('a true effect between rates of which few events are seen', () => {
  const runs = 1000
  // 99.9 % of counts at 5 % lie below.
  const most = 73

  /** Whether a sequence ever leaves out the truth in 4,000 units, looked at every 100: as it is, and by own spreads. */
  function misses(rng: Rng, share: number, [a, b]: readonly [number, number], asked: CompareOptions) {
    const [control, variant] = [
      { n: 0, successes: 0 },
      { n: 0, successes: 0 },
    ]
    const seen = { asIs: false, own: false }
    for (let i = 1; i <= 4000; i++) {
      const isControl = rng.uniform() < share
      const arm = isControl ? control : variant
      arm.n++
      if (rng.uniform() < (isControl ? a : b)) arm.successes++
      if (i % 100 > 0) continue
      const isOut = (options: CompareOptions) => {
        const result = compareSequentially(
          of(control.successes, control.n),
          of(variant.successes, variant.n),
          options,
        )
        return result.kind === 'estimate' && (result.p ?? 1) < 0.05
      }
      seen.asIs ||= isOut(asked)
      seen.own ||= isOut({ ...asked, leastEvents: 0 })
    }
    return seen
  }

  it.each([
    ['a small control with more', 0.1, [0.03, 0.01], 'absolute', 'greater'],
    ['a small variant with fewer successes', 0.9, [0.99, 0.95], 'absolute', 'greater'],
    ['halves, alike', 0.5, [0.01, 0.01], 'relative', 'less'],
    ['a small control with fewer successes', 0.1, [0.95, 0.99], 'relative', 'less'],
  ] as const)(
    'is left out in 5 %% of runs at most, and more often by own spreads: %s (seeded)',
    (_what, share, rates, scale, alternative) => {
      const [a, b] = rates
      const asked = { scale, alternative, nullEffect: scale === 'relative' ? b / a - 1 : b - a }
      const counts = { asIs: 0, own: 0 }
      for (let run = 0; run < runs; run++) {
        const { asIs, own } = misses(seededRng(run), share, rates, asked)
        if (asIs) counts.asIs++
        if (own) counts.own++
      }
      expect(counts.asIs).toBeLessThan(most)
      expect(counts.own).toBeGreaterThan(most)
    },
  )
})
