import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawNormal, seededRng } from '../rng/rng.ts'
import fixture from './fixtures/trend-check.json' with { type: 'json' }
import { checkTrend, type PeriodEffect } from './trend-check.ts'

function checked(periods: readonly PeriodEffect[], level?: number) {
  const check = checkTrend(periods, level)
  if (check.kind !== 'checked') throw new Error(JSON.stringify(check))
  return check
}

function effects(...values: readonly number[]): readonly PeriodEffect[] {
  return values.map((effect, time) => ({ time, effect, standardError: 0.01 }))
}

describe(`the trend of an effect (source: ${fixture.source})`, () => {
  it.each(fixture.rows)('has the slope $slope +- $standardError, p = $p', row => {
    const check = checked(row.periods)
    const pairs = [
      [check.slope, row.slope],
      [check.standardError, row.standardError],
      [check.p, row.p],
      [check.interval.lower, row.lower],
      [check.interval.upper, row.upper],
      [check.residual?.q, row.q],
      [check.residual?.p, row.residualP],
      [check.first, row.first],
      [check.last, row.last],
    ] as const
    for (const [actual, expected] of pairs) {
      expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected))
    }
  })
})

describe('an effect', () => {
  it.each([
    ['fading', [0.5, 0.4, 0.3, 0.2]],
    ['fading', [-0.5, -0.4, -0.3, -0.2]],
    ['growing', [0.1, 0.2, 0.3, 0.4]],
    ['reversing', [0.2, 0.1, -0.1, -0.2]],
    ['steady', [0.2, 0.21, 0.19, 0.2]],
  ])('is %s with the course %o', (direction, course) => {
    expect(checked(effects(...course)).direction).toBe(direction)
  })

  it('of two periods leaves nothing over', () => {
    expect(checked(effects(0.1, 0.2))).toMatchObject({ residual: null, periods: 2 })
  })

  it('that jumps is told by what the line leaves over', () => {
    const check = checked(effects(0.1, 0.3, 0.1, 0.3, 0.1, 0.3, 0.1))
    expect(check.direction).toBe('steady')
    expect(check.residual?.p).toBeLessThan(1e-6)
  })

  it('without a trend is found to have one at 5 % in 5 % of 2,000 experiments', () => {
    const rng = seededRng(31)
    const errors = [0.1, 0.3, 0.2, 0.1, 0.4]
    let found = 0
    for (let r = 0; r < 2000; r++) {
      const periods = errors.map((standardError, time) => {
        return { time, effect: 0.2 + standardError * drawNormal(rng), standardError }
      })
      if (checked(periods).p <= 0.05) found++
    }
    // 0.5 % and 99.5 % quantiles of binomial(2000, 0.05).
    expect(found).toBeGreaterThanOrEqual(76)
    expect(found).toBeLessThanOrEqual(126)
  })

  const period = fc.record({
    time: fc.integer({ min: -20, max: 20 }),
    effect: fc.double({ min: -5, max: 5, noNaN: true }),
    standardError: fc.double({ min: 0.1, max: 3, noNaN: true }),
  })
  const periods = fc
    .array(period, { minLength: 2, maxLength: 10 })
    .filter(all => new Set(all.map(each => each.time)).size > 1)

  it('turned round has its trend turned round, and its interval leaves out 0 when p < 1 - level', () => {
    fc.assert(
      fc.property(periods, fc.double({ min: 0.5, max: 0.999, noNaN: true }), (all, level) => {
        const check = checked(all, level)
        const turned = checked(
          all.map(each => ({ ...each, effect: -each.effect })),
          level,
        )
        expect(turned.slope).toBeCloseTo(-check.slope, 10)
        expect(turned.p).toBeCloseTo(check.p, 10)
        const [lower, upper] = [check.interval.lower ?? NaN, check.interval.upper ?? NaN]
        if (Math.abs(check.p - (1 - level)) > 1e-9) expect(lower > 0 || upper < 0).toBe(check.p < 1 - level)
      }),
    )
  })

  it.each([
    [
      'at one time',
      [
        { time: 1, effect: 1, standardError: 1 },
        { time: 1, effect: 2, standardError: 1 },
      ],
    ],
    ['of one period', [{ time: 1, effect: 1, standardError: 1 }]],
    ['of none', []],
  ])('%s has no trend', (_, all) => {
    expect(checkTrend(all)).toEqual({ kind: 'insufficient', reason: 'no_information', needed: null })
  })

  it.each([
    ['no error', [{ time: 1, effect: 1, standardError: 0 }], 0.95, 'periods'],
    ['no effect', [{ time: 1, effect: NaN, standardError: 1 }], 0.95, 'periods'],
    ['a level in percent', [], 95, 'level'],
  ])('with %s is invalid', (_, all, level, argument) => {
    expect(checkTrend(all, level)).toMatchObject({ kind: 'invalid', argument })
  })

  it('is invalid where times or errors are too far apart for a number', () => {
    const periods = [
      { time: 1000, effect: 1, standardError: 498 },
      { time: -1e200, effect: 1, standardError: 470 },
      { time: 1e-12, effect: 1, standardError: 2.9e-46 },
    ]
    expect(checkTrend(periods)).toMatchObject({ kind: 'invalid', argument: 'periods' })
  })
})
