import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { ProportionSummary } from '../summary/summary.ts'
import type { TestEstimate } from './estimate.ts'
import fixture from './fixtures/uneven-proportions.json' with { type: 'json' }
import { compareProportions, type ProportionOptions } from './proportion.ts'
import { restrictedError, restrictedRatioError } from './restricted-proportions.ts'

const of = (successes: number, n: number): ProportionSummary => ({ kind: 'proportion', successes, n })

const ratioScore: ProportionOptions = { scale: 'relative', relative: 'score' }

function estimate(a: ProportionSummary, b: ProportionSummary, options: ProportionOptions): TestEstimate {
  const result = compareProportions(a, b, options)
  if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
  return result
}

/** The distance of two numbers relative to 1 + the greater. */
function apart(actual: number, expected: number): number {
  return Math.abs(actual - expected) / (1 + Math.abs(expected))
}

const tables = fixture.tables.map(({ control, variant, ...expected }) => ({
  name: `${control.successes}/${control.n} and ${variant.successes}/${variant.n}`,
  a: of(control.successes, control.n),
  b: of(variant.successes, variant.n),
  ...expected,
}))

const intervals = tables.flatMap(({ name, a, b, ...ends }) =>
  (['pooled', 'miettinen_nurminen'] as const).map(variance => ({
    name: `${name}, ${variance}`,
    a,
    b,
    variance,
    ...ends[variance === 'pooled' ? 'pooled' : 'miettinenNurminen'],
  })),
)

describe(`scores of tables with very uneven shares (source: ${fixture.source}, fixtures/uneven-proportions.py)`, () => {
  test.each(intervals.filter(row => row.difference !== null))(
    'the interval of the difference: $name',
    ({ a, b, variance, difference }) => {
      const { interval } = estimate(a, b, { variance })
      expect(Math.abs((interval.lower ?? 9) - (difference?.[0] ?? 0))).toBeLessThan(1e-12)
      expect(Math.abs((interval.upper ?? 9) - (difference?.[1] ?? 0))).toBeLessThan(1e-12)
    },
  )

  test.each(intervals.filter(row => row.ratio !== null))(
    'the interval of the ratio: $name',
    ({ a, b, variance, ratio }) => {
      const { interval } = estimate(a, b, { ...ratioScore, variance })
      expect(apart(1 + (interval.lower ?? 9), ratio?.[0] ?? 0)).toBeLessThan(1e-12)
      expect(apart(1 + (interval.upper ?? 9), ratio?.[1] ?? 0)).toBeLessThan(1e-12)
    },
  )

  test.each(tables)('the difference against others: $name', ({ a, b, differences }) => {
    for (const { at, z } of differences) {
      const result = compareProportions(a, b, { nullEffect: at })
      if (z === null) expect(result.kind).toBe('insufficient')
      else expect(apart(estimate(a, b, { nullEffect: at }).statistic, z)).toBeLessThan(1e-10)
    }
  })

  test.each(tables)('the ratio against others: $name', ({ a, b, ratios }) => {
    for (const { at, z } of ratios) {
      const options = { ...ratioScore, nullEffect: at - 1 }
      if (z === null) expect(compareProportions(a, b, options).kind).toBe('insufficient')
      else expect(apart(estimate(a, b, options).statistic, z)).toBeLessThan(1e-10)
    }
  })
})

describe('scores of proportions, of 2 to 1e12 units', () => {
  const units = fc
    .double({ min: Math.log(2), max: Math.log(1e12), noNaN: true })
    .map(x => Math.round(Math.exp(x)))
  const few = fc.integer({ min: 0, max: 5 })
  const summary = units.chain(n =>
    fc
      .oneof(
        few,
        few.map(k => n - k),
        fc.double({ min: 0, max: 1, noNaN: true }).map(share => Math.round(share * n)),
      )
      .map(successes => of(Math.min(n, Math.max(0, successes)), n)),
  )
  const variance = fc.constantFrom('pooled' as const, 'miettinen_nurminen' as const)
  const swapped = ({ successes, n }: ProportionSummary) => of(n - successes, n)
  const nullEffect = fc
    .tuple(fc.constantFrom(-1, 1), fc.integer({ min: 1, max: 40 }))
    .map(([sign, power]) => sign * 2 ** -power)

  /** That the second is the first with the sign turned. */
  function expectTurned(there: TestEstimate, back: TestEstimate): void {
    expect(there.effect + back.effect).toBeCloseTo(0, 15)
    expect(apart(back.statistic, -there.statistic)).toBeLessThan(1e-9)
    expect(Math.abs((there.p ?? 9) - (back.p ?? 0))).toBeLessThan(1e-9)
    expect(Math.abs((there.interval.lower ?? 9) + (back.interval.upper ?? 0))).toBeLessThan(1e-12)
    expect(Math.abs((there.interval.upper ?? 9) + (back.interval.lower ?? 0))).toBeLessThan(1e-12)
  }

  it('turn their sign when the variants change places, and when successes change with failures', () => {
    fc.assert(
      fc.property(summary, summary, variance, nullEffect, (a, b, how, d) => {
        const there = compareProportions(a, b, { variance: how, nullEffect: d })
        const turned = { variance: how, nullEffect: -d }
        const others = [compareProportions(b, a, turned), compareProportions(swapped(a), swapped(b), turned)]
        for (const back of others) {
          if (there.kind === 'estimate' && back.kind === 'estimate') expectTurned(there, back)
          else expect(back).toEqual(there)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('of a ratio turn their sign, and the ends into their reciprocals, when the variants change places', () => {
    fc.assert(
      fc.property(summary, summary, variance, fc.integer({ min: -20, max: 20 }), (a, b, how, power) => {
        const options = { ...ratioScore, variance: how }
        const there = compareProportions(a, b, { ...options, nullEffect: 2 ** power - 1 })
        const back = compareProportions(b, a, { ...options, nullEffect: 2 ** -power - 1 })
        if (there.kind !== 'estimate' || back.kind !== 'estimate') return
        expect(apart(back.statistic, -there.statistic)).toBeLessThan(1e-9)
        expectReciprocal(1 + (there.interval.lower ?? 0), 1 + (back.interval.upper ?? 0))
        expectReciprocal(1 + (there.interval.upper ?? 0), 1 + (back.interval.lower ?? 0))
      }),
      { numRuns: 1000 },
    )
  })

  function expectReciprocal(one: number, other: number): void {
    const [greater, lesser] = [Math.max(one, other), Math.min(one, other)]
    expect(Math.abs(lesser - 1 / greater)).toBeLessThan(1e-12)
  }

  // The least share leaves the most likely proportions within their bounds: else the error would be of a negative variance.
  it('have an error for every difference and every ratio', () => {
    const at = fc.double({ min: -1, max: 1, noNaN: true })
    fc.assert(
      fc.property(summary, summary, at, (a, b, x) => {
        expect(restrictedError(a, b, x)).toBeGreaterThanOrEqual(0)
        expect(restrictedError(a, b, x)).toBeLessThanOrEqual(Math.sqrt(1 / a.n + 1 / b.n) / 2 + 1e-12)
        expect(restrictedRatioError(a, b, 700 * x)).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 1000 },
    )
  })
})
