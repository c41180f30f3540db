import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { normalQuantile } from '../../distribution/normal.ts'
import type { Alternative } from '../../result.ts'
import { type Boundary, type SpendingPlan, spendingBoundaries } from './boundary.ts'
import { exitProbabilities, looksOf } from './exit.ts'
import fixture from './fixtures/group.json' with { type: 'json' }
import spotify from './fixtures/spotify-bounds.json' with { type: 'json' }
import { type Spending, spentBy } from './spending.ts'

function equalSteps(looks: number): readonly number[] {
  return Array.from({ length: looks }, (_, k) => (k + 1) / looks)
}

function plan(spending: Spending, alternative: Alternative = 'two_sided', alpha = 0.05): SpendingPlan {
  return { alpha, alternative, spending }
}

function boundaries(...args: Parameters<typeof spendingBoundaries>): readonly Boundary[] {
  const result = spendingBoundaries(...args)
  if ('kind' in result) throw new Error(JSON.stringify(result))
  return result
}

function zs(...args: Parameters<typeof spendingBoundaries>): readonly (number | null)[] {
  return boundaries(...args).map(boundary => boundary.z)
}

function expectNear(found: readonly (number | null)[], expected: readonly number[], tolerance: number) {
  expect(found).toHaveLength(expected.length)
  for (const [k, z] of expected.entries())
    expect(Math.abs((found[k] ?? Number.NaN) - z)).toBeLessThan(tolerance)
}

const OF: Spending = { family: 'obrien_fleming' }
const POCOCK: Spending = { family: 'pocock' }
const HSD: Spending = { family: 'hwang_shih_decani', gamma: -4 }

