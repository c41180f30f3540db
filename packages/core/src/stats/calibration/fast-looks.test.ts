// What the laws look at after every unit is worked out fast; here it is shown to be what the methods themselves say.
import { describe, expect, it } from 'vitest'
import { reweight } from '../bandit/thompson.ts'
import { seededRng } from '../rng/rng.ts'
import { compareSequentially } from '../sequential/always-valid/asymptotic/compare.ts'
import { compareRatesSequentially } from '../sequential/always-valid/bounded/rate-difference.ts'
import { checkGuardrail } from '../sequential/always-valid/guardrail.ts'
import { quantileSequence } from '../sequential/always-valid/quantile/quantile-sequence.ts'
import { analyseGroupSequential, type LookEffect } from '../sequential/group/analysis.ts'
import { walk, zOfRatio } from './anytime.ts'
import { nextShares, thompson } from './bandit.ts'
import { bandsOf, RateArm, sameRateLogE } from './exact.ts'
import { anyTimes, obrienFleming, unplanned } from './group.ts'
import { isRejected } from './law.ts'
import { logNormal, normalDraws } from './population.ts'
import { errorVariance, RunningArm, zOf } from './running-arm.ts'
import { sequenceLimits, Watch } from './watch.ts'

describe('the asymptotic sequence', () => {
  it.each([
    ['two_sided', 'two_sided'],
    ['greater', 'one_sided'],
  ] as const)('%s: rejects at the same looks of a path with an effect', (alternative, sides) => {
    const limits = sequenceLimits(0.05, sides)
    const draw = normalDraws(seededRng(3))
    const verdicts = { both: 0, neither: 0, differ: 0 }
    let n = 0
    walk(
      seededRng(4),
      () => draw() + (n++ % 2000 < 1000 ? 0.15 : -0.15),
      (control, variant) => {
        const watch = new Watch(limits)
        watch.look(zOf(control, variant), control.n + variant.n)
        // Away from the edge by more than rounding.
        const itself = isRejected(compareSequentially(control.summary(), variant.summary(), { alternative }))
        if (watch.hasRejected !== itself) verdicts.differ++
        else if (itself) verdicts.both++
        else verdicts.neither++
      },
    )
    expect(verdicts.differ).toBe(0)
    expect(verdicts.both + verdicts.neither).toBeGreaterThan(9000)
  })

  it('relative, and as a guardrail: its verdicts are those of z and the limits', () => {
    const [two, one] = [sequenceLimits(0.05, 'two_sided'), sequenceLimits(0.05, 'one_sided')]
    const draw = logNormal.draws(seededRng(5))
    const [control, variant] = [new RunningArm(), new RunningArm()]
    const seen = new Set<string>()
    for (let n = 0; n < 3000; n++) {
      control.add(draw())
      variant.add((n < 500 ? 1.6 : 0.9) * draw())
      if (n < 200 || n % 7 > 0) continue
      const compare = (options: object) =>
        compareSequentially(control.summary(), variant.summary(), { scale: 'relative', ...options })
      const watches = [new Watch(two), new Watch(one), new Watch(one)] as const
      const z = zOfRatio(control, variant, 1.1)
      watches[0].look(z, 2 * (n + 1))
      watches[1].look(-z, 2 * (n + 1))
      watches[2].look(z, 2 * (n + 1))
      expect(isRejected(compare({ nullEffect: 0.1 }))).toBe(watches[0].hasRejected)
      const check = checkGuardrail(compare, { margin: 0.1, better: 'lower', scale: 'relative' })
      const verdict = watches[2].hasRejected ? 'harmful' : watches[1].hasRejected ? 'safe' : 'open'
      expect(check).toMatchObject({ verdict })
      seen.add(verdict)
    }
    expect(seen.size).toBeGreaterThan(1)
  })
})

describe('exact sequences', () => {
  it('of two rates: the same evidence', () => {
    const rng = seededRng(8)
    const arms = [new RateArm(), new RateArm()] as const
    for (let n = 1; n <= 600; n++) {
      const which = rng.uniform() < 0.5 ? 0 : 1
      arms[which].add(rng.uniform() < (which === 0 ? 0.05 : 0.2))
      if (arms[0].n === 0 || arms[1].n === 0 || n % 20 > 0) continue
      const [control, variant] = arms.map(
        arm => ({ kind: 'proportion', n: arm.n, successes: arm.failures }) as const,
      )
      if (control === undefined || variant === undefined) throw new Error('no arms')
      const itself = compareRatesSequentially(control, variant)
      if (itself.kind !== 'estimate') throw new Error(itself.kind)
      expect(sameRateLogE(arms[0], arms[1])).toBeCloseTo(Math.log(itself.e ?? 0), 8)
    }
  })

  it.each(['mixture', 'stitched'] as const)('of quantiles, %s: the same misses', boundary => {
    const { least, most } = bandsOf(boundary)
    const rng = seededRng(9)
    const sorted: number[] = []
    let misses = 0
    for (let n = 1; n <= 400; n++) {
      // Too few values below 0.95: the interval has to miss sooner or later.
      const value = rng.uniform() < 0.2 ? 0.96 + 0.04 * rng.uniform() : 0.95 * rng.uniform()
      sorted.splice(sorted.findIndex(other => other > value) >>> 0, 0, value)
      const below = sorted.filter(other => other <= 0.95).length
      const isOut = below < (least[n] ?? 0) || below > (most[n] ?? n)
      const itself = quantileSequence(sorted, 0.95, { boundary })
      const interval = itself.kind === 'estimate' ? itself.interval : { lower: null, upper: null }
      expect([n, isOut]).toEqual([
        n,
        (interval.lower ?? -Infinity) > 0.95 || (interval.upper ?? Infinity) < 0.95,
      ])
      if (isOut) misses++
    }
    expect(misses).toBeGreaterThan(0)
  })
})

describe('group-sequential tests', () => {
  it('reject where the analysis of all looks does', () => {
    const plannedInformation = 1000
    let rejections = 0
    for (let run = 0; run < 60; run++) {
      const rng = seededRng(run)
      const draw = normalDraws(rng)
      const [control, variant] = [new RunningArm(), new RunningArm()]
      const monitor = unplanned(obrienFleming)()
      const looks: LookEffect[] = []
      const times = anyTimes(0.15)(rng)
      let rejects = false
      for (const [index, time] of times.entries()) {
        while (control.n < 2000 * time) {
          control.add(draw())
          variant.add(draw() + 0.05)
        }
        const standardError = Math.sqrt(errorVariance(control) + errorVariance(variant))
        looks.push({
          effect: variant.mean - control.mean,
          standardError,
          n: { control: control.n, variant: variant.n },
        })
        const seen = { z: zOf(control, variant), time: 1 / (standardError ** 2 * plannedInformation) }
        rejects ||= monitor.look(seen, index, index === times.length - 1 ? 'final' : 'interim')
      }
      const plan = { ...obrienFleming, plannedInformation, nullEffect: 0, scale: 'absolute' } as const
      const analysis = analyseGroupSequential(plan, looks, 'final')
      expect(analysis).toMatchObject({ state: rejects ? 'rejected' : 'ended' })
      if (rejects) rejections++
    }
    expect(rejections).toBeGreaterThan(5)
    expect(rejections).toBeLessThan(55)
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
