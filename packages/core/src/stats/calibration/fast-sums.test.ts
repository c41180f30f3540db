// What the laws work out from sums, tables and bounds is shown here to be what the methods themselves say.
import { describe, expect, it } from 'vitest'
import {
  doublyRobustRow,
  doublyRobustValue,
  importanceRow,
  ipsValue,
  snipsValue,
} from '../bandit/off-policy.ts'
import { reweight } from '../bandit/thompson.ts'
import { klUcb } from '../bandit/ucb.ts'
import { shrinkSubgroups } from '../causal/subgroups.ts'
import { seededRng } from '../rng/rng.ts'
import { compareSequentially } from '../sequential/always-valid/asymptotic/compare.ts'
import { HedgedCapital } from '../sequential/always-valid/bounded/hedged-capital.ts'
import {
  addPlugInValue,
  noPlugInSums,
  plugInBernsteinSequence,
} from '../sequential/always-valid/bounded/plug-in-bernstein.ts'
import { compareQuantilesSequentially } from '../sequential/always-valid/quantile/compare-quantiles.ts'
import { MomentsBuilder } from '../summary/moments-builder.ts'
import { nextShares, thompson } from './bandit.ts'
import { drawBinomial } from './binomial-draw.ts'
import { missesByPlugIn } from './exact.ts'
import { isMissed, isRejected } from './law.ts'
import { normalDraws } from './normal-draws.ts'
import { CELLS, valuesOf } from './off-policy-rare.ts'
import { evidenceAtTruth, evidenceTables } from './quantile-differences.ts'
import { greatestKlBound } from './regret.ts'
import { armOf, RunningArm } from './running-arm.ts'
import { EVENTS, RunningPairs, zOfCounts } from './sequences-of-summaries.ts'
import { posteriorCdf } from './subgroups.ts'

describe('intervals', () => {
  it('of the plug-in Bernstein sequence miss the same means', () => {
    const rng = seededRng(25)
    let sums = noPlugInSums(0.05)
    const seen = new Set<boolean>()
    for (let n = 1; n <= 600; n++) {
      sums = addPlugInValue(sums, rng.uniform() < 0.3 ? 1 : 0)
      for (const mean of [0.2, 0.25, 0.3, 0.4]) {
        const itself = isMissed(plugInBernsteinSequence(sums), mean)
        expect([n, mean, missesByPlugIn(sums, mean)]).toEqual([n, mean, itself])
        seen.add(itself)
      }
    }
    expect(seen.size).toBe(2)
  })

  it('of hedged capital leave out a mean just below one of the grid only where that one is excluded', () => {
    let misses = 0
    for (let run = 0; run < 300; run++) {
      const rng = seededRng(run)
      const hedged = new HedgedCapital(0.5, 20)
      for (let n = 1; n <= 60; n++) {
        hedged.add(rng.uniform() < 0.3 ? 1 : 0)
        if (!isMissed(hedged.sequence(), 0.249)) continue
        expect(hedged.logE(5)).toBeGreaterThanOrEqual(-Math.log(0.5))
        misses++
      }
    }
    expect(misses).toBeGreaterThan(0)
  })

  it('of subgroups leave out the same effects', () => {
    const draw = normalDraws(seededRng(26))
    for (let run = 0; run < 8; run++) {
      const effects = Array.from({ length: 20 }, () => 0.14 * draw())
      const itself = shrinkSubgroups(
        effects.map(effect => ({ effect, standardError: 0.1 })),
        0.95,
      )
      if (itself.kind !== 'subgroups') throw new Error(itself.kind)
      itself.effects.forEach(({ interval }, i) => {
        expect(posteriorCdf(effects, 0.1, i, interval.lower ?? 0)).toBeCloseTo(0.025, 7)
        expect(posteriorCdf(effects, 0.1, i, interval.upper ?? 0)).toBeCloseTo(0.975, 7)
      })
    }
  })
})

describe('quantile differences', () => {
  it('are rejected only where the evidence at the true quantile reaches the limit', () => {
    const tables = evidenceTables(200)
    let rejections = 0
    for (let run = 0; run < 60; run++) {
      const rng = seededRng(run)
      // One variant with far too many high values, so that some are rejected though the quantile is called the same.
      const sides = [0.5, 1].map(power =>
        Float64Array.from({ length: 200 }, () => rng.uniform() ** power).sort(),
      )
      const [control, variant] = sides
      if (control === undefined || variant === undefined) throw new Error('no values')
      const count = (values: Float64Array) => values.filter(value => value < 0.9).length
      for (const alternative of ['two_sided', 'greater', 'less'] as const) {
        const bound = evidenceAtTruth(tables, alternative, 200, [count(control), count(variant)])
        const itself = compareQuantilesSequentially(control, variant, { p: 0.9, alternative })
        const e = itself.kind === 'estimate' ? (itself.e ?? 0) : 0
        expect(Math.log(e)).toBeLessThanOrEqual(bound + 1e-9)
        if (isRejected(itself)) rejections++
      }
    }
    expect(rejections).toBeGreaterThan(0)
  })
})