describe('boundaries from a spending function', () => {
  test.each([
    ["O'Brien-Fleming", OF, [2.96259, 1.9686]],
    ["O'Brien-Fleming", OF, [3.7103, 2.51143, 1.99305]],
    ['Pocock', POCOCK, [2.157, 2.20098]],
    ['Pocock', POCOCK, [2.27943, 2.29491, 2.29594]],
  ] as const)('of %s are those of reference/statistics.md 2.2, one- and two-sided', (_name, spending, z) => {
    const times = equalSteps(z.length)
    expectNear(zs(plan(spending), times), z, 1e-5)
    expectNear(zs(plan(spending, 'greater', 0.025), times), z, 1e-4)
  })

  // gsDesign 3.11, tests/testthat/fixtures/numint-fixtures.R: tt4_r80 (its finest grid), tt4_k5_LDOF, tt4_k10, tt4_nI,
  // tt4_usTime, tt4_alpha05, tt1_sfTruncated. Non-binding futility leaves the upper boundary of a one-sided test alone.
  test.each([
    ['tt4_r80', HSD, 0.025, equalSteps(3), [3.0107394853859999, 2.5465305560739999, 1.999226349478], 5e-9],
    [
      'tt4_k5_LDOF',
      OF,
      0.025,
      equalSteps(5),
      [4.876884948776, 3.357010992883, 2.680279581382, 2.289816682347, 2.03103221506],
      1e-6,
    ],
    [
      'tt4_k10',
      HSD,
      0.025,
      equalSteps(10),
      [
        3.50371998124, 3.367177709217, 3.217873416747, 3.06519588027, 2.90991559023, 2.751367152978,
        2.588536542476, 2.42025210797, 2.24517276021, 2.061708244849,
      ],
      1e-6,
    ],
    [
      'tt4_alpha05',
      { family: 'power', rho: 2 },
      0.05,
      equalSteps(4),
      [2.734368786533, 2.301869743584, 2.010184873721, 1.769190083733],
      1e-6,
    ],
  ] as const)('are those of gsDesign 3.11, case %s', (_case, spending, alpha, times, z, tolerance) => {
    expectNear(zs(plan(spending, 'greater', alpha), times), z, tolerance)
  })

  it('spend the remainder at a final look short of the plan, as gsDesign 3.11 does (case tt4_nI, 860 of 900)', () => {
    // There n.I = c(300, 600, 860), maxn.IPlan = 900: boundaries at 1/3 and 2/3 of 900, the error of 860/900 at the end.
    const z = zs(plan(HSD, 'greater', 0.025), [300 / 900, 600 / 900, 860 / 900])
    expectNear(z, [3.010739485386, 2.546530561277, 2.08449315475], 1e-6)
    const final = zs(plan(HSD, 'greater', 0.025), [300 / 900, 600 / 900, 860 / 900], 'final')
    expect(final[2]).toBeLessThan(z[2] ?? 0)
  })

  // SeqBounds.jl, README: bounds([0.25, 0.5, 0.75, 1.0], 0.05; h = 0.05), the first two.
  it('are those of SeqBounds.jl at four equal looks, one-sided .05', () => {
    expectNear(zs(plan(OF, 'greater'), equalSteps(4).slice(0, 2)), [3.74955, 2.53993], 2e-5)
  })

  // The same file: gsBound1_basic and gsBound1_zero, one-sided with the errors of the looks given, one of them none.
  test.each([
    ['gsBound1_basic', [0.04, 0.4, 1], [3.090232306168, 2.344824385761, 2.039501366196]],
    ['gsBound1_zero', [0.04, 0.04, 1], [3.090232306168, null, 1.968811125139]],
  ])('through given points are those of gsDesign 3.11, case %s', (_case, shares, expected) => {
    const points = shares.map((share, k) => ({ time: (k + 1) / 3, share }))
    const found = zs(plan({ family: 'points', points }, 'greater', 0.025), equalSteps(3))
    for (const [k, z] of expected.entries()) {
      if (z === null) expect(found[k]).toBeNull()
      else expect(Math.abs((found[k] ?? 0) - z)).toBeLessThan(1e-6)
    }
  })

  it('with error spent by another clock are those of gsDesign 3.11 (case tt4_usTime, spent as at .3 and .7)', () => {
    const share = (time: number) => spentBy(HSD, 1, time)
    const points = [
      { time: 1 / 3, share: share(0.3) },
      { time: 2 / 3, share: share(0.7) },
      { time: 1, share: 1 },
    ]
    const found = zs(plan({ family: 'points', points }, 'greater', 0.025), equalSteps(3))
    expectNear(found, [3.066699549322, 2.478637168489, 2.007253799229], 1e-6)
    const clocked = zs(plan(HSD, 'greater', 0.025), equalSteps(3), 'interim', [0.3, 0.7, 1])
    expectNear(clocked, [3.066699549322, 2.478637168489, 2.007253799229], 1e-6)
  })

  it('with a clock that stands still spend nothing, and with one at its end spend all', () => {
    const [first, second] = boundaries(plan(POCOCK), [0.3, 0.5], 'interim', [0.4, 0.4])
    expect(first?.spent).toBeCloseTo(spentBy(POCOCK, 0.025, 0.4), 12)
    expect(second).toMatchObject({ z: null, increment: 0 })
    expect(boundaries(plan(POCOCK), [0.3, 0.5], 'interim', [0.4, 1])[1]?.spent).toBeCloseTo(0.025, 12)
    expect(spendingBoundaries(plan(POCOCK), [0.3, 0.5], 'interim', [0.4])).toMatchObject({
      argument: 'clock',
    })
  })

  test.each(fixture.recursion)(
    `of $family, $sides-sided $error a side at $times agree with 30-digit arithmetic (source: ${fixture.source})`,
    ({ family, error, sides, times, z }) => {
      const spending = family === 'pocock' ? POCOCK : OF
      const alternative = sides === 2 ? 'two_sided' : 'greater'
      expectNear(zs(plan(spending, alternative, error * sides), times), z, 1e-11)
    },
  )

  it(`differ from 181 looks of Spotify by no more than its search and grid allow, 1.5e-7 of probability (source: ${spotify.source})`, () => {
    const spending: Spending = { family: 'power', rho: spotify.rho }
    const ours = boundaries(plan(spending, 'two_sided', spotify.alpha), spotify.times)
    const theirs = spotify.bounds.map((z, k) => ({ time: spotify.times[k] ?? 0, z }))
    const exits = exitProbabilities(looksOf('greater', theirs), 0).upper
    // Its second look has bound 8, as its increment is below the tolerance; the third spends both.
    for (const [k, exit] of exits.entries()) {
      if (k < 3) continue
      expect(Math.abs(exit - (ours[k]?.increment ?? 0))).toBeLessThan(1.5e-7)
      expect(Math.abs((ours[k]?.z ?? 0) - (spotify.bounds[k] ?? 0))).toBeLessThan(k < 30 ? 0.03 : 0.0025)
    }
    expect(ours[0]?.z).toBeCloseTo(5.75400023, 7)
  })
})

