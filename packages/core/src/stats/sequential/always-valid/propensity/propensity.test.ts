import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Estimate, Result } from '../../../result.ts'
import { drawNormal, type Rng, seededRng } from '../../../rng/rng.ts'
import { compareSequentially } from '../asymptotic/compare.ts'
import { type AipwState, addLoggedUnit, aipwSequence, noLoggedUnits } from './aipw-sequence.ts'
import { addBoundedUnit, boundedAipwSequence, noBoundedUnits } from './bounded-aipw.ts'
import { aipwTerms, type LoggedUnit } from './logged-unit.ts'

function estimated(result: Result): Estimate {
  if (result.kind !== 'estimate') throw new Error(`no estimate but ${JSON.stringify(result)}`)
  return result
}

/** Two phases: outcomes rise from one to the next, and the variant's share with them; the effect is 0.1 in both. */
function* twoPhases(rng: Rng, n: number): Generator<LoggedUnit> {
  for (let i = 0; i < n; i++) {
    const [level, share] = i < n / 2 ? [0, 0.1] : [2, 0.8]
    const isVariant = rng.uniform() < share
    yield {
      assigned: isVariant ? 'variant' : 'control',
      outcome: level + (isVariant ? 0.1 : 0) + drawNormal(rng),
      propensity: { control: 1 - share, variant: share },
    }
  }
}

describe('terms of a unit', () => {
  it('are expected to be the outcomes, whatever propensities and predictions', () => {
    const share = fc.double({ min: 0.05, max: 0.9, noNaN: true })
    const number = fc.double({ min: -10, max: 10, noNaN: true })
    fc.assert(
      fc.property(share, number, number, number, number, (p, a, b, predictedA, predictedB) => {
        const propensity = { control: 0.95 - p, variant: p }
        if (propensity.control <= 0.01) return
        const predicted = { control: predictedA, variant: predictedB }
        const of = (assigned: LoggedUnit['assigned'], outcome: number) =>
          aipwTerms({ assigned, outcome, propensity }, predicted)
        const expected = (which: 'control' | 'variant') =>
          propensity.control * of('control', a)[which] +
          p * of('variant', b)[which] +
          0.05 * of('other', 0)[which]
        expect(expected('control')).toBeCloseTo(a, 9)
        expect(expected('variant')).toBeCloseTo(b, 9)
      }),
    )
  })
})

