import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkMultipleExposures, type ExposureOptions, type VariantExposures } from './exposure-check.ts'
import fixture from './fixtures/exposure-check.json' with { type: 'json' }

function checked(variants: readonly VariantExposures[], options?: ExposureOptions) {
  const check = checkMultipleExposures(variants, options)
  if (check.kind !== 'checked') throw new Error(JSON.stringify(check))
  return check
}

const of = (units: number, multiple: number) => ({ units, multiple })

describe(`the check for units with several variants (source: ${fixture.source})`, () => {
  it.each(fixture.rows)('of $variants is in [$lower, $upper], and differs with p = $p', row => {
    const check = checked(row.variants)
    expect(Math.abs((check.interval.lower ?? NaN) - row.lower)).toBeLessThanOrEqual(1e-9 * row.lower)
    expect(Math.abs((check.interval.upper ?? NaN) - row.upper)).toBeLessThanOrEqual(1e-9 * row.upper)
    if (row.p === null) expect(check.p).toBeNull()
    else expect(Math.abs((check.p ?? NaN) / row.p - 1)).toBeLessThan(1e-9)
  })
})

describe('units with several variants', () => {
  it.each([
    [3, 'within'],
    [10, 'unclear'],
    [40, 'exceeded'],
  ])('that are %d in 1,000 are %s a tolerance of 1 %%', (multiple, verdict) => {
    expect(checked([of(500, multiple), of(500, 0)]).verdict).toBe(verdict)
  })

  it('are exceeded at the tolerance given', () => {
    expect(checked([of(500, 40), of(500, 40)], { tolerance: 0.1 }).verdict).toBe('within')
  })

  it('are told for each variant', () => {
    expect(checked([of(200, 4), of(100, 3), of(0, 0)])).toMatchObject({
      units: 300,
      multiple: 7,
      shares: [0.02, 0.03, null],
    })
  })

  it('do not depend on the order of the variants', () => {
    const variant = fc.tuple(fc.nat(2000), fc.nat(2000)).map(([a, b]) => of(a + b, b))
    fc.assert(
      fc.property(fc.array(variant, { minLength: 2, maxLength: 5 }), variants => {
        const forward = checkMultipleExposures(variants)
        const backward = checkMultipleExposures(variants.toReversed())
        expect(backward.kind).toBe(forward.kind)
        if (forward.kind !== 'checked' || backward.kind !== 'checked') return
        expect(backward.interval).toEqual(forward.interval)
        if (forward.p !== null) expect(backward.p).toBeCloseTo(forward.p, 9)
      }),
    )
  })

  it.each([
    ['one variant', [of(10, 1)], {}, 'variants'],
    ['more than there are', [of(10, 11), of(1, 0)], {}, 'variants'],
    ['half a unit', [of(10.5, 1), of(1, 0)], {}, 'variants'],
    ['a tolerance in percent', [of(10, 1), of(1, 0)], { tolerance: 1 }, 'tolerance'],
    ['a level in percent', [of(10, 1), of(1, 0)], { level: 95 }, 'level'],
  ])('are invalid with %s', (_, variants, options, argument) => {
    expect(checkMultipleExposures(variants, options)).toMatchObject({ kind: 'invalid', argument })
  })

  it('need a unit', () => {
    expect(checkMultipleExposures([of(0, 0), of(0, 0)])).toMatchObject({ reason: 'too_few_units' })
  })
})
