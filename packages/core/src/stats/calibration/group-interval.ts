// What a group-sequential test says of an effect once it has stopped.
import { normalQuantile } from '../distribution/normal.ts'
import {
  analyseGroupSequential,
  type GroupSequentialEstimate,
  type GroupSequentialPlan,
  type LookEffect,
} from '../sequential/group/analysis.ts'
import { anyTimes } from './group.ts'
import { isMissed, misses, type Scenario } from './law.ts'
import { normalDraws } from './population.ts'
import { errorVariance, RunningArm } from './running-arm.ts'

/** Of each variant, planned. */
const UNITS = 800
/** Half of the tests find it. */
const EFFECT = 0.1

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
  data: `normal, an effect of ${EFFECT} deviations, ${UNITS} units planned on each variant, 2 to 6 looks whenever, Pocock`,
  seed: 16,
  laws: [
    misses('stage-wise interval', 'holds'),
    misses('repeated interval at the last look', 'holds'),
    { method: 'median-unbiased estimate: above the truth', error: 'misses', alpha: 0.5, expectation: 'near' },
    misses('1.96 standard errors at the look it stopped at', 'broken'),
  ],
  prepare: () => rng => {
    const { estimate, look } = runTest(normalDraws(rng), anyTimes(0.15)(rng))
    return [
      isMissed(estimate, EFFECT),
      isMissed({ kind: 'estimate', interval: estimate.repeated.interval }, EFFECT),
      estimate.effect > EFFECT,
      Math.abs(look.effect - EFFECT) > -normalQuantile(0.025) * look.standardError,
    ]
  },
}

/** The analysis at the look the test stopped at, and the plain numbers of that look. */
function runTest(draw: () => number, times: readonly number[]) {
  const [control, variant] = [new RunningArm(), new RunningArm()]
  const looks: LookEffect[] = []
  let estimate: GroupSequentialEstimate | null = null
  for (const [index, time] of times.entries()) {
    while (control.n < time * UNITS) {
      control.add(draw())
      variant.add(EFFECT + draw())
    }
    looks.push({
      effect: variant.mean - control.mean,
      standardError: Math.sqrt(errorVariance(control) + errorVariance(variant)),
      n: { control: control.n, variant: variant.n },
    })
    const analysis = analyseGroupSequential(PLAN, looks, index === times.length - 1 ? 'final' : 'interim')
    if (analysis.kind !== 'estimate') throw new Error(analysis.kind)
    estimate = analysis
    if (analysis.state !== 'running') break
  }
  const look = looks.at(-1)
  if (estimate === null || look === undefined) throw new Error('no looks')
  return { estimate, look }
}

export const groupIntervalScenarios: readonly Scenario[] = [stopped]