describe('the propensity-weighted sequence', () => {
  it('is right across phases where pooled means are off by Simpson', () => {
    let state = noLoggedUnits()
    for (const unit of twoPhases(seededRng(3), 20_000)) state = addLoggedUnit(state, unit)
    const { effect, interval, n } = estimated(aipwSequence(state, { tunedFor: 20_000 }))
    expect(Math.abs(effect - 0.1)).toBeLessThan(0.1)
    expect((interval.lower ?? 9) < 0.1 && (interval.upper ?? -9) > 0.1).toBe(true)
    const pooled = state.variant.mean - state.control.mean
    expect(pooled).toBeGreaterThan(0.8)
    expect(n.control + n.variant).toBe(20_000)
  })

  it('is close to the plain sequence when weights stay', () => {
    const rng = seededRng(5)
    let state = noLoggedUnits()
    const sums = { control: [0, 0, 0], variant: [0, 0, 0] }
    for (let i = 0; i < 20_000; i++) {
      const assigned = rng.uniform() < 0.5 ? 'variant' : 'control'
      const outcome = 10 + (assigned === 'variant' ? 0.2 : 0) + drawNormal(rng)
      state = addLoggedUnit(state, { assigned, outcome, propensity: { control: 0.5, variant: 0.5 } })
      const [n = 0, sum = 0, squares = 0] = sums[assigned]
      sums[assigned] = [n + 1, sum + outcome, squares + outcome * outcome]
    }
    const summary = ([n = 0, sum = 0, squares = 0]: readonly number[]) =>
      ({ kind: 'mean', n, mean: sum / n, m2: squares - (sum * sum) / n }) as const
    for (const scale of ['absolute', 'relative'] as const) {
      const weighted = estimated(aipwSequence(state, { scale }))
      const plain = estimated(compareSequentially(summary(sums.control), summary(sums.variant), { scale }))
      const width = ({ interval }: Estimate) => (interval.upper ?? 0) - (interval.lower ?? 0)
      expect(width(weighted) / width(plain)).toBeCloseTo(1, 1)
      expect(Math.abs(weighted.effect - plain.effect)).toBeLessThan((plain.standardError ?? 0) / 5)
    }
  })

  it('excludes the null effect exactly when p < alpha', () => {
    let state = noLoggedUnits()
    for (const unit of twoPhases(seededRng(8), 1500)) state = addLoggedUnit(state, unit)
    const alternative = fc.constantFrom('two_sided' as const, 'greater' as const, 'less' as const)
    const scale = fc.constantFrom('absolute' as const, 'relative' as const)
    fc.assert(
      fc.property(alternative, scale, fc.double({ min: -1, max: 1, noNaN: true }), (side, on, nullEffect) => {
        const { p, interval } = estimated(aipwSequence(state, { alternative: side, scale: on, nullEffect }))
        const isOutside =
          (interval.lower ?? -Infinity) > nullEffect || (interval.upper ?? Infinity) < nullEffect
        expect(isOutside).toBe((p ?? 1) < 0.05)
      }),
    )
  })

  it('does better with better predictions', () => {
    const run = (isForetold: boolean) => {
      const rng = seededRng(9)
      let state = noLoggedUnits()
      for (let i = 0; i < 4000; i++) {
        const past = 3 * drawNormal(rng)
        const assigned = rng.uniform() < 0.5 ? 'variant' : 'control'
        const unit = {
          assigned,
          outcome: past + drawNormal(rng),
          propensity: { control: 0.5, variant: 0.5 },
        } as const
        state = addLoggedUnit(
          state,
          isForetold ? { ...unit, predicted: { control: past, variant: past } } : unit,
        )
      }
      return estimated(aipwSequence(state)).standardError ?? 0
    }
    expect(run(true)).toBeLessThan(run(false) / 2)
  })

  const unit = (
    assigned: LoggedUnit['assigned'],
    outcome: number,
    propensity = { control: 0.5, variant: 0.5 },
  ) => ({ assigned, outcome, propensity }) as const
  const of = (units: readonly LoggedUnit[], burnIn = 2) =>
    units.reduce(addLoggedUnit, noLoggedUnits(burnIn, 0))
  const even = [
    unit('control', 1),
    unit('variant', 2),
    unit('control', 3),
    unit('variant', 1),
    unit('control', 2),
  ]
  const unused: AipwState = noLoggedUnits()
  /** One unit in 20 on the variant; so many failures there, and one in 20 on the control. */
  const canary = (failures: number, units: number) =>
    Array.from({ length: 20 * units }, (_, i) => {
      const failed = i % 20 === 0 ? i / 20 < failures : i % 20 === 7
      return unit(i % 20 === 0 ? 'variant' : 'control', failed ? 1 : 0, { control: 0.95, variant: 0.05 })
    }).reduce(addLoggedUnit, noLoggedUnits())

  it('has an answer once rare events were seen on both variants', () => {
    expect(aipwSequence(canary(15, 500)).kind).toBe('estimate')
    expect(aipwSequence(canary(15, 250)).kind).toBe('estimate')
  })

  it('asks nothing of the kind where outcomes are of both signs', () => {
    const state = Array.from({ length: 10_000 }, (_, i) => {
      const assigned = i % 20 === 0 ? 'variant' : 'control'
      return unit(assigned, i % 3 === 0 ? -1 : 0.5, { control: 0.95, variant: 0.05 })
    }).reduce(addLoggedUnit, noLoggedUnits())
    expect(aipwSequence(state).kind).toBe('estimate')
  })

  it.each<[string, Result, object]>([
    ['no units', aipwSequence(unused), { kind: 'insufficient', reason: 'too_few_units', needed: 200 }],
    [
      'one outcome only',
      aipwSequence(of([1, 1, 1, 1].map((y, i) => unit(i % 2 ? 'variant' : 'control', y)))),
      { kind: 'insufficient', reason: 'no_variance' },
    ],
    [
      'a control near zero',
      aipwSequence(of(even), { scale: 'relative' }),
      { kind: 'insufficient', reason: 'control_not_distinct_from_zero' },
    ],
    [
      'a propensity of 0',
      aipwSequence(of([...even, unit('control', 1, { control: 0, variant: 1 })])),
      { kind: 'invalid', argument: 'unit' },
    ],
    [
      'propensities above 1',
      aipwSequence(of([...even, unit('control', 1, { control: 0.9, variant: 0.9 })])),
      { kind: 'invalid', argument: 'unit' },
    ],
    [
      'an outcome that is none',
      aipwSequence(of([...even, unit('control', Number.NaN)])),
      { kind: 'invalid', argument: 'unit' },
    ],
    [
      'a prediction that is none',
      aipwSequence(of([...even, { ...unit('control', 1), predicted: { control: Number.NaN, variant: 0 } }])),
      { kind: 'invalid', argument: 'unit' },
    ],
    [
      'events below none',
      aipwSequence(even.reduce(addLoggedUnit, noLoggedUnits(2, -1))),
      { kind: 'invalid', argument: 'leastEvents' },
    ],
    [
      'rare events, not seen enough on the smaller variant',
      aipwSequence(canary(14, 500)),
      { kind: 'insufficient', reason: 'too_few_events' },
    ],
    [
      'rare events, few on the smaller variant, though more than its part of them',
      aipwSequence(canary(14, 250)),
      { kind: 'insufficient', reason: 'too_few_events' },
    ],
    [
      'rare events, never seen on the smaller variant',
      aipwSequence(canary(0, 500)),
      { kind: 'insufficient', reason: 'no_variance' },
    ],
    ['alpha', aipwSequence(of(even), { alpha: 2 }), { kind: 'invalid', argument: 'alpha' }],
  ])('has no answer for %s', (_what, result, expected) => {
    expect(result).toMatchObject(expected)
  })
})