describe('boundaries at unplanned looks', () => {
  it('do not depend on the looks to come', () => {
    const all = zs(plan(OF), [0.2, 0.33, 0.7, 0.71, 1])
    expect(zs(plan(OF), [0.2, 0.33, 0.7])).toEqual(all.slice(0, 3))
  })

  it('have no bound where less than 1e-12 could be spent, and keep the error for the next look', () => {
    const looks = boundaries(plan(OF), [0.01, 0.02, 0.5, 1])
    expect(looks.slice(0, 2).map(look => look.z)).toEqual([null, null])
    expect(looks[2]?.z).toBeCloseTo(2.962588, 5)
    expect(looks[3]?.spent).toBeCloseTo(0.025, 14)
  })

  it('state a first boundary of up to 7 sigma', () => {
    const [first] = boundaries(plan(OF), [0.1])
    expect(first?.z).toBeGreaterThan(6.5)
    expect(first?.z).toBeLessThan(7.1)
  })

  it('have no bound at a look that brings no information', () => {
    const looks = boundaries(plan(POCOCK), [0.5, 0.5, 0.50001, 1])
    expect(looks.map(look => look.z === null)).toEqual([false, true, true, false])
    expect(looks[3]?.z).toBeCloseTo(2.200977, 6)
  })

  it('let many small steps add up to a look', () => {
    const times = Array.from({ length: 100 }, (_, k) => 0.5 * (1 + 2e-5 * k))
    const found = zs(plan(POCOCK), times)
    expect(found.filter(z => z !== null).length).toBeGreaterThan(15)
    expect(found.filter(z => z !== null).length).toBeLessThan(25)
  })

  it('spend all at an overrun, and account for its true information', () => {
    const [, last] = boundaries(plan(POCOCK), [0.5, 1.3])
    const [, planned] = boundaries(plan(POCOCK), [0.5, 1])
    expect(last?.spent).toBeCloseTo(0.025, 14)
    // Less correlated with the first look than the planned end, so it crosses anew more often, and has to be higher.
    expect(last?.z).toBeGreaterThan(planned?.z ?? 0)
  })

  it('have nothing left after the end', () => {
    expect(zs(plan(POCOCK), [0.5, 1.1, 1.2])[2]).toBeNull()
  })

  it('spend all that is left at a final look, at any time', () => {
    const looks = boundaries(plan(OF), [0.3, 0.6], 'final')
    expect(looks[1]?.spent).toBeCloseTo(0.025, 14)
    expect(looks[1]?.z).toBeLessThan(2)
  })

  it('of one look are the quantile of the normal distribution', () => {
    expect(zs(plan(OF), [1])[0]).toBeCloseTo(-normalQuantile(0.025), 12)
    expect(zs(plan(OF, 'less'), [0.7], 'final')[0]).toBeCloseTo(-normalQuantile(0.05), 12)
  })

  it('stay exact for looks very close together', () => {
    const times = Array.from({ length: 50 }, (_, k) => 0.9 + 0.002 * (k + 1))
    const looks = boundaries(plan(POCOCK), times)
    const exits = exitProbabilities(looksOf('two_sided', looks), 0)
    const total = [...exits.upper, ...exits.lower].reduce((sum, exit) => sum + exit, 0)
    expect(total).toBeCloseTo(0.05, 10)
  })
})

describe('laws of boundaries', () => {
  const times = fc
    .uniqueArray(fc.integer({ min: 5, max: 130 }), { minLength: 1, maxLength: 6 })
    .map(percents => percents.sort((a, b) => a - b).map(percent => percent / 100))
  const spending = fc.constantFrom<Spending>(OF, POCOCK, HSD, { family: 'power', rho: 1.5 })

  it('spend exactly what the function says, whenever one looks', () => {
    fc.assert(
      fc.property(times, spending, (at, family) => {
        const looks = boundaries(plan(family), at, 'final')
        const exits = exitProbabilities(looksOf('two_sided', looks), 0)
        const total = [...exits.upper, ...exits.lower].reduce((sum, exit) => sum + exit, 0)
        expect(total).toBeCloseTo(0.05, 11)
      }),
      { numRuns: 40 },
    )
  })

  it('fall as alpha rises', () => {
    fc.assert(
      fc.property(times, spending, (at, family) => {
        const strict = zs(plan(family, 'two_sided', 0.01), at)
        const lax = zs(plan(family, 'two_sided', 0.05), at)
        for (const [k, z] of lax.entries()) if (z !== null) expect(strict[k] ?? Infinity).toBeGreaterThan(z)
      }),
      { numRuns: 40 },
    )
  })

  it('are the same upwards and downwards', () => {
    fc.assert(
      fc.property(times, spending, (at, family) => {
        expect(zs(plan(family, 'less'), at)).toEqual(zs(plan(family, 'greater'), at))
      }),
      { numRuns: 20 },
    )
  })
})

describe('invalid boundaries', () => {
  test.each([
    ['alpha', plan(OF, 'two_sided', 0), [1]],
    ['alpha', plan(OF, 'two_sided', 5), [1]],
    ['alpha', plan(OF, 'greater', Number.NaN), [1]],
    ['times', plan(OF), []],
    ['times', plan(OF), [0, 1]],
    ['times', plan(OF), [0.5, 0.4]],
    ['times', plan(OF), [Number.NaN]],
    ['times', plan(OF), [Infinity]],
    ['spending.rho', plan({ family: 'power', rho: -1 }), [1]],
  ] as const)('name the argument %s', (argument, invalid, times) => {
    expect(spendingBoundaries(invalid, times)).toMatchObject({ kind: 'invalid', argument })
  })
})
