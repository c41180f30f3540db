// Numbers that other programs and papers have published, of tests at planned and at unplanned looks.
import { describe, expect, it } from 'vitest'
import type { Alternative } from '../../result.ts'
import { asymmetricBoundaries } from './asymmetric.ts'
import { type Boundary, spendingBoundaries } from './boundary.ts'
import { exitProbabilities, looksOf } from './exit.ts'
import { futilityDesign } from './futility.ts'
import { sizeOf } from './power.ts'
import type { Spending } from './spending.ts'

const OF: Spending = { family: 'obrien_fleming' }
const POCOCK: Spending = { family: 'pocock' }

const linear: Spending = { family: 'hwang_shih_decani', gamma: 0 }

/** That share of the error by each time. */
function shares(times: readonly number[], spent: readonly number[]): Spending {
  const total = spent.at(-1) ?? 1
  return { family: 'points', points: times.map((time, k) => ({ time, share: (spent[k] ?? 0) / total })) }
}

function equalSteps(looks: number): readonly number[] {
  return Array.from({ length: looks }, (_, k) => (k + 1) / looks)
}

function boundariesOf(
  alpha: number,
  alternative: Alternative,
  spending: Spending,
  times: readonly number[],
): readonly Boundary[] {
  const found = spendingBoundaries({ alpha, alternative, spending }, times)
  if ('kind' in found) throw new Error(JSON.stringify(found))
  return found
}

function expectNear(found: readonly (number | null)[], expected: readonly number[], tolerance: number) {
  expect(found).toHaveLength(expected.length)
  for (const [k, z] of expected.entries())
    expect(Math.abs((found[k] ?? Number.NaN) - z)).toBeLessThanOrEqual(tolerance)
}

/** Its grid is coarse: gsDesign 3.11 and 30-digit arithmetic have 3.3570110 where it has 3.3569 (`boundary.test.ts`). */
const LDBOUNDS = 1.5e-4

describe('boundaries of ldbounds', () => {
  // ldbounds `bounds(seq(0.05, 1, length = 20), iuse = c(1, 1), alpha = c(0.025, 0.025))`, as zalando/expan keeps it. It cuts
  // bounds at 8 and steps coarsely: of its first six looks, with errors below 5e-5, the fourth is .04 too high.
  it("at 20 equal looks, O'Brien-Fleming spending", () => {
    const found = boundariesOf(0.05, 'two_sided', OF, equalSteps(20)).map(boundary => boundary.z)
    const expected = [
      3.638028, 3.394052, 3.193264, 3.024348, 2.879692, 2.753971, 2.643399, 2.545164, 2.45713, 2.377652,
      2.305414, 2.239395, 2.178743, 2.122766,
    ]
    expectNear(found.slice(6), expected, LDBOUNDS)
  })

  // ldbounds `bounds(c(0.3, 0.6, 1), iuse = c(2, 2))`, in the documentation of a function of others that calls it.
  it('at unequal looks, Pocock spending', () => {
    const found = boundariesOf(0.05, 'two_sided', POCOCK, [0.3, 0.6, 1]).map(boundary => boundary.z)
    expectNear(found, [2.311835, 2.32093, 2.268854], LDBOUNDS)
  })

  // The ldbounds vignette, and Lan and DeMets' type of spending in the literature: five equal looks, two-sided .05.
  it.each([
    ["O'Brien-Fleming", OF, [4.8769, 3.3569, 2.6803, 2.2898, 2.031]],
    ['Pocock', POCOCK, [2.438, 2.4268, 2.4101, 2.3966, 2.3859]],
  ] as const)('at five equal looks, %s spending', (_name, spending, expected) => {
    expectNear(
      boundariesOf(0.05, 'two_sided', spending, equalSteps(5)).map(boundary => boundary.z),
      expected,
      LDBOUNDS,
    )
  })

  // Reboussin, DeMets, Kim and Lan (2000): exit probabilities at a drift of 3.242, as the example of ldbounds asks. Each
  // is a probability of the same boundaries, so that they add up to the power.
  it('with the drift of its example have the power of .9 that it was chosen for', () => {
    const [t, z] = [
      [0.13, 0.4, 0.69, 0.9, 0.98, 1],
      [5.3666, 3.7102, 2.9728, 2.5365, 2.2154, 1.9668],
    ]
    const looks = looksOf(
      'two_sided',
      t.map((time, k) => ({ time, z: z[k] ?? 0 })),
    )
    const power = exitProbabilities(looks, 3.242).upper.reduce((sum, exit) => sum + exit, 0)
    expect(power).toBeCloseTo(0.9, 2)
  })
})