describe('the bounded propensity-weighted sequence', () => {
  function run(n: number, floor: number, effect: number) {
    const rng = seededRng(21)
    let state = noBoundedUnits(floor)
    for (let i = 0; i < n; i++) {
      const share = i < n / 2 ? floor : 1 - floor
      const assigned = rng.uniform() < share ? 'variant' : 'control'
      const outcome = rng.uniform() < 0.3 + (assigned === 'variant' ? effect : 0) ? 1 : 0
      state = addBoundedUnit(state, { assigned, outcome, propensity: { control: 1 - share, variant: share } })
    }
    return state
  }

  it('finds the effect, exactly guaranteed', () => {
    const result = estimated(boundedAipwSequence(run(20_000, 0.2, 0.2), { tunedFor: 20_000 }))
    expect(result.guarantee).toEqual({ kind: 'exact' })
    expect(result.interval.lower).toBeGreaterThan(0)
    expect((result.interval.lower ?? 9) < 0.2 && (result.interval.upper ?? 0) > 0.2).toBe(true)
    expect(result.p).toBeLessThan(0.05)
  })

  it('excludes the null effect exactly when p < alpha', () => {
    const state = run(3000, 0.3, 0.1)
    fc.assert(
      fc.property(fc.double({ min: -0.9, max: 0.9, noNaN: true }), nullEffect => {
        const { p, interval } = estimated(boundedAipwSequence(state, { nullEffect }))
        const isOutside = (interval.lower ?? -2) > nullEffect || (interval.upper ?? 2) < nullEffect
        expect(isOutside).toBe((p ?? 1) < 0.05)
      }),
    )
  })

  it('gives numbers at the least floor and the farthest null effects', () => {
    const unit = {
      assigned: 'variant',
      outcome: 1,
      propensity: { control: 0.999999, variant: 1e-6 },
    } as const
    const state = addBoundedUnit(noBoundedUnits(1e-6), unit)
    for (const nullEffect of [-1, 1]) {
      const { p, e, interval } = estimated(boundedAipwSequence(state, { nullEffect }))
      expect(p).toBeGreaterThan(0.05)
      expect(e).toBeGreaterThanOrEqual(0)
      expect(interval).toMatchObject({ lower: -1, upper: 1 })
    }
  })

  it('has no answer for propensities below the floor, outcomes beyond the bounds, or no units', () => {
    const unit = { assigned: 'control', outcome: 0.5, propensity: { control: 0.1, variant: 0.9 } } as const
    expect(boundedAipwSequence(addBoundedUnit(noBoundedUnits(0.2), unit))).toMatchObject({ argument: 'unit' })
    expect(boundedAipwSequence(addBoundedUnit(noBoundedUnits(0.1), { ...unit, outcome: 2 }))).toMatchObject({
      argument: 'unit',
    })
    for (const floor of [0, 1e-300, 9e-7, 0.51])
      expect(boundedAipwSequence(noBoundedUnits(floor))).toMatchObject({ argument: 'unit' })
    for (const nullEffect of [Number.NaN, 1.7e308, -1.01])
      expect(boundedAipwSequence(noBoundedUnits(0.1), { nullEffect })).toMatchObject({
        argument: 'nullEffect',
      })
    expect(boundedAipwSequence(noBoundedUnits(0.1))).toMatchObject({ kind: 'insufficient' })
  })
})
