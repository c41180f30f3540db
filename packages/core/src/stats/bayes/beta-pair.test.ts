import { describe, expect, it } from 'vitest'
import type { BetaBelief } from './belief.ts'
import { differenceQuantile } from './beta-pair.ts'

const belief = (a: number, b: number): BetaBelief => ({ kind: 'beta', a, b })

describe('the quantile of an effect between two beta beliefs', () => {
  // SciPy 1.10.1: quad of beta.pdf(u, 31, 71) beta.sf(u + x, 41, 61), and of beta.sf(u (1 + x), 41, 61), is the tail.
  it.each([
    ['absolute', 5e-7, 0.41071787500989],
    ['absolute', 5e-10, 0.48189561904],
    ['relative', 5e-7, 2.77256996361],
    ['relative', 5e-10, 4.146833393],
  ] as const)('%s keeps its digits where %d lies above', (scale, tail, x) => {
    expect(differenceQuantile(belief(31, 71), belief(41, 61), scale, 1 - tail) / x).toBeCloseTo(1, 8)
  })

  it('is finite next to 1, where the integral of what lies below has no digits left', () => {
    const x = differenceQuantile(belief(50, 28.1), belief(2_143_969, 0.1), 'relative', 1 - 2 ** -51)
    expect(x).toBeGreaterThan(2.9)
    expect(x).toBeLessThan(4)
  })

  it('mirrors when the two change places', () => {
    for (const p of [0.3, 0.01, 1e-6, 1e-12]) {
      const low = differenceQuantile(belief(41, 61), belief(31, 71), 'absolute', p)
      const high = differenceQuantile(belief(31, 71), belief(41, 61), 'absolute', 1 - p)
      expect(high / -low).toBeCloseTo(1, 4)
    }
  })
})