// A table of spending boundaries at uneven looks, two-sided .05, to three decimals (alpha-spending functions in R, `uk_obf`
// and `uk_poc` by information fraction).
describe('a table of boundaries at uneven looks', () => {
  it.each([
    [
      [0.3, 1],
      [3.929, 1.96],
      [2.312, 2.124],
    ],
    [
      [0.9, 1],
      [2.094, 2.053],
      [1.989, 2.241],
    ],
    [
      [0.3, 0.9, 1],
      [3.929, 2.094, 2.053],
      [2.312, 2.162, 2.342],
    ],
    [
      [0.8, 0.9, 1],
      [2.25, 2.177, 2.072],
      [2.021, 2.271, 2.332],
    ],
    [
      [0.2, 0.4, 0.9, 1],
      [4.877, 3.357, 2.097, 2.054],
      [2.438, 2.427, 2.224, 2.376],
    ],
    [
      [0.25, 0.5, 0.75, 1],
      [4.333, 2.963, 2.359, 2.014],
      [2.368, 2.368, 2.358, 2.35],
    ],
    [
      [0.3, 0.6, 0.9, 1],
      [3.929, 2.67, 2.121, 2.063],
      [2.312, 2.321, 2.318, 2.412],
    ],
  ])('%j', (times, obrienFleming, pocock) => {
    const of = (spending: Spending) =>
      boundariesOf(0.05, 'two_sided', spending, times).map(boundary => boundary.z)
    expectNear(of(OF), obrienFleming, 5.1e-4)
    expectNear(of(POCOCK), pocock, 5.1e-4)
  })
})

