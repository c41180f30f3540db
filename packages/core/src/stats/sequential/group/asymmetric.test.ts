import { describe, expect, it, test } from 'vitest'
import { sum } from '../../numeric/sum.ts'
import { type AsymmetricPlan, asymmetricBoundaries } from './asymmetric.ts'
import { spendingBoundaries } from './boundary.ts'
import { exitProbabilities } from './exit.ts'
import type { Look } from './paths.ts'
import { type Spending, spentBy } from './spending.ts'

const HSD4: Spending = { family: 'hwang_shih_decani', gamma: -4 }
const HSD2: Spending = { family: 'hwang_shih_decani', gamma: -2 }
const OF: Spending = { family: 'obrien_fleming' }
const POCOCK: Spending = { family: 'pocock' }
const thirds = [1 / 3, 2 / 3, 1]

function known(...args: Parameters<typeof asymmetricBoundaries>): readonly Look[] {
  const result = asymmetricBoundaries(...args)
  if ('kind' in result) throw new Error(JSON.stringify(result))
  return result
}

function planOf(lowerError: number, crossing: AsymmetricPlan['crossing']): AsymmetricPlan {
  return {
    upper: { error: 0.025, spending: HSD4 },
    lower: { error: lowerError, spending: HSD2 },
    crossing,
  }
}

