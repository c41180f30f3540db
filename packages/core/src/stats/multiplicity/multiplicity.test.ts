import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Invalid } from '../result.ts'
import { adjustByBenjaminiHochberg } from './benjamini-hochberg.ts'
import { adjustByBenjaminiYekutieli } from './benjamini-yekutieli.ts'
import { adjustByBonferroni } from './bonferroni.ts'
import type { AdjustedFamily, Family } from './family.ts'
import fixture from './fixtures/multiplicity.json' with { type: 'json' }
import { adjustByHochberg } from './hochberg.ts'
import { adjustByHolm } from './holm.ts'

const methods: Readonly<Record<string, (family: Family) => AdjustedFamily | Invalid>> = {
  bonferroni: adjustByBonferroni,
  holm: adjustByHolm,
  hochberg: adjustByHochberg,
  benjamini_hochberg: adjustByBenjaminiHochberg,
  benjamini_yekutieli: adjustByBenjaminiYekutieli,
}
const names = Object.keys(methods)

function familyOf(ps: readonly (number | null)[]): Family {
  return { name: 'quality', tests: ps.map((p, i) => ({ id: `t${i}`, p })) }
}

function adjust(method: string, ps: readonly (number | null)[]): readonly (number | null)[] {
  const result = methods[method]?.(familyOf(ps))
  if (result?.kind !== 'adjusted') throw new Error(JSON.stringify(result))
  return result.tests.map(test => test.adjusted)
}

const p = fc.double({ min: 0, max: 1, noNaN: true })
const ps = fc.array(p, { minLength: 1, maxLength: 12 })

describe(`adjusted p values (source: ${fixture.source})`, () => {
  it.each(fixture.rows)('by $method of $p', ({ method, p, adjusted }) => {
    adjust(method, p).forEach((value, i) => {
      expect(Math.abs((value ?? NaN) - (adjusted[i] ?? NaN))).toBeLessThanOrEqual(
        1e-12 * (adjusted[i] ?? NaN),
      )
    })
  })
})

describe('published adjusted p values', () => {
  const five = [0.01, 0.02, 0.03, 0.04, 0.05]
  const ten = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
  it.each([
    ['bonferroni', five, [0.05, 0.1, 0.15, 0.2, 0.25]],
    ['holm', five, [0.05, 0.08, 0.09, 0.09, 0.09]],
    ['benjamini_hochberg', five, [0.05, 0.05, 0.05, 0.05, 0.05]],
    ['benjamini_yekutieli', five, [0.114167, 0.114167, 0.114167, 0.114167, 0.114167]],
    ['holm', ten, [0.01, 0.072, 0.312, 0.312, 0.312, 0.312, 0.312, 0.615, 0.615, 0.615]],
    ['benjamini_hochberg', ten, [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.105714, 0.216, 0.216, 0.216]],
  ])('by %s of %o (source: statistics.md 2.7, computed)', (method, values, expected) => {
    adjust(method, values).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6))
  })

  it('by Benjamini and Hochberg reject 4 of 15 at .05 and by Bonferroni 3 (source: Benjamini and Hochberg 1995, section 4)', () => {
    const thrombolysis = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ]
    const rejected = (method: string) =>
      adjust(method, thrombolysis).filter(q => q !== null && q <= 0.05).length
    expect(rejected('benjamini_hochberg')).toBe(4)
    expect(rejected('bonferroni')).toBe(3)
  })
})

describe.each(names)('the adjustment %s', method => {
  it('never lowers a p value, stays in [0, 1], and keeps their order and their ties', () => {
    fc.assert(
      fc.property(ps, values => {
        const adjusted = adjust(method, values)
        values.forEach((value, i) => {
          const q = adjusted[i] ?? NaN
          expect(q).toBeGreaterThanOrEqual(value)
          expect(q).toBeLessThanOrEqual(1)
          values.forEach((other, j) => {
            if (other < value) expect(adjusted[j]).toBeLessThanOrEqual(q)
            if (other === value) expect(adjusted[j]).toBe(q)
          })
        })
      }),
    )
  })

  it('does not depend on the order of the tests', () => {
    fc.assert(
      fc.property(ps, values => {
        expect(adjust(method, values.toReversed())).toEqual(adjust(method, values).toReversed())
      }),
    )
  })

  it('only gets stricter with more tests, answered or not', () => {
    fc.assert(
      fc.property(ps, values => {
        const alone = adjust(method, values)
        const pending = adjust(method, [...values, null])
        expect(pending.at(-1)).toBeNull()
        alone.forEach((q, i) => expect(pending[i]).toBeGreaterThanOrEqual((q ?? NaN) - 1e-15))
        expect(pending.slice(0, -1)).toEqual(adjust(method, [...values, 1]).slice(0, -1))
      }),
    )
  })

  it('names the family and keeps ids', () => {
    expect(methods[method]?.(familyOf([0.5, 0.1]))).toMatchObject({
      name: 'quality',
      method,
      tests: [
        { id: 't0', p: 0.5 },
        { id: 't1', p: 0.1 },
      ],
    })
  })

  it.each([
    [
      'an id is given twice',
      {
        name: 'f',
        tests: [
          { id: 'a', p: 0.1 },
          { id: 'a', p: 0.2 },
        ],
      },
      'tests',
    ],
    ['a p is a percentage', { name: 'f', tests: [{ id: 'a', p: 5 }] }, 'p'],
    ['a p is not a number', { name: 'f', tests: [{ id: 'a', p: NaN }] }, 'p'],
  ])('is invalid when %s', (_, family, argument) => {
    expect(methods[method]?.(family)).toMatchObject({ kind: 'invalid', argument })
  })
})

describe('of two adjustments', () => {
  const stricter = [
    ['holm', 'bonferroni'],
    ['hochberg', 'holm'],
    ['benjamini_hochberg', 'hochberg'],
    ['benjamini_hochberg', 'benjamini_yekutieli'],
  ] as const
  it.each(stricter)('%s rejects all that %s does', (loose, strict) => {
    fc.assert(
      fc.property(ps, values => {
        const [low, high] = [adjust(loose, values), adjust(strict, values)]
        low.forEach((q, i) => expect(q).toBeLessThanOrEqual((high[i] ?? NaN) + 1e-12))
      }),
    )
  })
})
