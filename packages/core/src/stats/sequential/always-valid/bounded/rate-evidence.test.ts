import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRng } from '../../../rng/rng.ts'
import { NO_LOOKS, takeLook } from '../evidence/evidence.ts'
import {
  addRateUnit,
  nearestNull,
  noRateUnits,
  type RateEvidenceState,
  type RateUnit,
  rateEvidence,
} from './rate-evidence.ts'

const rate = fc.double({ min: 0.01, max: 0.99, noNaN: true })
const share = fc.double({ min: 0.02, max: 0.98, noNaN: true })
const margin = fc.double({ min: -0.5, max: 0.5, noNaN: true })
const alternative = fc.constantFrom('two_sided' as const, 'greater' as const, 'less' as const)

describe('the evidence about two rates', () => {
  it('is an e value: no rates of the null hypothesis expect a factor above 1', () => {
    fc.assert(
      fc.property(rate, rate, share, margin, alternative, rate, rate, (qa, qb, w, d, side, p, spread) => {
        const nearest = nearestNull({ control: qa, variant: qb }, w, d, side)
        const edge = Math.min(0.999, Math.max(0.001, p + d))
        const control = edge - d
        if (control < 0 || control > 1) return
        const beyond = { two_sided: edge, greater: edge * spread, less: edge + (1 - edge) * spread }[side]
        const expected = (q: number, r: number, truth: number) =>
          (truth * q) / r + ((1 - truth) * (1 - q)) / (1 - r)
        const factor =
          (1 - w) * expected(qa, nearest.control, control) + w * expected(qb, nearest.variant, beyond)
        expect(factor).toBeLessThanOrEqual(1 + 1e-9)
      }),
      { numRuns: 1000 },
    )
  })

  it('weighs against the common rate where there is no effect: its nearest is the mean by propensity', () => {
    fc.assert(
      fc.property(rate, rate, share, (control, variant, w) => {
        const nearest = nearestNull({ control, variant }, w, 0, 'two_sided')
        expect(nearest.control).toBeCloseTo((1 - w) * control + w * variant, 9)
      }),
    )
  })

  function run(
    rates: readonly [number, number],
    start: RateEvidenceState,
    units: number,
    seed = 4,
  ): RateEvidenceState {
    const rng = seededRng(seed)
    let state = start
    for (let i = 0; i < units; i++) {
      const p = i < units / 2 ? 0.1 : 0.6
      const assigned = rng.uniform() < p ? 'variant' : 'control'
      const isSuccess = rng.uniform() < rates[assigned === 'variant' ? 1 : 0]
      state = addRateUnit(state, { assigned, isSuccess, propensity: { control: 1 - p, variant: p } })
    }
    return state
  }

  it('finds an effect across a change of weights, and none where there is none', () => {
    const found = rateEvidence(run([0.02, 0.06], noRateUnits(), 6000))
    expect(found).toMatchObject({ kind: 'evidence', guarantee: { kind: 'exact' } })
    if (found.kind === 'evidence') expect(takeLook(NO_LOOKS, found).minP).toBeLessThan(0.001)
    const none = rateEvidence(run([0.02, 0.02], noRateUnits(), 6000))
    if (none.kind === 'evidence') expect(none.p).toBeGreaterThan(0.05)
  })

  it('shows non-inferiority one-sided: errors higher by less than the margin', () => {
    const within = rateEvidence(run([0.05, 0.05], noRateUnits('less', 0.03), 6000))
    const beyond = rateEvidence(run([0.05, 0.1], noRateUnits('less', 0.03), 6000))
    if (within.kind !== 'evidence' || beyond.kind !== 'evidence') throw new Error('no evidence')
    expect(within.p).toBeLessThan(0.05)
    expect(beyond.p).toBeGreaterThan(0.5)
  })

  // 2,000 runs at 5 %: five standard errors above are 7.4 %; this keeps to 400 runs and 10 %.
  it('is wrong no more often than alpha, looked at after every unit', () => {
    let wrong = 0
    for (let seed = 1; seed <= 400; seed++) {
      const rng = seededRng(seed)
      let state = noRateUnits()
      let least = 1
      for (let i = 0; i < 400; i++) {
        const assigned = rng.uniform() < 0.3 ? 'variant' : 'control'
        state = addRateUnit(state, {
          assigned,
          isSuccess: rng.uniform() < 0.1,
          propensity: { control: 0.7, variant: 0.3 },
        })
        least = Math.min(least, Math.exp(-state.logE))
      }
      if (least < 0.05) wrong++
    }
    expect(wrong).toBeLessThan(40)
  })

  it('has no answer without units on both, or for what is out of range', () => {
    const unit: RateUnit = {
      assigned: 'control',
      isSuccess: true,
      propensity: { control: 0.5, variant: 0.5 },
    }
    expect(rateEvidence(addRateUnit(noRateUnits(), unit))).toMatchObject({ kind: 'insufficient' })
    const bad = { ...unit, propensity: { control: 1, variant: 0 } }
    expect(rateEvidence(addRateUnit(noRateUnits(), bad))).toMatchObject({ kind: 'invalid', argument: 'unit' })
    expect(rateEvidence(noRateUnits('two_sided', 1))).toMatchObject({ kind: 'invalid' })
    expect(rateEvidence(noRateUnits('two_sided', 0, { successes: 0, failures: 1 }))).toMatchObject({
      kind: 'invalid',
    })
  })
})
