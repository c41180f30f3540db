import { describe, expect, it, test } from 'vitest'
import { exitProbabilities } from './exit.ts'
import { type FutilityDesign, type FutilityPlan, futilityDesign } from './futility.ts'
import type { Spending } from './spending.ts'

function equalSteps(looks: number): readonly number[] {
  return Array.from({ length: looks }, (_, k) => (k + 1) / looks)
}

function design(plan: FutilityPlan, looks: number): FutilityDesign {
  const result = futilityDesign(plan, equalSteps(looks))
  if (result.kind !== 'futility_design') throw new Error(JSON.stringify(result))
  return result
}

const HSD4: Spending = { family: 'hwang_shih_decani', gamma: -4 }
const HSD2: Spending = { family: 'hwang_shih_decani', gamma: -2 }
const OF: Spending = { family: 'obrien_fleming' }

function expectBounds(
  found: FutilityDesign,
  lower: readonly number[],
  upper: readonly number[],
  tolerance: number,
) {
  for (const [k, look] of found.looks.entries()) {
    expect(Math.abs((look.lower ?? 0) - (lower[k] ?? 0))).toBeLessThan(tolerance)
    expect(Math.abs((look.upper ?? 0) - (upper[k] ?? 0))).toBeLessThan(tolerance)
  }
}

describe('designs with futility', () => {
  // gsDesign 3.11, tests/testthat/fixtures/numint-fixtures.R: tt4_r80, tt4_k5_LDOF, tt4_k10, tt4_alpha05.
  test.each([
    [
      'tt4_r80',
      { alpha: 0.025, beta: 0.1, spending: HSD4, betaSpending: HSD2 },
      [-0.238723981865, 0.941067324126, 1.999226349478],
      [3.010739485386, 2.546530556074, 1.999226349478],
      [1.069883174604, 0.624858655908, 0.791276541733],
    ],
    [
      'tt4_k5_LDOF',
      { alpha: 0.025, beta: 0.1, spending: OF, betaSpending: OF },
      [-1.977252261504, -0.207043348471, 0.7644230898757, 1.446753189255, 2.03103221506],
      [4.876884948776, 3.357010992883, 2.680279581382, 2.289816682347, 2.03103221506],
      [1.099368508965, 0.6214106772075, 0.7729922138154],
    ],
    [
      'tt4_alpha05',
      {
        alpha: 0.05,
        beta: 0.2,
        spending: { family: 'power', rho: 2 },
        betaSpending: { family: 'hwang_shih_decani', gamma: 1 },
      },
      [-0.031047303079, 0.700929529057, 1.249447155883, 1.769190083733],
      [2.734368786533, 2.301869743584, 2.010184873721, 1.769190083733],
      [1.350623713491, 0.5976815062635, 0.8272963361912],
    ],
  ] as const)(
    'that do not bind are those of gsDesign 3.11, case %s',
    (_case, plan, lower, upper, [most, none, full]) => {
      const found = design({ ...plan, futility: 'non_binding' }, lower.length)
      expectBounds(found, lower, upper, 3e-6)
      expect(Math.abs(found.inflation - most)).toBeLessThan(3e-6)
      expect(Math.abs(found.expected.none - none)).toBeLessThan(3e-6)
      expect(Math.abs(found.expected.full - full)).toBeLessThan(3e-6)
    },
  )

  // gsDesign, tests/testthat/test-outputs.R (test.JT.Power.type3), after Jennison and Turnbull (2000), tables 4.6 to 4.8:
  // binding, power spending of both errors, one-sided .05. Percent of the fixed sample size.
  test.each([
    [5, 2, 0.05, 110.1, [63.4, 80.3, 63.4]],
    [10, 3, 0.05, 106.9, [63.1, 79.5, 63.1]],
    [3, 2, 0.1, 107.2, [68.1, 83.9, 73.8]],
    [4, 3, 0.1, 104, [69.2, 84.2, 74.2]],
    [2, 2, 0.2, 104.3, [74.5, 87.8, 84.6]],
    [15, 3, 0.2, 106.9, [62.2, 77.3, 73]],
  ])(
    'that bind, with %d looks, rho %d and beta %d, are %d %% at most (source: gsDesign)',
    (looks, rho, beta, most, used) => {
      const power: Spending = { family: 'power', rho }
      const found = design(
        { alpha: 0.05, beta, spending: power, betaSpending: power, futility: 'binding' },
        looks,
      )
      expect(Math.abs(found.inflation * 100 - most)).toBeLessThan(0.06)
      const { none, half, full } = found.expected
      for (const [k, share] of [none, half, full].entries()) {
        expect(Math.abs(share * 100 - (used[k] ?? 0))).toBeLessThan(0.06)
      }
    },
  )

  it('that bind are near those of gsDesign 3.11, whose own type I error here is .02500087 (case tt3_default)', () => {
    const found = design(
      { alpha: 0.025, beta: 0.1, spending: HSD4, betaSpending: HSD2, futility: 'binding' },
      3,
    )
    expectBounds(
      found,
      [-0.257933807569, 0.913891910702, 1.9643195036],
      [3.010739485386, 2.546219048903, 1.9643195036],
      2e-5,
    )
  })

  test.each(['binding', 'non_binding'] as const)('that are %s keep both errors', futility => {
    const found = design({ alpha: 0.025, beta: 0.1, spending: HSD4, betaSpending: HSD2, futility }, 4)
    const both = found.looks.map(({ time, lower, upper }) => ({ information: time, lower, upper }))
    const counted = futility === 'binding' ? both : both.map(look => ({ ...look, lower: null }))
    const rejected = exitProbabilities(counted, 0).upper.reduce((sum, exit) => sum + exit, 0)
    const missed = exitProbabilities(both, found.drift).lower.reduce((sum, exit) => sum + exit, 0)
    expect(rejected).toBeCloseTo(0.025, 10)
    expect(missed).toBeCloseTo(0.1, 8)
  })

  it('leave out a lower boundary that could spend next to nothing', () => {
    const plan: FutilityPlan = {
      alpha: 0.025,
      beta: 0.1,
      spending: OF,
      betaSpending: OF,
      futility: 'non_binding',
    }
    const result = futilityDesign(plan, [0.01, 0.5, 1])
    expect(result).toMatchObject({ kind: 'futility_design' })
    if (result.kind === 'futility_design')
      expect(result.looks[0]).toEqual({ time: 0.01, lower: null, upper: null })
  })

  test.each([
    ['beta', { beta: 0 }, [0.5, 1]],
    ['beta', { beta: 0.98 }, [0.5, 1]],
    ['alpha', { alpha: -1 }, [0.5, 1]],
    ['times', {}, [0.5, 0.9]],
    ['times', {}, [0.5, 0.5, 1]],
    ['spending.rho', { betaSpending: { family: 'power', rho: 0 } }, [0.5, 1]],
  ] as const)('are invalid by their %s', (argument, change, times) => {
    const plan: FutilityPlan = {
      alpha: 0.025,
      beta: 0.1,
      spending: OF,
      betaSpending: OF,
      futility: 'binding',
    }
    expect(futilityDesign({ ...plan, ...change }, times)).toMatchObject({ kind: 'invalid', argument })
  })

  it('refuses looks so close together that they would take for ever', () => {
    const plan = { alpha: 0.025, beta: 0.1, spending: HSD4, betaSpending: HSD2, futility: 'binding' } as const
    expect(futilityDesign(plan, [0.5, 0.5000000001, 1])).toMatchObject({ kind: 'invalid', argument: 'times' })
  })
})
