import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { CountSummary } from '../summary/summary.ts'
import { compareCounts } from './count.ts'
import type { TestEstimate } from './estimate.ts'
import fixture from './fixtures/tests.json' with { type: 'json' }
import type { TestOptions } from './options.ts'

const of = (events: number, exposure: number): CountSummary => ({ kind: 'count', events, exposure })

function estimate(a: CountSummary, b: CountSummary, options: TestOptions = {}): TestEstimate {
  const result = compareCounts(a, b, options)
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

const rows = fixture.counts.map(({ control, variant, ...expected }) => ({
  a: of(control.events, control.exposure),
  b: of(variant.events, variant.exposure),
  name: `${control.events} in ${control.exposure} vs ${variant.events} in ${variant.exposure}`,
  ...expected,
}))
const relativeError = (actual: number | null, expected: number) =>
  Math.abs((actual ?? Number.NaN) / expected - 1)

describe(`two rates (source: ${fixture.source})`, () => {
  test.each(rows)('$name: score z and p (test_poisson_2indep)', ({ a, b, score }) => {
    const { statistic, p } = estimate(a, b)
    expect(relativeError(statistic, score.z)).toBeLessThan(1e-11)
    expect(relativeError(p, score.p)).toBeLessThan(1e-9)
  })

  test.each(rows)('$name: exact ratio, its tails and its interval', row => {
    const relative = { scale: 'relative' } as const
    const { interval, guarantee, p } = estimate(row.a, row.b, relative)
    expect(guarantee).toEqual({ kind: 'exact' })
    expect((interval.lower ?? 9) + 1).toBeCloseTo(row.ratioInterval[0] ?? 9, 9)
    expect((interval.upper ?? 9) + 1).toBeCloseTo(row.ratioInterval[1] ?? 9, 9)
    expect(p).toBeCloseTo(Math.min(1, 2 * Math.min(row.greater, row.less)), 10)
    expect(
      relativeError(estimate(row.a, row.b, { ...relative, alternative: 'greater' }).p, row.greater),
    ).toBeLessThan(1e-9)
    expect(
      relativeError(estimate(row.a, row.b, { ...relative, alternative: 'less' }).p, row.less),
    ).toBeLessThan(1e-9)
  })

  it('ratio of 11 in 800 to 23 in 1083.45 has the interval that poisson.test of R documents: .2851 to 1.3832', () => {
    // R's help page: poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)) gives 1.97 (0.858, 4.277).
    const { effect, interval } = estimate(of(21, 3011), of(11, 800), { scale: 'relative' })
    expect(effect + 1).toBeCloseTo(1.971488, 6)
    expect((interval.lower ?? 9) + 1).toBeCloseTo(0.8584264, 6)
    expect((interval.upper ?? 9) + 1).toBeCloseTo(4.2772659, 6)
  })
})

describe('comparing rates', () => {
  const count = fc
    .record({
      events: fc.integer({ min: 0, max: 300 }),
      exposure: fc.double({ min: 0.5, max: 5000, noNaN: true }),
    })
    .map(({ events, exposure }) => of(events, exposure))

  it('has an interval that excludes the null effect exactly when p < alpha, on both scales', () => {
    const options = fc.record({
      alpha: fc.double({ min: 0.001, max: 0.4, noNaN: true }),
      alternative: fc.constantFrom('two_sided' as const, 'greater' as const, 'less' as const),
      scale: fc.constantFrom('absolute' as const, 'relative' as const),
      nullEffect: fc.double({ min: -0.9, max: 2, noNaN: true }),
    })
    fc.assert(
      fc.property(count, count, options, (a, b, options) => {
        const result = compareCounts(a, b, options)
        if (result.kind !== 'estimate' || result.p === null) return
        expect(result.p >= 0 && result.p <= 1).toBe(true)
        if (Math.abs(result.p / options.alpha - 1) < 1e-5) return
        const { lower, upper } = result.interval
        const excluded = (lower ?? -Infinity) > options.nullEffect || (upper ?? Infinity) < options.nullEffect
        expect(excluded).toBe(result.p < options.alpha)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['no events at all', of(0, 5), of(0, 5), {}, { reason: 'too_few_events' }],
    [
      'none on the control, relative',
      of(0, 5),
      of(3, 5),
      { scale: 'relative' },
      { reason: 'control_is_zero' },
    ],
    ['no exposure', of(2, 0), of(3, 5), {}, { kind: 'invalid', argument: 'exposure' }],
    ['half an event', of(2.5, 3), of(3, 5), {}, { kind: 'invalid', argument: 'events' }],
  ] as const)('tells of %s', (_what, a, b, options, expected) => {
    expect(compareCounts(a, b, options)).toMatchObject(expected)
  })

  it('do not overflow with huge exposures, nor with tiny ones', () => {
    const known = compareCounts(of(10, 1), of(20, 1))
    const [huge, tiny] = [1e160, 1e-160].map(unit => compareCounts(of(10, unit), of(20, unit)))
    if (known.kind !== 'estimate' || huge?.kind !== 'estimate' || tiny?.kind !== 'estimate')
      throw new Error('none')
    expect(huge.p).toBe(known.p)
    expect(tiny.p).toBe(known.p)
    expect((huge.interval.upper ?? 0) * 1e160).toBeCloseTo(known.interval.upper ?? 0, 10)
    expect((tiny.standardError ?? 0) * 1e-160).toBeCloseTo(known.standardError ?? 0, 10)
  })

  it.each([1e9, 4e15])('have p 1 for %d events each, relative', events => {
    const found = compareCounts(of(events, 1e9), of(events, 1e9), { scale: 'relative' })
    expect(found).toMatchObject({ kind: 'estimate', effect: 0, p: 1 })
  })

  test.each([
    [of(3, 3.55e-151), of(101, 1222), 'two_sided'],
    [of(1e12, 1.36e-144), of(0, 101), 'greater'],
  ] as const)('hold their effect, however much exposures differ: %o v %o', (a, b, alternative) => {
    const found = compareCounts(a, b, { alternative })
    if (found.kind !== 'estimate') return expect(found.kind).toBe('invalid')
    expect(found.interval.lower).toBeLessThanOrEqual(found.effect)
    expect(found.interval.upper ?? Infinity).toBeGreaterThanOrEqual(found.effect)
  })
})
