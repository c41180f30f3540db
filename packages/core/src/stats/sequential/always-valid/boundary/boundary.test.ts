import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betaBinomialMixture } from './beta-binomial.ts'
import fixture from './fixtures/boundary.json' with { type: 'json' }
import { gammaExponentialMixture } from './gamma-exponential.ts'
import { gammaPoissonMixture } from './gamma-poisson.ts'
import type { Mixture, Sides, Tuning } from './mixture.ts'
import { mixturePrecision, normalMixture } from './normal-mixture.ts'
import { stitchedBoundary } from './stitching.ts'

const TUNING = { intrinsicTime: 100, alpha: 0.05 }

describe('boundaries of confseq (source: test/uniform_boundaries_unittest.cpp, tolerance 1e-5)', () => {
  it.each<[string, Mixture, number, number]>([
    ['two-sided normal', normalMixture(TUNING, 'two_sided'), -0.6510052, 30.35209],
    ['one-sided normal', normalMixture(TUNING, 'one_sided'), -0.06502391, 27.66071],
    ['gamma-exponential, c = 2', gammaExponentialMixture(TUNING, 2), -0.2490165, 33.02017],
    ['gamma-Poisson, c = 2', gammaPoissonMixture(TUNING, 2), -0.06991219, 30.1949],
    ['two-sided beta-binomial', betaBinomialMixture(TUNING, 0.2, 0.8, 'two_sided'), -0.6941012, 31.4308],
    ['one-sided beta-binomial', betaBinomialMixture(TUNING, 0.2, 0.8, 'one_sided'), -0.07134019, 28.41238],
  ])('the %s mixture', (_name, mixture, log, bound) => {
    expect(Math.abs(mixture.logMartingale(10, 100) - log)).toBeLessThan(1e-5)
    expect(Math.abs(mixture.boundary(100, 0.05) - bound)).toBeLessThan(1e-5)
  })

  it('the precision tuned for', () => {
    expect(Math.abs(mixturePrecision(TUNING, 'two_sided') - 12.60056)).toBeLessThan(1e-5)
  })

  it.each([
    [3, 64.48755],
    [-1, 28.99389],
  ])('polynomial stitching with c = %d', (c, bound) => {
    expect(Math.abs(stitchedBoundary(100, 0.05, 10, c) - bound)).toBeLessThan(1e-5)
  })
})

type Row = (typeof fixture.mixtures)[number]

function mixtureOf({ mixture, vOpt, alpha, sides = 'one_sided', c = 0, g = 0, h = 0 }: Row): Mixture {
  const tuning: Tuning = { intrinsicTime: vOpt, alpha }
  if (mixture === 'normal') return normalMixture(tuning, sides as Sides)
  if (mixture === 'beta_binomial') return betaBinomialMixture(tuning, g, h, sides as Sides)
  return mixture === 'gamma_poisson' ? gammaPoissonMixture(tuning, c) : gammaExponentialMixture(tuning, c)
}

describe(`closed forms against quadrature over the mixing distribution (source: ${fixture.source})`, () => {
  it.each(fixture.mixtures)('$mixture $sides $c tuned for $vOpt, at $v', row => {
    const mixture = mixtureOf(row)
    expect(Math.abs(mixture.logMartingale(row.s, row.v) - row.log)).toBeLessThan(1e-9)
    expect(Math.abs(mixture.boundary(row.v, row.alpha) / row.bound - 1)).toBeLessThan(1e-10)
  })
})

const MIXTURES: readonly (readonly [string, Mixture])[] = [
  ['two-sided normal', normalMixture(TUNING, 'two_sided')],
  ['one-sided normal', normalMixture(TUNING, 'one_sided')],
  ['gamma-exponential', gammaExponentialMixture(TUNING, 1.5)],
  ['gamma-Poisson', gammaPoissonMixture(TUNING, 1.5)],
  ['two-sided beta-binomial', betaBinomialMixture(TUNING, 0.3, 0.7, 'two_sided')],
  ['one-sided beta-binomial', betaBinomialMixture(TUNING, 0.3, 0.7, 'one_sided')],
]

describe.each(MIXTURES)('the boundary of the %s mixture', (_name, mixture) => {
  const time = fc.double({ min: 5, max: 1e5, noNaN: true })

  it('is where the martingale reaches 1 / alpha', () => {
    fc.assert(
      fc.property(time, fc.double({ min: 1e-3, max: 0.4, noNaN: true }), (v, alpha) => {
        const evidence = mixture.logMartingale(mixture.boundary(v, alpha), v)
        const isAttained = mixture.boundary(v, alpha) < v / 0.3
        if (isAttained) expect(Math.abs(evidence + Math.log(alpha))).toBeLessThan(1e-6)
      }),
    )
  })

  it('grows with time and with confidence, more slowly than time', () => {
    fc.assert(
      fc.property(time, v => {
        const bound = mixture.boundary(v, 0.05)
        expect(mixture.boundary(2 * v, 0.05)).toBeGreaterThan(bound)
        expect(mixture.boundary(2 * v, 0.05)).toBeLessThanOrEqual(2 * bound * (1 + 1e-12))
        expect(mixture.boundary(v, 0.01)).toBeGreaterThanOrEqual(bound)
      }),
    )
  })

  it('is not a number outside the domain', () => {
    expect([mixture.boundary(0, 0.05), mixture.boundary(10, 0), mixture.boundary(10, 1)]).toEqual(
      Array(3).fill(Number.NaN),
    )
  })
})

describe('tuning', () => {
  it('makes the boundary least at the time it is tuned for', () => {
    const at = (intrinsicTime: number) =>
      normalMixture({ intrinsicTime, alpha: 0.05 }, 'two_sided').boundary(100, 0.05)
    expect(at(100)).toBeLessThan(at(50))
    expect(at(100)).toBeLessThan(at(200))
  })

  it('outside its domain gives no numbers', () => {
    expect(normalMixture({ intrinsicTime: 0, alpha: 0.05 }, 'two_sided').boundary(10, 0.05)).toBeNaN()
    expect(normalMixture({ intrinsicTime: 10, alpha: 0.5 }, 'one_sided').boundary(10, 0.05)).toBeNaN()
    expect(gammaExponentialMixture(TUNING, 0).boundary(10, 0.05)).toBeNaN()
    expect(betaBinomialMixture(TUNING, 0, 1, 'two_sided').boundary(10, 0.05)).toBeNaN()
    expect(stitchedBoundary(1, 0.05, 0, 1)).toBeNaN()
  })
})
