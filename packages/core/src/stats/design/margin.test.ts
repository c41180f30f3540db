import { describe, expect, it, test } from 'vitest'
import { detectableEffect } from './detectable.ts'
import type { ProportionMetric } from './metric.ts'
import type { DesignOptions } from './options.ts'
import { powerOf } from './power.ts'
import { requiredUnits } from './units.ts'

const of = (proportion: number, variance?: ProportionMetric['variance']): ProportionMetric =>
  variance === undefined ? { kind: 'proportion', proportion } : { kind: 'proportion', proportion, variance }
const against = (nullEffect: number): DesignOptions => ({
  nullEffect,
  alternative: 'one_sided',
  alpha: 0.025,
  power: 0.9,
})

function unitsOf(metric: ProportionMetric, effect: number, options: DesignOptions): number {
  const result = requiredUnits(metric, effect, options)
  if (result.kind !== 'required_units') throw new Error(JSON.stringify(result))
  return result.exact
}

describe('proportions at a margin are planned for the test of Farrington and Manning', () => {
  // gsDesign 3.x nBinomial(p1, p2, delta0), one-sided .025, power .9, total of both arms.
  test.each([
    [0.2, 0, 0.05, 2697.607],
    [0.19, 0.01, 0.05, 4131.9],
    [0.05, 0, 0.05, 880.32],
    [0.1, 0, 0.02, 9495.03],
  ])('gsDesign nBinomial: %d with an effect of %d against %d needs %d', (p, effect, margin, expected) => {
    const exact = unitsOf(of(p), effect, against(margin))
    expect(Math.abs(exact / expected - 1)).toBeLessThan(1e-5)
    expect(unitsOf(of(p, 'score'), effect, against(margin))).toBe(exact)
  })

  it('mirrors: failures against a margin below need what successes do against one above', () => {
    expect(unitsOf(of(0.8), 0, against(-0.05))).toBeCloseTo(unitsOf(of(0.2), 0, against(0.05)), 6)
  })

  it('is the pooled variance at a null effect of 0', () => {
    const options = { alpha: 0.025, alternative: 'one_sided', power: 0.9, shares: [2, 1] } as const
    expect(unitsOf(of(0.2, 'score'), 0.03, options)).toBeCloseTo(
      unitsOf(of(0.2, 'pooled_null'), 0.03, options),
      8,
    )
  })

  it('has the power and the smallest effect that its units say', () => {
    const units = unitsOf(of(0.2), 0, against(-0.05))
    expect(powerOf(of(0.2), 0, units, against(-0.05))).toMatchObject({ kind: 'power' })
    const power = powerOf(of(0.2), 0, units, against(-0.05))
    expect(power.kind === 'power' ? power.power : 0).toBeCloseTo(0.9, 9)
    const smallest = detectableEffect(of(0.2), units, against(-0.05))
    expect(smallest.kind === 'detectable_effect' ? smallest.effect : 1).toBeCloseTo(0, 9)
  })

  test.each(['pooled_null', 'control_null'] as const)(
    '%s says equal proportions, which no margin is',
    variance => {
      expect(requiredUnits(of(0.2, variance), 0, against(0.05))).toMatchObject({
        kind: 'invalid',
        argument: 'metric.variance',
      })
    },
  )
})

describe('designs at the edge', () => {
  const mean = { kind: 'mean', mean: 0, variance: 1 } as const

  it('need the fewest units for an effect of no end of deviations', () => {
    const found = requiredUnits({ ...mean, variance: 1e-300 }, 1e20, { reference: 'student' })
    expect(found).toMatchObject({ variants: [2, 2] })
  })

  it('have a power whatever the power that was not asked for', () => {
    expect(powerOf(mean, 0.1, 1000, { alpha: 0.85 })).toMatchObject({ kind: 'power', alpha: 0.85 })
    expect(powerOf(mean, 0.1, 1000, { alpha: 2 })).toMatchObject({ kind: 'invalid', argument: 'alpha' })
  })
})
