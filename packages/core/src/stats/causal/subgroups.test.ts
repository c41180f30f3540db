import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import fixture from './fixtures/subgroups.json' with { type: 'json' }
import { jamesStein, type SubgroupEffect, shrinkSubgroups } from './subgroups.ts'

function subgroups(effects: readonly number[], errors: readonly number[]): readonly SubgroupEffect[] {
  return effects.map((effect, i) => ({ effect, standardError: errors[i] ?? 0 }))
}

function shrunken(groups: readonly SubgroupEffect[], level = 0.95) {
  const result = shrinkSubgroups(groups, level)
  if (result.kind !== 'subgroups') throw new Error(JSON.stringify(result))
  return result
}

describe(`effects of subgroups (source: ${fixture.source})`, () => {
  it.each(fixture.rows)('$name: tau2 $tau2, mean $mean', row => {
    const result = shrunken(subgroups(row.effects, row.errors))
    expect(result.heterogeneity.q).toBeCloseTo(row.q, 10)
    expect(result.heterogeneity.share).toBeCloseTo(row.share, 12)
    expect(result.betweenVariance).toBeCloseTo(row.tau2, 12)
    expect(result.mean.effect).toBeCloseTo(row.mean, 11)
    expect(result.mean.standardError).toBeCloseTo(row.meanError, 11)
  })

  it('are all the mean when they differ no more than chance: eight schools of Rubin (1981)', () => {
    const result = shrunken(subgroups([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]))
    for (const { effect, shrinkage } of result.effects) {
      expect(shrinkage).toBe(1)
      expect(effect).toBeCloseTo(7.686, 3)
    }
  })

  it('lie between their estimate and the mean, the noisier the nearer, with narrower intervals', () => {
    const group = fc.record({
      effect: fc.double({ min: -5, max: 5, noNaN: true }),
      standardError: fc.double({ min: 0.05, max: 2, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(group, { minLength: 2, maxLength: 8 }), groups => {
        const { mean, effects } = shrunken(groups)
        effects.forEach((shrunk, i) => {
          const { effect, standardError } = groups[i] ?? { effect: 0, standardError: 0 }
          expect(shrunk.effect).toBeGreaterThanOrEqual(Math.min(effect, mean.effect) - 1e-9)
          expect(shrunk.effect).toBeLessThanOrEqual(Math.max(effect, mean.effect) + 1e-9)
          expect(shrunk.standardDeviation).toBeLessThanOrEqual(standardError * (1 + 1e-9))
        })
      }),
    )
  })

  it.each([
    ['one subgroup', subgroups([1], [1]), 0.95, { reason: 'too_few_units' }],
    ['a standard error of 0', subgroups([1, 2], [1, 0]), 0.95, { argument: 'subgroups' }],
    ['a level of 95', subgroups([1, 2], [1, 1]), 95, { argument: 'level' }],
  ])('are refused for %s', (_what, groups, level, refusal) => {
    expect(shrinkSubgroups(groups, level)).toMatchObject(refusal)
  })
})

describe("James and Stein's estimate", () => {
  // Batting averages of 18 players over their first 45 at bats in 1970.
  const hits = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
  const averages = hits.map(h => h / 45)

  it("keeps 0.21 of a batter's lead and takes .400 to .294 (source: Efron and Morris 1977, Scientific American 236)", () => {
    const mean = averages.reduce((a, b) => a + b) / 18
    const result = jamesStein(averages, Math.sqrt((mean * (1 - mean)) / 45))
    if (result.kind !== 'james_stein') throw new Error('refused')
    expect(result.kept).toBeCloseTo(0.212, 2)
    expect(result.effects[0]).toBeCloseTo(0.294, 3)
    expect(result.effects[17]).toBeCloseTo(0.242, 2)
  })

  it('never turns an order round, nor goes beyond the mean', () => {
    expect(jamesStein([1, 1.1, 0.9, 1.05], 10)).toMatchObject({
      kept: 0,
      effects: [1.0125, 1.0125, 1.0125, 1.0125],
    })
    expect(jamesStein([2, 2, 2, 2], 1)).toMatchObject({ kept: 0, effects: [2, 2, 2, 2] })
  })

  it.each([
    ['three effects', [1, 2, 3], 1, { reason: 'too_few_units' }],
    ['an effect that is no number', [1, 2, 3, Number.NaN], 1, { argument: 'effects' }],
    ['a standard error of 0', [1, 2, 3, 4], 0, { argument: 'standardError' }],
  ])('is refused for %s', (_what, effects, error, refusal) => {
    expect(jamesStein(effects, error)).toMatchObject(refusal)
  })
})
