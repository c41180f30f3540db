import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import fixture from './fixtures/share-check.json' with { type: 'json' }
import { checkShares, type ShareCheck } from './share-check.ts'

function checked(check: ShareCheck): Extract<ShareCheck, { kind: 'checked' }> {
  if (check.kind !== 'checked') throw new Error(`not checked but ${JSON.stringify(check)}`)
  return check
}

describe(`the check of observed against asked shares (source: ${fixture.source})`, () => {
  it.each(fixture.rows)('gives p = $p for $observed asked $shares', ({ observed, shares, chiSquare, p }) => {
    const check = checked(checkShares(observed, shares))
    expect(check.degreesOfFreedom).toBe(shares.length - 1)
    expect(Math.abs(check.chiSquare - chiSquare)).toBeLessThanOrEqual(1e-9 * chiSquare)
    expect(Math.abs(check.p - p) / p).toBeLessThan(1e-9)
  })

  it('gives p = .000020079 for 1000 and 1200 (source: gbstats tests/test_gbstats.py, test_srm)', () => {
    expect(checked(checkShares([1000, 1200], [0.5, 0.5])).p).toBeCloseTo(0.000020079, 9)
  })

  it('says how far the worst share is off', () => {
    const check = checked(checkShares([9463, 7681], [50, 50]))
    expect(check.maxShareDeviation).toBeCloseTo(9463 / 17144 - 0.5, 12)
    expect(check.total).toBe(17144)
  })

  it('says how large the mismatch is beside how sure it is', () => {
    const check = checked(checkShares([8100, 1900], [80, 20]))
    expect(check.maxRelativeDeviation).toBeCloseTo(0.05, 12)
    // Cohen's w of two shares: sqrt(0.01^2 / 0.8 + 0.01^2 / 0.2).
    expect(check.cohenW).toBeCloseTo(0.025, 12)
  })

  it('does not depend on the scale of the shares', () => {
    expect(checked(checkShares([70, 30], [7, 3])).p).toBeCloseTo(
      checked(checkShares([70, 30], [0.7, 0.3])).p,
      12,
    )
  })

  it('reports units on a variant without any share as a leak, whatever the others look like', () => {
    expect(checkShares([800, 200, 1], [80, 20, 0])).toEqual({
      kind: 'leak',
      variants: [2],
      leaked: 1,
      total: 1001,
    })
  })

  it('leaves a variant without share and without units out of the degrees of freedom', () => {
    expect(checked(checkShares([790, 210, 0], [80, 20, 0])).degreesOfFreedom).toBe(1)
  })

  it.each([
    ['no units', [0, 0], [80, 20], { reason: 'too_few_units', total: 0, needed: 25 }],
    ['one unit too few', [20, 4], [80, 20], { reason: 'too_few_units', total: 24, needed: 25 }],
  ])('is insufficient with %s', (_what, observed, shares, rest) => {
    expect(checkShares(observed, shares)).toEqual({ kind: 'insufficient', ...rest })
  })

  it.each([
    ['a single variant', [100], [1]],
    ['a single variant with a share', [100, 0], [1, 0]],
  ])('has nothing to compare with %s', (_what, observed, shares) => {
    expect(checkShares(observed, shares)).toEqual({ kind: 'one_variant', total: 100 })
  })

  it.each([
    ['lengths differ', [1, 2], [1], 'expected'],
    ['there are no shares', [], [], 'expected'],
    ['a count is negative', [-1, 2], [1, 1], 'observed'],
    ['a count is not whole', [1.5, 2], [1, 1], 'observed'],
    ['a share is negative', [1, 2], [-1, 2], 'expected'],
    ['a share is not a number', [1, 2], [Number.NaN, 1], 'expected'],
    ['a share is infinite', [1, 2], [Infinity, 1], 'expected'],
    ['all shares are zero', [1, 2], [0, 0], 'expected'],
  ])('is invalid when %s', (_when, observed, shares, argument) => {
    expect(checkShares(observed, shares)).toMatchObject({ kind: 'invalid', argument })
  })

  it('does not depend on the order of the variants', () => {
    const cell = fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 100 }))
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 6 }), cells => {
        const forward = checkShares(
          cells.map(c => c[0]),
          cells.map(c => c[1]),
        )
        const reversed = cells.toReversed()
        const backward = checkShares(
          reversed.map(c => c[0]),
          reversed.map(c => c[1]),
        )
        expect(backward.kind).toBe(forward.kind)
        if (forward.kind === 'checked') expect(checked(backward).chiSquare).toBeCloseTo(forward.chiSquare, 6)
      }),
    )
  })

  it('refuses a share so small that no number of units would do', () => {
    expect(checkShares([10, 10], [1e-320, 1])).toMatchObject({ kind: 'invalid', argument: 'expected' })
  })
})
