// What the laws look at after every unit is worked out fast; here it is shown to be what the methods themselves say.
import { describe, expect, it } from 'vitest'
import { seededRng } from '../rng/rng.ts'
import { compareSequentially } from '../sequential/always-valid/asymptotic/compare.ts'
import { rateConcentration, rateExcessLogE, rateSequence } from '../sequential/always-valid/bounded/rate.ts'
import { compareRatesSequentially } from '../sequential/always-valid/bounded/rate-difference.ts'
import { addRateUnit, noRateUnits } from '../sequential/always-valid/bounded/rate-evidence.ts'
import { checkGuardrail } from '../sequential/always-valid/guardrail.ts'
import {
  addLoggedUnit,
  aipwSequence,
  noLoggedUnits,
} from '../sequential/always-valid/propensity/aipw-sequence.ts'
import type { LoggedUnit } from '../sequential/always-valid/propensity/logged-unit.ts'
import { quantileSequence } from '../sequential/always-valid/quantile/quantile-sequence.ts'
import { analyseGroupSequential, type LookEffect } from '../sequential/group/analysis.ts'
import { walk, zOfRatio } from './anytime.ts'
import { analysePath, futilityPlan, harmPlan, PlannedTest } from './asymmetric.ts'
import { proportionOf, visitCanary, zOfRates } from './canary.ts'
import { RunningEvidence } from './drifting-rates.ts'
import { bandsOf, RateArm, sameRateLogE } from './exact.ts'
import { anyTimes, follow, meansSource, obrienFleming, trialOf, unplanned } from './group.ts'
import { isMissed, isRejected, rejects } from './law.ts'
import { normalDraws } from './normal-draws.ts'
import { logNormal, normal } from './population.ts'
import { FAILING, logEAtTruth } from './rate-intervals.ts'
import { RunningAipw } from './running-aipw.ts'
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

  it('of two rates: no more evidence against the true difference than the true rates show', () => {
    const rng = seededRng(12)
    const arms = [new RateArm(), new RateArm()] as const
    const options = [
      { nullEffect: FAILING.variant - FAILING.control },
      { nullEffect: FAILING.variant - FAILING.control, alternative: 'less' },
      { nullEffect: FAILING.variant / FAILING.control - 1, scale: 'relative' },
    ] as const
    let looks = 0
    for (let n = 1; n <= 600; n++) {
      const which = rng.uniform() < 0.5 ? 0 : 1
      // A control and a variant that are both worse than the rates asked about: much evidence.
      arms[which].add(rng.uniform() < (which === 0 ? 0.15 : 0.02))
      if (arms[0].failures === 0 || arms[1].n === 0 || n % 20 > 0) continue
      const most = logEAtTruth(arms[0], FAILING.control) + logEAtTruth(arms[1], FAILING.variant)
      const [control, variant] = arms.map(
        arm => ({ kind: 'proportion', n: arm.n, successes: arm.failures }) as const,
      )
      if (control === undefined || variant === undefined) throw new Error('no arms')
      for (const asked of options) {
        const itself = compareRatesSequentially(control, variant, asked)
        if (itself.kind !== 'estimate') throw new Error(itself.kind)
        expect(Math.log(itself.e ?? 0)).toBeLessThanOrEqual(most + 1e-9)
        looks++
      }
    }
    expect(looks).toBeGreaterThan(50)
  })

  it.each(['greater', 'less'] as const)('of one rate, %s: misses where the evidence says so', alternative => {
    const rng = seededRng(13)
    const concentration = rateConcentration(1000, 0.05, 'one_sided')
    const seen = new Set<boolean>()
    let failures = 0
    for (let trials = 1; trials <= 400; trials++) {
      if (rng.uniform() < (alternative === 'greater' ? 0.1 : 0.01)) failures++
      const isGreater = alternative === 'greater'
      const successes = isGreater ? failures : trials - failures
      const [value, rate] = [successes / trials, isGreater ? 0.05 : 0.95]
      if (value <= rate) continue
      const isOff = rateExcessLogE({ successes, trials }, rate, concentration) >= -Math.log(0.05)
      const itself = rateSequence({ successes: failures, trials }, { alternative })
      if (itself.kind !== 'estimate') throw new Error(itself.kind)
      expect([trials, isMissed(itself, 0.05)]).toEqual([trials, isOff])
      seen.add(isOff)
    }
    expect(seen.size).toBe(2)
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

describe('sequences of units with propensities', () => {
  it('of means: rejects at the same looks, with a margin and without', () => {
    const rng = seededRng(21)
    const draw = normalDraws(rng)
    const fast = new RunningAipw(100, 15)
    let state = noLoggedUnits(100, 15)
    const verdicts = new Set<string>()
    for (let n = 1; n <= 3000; n++) {
      const share = n <= 1000 ? 0.2 : 0.6
      const which = rng.uniform() < share ? 1 : 0
      const outcome = draw() + (which === 1 ? (n <= 1500 ? 0.3 : -0.5) : 0)
      fast.add(which, outcome, share)
      state = addLoggedUnit(state, loggedUnit(which, outcome, share))
      const itself = [
        aipwSequence(state),
        aipwSequence(state, { alternative: 'greater' }),
        aipwSequence(state, { alternative: 'less', nullEffect: 0.1 }),
      ].map(result => isRejected(result))
      expect([n, ...itself]).toEqual([
        n,
        fast.rejects('two_sided'),
        fast.rejects('one_sided'),
        fast.rejects('one_sided', -1, 0.1),
      ])
      verdicts.add(itself.join())
    }
    expect(verdicts.size).toBeGreaterThan(2)
  })

  it('of a canary: rejects at the same looks, units of the control taken together', () => {
    const seen = new Set<boolean>()
    let state = noLoggedUnits(200, 15)
    let before = { control: { n: 0, sum: 0, mean: 0 }, canary: { n: 0, sum: 0, mean: 0 } }
    visitCanary(seededRng(22), [0.05, 0.15], 12_000, fast => {
      const [control, canary] = fast.arms
      const units = logOf(before, { control, canary })
      // Before both have a unit the method has no terms, and no predictions.
      const isForetold = before.control.n > 0 && before.canary.n > 0
      const quiet = isForetold ? { control: before.control.mean, variant: before.canary.mean } : undefined
      units.forEach((unit, i) => {
        const isLast = i === units.length - 1
        const predicted = isLast || quiet === undefined ? {} : { predicted: quiet }
        state = addLoggedUnit(state, { ...unit, ...predicted })
      })
      before = { control: numbersOf(control), canary: numbersOf(canary) }
      const itself = isRejected(aipwSequence(state))
      expect([control.n + canary.n, fast.rejects('two_sided')]).toEqual([control.n + canary.n, itself])
      seen.add(itself)
    })
    expect(seen.size).toBe(2)
  })

  it('of a canary: the comparison of proportions says nothing that its own variances do not say', () => {
    const two = sequenceLimits(0.05, 'two_sided', 40_000)
    const seen = new Set<string>()
    visitCanary(seededRng(23), [0.02, 0.05], 40_000, ({ arms: [control, canary] }) => {
      if (canary.n < 100 || canary.n % 5 > 0) return
      const watch = new Watch(two)
      watch.look(zOfRates(control, canary, 0), control.n + canary.n)
      const asked = { control: proportionOf(control), canary: proportionOf(canary) }
      const blind = compareSequentially(asked.control, asked.canary, { leastEvents: 0 })
      const itself = isRejected(compareSequentially(asked.control, asked.canary))
      // Without failures there is no variance, and no answer.
      if (canary.sum > 0) expect([canary.n, isRejected(blind)]).toEqual([canary.n, watch.hasRejected])
      expect(itself && !watch.hasRejected).toBe(false)
      seen.add(`${itself}, ${watch.hasRejected}`)
    })
    expect(seen.size).toBeGreaterThan(1)
  })

  it('of drifting rates: the same evidence', () => {
    const rng = seededRng(24)
    const fast = { two_sided: new RunningEvidence('two_sided'), greater: new RunningEvidence('greater') }
    const states = { two_sided: noRateUnits('two_sided'), greater: noRateUnits('greater') }
    for (let n = 1; n <= 800; n++) {
      const share = 0.2 + 0.5 * (n / 800)
      const which = rng.uniform() < share ? 1 : 0
      const isSuccess = rng.uniform() < (which === 1 ? 0.3 : 0.2)
      for (const side of ['two_sided', 'greater'] as const) {
        fast[side].add(which, isSuccess, share)
        states[side] = addRateUnit(states[side], {
          assigned: which === 1 ? 'variant' : 'control',
          isSuccess,
          propensity: { control: 1 - share, variant: share },
        })
        expect(fast[side].logE).toBeCloseTo(states[side].logE, 9)
      }
    }
    expect(fast.greater.logE).not.toBe(fast.two_sided.logE)
  })
})

function loggedUnit(which: 0 | 1, outcome: number, share: number): LoggedUnit {
  return {
    assigned: which === 1 ? 'variant' : 'control',
    outcome,
    propensity: { control: 1 - share, variant: share },
  }
}

interface Numbers {
  readonly n: number
  readonly sum: number
  readonly mean: number
}

function numbersOf({ n, sum, mean }: RunningArm): Numbers {
  return { n, sum, mean: n === 0 ? 0 : mean }
}

/** The units that came between two visits of a canary, the quiet ones first. */
function logOf(
  before: { readonly control: Numbers; readonly canary: Numbers },
  after: { readonly control: RunningArm; readonly canary: RunningArm },
): readonly LoggedUnit[] {
  const isCanary = after.canary.n > before.canary.n
  const failed = after.control.sum + after.canary.sum - before.control.sum - before.canary.sum
  const quiet = after.control.n - before.control.n - (isCanary ? 0 : 1)
  const units = Array.from({ length: quiet }, () => loggedUnit(0, 0, 0.05))
  return [...units, loggedUnit(isCanary ? 1 : 0, failed, 0.05)]
}

describe('group-sequential tests', () => {
  it('are followed as if no look were put off', () => {
    const times = [0.3, 0.6, 1]
    let rejections = 0
    for (let run = 0; run < 400; run++) {
      const method = { law: rejects('pocock', 'holds'), analysis: 0, monitor: unplanned(obrienFleming) }
      const trial = trialOf(
        rng => meansSource(rng, normal),
        () => times,
        [method],
      )
      const monitor = unplanned(obrienFleming)()
      let isRejectedAtOnce = false
      follow(meansSource(seededRng(run), normal), times, (looks, index, stage) => {
        if (looks[0] !== undefined)
          isRejectedAtOnce = monitor.look(looks[0], index, stage) || isRejectedAtOnce
      })
      expect(trial(seededRng(run))).toEqual([isRejectedAtOnce])
      if (isRejectedAtOnce) rejections++
    }
    expect(rejections).toBeGreaterThan(5)
  })

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

  it.each([
    ['harm', harmPlan, 2.5],
    ['futility not binding', futilityPlan('non_binding', 3), 2.5],
    ['futility binding', futilityPlan('binding', 3), 2.5],
  ] as const)(
    'with sides that differ, %s: stop, and leave out an effect, where the analysis does',
    (_, plan, drift) => {
      const times = [0.35, 0.5, 0.55, 1]
      const test = new PlannedTest(plan, times)
      const seen = new Map<string, number>()
      for (let run = 0; run < 200; run++) {
        const rng = seededRng(run)
        // Effects far enough from the one asked about that intervals leave it out now and then.
        const path = test.path(rng, [-2, 0, 2, 4][run % 4] ?? 0)
        const stop = test.stopOf(path)
        const all = analysePath(plan, times, path)
        // At the last look futility has nothing left to stop.
        const below = plan.below === 'harm' ? 'rejected_below' : stop.look === 3 ? 'ended' : 'futile'
        const states = { above: 'rejected_above', below, end: 'ended' }
        expect([run, all.look, all.state]).toEqual([run, stop.look + 1, states[stop.side]])
        const isOff = test.misses(path, drift)
        expect([run, isMissed(all, drift / Math.sqrt(plan.plannedInformation))]).toEqual([run, isOff])
        const verdict = `${stop.side} ${isOff}`
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
      }
      expect(seen.size).toBeGreaterThan(2)
    },
    30_000,
  )
})
