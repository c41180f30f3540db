import { describe, expect, it, test } from 'vitest'
import { normalQuantile } from '../../distribution/normal.ts'
import { type Boundary, spendingBoundaries } from './boundary.ts'
import { type ClassicalShape, classicalBoundaries } from './classical.ts'
import { type Characteristics, characteristics, type SequentialSize, sizeOf } from './power.ts'

function equalSteps(looks: number): readonly number[] {
  return Array.from({ length: looks }, (_, k) => (k + 1) / looks)
}

function classical(shape: ClassicalShape, looks: number): readonly Boundary[] {
  const result = classicalBoundaries({ ...shape, alpha: 0.05, alternative: 'two_sided' }, equalSteps(looks))
  if ('kind' in result) throw new Error(JSON.stringify(result))
  return result
}

function spending(rho: number, looks: number): readonly Boundary[] {
  const plan = { alpha: 0.05, alternative: 'two_sided', spending: { family: 'power', rho } } as const
  const result = spendingBoundaries(plan, equalSteps(looks))
  if ('kind' in result) throw new Error(JSON.stringify(result))
  return result
}

function size(boundaries: readonly Boundary[], power: number, alpha = 0.05): SequentialSize {
  const result = sizeOf({ alpha, alternative: 'two_sided' }, boundaries, power)
  if (result.kind !== 'size') throw new Error(JSON.stringify(result))
  return result
}

function known(...args: Parameters<typeof characteristics>): Characteristics {
  const result = characteristics(...args)
  if (result.kind !== 'characteristics') throw new Error(JSON.stringify(result))
  return result
}

