import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRng } from '../rng/rng.ts'
import fixture from './fixtures/uniformity-check.json' with { type: 'json' }
import { checkUniformity, type UniformityOptions } from './uniformity-check.ts'

function checked(values: readonly number[], options?: UniformityOptions) {
  const check = checkUniformity(values, options)
  if (check.kind !== 'checked') throw new Error(JSON.stringify(check))
  return check
}

describe(`the check of p values for uniformity (source: ${fixture.source})`, () => {
  it.each(fixture.rows)(
    'of $n values has the statistic $statistic and p = $p',
    ({ values, statistic, p }) => {
      const check = checked(values)
      expect(check.statistic).toBeCloseTo(statistic, 12)
      expect(Math.abs(check.p / p - 1)).toBeLessThan(1e-9)
    },
  )
})

describe('p values of A/A comparisons', () => {
  const rng = seededRng(8)
  const uniform = Array.from({ length: 2000 }, () => rng.uniform())

  it('pass when they are uniform', () => {
    expect(checked(uniform).p).toBeGreaterThan(0.01)
  })

  it('fail when they are too small, and the rejections say so', () => {
    const check = checked(uniform.map(p => p ** 1.2))
    expect(check.p).toBeLessThan(1e-6)
    expect(check.rejections.find(r => r.alpha === 0.05)?.lower).toBeGreaterThan(0.05)
  })

  it('fail when they are too large, without too many rejections', () => {
    const check = checked(uniform.map(p => p ** 0.8))
    expect(check.p).toBeLessThan(1e-6)
    for (const { alpha, lower } of check.rejections) expect(lower).toBeLessThan(alpha)
  })

  it('count the rejections at the levels asked for', () => {
    const check = checked([0.01, 0.02, 0.2, 0.3, 0.9], { alphas: [0.02], level: 0.95 })
    expect(check.rejections).toHaveLength(1)
    expect(check.rejections[0]).toMatchObject({ alpha: 0.02, share: 0.4 })
    // Clopper and Pearson's interval of 2 of 5: statsmodels 0.13.5 proportion_confint(2, 5, method="beta").
    expect(check.rejections[0]?.lower).toBeCloseTo(0.0527449505263, 12)
    expect(check.rejections[0]?.upper).toBeCloseTo(0.8533672003653, 12)
  })

  it('say where the distance is largest', () => {
    expect(checked([0.1, 0.1, 0.1, 0.1, 0.9]).at).toBe(0.1)
  })

  it('do not depend on their order or their direction', () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 40 })
    fc.assert(
      fc.property(values, ps => {
        const check = checked(ps)
        expect(checked(ps.toReversed()).p).toBe(check.p)
        expect(checked(ps.map(p => 1 - p)).statistic).toBeCloseTo(check.statistic, 12)
        expect(check.p).toBeGreaterThanOrEqual(0)
        expect(check.p).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('have to be five, and p values', () => {
    expect(checkUniformity([0.1, 0.2, 0.3, 0.4])).toEqual({
      kind: 'insufficient',
      reason: 'too_few_units',
      needed: 5,
    })
    expect(checkUniformity([5, 0.1])).toMatchObject({ kind: 'invalid', argument: 'pValues' })
    expect(checkUniformity([], { alphas: [5] })).toMatchObject({ kind: 'invalid', argument: 'alphas' })
    expect(checkUniformity([], { level: 95 })).toMatchObject({ kind: 'invalid', argument: 'level' })
  })

  it('takes a hundred thousand p values', () => {
    const values = Array.from({ length: 100_000 }, (_, i) => (i * 0.6180339887498949) % 1)
    expect(checkUniformity(values)).toMatchObject({ kind: 'checked', n: 100_000 })
    const found = checkUniformity(values.map(value => value ** 1.02))
    expect(found.kind === 'checked' ? found.p : 1).toBeLessThan(0.01)
  })
})