// rpact, tests/testthat/test-f_design_group_sequential.R and ..._beta_spending.R, to its 1e-7 of probability.
describe('designs of rpact', () => {
  it('HSD with gamma 0 at .2 .4 1, one-sided .03: boundaries, size, averages', () => {
    const found = boundariesOf(0.03, 'greater', linear, [0.2, 0.4, 1])
    expectNear(
      found.map(boundary => boundary.z),
      [2.5121443, 2.4228747, 2.0280392],
      1e-6,
    )
    const size = sizeOf({ alpha: 0.03, alternative: 'greater' }, found, 0.86)
    if (size.kind !== 'size') throw new Error(size.kind)
    expectNear([size.drift ** 2], [9.4594102], 2e-6)
    expectNear([size.inflation], [1.0788327], 3e-7)
    const { none, half, full } = size.expected
    expectNear([full, half, none], [0.83081135, 1.0142116, 1.0697705], 1e-6)
  })

  it.each([
    [
      'errors given',
      shares(equalSteps(4), [0.01, 0.02, 0.03, 0.05]),
      [2.3263479, 2.2192994, 2.1201347, 1.8189562],
    ],
    [
      'Haybittle and Peto, by what they spend',
      shares(equalSteps(4), [0.001349898, 0.0024617416, 0.0033695882, 0.025]),
      [3, 3, 3, 1.9827514],
    ],
  ] as const)('%s, one-sided', (name, spending, expected) => {
    const error = name === 'errors given' ? 0.05 : 0.025
    const found = boundariesOf(error, 'greater', spending, equalSteps(4)).map(boundary => boundary.z)
    expectNear(found, expected, 2e-6)
  })

  it('power 2.5 at .3 .4 .8 1, two-sided .05', () => {
    const found = boundariesOf(0.05, 'two_sided', { family: 'power', rho: 2.5 }, [0.3, 0.4, 0.8, 1])
    expectNear(
      found.map(boundary => boundary.z),
      [3.0276355, 2.8984727, 2.2289649, 2.0639032],
      2e-6,
    )
  })

  // Its second, 4.8600403, is less sure: 1e-4 of a probability of 6e-7.
  it("O'Brien-Fleming at .15 .25 .8 1, two-sided .025: the last two", () => {
    const found = boundariesOf(0.025, 'two_sided', OF, [0.15, 0.25, 0.8, 1]).map(boundary => boundary.z)
    expectNear(found.slice(2), [2.560259, 2.292451], 2e-6)
  })

  it.each([
    {
      name: 'HSD -1 and -2 at .2 .4 1',
      alpha: 0.07,
      beta: 0.14,
      spending: { family: 'hwang_shih_decani', gamma: -1 },
      betaSpending: { family: 'hwang_shih_decani', gamma: -2 },
      times: [0.2, 0.4, 1],
      lower: [-1.1063623, -0.35992438],
      upper: [2.364813, 2.1928805, 1.5660474],
      shift: 7.1015943,
      inflation: 1.0869177,
      averages: [0.82636428, 0.91614201, 0.79471657],
    },
    {
      name: 'power 2.2 and 3.2 at .3 .7 1',
      alpha: 0.03,
      beta: 0.34,
      spending: { family: 'power', rho: 2.2 },
      betaSpending: { family: 'power', rho: 3.2 },
      times: [0.3, 0.7, 1],
      lower: [-1.1558435, 0.72836893],
      upper: [2.8594012, 2.2435708, 1.9735737],
      shift: 5.5513711,
      inflation: 1.0555891,
      averages: [0.86740735, 0.87361708, 0.75480974],
    },
    {
      name: "O'Brien-Fleming and Pocock, 3 looks",
      alpha: 0.03,
      beta: 0.2,
      spending: OF,
      betaSpending: POCOCK,
      times: equalSteps(3),
      lower: [0.42062972, 1.2539286],
      upper: [3.5815302, 2.417863, 1.9175839],
      shift: null,
      inflation: null,
      averages: null,
    },
    {
      name: 'HSD -1 and -2, 4 looks',
      alpha: 0.07,
      beta: 0.14,
      spending: { family: 'hwang_shih_decani', gamma: -1 },
      betaSpending: { family: 'hwang_shih_decani', gamma: -2 },
      times: equalSteps(4),
      lower: [-0.81517021, 0.063469084, 0.84025384],
      upper: [2.2710911, 2.0692301, 1.8645608, 1.6606881],
      shift: null,
      inflation: null,
      averages: null,
    },
  ] as const)('that spend beta too: $name', design => {
    const { alpha, beta, spending, betaSpending, times } = design
    const found = futilityDesign({ alpha, beta, spending, betaSpending, futility: 'non_binding' }, times)
    if (found.kind !== 'futility_design') throw new Error(found.kind)
    expectNear(
      found.looks.map(look => look.upper),
      design.upper,
      2e-6,
    )
    expectNear(
      found.looks.slice(0, -1).map(look => look.lower),
      design.lower,
      2e-6,
    )
    if (design.shift === null) return
    expectNear([found.drift ** 2], [design.shift], 5e-6)
    expectNear([found.inflation], [design.inflation], 1e-6)
    expectNear([found.expected.full, found.expected.half, found.expected.none], design.averages, 1e-6)
    const again = asymmetricBoundaries(
      {
        upper: { error: alpha, spending },
        lower: { error: beta, spending: betaSpending, drift: found.drift },
        crossing: 'non_binding',
      },
      times,
    )
    if ('kind' in again) throw new Error(again.kind)
    expectNear(
      again.map(look => look.upper),
      design.upper,
      2e-6,
    )
    expectNear(
      again.slice(0, -1).map(look => look.lower),
      design.lower,
      2e-6,
    )
  })
})
