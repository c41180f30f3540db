import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawNormal, seededRng } from '../rng/rng.ts'
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

  it.each(fixture.rows)('$name: posteriors of the true effects', row => {
    const { effects } = shrunken(subgroups(row.effects, row.errors))
    effects.forEach((effect, i) => {
      const { mean, deviation, belowEstimate } = row.posteriors[i] ?? {
        mean: 0,
        deviation: 0,
        belowEstimate: 0,
      }
      expect(effect.effect / deviation).toBeCloseTo(mean / deviation, 7)
      expect(effect.standardDeviation / deviation).toBeCloseTo(1, 7)
      // A one-sided interval that ends at the estimate itself has the level that SciPy gives it.
      const level = Math.abs(1 - 2 * belowEstimate)
      const { interval } = shrunken(subgroups(row.effects, row.errors), level).effects[i] ?? effect
      const end = belowEstimate > 0.5 ? interval.upper : interval.lower
      expect((end ?? 0) / deviation).toBeCloseTo((row.effects[i] ?? 0) / deviation, 5)
    })
  })

  // Table 5.3 of Gelman et al. (2013), from 200 draws: medians 10 8 7 8 5 6 10 8; 2.5 % and 97.5 % of school A -2 and 31.
  it('are those of the eight schools in Bayesian Data Analysis, table 5.3', () => {
    const { effects } = shrunken(subgroups([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]))
    const medians = [10, 8, 7, 8, 5, 6, 10, 8]
    effects.forEach(({ effect }, i) => {
      expect(Math.abs(effect - (medians[i] ?? 0))).toBeLessThan(2)
    })
    expect(Math.abs((effects[0]?.interval.lower ?? 0) + 2)).toBeLessThan(1.5)
    expect(Math.abs((effects[0]?.interval.upper ?? 0) - 31)).toBeLessThan(1.5)
  })

  it('lose no digits where all effects are a million deviations from 0', () => {
    const group = fc.record({
      effect: fc.integer({ min: -80, max: 80 }).map(k => k / 16),
      standardError: fc.double({ min: 0.05, max: 2, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(group, { minLength: 3, maxLength: 8 }), groups => {
        const far = 2 ** 20
        const { effects } = shrunken(groups.map(g => ({ ...g, effect: g.effect + far })))
        shrunken(groups).effects.forEach((near, i) => {
          expect(Math.abs((effects[i]?.effect ?? NaN) - far - near.effect)).toBeLessThan(1e-9)
          expect(effects[i]?.standardDeviation).toBeCloseTo(near.standardDeviation, 9)
        })
      }),
      { numRuns: 50 },
    )
  })

  it('are drawn to each other, the noisier the more, and do not depend on where effects are counted from', () => {
    const group = fc.record({
      effect: fc.double({ min: -5, max: 5, noNaN: true }),
      standardError: fc.double({ min: 0.05, max: 2, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(group, { minLength: 3, maxLength: 8 }), groups => {
        const { effects } = shrunken(groups)
        const moved = shrunken(
          groups.map(g => ({ ...g, effect: 3 - 2 * g.effect, standardError: 2 * g.standardError })),
        )
        const raw = groups.map(g => g.effect)
        effects.forEach((shrunk, i) => {
          expect(shrunk.effect).toBeGreaterThanOrEqual(Math.min(...raw) - 1e-9)
          expect(shrunk.effect).toBeLessThanOrEqual(Math.max(...raw) + 1e-9)
          expect(moved.effects[i]?.effect).toBeCloseTo(3 - 2 * shrunk.effect, 6)
          expect(moved.effects[i]?.interval.upper).toBeCloseTo(3 - 2 * (shrunk.interval.lower ?? 0), 6)
        })
        const order = groups
          .map((_, i) => i)
          .sort((i, j) => (groups[i]?.standardError ?? 0) - (groups[j]?.standardError ?? 0))
        order.slice(1).forEach((i, rank) => {
          const quieter = effects[order[rank] ?? 0]?.shrinkage ?? 0
          expect(effects[i]?.shrinkage).toBeGreaterThanOrEqual(quieter - 1e-12)
        })
      }),
      { numRuns: 25 },
    )
  })

  it('are covered by 95 % intervals in 95 of 100 subgroups (seeded, 40 families of 12)', () => {
    const rng = seededRng(12)
    let missed = 0
    for (let run = 0; run < 40; run++) {
      const truths = Array.from({ length: 12 }, () => 1 + 0.5 * drawNormal(rng))
      const groups = truths.map(truth => {
        const standardError = 0.2 + 0.6 * rng.uniform()
        return { effect: truth + standardError * drawNormal(rng), standardError }
      })
      shrunken(groups).effects.forEach(({ interval }, i) => {
        if ((interval.lower ?? 0) > (truths[i] ?? 0) || (interval.upper ?? 0) < (truths[i] ?? 0)) missed++
      })
    }
    expect(missed / 480).toBeGreaterThan(0.02)
    expect(missed / 480).toBeLessThan(0.08)
  })

  it('have ends as far apart above as below at a level next to 1, where 1 - tail has no digits left', () => {
    const eight = [28, 8, -3, 7, -1, 1, 18, 12].map(effect => effect - 9)
    const errors = [15, 10, 16, 11, 9, 11, 10, 18]
    const mirrored = eight.map(effect => -effect)
    let inner = eight
    for (const level of [1 - 1e-9, 1 - 1e-13, 1 - 2 ** -53]) {
      const there = shrunken(subgroups(eight, errors), level).effects.map(
        ({ interval }) => interval.upper ?? 0,
      )
      const back = shrunken(subgroups(mirrored, errors), level).effects
      there.forEach((upper, i) => {
        expect(upper).toBeGreaterThan(inner[i] ?? Infinity)
        expect(upper / -(back[i]?.interval.lower ?? 0)).toBeCloseTo(1, 9)
      })
      inner = there
    }
  })

  it.each([
    ['two subgroups', subgroups([1, 2], [1, 1]), 0.95, { reason: 'too_few_units' }],
    ['a standard error of 0', subgroups([1, 2, 3], [1, 0, 1]), 0.95, { argument: 'subgroups' }],
    ['effects of 1e300', subgroups([1e300, 2, 3], [1, 1e-9, 1]), 0.95, { argument: 'subgroups' }],
    ['a level of 95', subgroups([1, 2, 3], [1, 1, 1]), 95, { argument: 'level' }],
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
    ['effects of 1e300', [1e300, 2, 3, 4], 1, { argument: 'effects' }],
    ['a standard error of 0', [1, 2, 3, 4], 0, { argument: 'standardError' }],
  ])('is refused for %s', (_what, effects, error, refusal) => {
    expect(jamesStein(effects, error)).toMatchObject(refusal)
  })

  it('are invalid where the errors vanish beside the effects', () => {
    const groups = [
      { effect: 5e-151, standardError: 4e-323 },
      { effect: 1e12, standardError: 0.5 },
      { effect: 2e-323, standardError: 1 },
    ]
    expect(shrinkSubgroups(groups, 0.95)).toMatchObject({ kind: 'invalid', argument: 'subgroups' })
  })
})
