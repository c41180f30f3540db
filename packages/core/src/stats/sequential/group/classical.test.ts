import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Boundary } from './boundary.ts'
import { type ClassicalPlan, type ClassicalShape, classicalBoundaries } from './classical.ts'
import { exitProbabilities, looksOf } from './exit.ts'

function equalSteps(looks: number): readonly number[] {
  return Array.from({ length: looks }, (_, k) => (k + 1) / looks)
}

function boundaries(plan: ClassicalPlan, times: readonly number[]): readonly Boundary[] {
  const result = classicalBoundaries(plan, times)
  if ('kind' in result) throw new Error(JSON.stringify(result))
  return result
}

function twoSided(shape: ClassicalShape, alpha = 0.05): ClassicalPlan {
  return { ...shape, alpha, alternative: 'two_sided' }
}

function lastZ(plan: ClassicalPlan, looks: number): number {
  return boundaries(plan, equalSteps(looks)).at(-1)?.z ?? Number.NaN
}

describe('classical boundaries', () => {
  // reference/statistics.md 2.2; Jennison and Turnbull (2000), tables 2.1 and 2.3 (three digits there).
  test.each([
    [2, 2.1783, 1.9774],
    [3, 2.2895, 2.004],
    [4, 2.3613, 2.0243],
    [5, 2.4132, 2.0401],
  ])(
    'at %d looks have the constants of Jennison and Turnbull (2000), two-sided .05',
    (looks, pocock, obf) => {
      expect(Math.abs(lastZ(twoSided({ shape: 'pocock' }), looks) - pocock)).toBeLessThan(5.1e-5)
      expect(Math.abs(lastZ(twoSided({ shape: 'obrien_fleming' }), looks) - obf)).toBeLessThan(5.1e-5)
    },
  )

  // Jennison and Turnbull (2000), table 2.1 (Pocock) and 2.3 (O'Brien-Fleming), alpha .01 and .1, to its three digits.
  test.each([
    [0.01, 2, 2.772, 2.58],
    [0.01, 5, 2.986, 2.621],
    [0.1, 2, 1.875, 1.678],
    [0.1, 5, 2.122, 1.751],
    [0.05, 6, 2.453, 2.053],
    [0.05, 7, 2.485, 2.063],
    [0.05, 8, 2.512, 2.072],
    [0.05, 9, 2.535, 2.08],
    [0.05, 10, 2.555, 2.087],
  ])(
    'at alpha %d and %d looks have the constants of Jennison and Turnbull (2000)',
    (alpha, looks, pocock, obf) => {
      expect(lastZ(twoSided({ shape: 'pocock' }, alpha), looks)).toBeCloseTo(pocock, 3)
      expect(lastZ(twoSided({ shape: 'obrien_fleming' }, alpha), looks)).toBeCloseTo(obf, 3)
    },
  )

  test.each([
    [2, [2.7965, 1.9774]],
    [3, [3.4711, 2.4544, 2.004]],
  ])("of O'Brien and Fleming at %d looks are those of reference/statistics.md 2.2", (looks, expected) => {
    const found = boundaries(twoSided({ shape: 'obrien_fleming' }), equalSteps(looks))
    for (const [k, z] of expected.entries()) expect(Math.abs((found[k]?.z ?? 0) - z)).toBeLessThan(5.1e-5)
  })

  // gsDesign, tests/testthat/test-outputs.R (test.Deming.OFbound), and 3.11 fixtures tt1_OF, tt2_Pocock, tt2_WT.
  test.each([
    [
      'tt1_OF',
      'greater',
      0.025,
      { shape: 'obrien_fleming' },
      [4.048591194917, 2.862786288178, 2.337455216224, 2.024295597459],
    ],
    [
      'tt2_Pocock',
      'two_sided',
      0.05,
      { shape: 'pocock' },
      [2.361297917989, 2.361297917989, 2.361297917989, 2.361297917989],
    ],
    [
      'tt2_WT',
      'two_sided',
      0.05,
      { shape: 'wang_tsiatis', delta: 0.25 },
      [2.988714195369, 2.513199053104, 2.270931699855, 2.113340074574],
    ],
  ] as const)('are those of gsDesign 3.11, case %s', (_case, alternative, alpha, shape, expected) => {
    const found = boundaries({ ...shape, alpha, alternative }, equalSteps(4))
    for (const [k, z] of expected.entries()) expect(Math.abs((found[k]?.z ?? 0) - z)).toBeLessThan(1e-6)
  })

  // gsDesign, tests/testthat/test-outputs.R (test.JT.WT), after Jennison and Turnbull (2000), tables 2.9 and 2.10.
  test.each([
    [9, 0.1, 2.113],
    [6, 0.25, 2.154],
    [7, 0.4, 2.313],
  ])('of Wang and Tsiatis at %d looks, delta %d, end at %d as gsDesign asserts', (looks, delta, last) => {
    expect(lastZ(twoSided({ shape: 'wang_tsiatis', delta }), looks)).toBeCloseTo(last, 3)
  })

  it('are those of rpact (2019) at unequal times (WT, delta .45, one-sided .025), with the errors spent', () => {
    // rpact, tests/testthat/test-f_analysis_base_survival.R: criticalValues and alphaSpent of design1.
    const found = boundaries(
      { shape: 'wang_tsiatis', delta: 0.45, alpha: 0.025, alternative: 'greater' },
      [0.2, 0.4, 0.6, 1],
    )
    const z = [2.4878815, 2.4031352, 2.3549063, 2.2955206]
    const spent = [0.0064253267, 0.012720859, 0.01826361, 0.025]
    for (let k = 0; k < 4; k++) {
      expect(Math.abs((found[k]?.z ?? 0) - (z[k] ?? 0))).toBeLessThan(1e-7)
      expect(Math.abs((found[k]?.spent ?? 0) - (spent[k] ?? 0))).toBeLessThan(1e-8)
    }
  })

  // The same file: repeatedPValues, the alpha with which a look's statistic would just have reached its boundary.
  test.each([
    [0.16918725, 0, 1.52],
    [0.19438137, 1, 1.38],
    [0.0054226276, 2, 2.9],
  ])('at the repeated p value %d of rpact (2019) reach the statistic of look %d', (alpha, k, z) => {
    const plan = { shape: 'wang_tsiatis', delta: 0.45, alpha, alternative: 'greater' } as const
    expect(boundaries(plan, [0.2, 0.4, 0.6, 1])[k]?.z).toBeCloseTo(z, 4)
  })

  it('spend alpha whatever the shape and the times', () => {
    const delta = fc.double({ min: -0.5, max: 1, noNaN: true })
    const times = fc
      .uniqueArray(fc.integer({ min: 5, max: 100 }), { minLength: 1, maxLength: 5 })
      .map(percents => percents.sort((a, b) => a - b).map(percent => percent / 100))
    fc.assert(
      fc.property(delta, times, (d, at) => {
        const found = boundaries(twoSided({ shape: 'wang_tsiatis', delta: d }, 0.1), at)
        const exits = exitProbabilities(looksOf('two_sided', found), 0)
        const total = [...exits.upper, ...exits.lower].reduce((sum, exit) => sum + exit, 0)
        expect(total).toBeCloseTo(0.1, 9)
      }),
      { numRuns: 30 },
    )
  })

  test.each([
    ['alpha', { shape: 'pocock', alpha: 0.6, alternative: 'greater' }, [1]],
    ['alpha', { shape: 'pocock', alpha: 1, alternative: 'two_sided' }, [1]],
    ['delta', { shape: 'wang_tsiatis', delta: 2, alpha: 0.05, alternative: 'two_sided' }, [1]],
    ['times', { shape: 'pocock', alpha: 0.05, alternative: 'two_sided' }, [0.5, 0.5]],
    ['times', { shape: 'pocock', alpha: 0.05, alternative: 'two_sided' }, []],
  ] as const)('are invalid by their %s', (argument, plan, times) => {
    expect(classicalBoundaries(plan, times)).toMatchObject({ kind: 'invalid', argument })
  })

  it('refuses looks so close together that they would take for ever', () => {
    const plan = { shape: 'pocock', alpha: 0.05, alternative: 'two_sided' } as const
    expect(classicalBoundaries(plan, [0.5, 0.5000000001, 1])).toMatchObject({
      kind: 'invalid',
      argument: 'times',
    })
  })

  it('has no boundary for an alpha that is nearly none', () => {
    const plan = { shape: 'pocock', alpha: 5e-324, alternative: 'two_sided' } as const
    expect(classicalBoundaries(plan, [0.5])).toMatchObject({ kind: 'invalid', argument: 'alpha' })
  })
})
