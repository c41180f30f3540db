import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { normalCdf } from '../../distribution/normal.ts'
import { type Boundary, spendingBoundaries } from './boundary.ts'
import { classicalBoundaries } from './classical.ts'
import { repeatedInterval, sequentialP } from './repeated.ts'
import type { Spending } from './spending.ts'

const OF: Spending = { family: 'obrien_fleming' }
const POCOCK: Spending = { family: 'pocock' }

function p(...args: Parameters<typeof sequentialP>): number {
  const result = sequentialP(...args)
  if (typeof result !== 'number') throw new Error(JSON.stringify(result))
  return result
}

function unwrap(result: ReturnType<typeof spendingBoundaries>): readonly Boundary[] {
  if ('kind' in result) throw new Error(JSON.stringify(result))
  return result
}

describe('repeated intervals', () => {
  // rpact (2019), tests/testthat/test-f_analysis_base_survival.R, x1: hazard ratios after 8, 15 and 29 events.
  it('are those of rpact (2019)', () => {
    const plan = { shape: 'wang_tsiatis', delta: 0.45, alpha: 0.025, alternative: 'greater' } as const
    const boundaries = unwrap(classicalBoundaries(plan, [0.2, 0.4, 0.6, 1]))
    const events = [8, 15, 29]
    const lower = [0.50439514, 0.58958009, 1.2243899]
    for (const [k, z] of [1.52, 1.38, 2.9].entries()) {
      const standardError = 2 / Math.sqrt(events[k] ?? 1)
      const boundary = boundaries[k] ?? { z: null }
      const found = repeatedInterval('greater', 0.025, boundary, z * standardError, standardError)
      if (found.kind === 'invalid') throw new Error(JSON.stringify(found))
      expect(Math.abs(Math.exp(found.lower ?? 0) - (lower[k] ?? 0))).toBeLessThan(5e-7)
      expect(found).toMatchObject({ kind: 'sequence', level: 0.975, upper: null })
    }
  })

  it('reach as far as the boundary on both sides', () => {
    expect(repeatedInterval('two_sided', 0.05, { z: 3 }, 1, 0.5)).toEqual({
      kind: 'sequence',
      level: 0.95,
      lower: -0.5,
      upper: 2.5,
    })
  })

  it('are open at a look without a boundary', () => {
    expect(repeatedInterval('two_sided', 0.05, { z: null }, 1, 0.5)).toMatchObject({
      lower: null,
      upper: null,
    })
  })
})

describe('a repeated interval', () => {
  test.each([
    ['alpha', 1, 3, 1, 0.5],
    ['standardError', 0.05, 3, 1, 0],
    ['effect and boundary', 0.05, Number.NaN, 1, 0.5],
    ['effect and boundary', 0.05, 3, Number.NaN, 0.5],
  ])('is invalid by its %s', (argument, alpha, z, effect, standardError) => {
    expect(repeatedInterval('two_sided', alpha, { z }, effect, standardError)).toMatchObject({
      kind: 'invalid',
      argument,
    })
  })
})

describe('the sequential p value', () => {
  test.each([
    ['two_sided', 2.2, 2 * normalCdf(-2.2)],
    ['two_sided', -2.2, 2 * normalCdf(-2.2)],
    ['greater', 2.2, normalCdf(-2.2)],
    ['greater', -0.4, normalCdf(0.4)],
    ['less', -2.2, normalCdf(-2.2)],
  ] as const)('of one look, %s, at z %d is the plain p value', (alternative, z, expected) => {
    expect(Math.abs(p({ alternative, spending: POCOCK }, [1], [z]) / expected - 1)).toBeLessThan(1e-8)
  })

  it('is the alpha whose boundary the look just reaches', () => {
    const times = [0.3, 0.7, 1]
    for (const alpha of [0.001, 0.05, 0.4]) {
      const boundaries = unwrap(spendingBoundaries({ alpha, alternative: 'two_sided', spending: OF }, times))
      const z = [0.1, boundaries[1]?.z ?? 0, 0.1]
      expect(p({ alternative: 'two_sided', spending: OF }, times, z) / alpha).toBeCloseTo(1, 7)
    }
  })

  it('never rises from look to look, and is at most alpha exactly when a boundary was crossed', () => {
    const z = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 4, maxLength: 4 })
    const spending = fc.constantFrom(OF, POCOCK)
    const times = [0.2, 0.5, 0.6, 1]
    fc.assert(
      fc.property(z, spending, (values, family) => {
        const plan = { alternative: 'two_sided', spending: family } as const
        const boundaries = unwrap(spendingBoundaries({ ...plan, alpha: 0.05 }, times))
        let before = 1
        let isCrossed = false
        for (const [k, value] of values.entries()) {
          isCrossed ||= Math.abs(value) >= (boundaries[k]?.z ?? Infinity)
          const now = p(plan, times.slice(0, k + 1), values.slice(0, k + 1))
          expect(now).toBeGreaterThan(0)
          expect(now).toBeLessThanOrEqual(before * (1 + 1e-8))
          expect(now <= 0.05).toBe(isCrossed)
          before = now
        }
      }),
      { numRuns: 25 },
    )
  })

  it('spends all at a final look', () => {
    const plan = { alternative: 'two_sided', spending: OF } as const
    expect(p(plan, [0.3, 0.6], [0.5, 2.1], 'final')).toBeLessThan(p(plan, [0.3, 0.6], [0.5, 2.1]))
  })

  it('goes by the clock it is told', () => {
    const plan = { alternative: 'two_sided', spending: OF } as const
    const late = p(plan, [0.3, 0.6], [0.5, 2.4], 'interim', [0.5, 0.9])
    expect(late).toBeLessThan(p(plan, [0.3, 0.6], [0.5, 2.4]))
    expect(sequentialP(plan, [0.3], [1], 'interim', [])).toMatchObject({ argument: 'clock' })
  })

  it('is 1 without any deviation, and no smaller than what can be spent', () => {
    const plan = { alternative: 'two_sided', spending: POCOCK } as const
    expect(p(plan, [0.5], [0])).toBe(1)
    expect(p(plan, [0.5], [30])).toBeLessThan(1e-11)
    expect(p(plan, [0.5], [30])).toBeGreaterThanOrEqual(1e-12)
  })

  test.each([
    ['z', [0.5, 1], [1]],
    ['z', [0.5], [Number.NaN]],
    ['times', [], []],
  ])('is invalid by its %s', (argument, times, z) => {
    expect(sequentialP({ alternative: 'greater', spending: OF }, times, z)).toMatchObject({
      kind: 'invalid',
      argument,
    })
  })
})