describe('logs of many decisions', () => {
  it('have the moments of their rows', () => {
    const counts = [5, 3, 4, 2, 6, 1, 2, 7]
    const [importance, robust] = [new MomentsBuilder(3), new MomentsBuilder(4)]
    CELLS.forEach((cell, i) => {
      for (let k = 0; k < (counts[i] ?? 0); k++) {
        const decision = { propensity: 0.1, target: 0.1 * cell.weight, reward: cell.reward }
        importance.add(importanceRow(decision, Infinity))
        robust.add(doublyRobustRow(decision, { ofTaken: 0.015, ofPolicy: 0.015 }, Infinity))
      }
    })
    const [plain, doubly] = [importance.moments(), robust.moments()]
    if ('kind' in plain || 'kind' in doubly) throw new Error('no moments')
    const options = { level: 0.95, looks: { kind: 'one' }, leastEffectiveSize: 2 } as const
    const itself = [ipsValue(plain, options), snipsValue(plain, options), doublyRobustValue(doubly, options)]
    valuesOf(counts, options).forEach((value, i) => {
      const other = itself[i]
      if (value.kind !== 'policy_value' || other?.kind !== 'policy_value') throw new Error('no value')
      expect(value.value).toBeCloseTo(other.value, 10)
      expect(value.standardError).toBeCloseTo(other.standardError, 10)
    })
  })

  it('have binomial counts', () => {
    // 400 units at 0.3: mean 120, variance 84; 40,000 draws have them to 0.046 and 0.6.
    const rng = seededRng(27)
    const arm = armOf(40_000, () => drawBinomial(rng, 400, 0.3))
    expect(Math.abs(arm.mean - 120)).toBeLessThan(4 * 0.046)
    expect(Math.abs(arm.variance - 84)).toBeLessThan(4 * 0.6)
    expect([0, 1].map(p => drawBinomial(rng, 1000, p))).toEqual([0, 1000])
  })
})

describe('the arm that KL-UCB takes', () => {
  it('has the greatest index', () => {
    const rng = seededRng(28)
    for (let run = 0; run < 2000; run++) {
      const arms = [0.5, 0.4, 0.9].map(mean => {
        const n = 1 + Math.floor(200 * rng.uniform())
        return { n, successes: Math.round(n * Math.min(1, 2 * mean * rng.uniform())) }
      })
      const itself = klUcb(arms, 0)
      if (itself.kind !== 'indices') throw new Error(itself.kind)
      const taken = itself.indices[greatestKlBound(arms)] ?? 0
      expect(taken).toBeGreaterThan(Math.max(...itself.indices) - 1e-9)
    }
  })
})

describe('the shares of a bandit with two arms', () => {
  it('are those of reweight', () => {
    const draw = normalDraws(seededRng(12))
    const arms = [new RunningArm(), new RunningArm()] as const
    const before = [0.5, 0.5]
    for (let n = 0; n < 100; n++) {
      for (let i = 0; i < 5; i++) arms[n % 3 === 0 ? 0 : 1].add(draw())
      if (arms[0].n === 0 || arms[1].n === 0) continue
      const rewards = arms.map(arm => ({ n: arm.n, mean: arm.mean, variance: arm.variance }))
      const itself = reweight(rewards, thompson)
      const expected = itself.kind === 'shares' ? itself.shares : before
      nextShares(arms, before).forEach((share, i) => {
        expect(share).toBeCloseTo(expected[i] ?? 0, 9)
      })
    }
  })
})

describe('looks at summaries', () => {
  it('of values with a covariate: plain sums have the moments of the rows', () => {
    const draw = normalDraws(seededRng(27))
    const [pairs, builder] = [new RunningPairs(), new MomentsBuilder(2)]
    for (let n = 0; n < 500; n++) {
      const [value, before] = [Math.exp(draw()), draw()]
      pairs.add(value, before)
      builder.add([value, before])
    }
    const [{ moments }, itself] = [pairs.summary(), builder.moments()]
    if ('kind' in itself) throw new Error(itself.argument)
    expect(moments.n).toBe(itself.n)
    expect(moments.means[0]).toBeCloseTo(itself.means[0] ?? 0, 10)
    expect(moments.means[1]).toBeCloseTo(itself.means[1] ?? 0, 10)
    moments.comoments.flat().forEach((sum, i) => {
      expect(sum).toBeCloseTo(itself.comoments.flat()[i] ?? 0, 8)
    })
  })

  it.each([
    [150, 240, 40],
    [400, 410, 90],
  ])('of %i and %i events: the same distances from the truth', (control, variant, exposure) => {
    const truths = [EVENTS.variant - EVENTS.control, EVENTS.variant / EVENTS.control - 1]
    const scales = ['absolute', 'relative'] as const
    zOfCounts(control, variant, exposure).forEach((z, i) => {
      const itself = compareSequentially(
        { kind: 'count', events: control, exposure },
        { kind: 'count', events: variant, exposure },
        { scale: scales[i] ?? 'absolute' },
      )
      if (itself.kind !== 'estimate') throw new Error(itself.kind)
      expect(z).toBeCloseTo((itself.effect - (truths[i] ?? 0)) / (itself.standardError ?? 1), 10)
    })
  })
})
