import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { normalCdf } from '../../distribution/normal.ts'
import { sum } from '../../numeric/sum.ts'
import { boundAbove, boundBelow } from './boundary.ts'
import { exitProbabilities } from './exit.ts'
import { carry, densityAt, mirrored, probabilityAbove, probabilityBelow, startingAt } from './paths.ts'

const FIRST = { information: 0.3, lower: -1, upper: 2.2 }

// All numbers here named gsDesign 3.11 are of its tests/testthat/fixtures/numint-fixtures.R.
describe('paths of a score', () => {
  it('start as a single normal variable', () => {
    expect(probabilityAbove(startingAt(0, 0), 4, 1.5, 0.5)).toBeCloseTo(normalCdf(0.5 * 2 - 1.5), 14)
    expect(probabilityBelow(startingAt(0, 0), 4, -1.5, -0.5)).toBeCloseTo(normalCdf(0.5 * 2 - 1.5), 14)
  })

  it('either stop or go on', () => {
    const drift = fc.double({ min: -8, max: 8, noNaN: true })
    fc.assert(
      fc.property(drift, theta => {
        const start = startingAt(0, 0)
        const left = carry(start, FIRST, theta, 1).masses.reduce((sum, mass) => sum + mass, 0)
        const above = probabilityAbove(start, FIRST.information, FIRST.upper, theta)
        const below = probabilityBelow(start, FIRST.information, FIRST.lower, theta)
        expect(left + above + below).toBeCloseTo(1, 12)
      }),
    )
  })

  it('are the same however often one looks without stopping', () => {
    const open = { lower: null, upper: null }
    const once = carry(startingAt(0, 0), FIRST, 0.4, 1)
    const often = carry(
      carry(once, { information: 0.5, ...open }, 0.4, 0.7),
      { information: 0.7, ...open },
      0.4,
      1,
    )
    expect(probabilityAbove(often, 1, 2, 0.4)).toBe(probabilityAbove(once, 1, 2, 0.4))
  })

  it('have a density that is the slope of their tail', () => {
    const paths = carry(startingAt(0, 0), FIRST, 0, 0.5)
    const step = 1e-5
    const slope =
      (probabilityAbove(paths, 0.5, 1 - step, 0) - probabilityAbove(paths, 0.5, 1 + step, 0)) / (2 * step)
    expect(densityAt(paths, 0.5, 1, 0).density).toBeCloseTo(slope, 8)
  })

  it('have a bound that does not depend on where its search begins', () => {
    const looks = fc.record({
      lower: fc.double({ min: -4, max: 0, noNaN: true }),
      upper: fc.double({ min: 0.5, max: 5, noNaN: true }),
      next: fc.double({ min: 0.3001, max: 3, noNaN: true }),
      drift: fc.double({ min: -6, max: 6, noNaN: true }),
      probability: fc.double({ min: -11, max: -2, noNaN: true }).map(log => 10 ** log),
      near: fc.oneof(fc.double({ min: -8, max: 8, noNaN: true }), fc.constantFrom(-1e6, -40, 40, 1e6)),
    })
    fc.assert(
      fc.property(looks, ({ lower, upper, next, drift, probability, near }) => {
        const paths = carry(startingAt(0, 0), { information: 0.3, lower, upper }, drift, next)
        // Where nearly all that are left have to be above, a bound is not determined.
        if (probability > 0.9 * sum(paths.masses)) return
        const bound = boundAbove(paths, next, probability, drift)
        const other = boundAbove(paths, next, probability, drift, near)
        if (bound === null || other === null) return expect(other).toBe(bound)
        expect(Math.abs(other - bound)).toBeLessThan(1e-10)
        expect(probabilityAbove(paths, next, bound, drift) / probability).toBeCloseTo(1, 9)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    [-2.5404, 0.88218, 0.3057889, 0.3284, 1.146e-4, -6.67],
    [-0.18541, 0.55553, 0.3032115, 1.97, 1.04675e-11, -2.68],
  ])(
    'have a bound though its search begins left of all of them, soon after %d to %d',
    (lower, upper, next, drift, probability, near) => {
      const paths = carry(startingAt(0, 0), { information: 0.3, lower, upper }, drift, next)
      const bound = boundAbove(paths, next, probability, drift, near) ?? Number.NaN
      expect(probabilityAbove(paths, next, bound, drift) / probability).toBeCloseTo(1, 9)
    },
  )

  it('are summed by half when even, and come to the same', () => {
    const z = fc.double({ min: 1, max: 5, noNaN: true })
    fc.assert(
      fc.property(fc.array(z, { minLength: 2, maxLength: 6 }), bounds => {
        const looks = bounds.map((bound, k) => ({ information: k + 1, lower: -bound, upper: bound }))
        const even = exitProbabilities(looks, 0)
        const any = exitProbabilities(looks, 0, { ...startingAt(0, 0), shape: 'any' })
        for (const side of ['lower', 'upper'] as const)
          for (const [k, probability] of even[side].entries())
            expect(Math.abs(probability - (any[side][k] ?? 0))).toBeLessThan(1e-12 * probability + 1e-18)
      }),
    )
  })

  it('are themselves when turned around twice', () => {
    const paths = carry(startingAt(0, 0), FIRST, 1, 0.5)
    expect(mirrored(mirrored(paths))).toEqual(paths)
  })

  it('give asymmetric bounds as gsDesign 3.11 does (case gsBound_basic: .02 below and .01 above at each of three looks)', () => {
    const lower = [-2.053748910632, -1.914182869586, -1.789206261195]
    const upper = [2.326347874041, 2.219299294149, 2.120127429635]
    let paths = startingAt(0, 0)
    for (let k = 0; k < 3; k++) {
      const information = (k + 1) / 3
      const below = boundBelow(paths, information, 0.02, 0)
      const above = boundAbove(paths, information, 0.01, 0)
      expect(Math.abs((below ?? 0) - (lower[k] ?? 0))).toBeLessThan(1e-6)
      expect(Math.abs((above ?? 0) - (upper[k] ?? 0))).toBeLessThan(1e-6)
      paths = carry(paths, { information, lower: below, upper: above }, 0, information + 1 / 3)
    }
  })

  it('give bounds under a large drift as gsDesign 3.11 does (case gsBound1_bigdrift)', () => {
    const start = startingAt(0, 0)
    const second = boundAbove(start, 2, 0.5, 5)
    expect(second).toBeCloseTo(7.071067811865, 10)
    const paths = carry(start, { information: 2, lower: null, upper: second }, 5, 3)
    expect(Math.abs((boundAbove(paths, 3, 0.4, 5) ?? 0) - 7.386033390699)).toBeLessThan(1e-6)
  })

  it('have no bound for more than are left', () => {
    const paths = carry(startingAt(0, 0), { information: 0.5, lower: null, upper: 0 }, 0, 1)
    expect(boundAbove(paths, 1, 0.6, 0)).toBeNull()
  })

  // Cases r80 (its finest grid) and close.
  test.each([
    [
      'r80',
      [0.27204198592771545, 0.5440839718554309, 0.8161259577831463, 1.0881679437108618],
      [-0.6299236448130383, 0.3566320288619425, 1.2028408421573815, 2.013646966260085],
      [3.1553730326596163, 2.8183471275929555, 2.439131793739465, 2.013646966260085],
      3.2415155500846544,
      [0.0715048205236, 0.2709656355109, 0.3525919866592, 0.2049375820174],
      [0.0101536324092, 0.0167405098742, 0.0276004322634, 0.045505400736],
      1e-9,
    ],
    [
      'close',
      [0.5, 0.98, 1],
      [-0.5, 1, 2],
      [3, 2.5, 2],
      3.24,
      [0.2391702967995, 0.5249162073652, 0.1287112667718],
      [0.0026270628119, 0.0123316108304, 0.0922435493797],
      1e-5,
    ],
  ] as const)(
    'stop as in gsDesign 3.11, case %s',
    (_case, information, lower, upper, drift, above, below, tolerance) => {
      const looks = information.map((i, k) => ({
        information: i,
        lower: lower[k] ?? 0,
        upper: upper[k] ?? 0,
      }))
      const exits = exitProbabilities(looks, drift)
      for (let k = 0; k < looks.length; k++) {
        expect(Math.abs((exits.upper[k] ?? 0) - (above[k] ?? 0))).toBeLessThan(tolerance)
        expect(Math.abs((exits.lower[k] ?? 0) - (below[k] ?? 0))).toBeLessThan(tolerance)
      }
    },
  )
})