describe('the size of a group-sequential test', () => {
  // gsDesign, tests/testthat/test-outputs.R (test.JT.OFss, test.JT.Pocock), after Jennison and Turnbull (2000), chapter 2;
  // also in reference/statistics.md 2.2. Percent of the fixed sample size: maximum, and expected without an effect.
  test.each([
    ['obrien_fleming', 5, 0.8, 102.8, 102.1],
    ['obrien_fleming', 20, 0.9, 104.5, 103.4],
    ['pocock', 4, 0.8, 120.2, 117.5],
    ['pocock', 15, 0.9, 130.5, 126.4],
  ] as const)(
    '%s with %d looks and power %d is %d %% at most (source: gsDesign)',
    (shape, looks, power, most, none) => {
      const found = size(classical({ shape }, looks), power)
      expect(found.inflation * 100).toBeCloseTo(most, 1)
      expect(found.expected.none * 100).toBeCloseTo(none, 1)
    },
  )

  // The same file: expected sample size at 0, 1/2, 1 and 3/2 of the effect.
  test.each([
    [4, 0.8, [117.5, 108.8, 80.5, 52.2]],
    [15, 0.9, [126.4, 111.2, 66.4, 35.4]],
  ])('Pocock with %d looks and power %d has the expected sizes of gsDesign', (looks, power, expected) => {
    const boundaries = classical({ shape: 'pocock' }, looks)
    const found = size(boundaries, power)
    const more = known('two_sided', boundaries, 1.5 * found.drift).expectedTime * found.inflation
    const { none, half, full } = found.expected
    for (const [k, used] of [none, half, full, more].entries())
      expect(used * 100).toBeCloseTo(expected[k] ?? 0, 1)
  })

  // The same file, test.JT.Power.symm: power spending, two-sided, power .8.
  test.each([
    [3, 1, 111.7, [109.9, 103.4, 81.2, 56.5]],
    [10, 2, 108.1, [106.6, 99.7, 76.2, 51]],
    [2, 3, 101, [100.7, 98.9, 89.5, 70.7]],
  ])(
    'power spending with %d looks and rho %d is %d %% at most (source: gsDesign)',
    (looks, rho, most, expected) => {
      const boundaries = spending(rho, looks)
      const found = size(boundaries, 0.8)
      expect(Math.abs(found.inflation * 100 - most)).toBeLessThan(0.051)
      const more = known('two_sided', boundaries, 1.5 * found.drift).expectedTime * found.inflation
      const { none, half, full } = found.expected
      for (const [k, used] of [none, half, full, more].entries()) {
        expect(Math.abs(used * 100 - (expected[k] ?? 0))).toBeLessThan(0.051)
      }
    },
  )

  // test.JT.WT of the same file.
  test.each([
    [9, 0.1, 0.9, 1.048],
    [6, 0.25, 0.8, 1.077],
    [7, 0.4, 0.8, 1.159],
  ])(
    'Wang-Tsiatis with %d looks, delta %d and power %d is %d at most (source: gsDesign)',
    (looks, delta, power, most) => {
      expect(size(classical({ shape: 'wang_tsiatis', delta }, looks), power).inflation).toBeCloseTo(most, 3)
    },
  )

  // Jennison and Turnbull (2000), tables 2.2 and 2.4, alpha .05: ratio of the maximum to the fixed sample size.
  test.each([
    [2, 1.11, 1.1, 1.008, 1.007],
    [3, 1.166, 1.151, 1.017, 1.016],
    [4, 1.202, 1.183, 1.024, 1.022],
    [5, 1.229, 1.207, 1.028, 1.026],
    [6, 1.249, 1.225, 1.032, 1.03],
    [8, 1.279, 1.252, 1.037, 1.034],
    [10, 1.301, 1.271, 1.04, 1.037],
  ])('with %d looks has the ratios of Jennison and Turnbull (2000)', (looks, p80, p90, o80, o90) => {
    const pocock = classical({ shape: 'pocock' }, looks)
    const obf = classical({ shape: 'obrien_fleming' }, looks)
    expect(Math.abs(size(pocock, 0.8).inflation - p80)).toBeLessThan(6e-4)
    expect(Math.abs(size(pocock, 0.9).inflation - p90)).toBeLessThan(6e-4)
    expect(Math.abs(size(obf, 0.8).inflation - o80)).toBeLessThan(6e-4)
    expect(Math.abs(size(obf, 0.9).inflation - o90)).toBeLessThan(6e-4)
  })

  // gsDesign 3.11, numint-fixtures.R: n.I[k], en of tt2_Pocock, tt2_WT (power .9), with n.fix 1.
  test.each([
    [{ shape: 'pocock' }, 1.183141871195, 1.156073999379, 0.6974805208098],
    [{ shape: 'wang_tsiatis', delta: 0.25 }, 1.059478189085, 1.047078595612, 0.719441832945],
  ] as const)('of %o is that of gsDesign 3.11 to its tolerance', (shape, most, none, full) => {
    const found = size(classical(shape, 4), 0.9)
    expect(Math.abs(found.inflation - most)).toBeLessThan(2e-6)
    expect(Math.abs(found.expected.none - none)).toBeLessThan(2e-6)
    expect(Math.abs(found.expected.full - full)).toBeLessThan(2e-6)
  })

  it('of a single look is that of the fixed design', () => {
    const found = size([{ time: 1, z: -normalQuantile(0.025), increment: 0.025, spent: 0.025 }], 0.8)
    expect(found.inflation).toBeCloseTo(1, 8)
    expect(found.drift).toBeCloseTo(normalQuantile(0.975) + normalQuantile(0.8), 8)
  })

  it('has the power it was made for, and the same for a lower effect', () => {
    const boundaries = spending(2, 4)
    const { drift } = size(boundaries, 0.85)
    expect(known('two_sided', boundaries, drift).rejectsAbove).toBeCloseTo(0.85, 10)
    expect(known('less', boundaries, -drift).rejectsBelow).toBeCloseTo(
      known('greater', boundaries, drift).rejectsAbove,
      12,
    )
  })

  it('counts the share stopped by each look', () => {
    const stopped = known('two_sided', spending(1, 4), 3).stoppedBy
    expect(stopped.every((share, k) => share > (stopped[k - 1] ?? 0))).toBe(true)
    expect(stopped.at(-1)).toBeLessThan(1)
  })

  it.each([0, 0.02, 1, Number.NaN])('is invalid for power %d', power => {
    expect(sizeOf({ alpha: 0.05, alternative: 'two_sided' }, spending(1, 2), power)).toMatchObject({
      kind: 'invalid',
      argument: 'power',
    })
  })

  it('is invalid without any bound, and for a drift that is no number', () => {
    const none = [{ time: 1, z: null, increment: 0, spent: 0 }]
    expect(sizeOf({ alpha: 0.05, alternative: 'two_sided' }, none, 0.8)).toMatchObject({
      argument: 'boundaries',
    })
    expect(characteristics('two_sided', none, Number.NaN)).toMatchObject({ argument: 'drift' })
  })

  test.each([
    [{ time: 0.5, z: Number.NaN }],
    [{ time: Number.NaN, z: 2 }],
    [
      { time: 0.5, z: 2 },
      { time: 0.5000000001, z: 2 },
    ],
  ])('is invalid for boundaries %o, which would give no number or take for ever', (...boundaries) => {
    const invalid = { kind: 'invalid', argument: 'boundaries' }
    expect(characteristics('two_sided', boundaries, 1)).toMatchObject(invalid)
    expect(sizeOf({ alpha: 0.05, alternative: 'two_sided' }, boundaries, 0.8)).toMatchObject(invalid)
  })

  it.each([-1e6, 1e6, 1e150])('has finite characteristics at once at a drift of %d', drift => {
    const found = known('greater', spending(1, 3), drift)
    expect(found.rejectsAbove).toBeCloseTo(drift > 0 ? 1 : 0, 9)
  })

  it('does not look for points where no path is', () => {
    const far = [
      { time: 0.5, z: 1e9 },
      { time: 1, z: 1.959963984540054 },
    ]
    expect(known('two_sided', far, 0).rejectsAbove).toBeCloseTo(0.025, 10)
  })
})
