import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { findInvalidSpending, type Spending, spentBy } from './spending.ts'

const families: readonly Spending[] = [
  { family: 'obrien_fleming' },
  { family: 'pocock' },
  { family: 'hwang_shih_decani', gamma: -4 },
  { family: 'hwang_shih_decani', gamma: 0 },
  { family: 'hwang_shih_decani', gamma: 2 },
  { family: 'power', rho: 0.5 },
  { family: 'power', rho: 3 },
  {
    family: 'points',
    points: [
      { time: 0.4, share: 0.1 },
      { time: 0.8, share: 0.5 },
    ],
  },
]

describe('spending functions', () => {
  // reference/statistics.md 2.2: exact closed forms at equal looks, .025 for each side.
  test.each([
    ["O'Brien-Fleming", 1 / 2, { family: 'obrien_fleming' }, 0.00152532],
    ["O'Brien-Fleming", 1 / 3, { family: 'obrien_fleming' }, 0.00010351],
    ["O'Brien-Fleming", 2 / 3, { family: 'obrien_fleming' }, 0.00604839],
    ['Pocock', 1 / 2, { family: 'pocock' }, 0.01550286],
    ['Pocock', 1 / 3, { family: 'pocock' }, 0.01132081],
    ['Pocock', 2 / 3, { family: 'pocock' }, 0.01908456],
  ] as const)(
    '%s has spent its closed form by %d (source: Lan and DeMets 1983)',
    (_name, time, spending, spent) => {
      expect(Math.abs(spentBy(spending, 0.025, time) - spent)).toBeLessThan(5e-9)
    },
  )

  // gsDesign 3.11, tests/testthat/fixtures/numint-fixtures.R, falseposnb of tt4_default and of tt4_alpha05.
  test.each([
    [{ family: 'hwang_shih_decani', gamma: -4 }, 0.025, 1 / 3, 0.001303061716195],
    [{ family: 'hwang_shih_decani', gamma: -4 }, 0.025, 2 / 3, 0.001303061716195 + 0.004943383397703],
    [{ family: 'power', rho: 2 }, 0.05, 1 / 4, 0.003125],
    [{ family: 'power', rho: 2 }, 0.05, 3 / 4, 0.028125],
  ] as const)('%o spends of %d by %d what gsDesign 3.11 does', (spending, error, time, spent) => {
    expect(Math.abs(spentBy(spending, error, time) - spent)).toBeLessThan(1e-12)
  })

  test.each(families)('%o rises from 0 to all of the error and stays there', spending => {
    const time = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(time, time, (s, t) => {
        const early = spentBy(spending, 0.025, Math.min(s, t))
        const late = spentBy(spending, 0.025, Math.max(s, t))
        expect(early).toBeGreaterThanOrEqual(0)
        expect(late).toBeGreaterThanOrEqual(early)
        expect(late).toBeLessThanOrEqual(0.025)
      }),
    )
    expect(spentBy(spending, 0.025, 0)).toBe(0)
    expect(spentBy(spending, 0.025, 1)).toBe(0.025)
    expect(spentBy(spending, 0.025, 1.4)).toBe(0.025)
  })

  it('approaches the line as gamma goes to 0', () => {
    expect(spentBy({ family: 'hwang_shih_decani', gamma: 1e-9 }, 0.05, 0.3)).toBeCloseTo(0.015, 9)
  })

  it('runs straight between points, and spends all after the last one', () => {
    const spending: Spending = {
      family: 'points',
      points: [
        { time: 0.5, share: 0.2 },
        { time: 0.9, share: 1 },
      ],
    }
    expect(spentBy(spending, 0.05, 0.25)).toBeCloseTo(0.005, 12)
    expect(spentBy(spending, 0.05, 0.7)).toBeCloseTo(0.03, 12)
    expect(spentBy(spending, 0.05, 0.95)).toBe(0.05)
  })

  test.each([
    [{ family: 'power', rho: 0 }, 'spending.rho'],
    [{ family: 'power', rho: Number.NaN }, 'spending.rho'],
    [{ family: 'hwang_shih_decani', gamma: 41 }, 'spending.gamma'],
    [{ family: 'points', points: [] }, 'spending.points'],
    [
      {
        family: 'points',
        points: [
          { time: 0.5, share: 0.5 },
          { time: 0.5, share: 0.6 },
        ],
      },
      'spending.points',
    ],
    [
      {
        family: 'points',
        points: [
          { time: 0.5, share: 0.5 },
          { time: 0.7, share: 0.4 },
        ],
      },
      'spending.points',
    ],
  ] as const)('%o is invalid by its %s', (spending, argument) => {
    expect(findInvalidSpending(spending)?.argument).toBe(argument)
  })

  it.each([0, 2, Number.NaN])('is no number for an error of %d', error => {
    expect(spentBy({ family: 'pocock' }, error, 0.5)).toBeNaN()
  })
})