describe('asymmetric boundaries', () => {
  // gsDesign 3.11, tests/testthat/fixtures/numint-fixtures.R; alpha .025, HSD -4 above and -2 below. Test type 6 spends
  // below what its upper boundary, with stopping below, leaves over: its lower$prob sums to .97504534481.
  test.each([
    [
      'tt5_default',
      planOf(0.975, 'binding'),
      [-1.059752215092, -0.2322438440581, 1.998340191067],
      [3.010739485386, 2.54652670307, 1.998340191067],
    ],
    [
      'tt6_default',
      planOf(0.1446353077608 + 0.2817111272887 + 0.54869832543819996, 'non_binding'),
      [-1.0597230450120001, -0.232192122387, 1.999226370748],
      [3.010739485386, 2.546530561277, 1.999226370748],
    ],
    [
      'tt5_astar',
      planOf(0.1, 'binding'),
      [-2.174502476587, -1.796625716384, -1.370524533424],
      [3.010739485386, 2.5465305601230002, 1.999221780324],
    ],
    [
      'tt6_astar',
      planOf(0.1, 'non_binding'),
      [-2.174502476587, -1.796625716384, -1.370524533424],
      [3.010739485386, 2.546530561277, 1.999226370748],
    ],
  ])('are those of gsDesign 3.11, case %s', (_case, plan, lower, upper) => {
    for (const [k, look] of known(plan, thirds).entries()) {
      expect(Math.abs((look.lower ?? 0) - (lower[k] ?? 0))).toBeLessThan(5e-7)
      expect(Math.abs((look.upper ?? 0) - (upper[k] ?? 0))).toBeLessThan(5e-7)
    }
  })

  // The same file; the drift is delta sqrt(n.I[k]), the lower side spends beta under it. That of binding ones (tt3) is a little off there: see
  // `futility.test.ts`.
  const delta = 3.24151555008499
  const shares = (spending: Spending, at: readonly number[]): Spending => ({
    family: 'points',
    points: at.map((time, k) => ({ time: (k + 1) / at.length, share: spentBy(spending, 1, time) })),
  })
  test.each([
    [
      'tt4_default',
      { upper: HSD4, lower: HSD2, crossing: 'non_binding', maximum: 1.069883203901, times: thirds },
      [-0.2387239553611, 0.94106734813, 1.999226370748],
      [3.010739485386, 2.546530561277, 1.999226370748],
    ],
    [
      'tt4_k5_LDOF',
      {
        upper: OF,
        lower: OF,
        crossing: 'non_binding',
        maximum: 1.099368508965,
        times: [0.2, 0.4, 0.6, 0.8, 1],
      },
      [-1.977252261504, -0.2070433484714, 0.7644230898757, 1.446753189255, 2.03103221506],
      [4.876884948776, 3.357010992883, 2.680279581382, 2.289816682347, 2.03103221506],
    ],
    [
      'tt4_usTime',
      {
        upper: shares(HSD4, [0.3, 0.7, 1]),
        lower: shares(HSD2, [0.4, 0.8, 1]),
        crossing: 'non_binding',
        maximum: 1.126148658163,
        times: thirds,
      },
      [-0.08491904033987, 1.195612610492, 2.007253799229],
      [3.066699549322, 2.478637168489, 2.007253799229],
    ],
    [
      'tt4_sfPoints',
      {
        upper: {
          family: 'points',
          points: [
            { time: 0.1, share: 0.033333 },
            { time: 0.4, share: 0.063367 },
            { time: 0.7, share: 0.1 },
            { time: 1, share: 1 },
          ],
        },
        lower: {
          family: 'points',
          points: [0.1, 0.4, 0.7, 1].map((time, k) => ({ time, share: (k + 1) / 4 })),
        },
        crossing: 'non_binding',
        maximum: 1.221159559172,
        times: [0.1, 0.4, 0.7, 1],
      },
      [-0.827213345002, 0.3888281146207, 1.262225058292, 1.978672748733],
      [3.143983213423, 3.158966566053, 3.055128399431, 1.978672748733],
    ],
  ] as const)('under the effect below are those of gsDesign 3.11, case %s', (_case, design, lower, upper) => {
    const plan: AsymmetricPlan = {
      upper: { error: 0.025, spending: design.upper },
      lower: { error: 0.1, spending: design.lower, drift: delta * Math.sqrt(design.maximum) },
      crossing: design.crossing,
    }
    for (const [k, look] of known(plan, design.times).entries()) {
      expect(Math.abs((look.upper ?? 0) - (upper[k] ?? 0))).toBeLessThan(3e-6)
      expect(Math.abs((look.lower ?? 0) - (lower[k] ?? 0))).toBeLessThan(3e-6)
    }
  })

  it('at looks that came otherwise than planned keep the lower error under the effect', () => {
    const plan: AsymmetricPlan = {
      upper: { error: 0.025, spending: OF },
      lower: { error: 0.1, spending: HSD2, drift: 3.4 },
      crossing: 'non_binding',
    }
    const looks = known(plan, [0.21, 0.63, 0.9])
    const exits = exitProbabilities(looks, 3.4)
    expect(sum(exits.lower)).toBeCloseTo(spentBy(HSD2, 0.1, 0.9), 10)
    const alone = exitProbabilities(
      looks.map(look => ({ ...look, lower: null })),
      0,
    )
    expect(sum(alone.upper)).toBeCloseTo(spentBy(OF, 0.025, 0.9), 10)
  })

  it('of equal sides are the symmetric ones', () => {
    const side = { error: 0.025, spending: OF }
    const symmetric = spendingBoundaries({ alpha: 0.05, alternative: 'two_sided', spending: OF }, thirds)
    const found = known({ upper: side, lower: side, crossing: 'binding' }, thirds)
    if ('kind' in symmetric) throw new Error(JSON.stringify(symmetric))
    for (const [k, look] of found.entries()) {
      expect(look.upper).toBeCloseTo(symmetric[k]?.z ?? 0, 10)
      expect(look.lower).toBeCloseTo(-(symmetric[k]?.z ?? 0), 10)
    }
  })

  // As ldbounds with iuse c(2, 1), alpha c(.01, .04): each side's exit probabilities are what its function spends.
  it('spend on each side what its function says, at unplanned times and by another clock', () => {
    const plan: AsymmetricPlan = {
      upper: { error: 0.04, spending: OF },
      lower: { error: 0.01, spending: POCOCK },
      crossing: 'binding',
    }
    const clock = [0.2, 0.5, 0.9]
    const looks = known(plan, [0.3, 0.4, 1.1], 'interim', clock)
    const exits = exitProbabilities(looks, 0)
    for (const [k, share] of clock.entries()) {
      expect(sum(exits.upper.slice(0, k + 1))).toBeCloseTo(spentBy(OF, 0.04, share), 10)
      expect(sum(exits.lower.slice(0, k + 1))).toBeCloseTo(spentBy(POCOCK, 0.01, share), 10)
    }
    const final = exitProbabilities(known(plan, [0.3, 0.4], 'final'), 0)
    expect(sum(final.upper)).toBeCloseTo(0.04, 10)
    expect(sum(final.lower)).toBeCloseTo(0.01, 10)
  })

  it('mirror when the sides change places', () => {
    const [a, b] = [
      { error: 0.04, spending: OF },
      { error: 0.01, spending: POCOCK },
    ]
    const there = known({ upper: a, lower: b, crossing: 'binding' }, thirds)
    const back = known({ upper: b, lower: a, crossing: 'binding' }, thirds)
    for (const [k, look] of there.entries()) {
      expect(back[k]?.lower).toBeCloseTo(-(look.upper ?? 0), 10)
      expect(back[k]?.upper).toBeCloseTo(-(look.lower ?? 0), 10)
    }
  })

  it('have none at a look without news, and on the side that could spend nothing yet', () => {
    const plan: AsymmetricPlan = {
      upper: { error: 0.025, spending: OF },
      lower: { error: 0.1, spending: POCOCK },
      crossing: 'binding',
    }
    const [early, same, end] = known(plan, [0.02, 0.02, 1])
    expect(early).toMatchObject({ upper: null })
    expect(early?.lower).toBeLessThan(-1)
    expect(same).toMatchObject({ upper: null, lower: null })
    expect(end?.upper).toBeGreaterThan(1.9)
  })

  it('meet where not binding errors leave nothing between', () => {
    const end = known(planOf(0.99, 'non_binding'), thirds).at(-1)
    expect(end?.lower).toBe(end?.upper)
  })

  test.each([
    ['upper.error', { ...planOf(0.1, 'binding'), upper: { error: 0, spending: OF } }, thirds],
    ['lower.error', planOf(1, 'binding'), thirds],
    ['lower.error', planOf(0.98, 'binding'), thirds],
    ['lower.drift', { ...planOf(0.1, 'binding'), lower: { error: 0.1, spending: OF, drift: -1 } }, thirds],
    ['times', planOf(0.1, 'binding'), [0.5, 0.2]],
  ])('are invalid by their %s', (argument, plan, times) => {
    expect(asymmetricBoundaries(plan, times)).toMatchObject({ kind: 'invalid', argument })
  })
})
