import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalCdf } from '../distribution/normal.ts'
import type { BetaBelief, NormalBelief } from './belief.ts'
import { type BestOfMany, type Better, bestOfBetas, bestOfNormals } from './best.ts'
import fixture from './fixtures/best.json' with { type: 'json' }

function normals(means: readonly number[], deviations: readonly number[]): readonly NormalBelief[] {
  return means.map((mean, i) => ({ kind: 'normal', mean, deviation: deviations[i] ?? 0 }))
}

function betas(parameters: readonly (readonly number[])[]): readonly BetaBelief[] {
  return parameters.map(([a = 0, b = 0]) => ({ kind: 'beta', a, b }))
}

function ofNormals(beliefs: readonly NormalBelief[], better: Better = 'higher'): BestOfMany {
  const ranks = bestOfNormals(beliefs, better)
  if (ranks.kind !== 'best_of_many') throw new Error(ranks.expected)
  return ranks
}

function ofBetas(beliefs: readonly BetaBelief[], better: Better = 'higher'): BestOfMany {
  const ranks = bestOfBetas(beliefs, better)
  if (ranks.kind !== 'best_of_many') throw new Error(ranks.expected)
  return ranks
}

function expectAll(values: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(values).toHaveLength(expected.length)
  values.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] ?? Number.NaN))).toBeLessThan(tolerance)
  })
}

