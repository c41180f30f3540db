// What a group-sequential test says of an effect once it has stopped.
import { normalQuantile } from '../distribution/normal.ts'
import {
  analyseGroupSequential,
  type GroupSequentialPlan,
  type LookEffect,
} from '../sequential/group/analysis.ts'
import { anyTimes } from './group.ts'
import { isMissed, misses, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'
import { errorVariance, RunningArm } from './running-arm.ts'

/** Of each variant, planned. */
const UNITS = 800
/** Three tests in four find it, mostly early, when it looks larger than it is. */
const EFFECT = 0.14

const PLAN: GroupSequentialPlan = {
  alpha: 0.05,
  alternative: 'two_sided',
  spending: { family: 'pocock' },
  plannedInformation: UNITS / 2,
  nullEffect: 0,
  scale: 'absolute',
}

/** Some milliseconds a test. */
const stopped: Scenario = {
  name: 'looks, intervals',
  data: `normal, an effect of ${EFFECT} deviations, or none, ${UNITS} units planned on each variant, 2 to 6 looks whenever, Pocock`,
  seed: 16,
  laws: [
    misses('stage-wise interval', 'holds'),
    misses('repeated interval at the last look', 'holds'),
    { method: 'median-unbiased estimate: above the truth', error: 'misses', alpha: 0.5, expectation: 'near' },
    misses('1.96 standard errors at the look it stopped at', 'reported'),
    {
      method: 'effect at the look it stopped at: above the truth',
      error: 'misses',
      alpha: 0.5,
      expectation: 'broken',
    },
    misses('stage-wise interval, no effect', 'holds'),
    misses('1.96 standard errors at the first look at which they leave out 0, no effect', 'broken'),
  ],
  prepare: () => rng => {
    const { estimate, look } = runTest(normalDraws(rng), anyTimes(0.15)(rng), EFFECT)
    const without = runTest(normalDraws(rng), anyTimes(0.15)(rng), 0)
    return [
      isMissed(estimate, EFFECT),
      isMissed({ kind: 'estimate', interval: estimate.repeated.interval }, EFFECT),
      estimate.effect > EFFECT,
      Math.abs(look.effect - EFFECT) > -normalQuantile(0.025) * look.standardError,
      look.effect > EFFECT,
      isMissed(without.estimate, 0),
      without.looks.some(({ effect, standardError }) => Math.abs(effect) > LEAST_Z * standardError),
    ]
  },
}

/** What is within this of the null effect rejects at no look, as in `group.ts`. */
const LEAST_Z = -normalQuantile(0.025)

/** The analysis at the look the test stopped at, and the plain numbers of that look and of all up to it. */
function runTest(draw: () => number, times: readonly number[], truth: number) {
  const [control, variant] = [new RunningArm(), new RunningArm()]
  const looks: LookEffect[] = []
  for (const [index, time] of times.entries()) {
    while (control.n < time * UNITS) {
      control.add(draw())
      variant.add(truth + draw())
    }
    const look = lookAt(control, variant)
    looks.push(look)
    const stage = index === times.length - 1 ? 'final' : 'interim'
    if (stage === 'interim' && runsOn(look)) continue
    const estimate = analyseGroupSequential(PLAN, looks, stage)
    if (estimate.kind !== 'estimate') throw new Error(estimate.kind)
    if (estimate.state !== 'running') return { estimate, look, looks }
  }
  throw new Error('no looks')
}

function lookAt(control: RunningArm, variant: RunningArm): LookEffect {
  return {
    effect: variant.mean - control.mean,
    standardError: Math.sqrt(errorVariance(control) + errorVariance(variant)),
    n: { control: control.n, variant: variant.n },
  }
}

/** Whether a test surely runs on: it neither rejects, nor has the information at which all error is spent. */
function runsOn({ effect, standardError }: LookEffect): boolean {
  return Math.abs(effect) < LEAST_Z * standardError && 1 < PLAN.plannedInformation * standardError ** 2
}

export const groupIntervalScenarios: readonly Scenario[] = [stopped]
