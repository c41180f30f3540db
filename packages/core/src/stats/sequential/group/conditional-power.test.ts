import { describe, expect, it, test } from 'vitest'
import { normalCdf } from '../../distribution/normal.ts'
import { type Boundary, spendingBoundaries } from './boundary.ts'
import { classicalBoundaries } from './classical.ts'
import { type ConditionalPower, conditionalPower } from './conditional-power.ts'

function unwrap(result: ReturnType<typeof spendingBoundaries>): readonly Boundary[] {
  if ('kind' in result) throw new Error(JSON.stringify(result))
  return result
}

function known(...args: Parameters<typeof conditionalPower>): ConditionalPower {
  const result = conditionalPower(...args)
  if (result.kind !== 'conditional_power') throw new Error(JSON.stringify(result))
  return result
}

const HSD = { family: 'hwang_shih_decani', gamma: -4 } as const

describe('conditional power', () => {
  // gsDesign, tests/testthat/test-independent-test-gsCP.R, computed by East 6.5: three looks, one-sided .025, n.fix 800,
  // so that the maximum is 812.157 (inflation 1.0151967); theta is the drift for each unit of n.
  test.each([
    ['greater', 0.025, -3.25558985896551, -0.1977636, 4.289818e-21, 1e-5],
    ['two_sided', 0.05, 0.943317, 0.05733214, 0.3306859, 3e-6],
  ] as const)(
    'of a test of %s is what East 6.5 gives',
    (alternative, alpha, z, theta, expected, tolerance) => {
      const [first, ...rest] = unwrap(
        spendingBoundaries({ alpha, alternative, spending: HSD }, [1 / 3, 2 / 3, 1]),
      )
      const drift = theta * Math.sqrt(800 * 1.0151966931)
      const found = known(alternative, { time: first?.time ?? 0, z }, rest, drift)
      expect(Math.abs(found.above / expected - 1)).toBeLessThan(tolerance)
    },
  )

  // rpact (2019), tests/testthat/test-f_analysis_base_survival.R, x1: conditionalRejectionProbabilities.
  test.each([
    [0, 1.52, 0.07432319],
    [1, 1.38, 0.044563047],
    [2, 2.9, 0.46900287],
  ])(
    'without an effect after look %d is the conditional rejection probability of rpact (2019)',
    (k, z, expected) => {
      const plan = { shape: 'wang_tsiatis', delta: 0.45, alpha: 0.025, alternative: 'greater' } as const
      const boundaries = unwrap(classicalBoundaries(plan, [0.2, 0.4, 0.6, 1]))
      const seen = { time: boundaries[k]?.time ?? 0, z }
      const found = known('greater', seen, boundaries.slice(k + 1), 0)
      expect(Math.abs(found.above - expected)).toBeLessThan(2e-8)
    },
  )

  it('with one look left has the closed form of Lan, Simon and Halperin (1982)', () => {
    const found = known('greater', { time: 0.4, z: 1.1 }, [{ time: 1, z: 2 }], 2.5)
    const score = 1.1 * Math.sqrt(0.4)
    expect(found.above).toBeCloseTo(normalCdf((score + 2.5 * 0.6 - 2) / Math.sqrt(0.6)), 12)
  })

  it('rises with what was seen and with what is assumed', () => {
    const left = [
      { time: 0.8, z: 2.3 },
      { time: 1, z: 2.1 },
    ]
    const power = (z: number, drift: number) => known('two_sided', { time: 0.5, z }, left, drift).above
    expect(power(1.5, 1)).toBeGreaterThan(power(1, 1))
    expect(power(1, 2)).toBeGreaterThan(power(1, 1))
  })

  it('is nothing with no look left', () => {
    expect(known('two_sided', { time: 1, z: 1 }, [], 3)).toMatchObject({ above: 0, below: 0 })
  })

  test.each([
    ['seen.z', { time: 0.5, z: Number.NaN }, 0],
    ['drift', { time: 0.5, z: 1 }, Infinity],
    ['times', { time: 0, z: 1 }, 0],
  ])('is invalid by its %s', (argument, seen, drift) => {
    expect(conditionalPower('greater', seen, [{ time: 1, z: 2 }], drift)).toMatchObject({
      kind: 'invalid',
      argument,
    })
  })

  test.each([
    [{ time: 0.5000000001, z: 2 }],
    [{ time: 1, z: Number.NaN }],
    [
      { time: 0.7, z: 2 },
      { time: 0.7000000001, z: 2 },
    ],
  ])('is invalid for the looks %o to come', (...remaining) => {
    expect(conditionalPower('two_sided', { time: 0.5, z: 1 }, remaining, 0)).toMatchObject({
      kind: 'invalid',
      argument: 'remaining',
    })
  })
})