describe(`the probability to be best (source: ${fixture.source})`, () => {
  it.each(fixture.normals)('of normal beliefs around $means, deviations $deviations', row => {
    const ranks = ofNormals(normals(row.means, row.deviations))
    expectAll(ranks.best, row.best, 1e-12)
    expectAll(ranks.second, row.second, 1e-12)
    expectAll(ranks.expectedLoss, row.expectedLoss, 1e-12)
  })

  it.each(fixture.betas)('of beta beliefs $parameters', row => {
    const ranks = ofBetas(betas(row.parameters))
    expectAll(ranks.best, row.best, 1e-10)
    expectAll(ranks.second, row.second, 1e-10)
    expectAll(ranks.expectedLoss, row.expectedLoss, 1e-10)
  })

  it.each([0, 1, 5, 10, 20])(
    'of two normal beliefs %d deviations apart is the closed form Phi(-d / sqrt 2)',
    d => {
      const { best } = ofNormals(normals([0, d], [1, 1]))
      expect(Math.abs((best[0] ?? 0) / normalCdf(-d / Math.SQRT2) - 1)).toBeLessThan(1e-12)
    },
  )

  it.each([
    [50, 52, 52, 50, 0.6107705226877711],
    [11, 91, 16, 86, 0.8532837899338429],
  ])('of Beta(%d, %d) and Beta(%d, %d) is exact for the second', (a1, b1, a2, b2, chance) => {
    const parameters = [
      [a1, b1],
      [a2, b2],
    ]
    expect(ofBetas(betas(parameters)).best[1]).toBeCloseTo(chance, 11)
  })

  it('of equal beliefs is equal, whatever their number', () => {
    expectAll(ofNormals(normals([2, 2, 2, 2], [1, 1, 1, 1])).best, [0.25, 0.25, 0.25, 0.25], 1e-13)
    const jeffreys = [
      [0.5, 0.5],
      [0.5, 0.5],
      [0.5, 0.5],
    ]
    expectAll(ofBetas(betas(jeffreys)).best, [1 / 3, 1 / 3, 1 / 3], 1e-9)
  })

  it('ranks from the other end where lower is better', () => {
    const [means, deviations] = [
      [0, 1, 2],
      [0.3, 0.4, 0.5],
    ]
    const mirrored = ofNormals(
      normals(
        means.map(m => -m),
        deviations,
      ),
    )
    expect(ofNormals(normals(means, deviations), 'lower')).toEqual(mirrored)
    const parameters = [
      [3, 9],
      [5, 7],
    ]
    expectAll(ofBetas(betas(parameters), 'lower').best, [...ofBetas(betas(parameters)).best].reverse(), 1e-12)
  })

  it('adds up to one, and a better mean has the smaller loss', () => {
    const arm = fc.tuple(
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.double({ min: 0.01, max: 3, noNaN: true }),
    )
    fc.assert(
      fc.property(fc.array(arm, { minLength: 2, maxLength: 5 }), arms => {
        const means = arms.map(a => a[0])
        const { best, second, expectedLoss } = ofNormals(
          normals(
            means,
            arms.map(a => a[1]),
          ),
        )
        expect(best.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
        expect(second.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
        expectedLoss.forEach((loss, i) => {
          expect(loss - (expectedLoss[0] ?? 0)).toBeCloseTo((means[0] ?? 0) - (means[i] ?? 0), 9)
        })
      }),
      { numRuns: 50 },
    )
  })

  it('is one half of a belief against one that is all but certain of the same mean', () => {
    expectAll(ofNormals(normals([1, 1], [1, 1e-17])).best, [0.5, 0.5], 1e-12)
    expectAll(ofNormals(normals([1, 1, 1], [1e-30, 1, 1])).best, [1 / 4, 3 / 8, 3 / 8], 1e-12)
  })

  it('is the same for means that lie a billion higher', () => {
    const whole = fc.integer({ min: -40, max: 40 }).map(k => k / 16)
    const deviation = fc.double({ min: 0.1, max: 3, noNaN: true })
    const arms = fc.array(fc.tuple(whole, deviation), { minLength: 2, maxLength: 5 })
    fc.assert(
      fc.property(arms, fc.constantFrom<Better>('higher', 'lower'), (some, better) => {
        const means = some.map(([mean]) => mean)
        const deviations = some.map(each => each[1])
        const near = ofNormals(normals(means, deviations), better)
        const far = ofNormals(
          normals(
            means.map(mean => mean + 1e9),
            deviations,
          ),
          better,
        )
        expectAll(far.best, near.best, 1e-13)
        expectAll(far.expectedLoss, near.expectedLoss, 1e-13)
      }),
      { numRuns: 30 },
    )
  })

  it('of a hundred equal beliefs is a hundredth, and of one ahead of 99 is that of the greatest of these', () => {
    const equal = ofNormals(normals(Array(100).fill(3), Array(100).fill(2)))
    expectAll(equal.best, Array(100).fill(0.01), 1e-13)
    expectAll(equal.second, Array(100).fill(0.01), 1e-13)
    // integral of phi(x - 3) Phi(x)^99, by mpmath 1.2.1 quad
    const ahead = ofNormals(normals([3, ...Array<number>(99).fill(0)], Array(100).fill(1)))
    expect(Math.abs((ahead.best[0] ?? 0) - 0.67785734185814017)).toBeLessThan(1e-13)
  })

  it.each([
    ['one belief', normals([1], [1])],
    ['a deviation of zero', normals([1, 2], [1, 0])],
    ['means too far apart for doubles', normals([1e308, -1e308], [1, 1])],
    ['a belief that doubles have no numbers for', normals([0, 1.3], [1, 1e-18])],
    ['a mean that is no number', normals([1, Number.NaN], [1, 1])],
  ])('is invalid for %s', (_what, beliefs) => {
    expect(bestOfNormals(beliefs, 'higher')).toMatchObject({ kind: 'invalid', argument: 'beliefs' })
  })

  it('is invalid for beta parameters of which both are above 1e10', () => {
    const parameters = [
      [1e11, 1e11],
      [1, 1],
    ]
    expect(bestOfBetas(betas(parameters), 'higher')).toMatchObject({ kind: 'invalid', argument: 'beliefs' })
  })

  it('is invalid for a beta parameter that no number of units leads to', () => {
    const parameters = [
      [1e9, 1.7e308],
      [0.5, 1e12],
    ]
    expect(bestOfBetas(betas(parameters), 'lower')).toMatchObject({ kind: 'invalid', argument: 'beliefs' })
  })

  it('is invalid for a beta parameter below 0.1', () => {
    const parameters = [
      [0.01, 1],
      [1, 1],
    ]
    expect(bestOfBetas(betas(parameters), 'higher')).toMatchObject({ kind: 'invalid', argument: 'beliefs' })
  })
})
