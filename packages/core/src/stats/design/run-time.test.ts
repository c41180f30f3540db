import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { runTime, type Traffic } from './run-time.ts'

function days(units: number, traffic: Traffic) {
  const result = runTime(units, traffic)
  if (result.kind !== 'run_time') throw new Error(JSON.stringify(result))
  return result
}

const steady: Traffic = { newUnits: Array<number>(7).fill(100), coverage: 1 }
// 1000 units on the first day and four fifths of the day before on each other: 5000 in the end.
const fading: Traffic = { newUnits: Array.from({ length: 7 }, (_, day) => 1000 * 0.8 ** day), coverage: 1 }

describe('the run time of an experiment', () => {
  it('is units by units a day when as many new ones come every day', () => {
    expect(days(1050, steady)).toMatchObject({ days: 11, units: 1100, retention: 1, limit: null })
    expect(days(1000, steady).days).toBe(10)
  })

  it('is read off the days observed when they suffice', () => {
    expect(days(1500, fading)).toMatchObject({ days: 2, units: 1800 })
  })

  it('grows without bound near the units that can ever come, and is never beyond', () => {
    const { days: some, retention, limit } = days(4900, fading)
    expect(retention).toBeCloseTo(0.8, 10)
    expect(limit).toBeCloseTo(5000, 6)
    // 5000 (1 - .8^d) >= 4900 from d = 18 on.
    expect(some).toBe(18)
    expect(runTime(5001, fading)).toMatchObject({ kind: 'never_enough', limit: expect.closeTo(5000, 6) })
  })

  it('is longer when only part of the units enters', () => {
    expect(days(1000, { ...steady, coverage: 0.25 })).toMatchObject({ days: 40, units: 1000 })
  })

  it('does not take growing traffic to grow on', () => {
    const growing = { newUnits: [10, 20, 30, 40, 50, 60, 70], coverage: 1 }
    expect(days(280 + 80, growing)).toMatchObject({ days: 9, retention: 1 })
  })

  it('doubts the decay of fewer than 7 days', () => {
    const state = (traffic: Traffic) => days(50, traffic).assumptions.at(-1)?.state
    expect([state(steady), state({ newUnits: [100, 90], coverage: 1 })]).toEqual(['holds', 'doubtful'])
  })

  it('is the first day with enough units', () => {
    const traffic = fc.record({
      newUnits: fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 20 }),
      coverage: fc.double({ min: 0.05, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(traffic, fc.integer({ min: 1, max: 20000 }), (traffic, units) => {
        const result = runTime(units, traffic)
        if (result.kind !== 'run_time') return
        expect(result.units).toBeGreaterThanOrEqual(units * (1 - 1e-6))
        expect(result.limit ?? Infinity).toBeGreaterThanOrEqual(units * (1 - 1e-6))
        const more = runTime(units + 1, traffic)
        if (more.kind === 'run_time') expect(more.days).toBeGreaterThanOrEqual(result.days)
      }),
    )
  })

  test.each([
    [0, steady, { kind: 'invalid', argument: 'units' }],
    [9, { ...steady, coverage: 0 }, { kind: 'invalid', argument: 'coverage' }],
    [9, { ...steady, newUnits: [-1] }, { kind: 'invalid', argument: 'newUnits' }],
    [9, { ...steady, newUnits: [0, 0] }, { kind: 'insufficient', reason: 'no_information' }],
  ])('has no answer for %d units of %j', (units, traffic, expected) => {
    expect(runTime(units, traffic)).toMatchObject(expected)
  })

  it('is invalid for more units than can be counted in days', () => {
    expect(runTime(1.7e308, { newUnits: [1, 1], coverage: 0.5 })).toMatchObject({
      kind: 'invalid',
      argument: 'units',
    })
  })

  it('is invalid where the units seen have no finite sum', () => {
    const traffic = { newUnits: [1.7e308, 1.7e308, 1], coverage: 1 }
    expect(runTime(2 ** 53, traffic)).toMatchObject({ kind: 'invalid', argument: 'newUnits' })
  })
})
