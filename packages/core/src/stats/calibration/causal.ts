// Effects of being served, interactions, margins, counts, and checks over time.
import { complierEffect, intentionToTreat, summariseCompliance } from '../causal/compliance.ts'
import { testInteraction } from '../causal/interaction.ts'
import { checkMultipleExposures } from '../check/exposure-check.ts'
import { checkTrend } from '../check/trend-check.ts'
import { checkUniformity } from '../check/uniformity-check.ts'
import { normalUpperTail } from '../distribution/normal.ts'
import type { Rng } from '../rng/rng.ts'
import type { CountSummary } from '../summary/summary.ts'
import { compareCounts } from '../test/count.ts'
import { testEquivalence, testNonInferiority } from '../test/margins.ts'
import { compareMeans } from '../test/welch.ts'
import { isMissed, isRejected, misses, rejects, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'

import { armOf, RunningArm, zOf } from './running-arm.ts'

const UNITS = 400
const EFFECT = 0.5

/** Three units in ten that are assigned the variant are served by the control: those that would do badly on it. */
const compliance: Scenario = {
  name: 'assigned and served',
  data: `${UNITS} units on each variant; fallbacks take the worst 30 % of the variant's; effect of being served ${EFFECT}`,
  seed: 101,
  laws: [
    misses('complier_anderson_rubin', 'holds'),
    misses('complier_delta', 'holds'),
    misses('intention to treat', 'holds'),
    misses('welch_t by what was served', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const byServed = [new RunningArm(), new RunningArm()] as const
    const arm = (assigned: 0 | 1) =>
      Array.from({ length: UNITS }, (): readonly [number, number] => {
        const strength = draw()
        const served = assigned === 1 && strength > -0.5244 ? 1 : 0
        const outcome = strength + draw() + EFFECT * served
        byServed[served].add(outcome)
        return [outcome, served]
      })
    const [control, variant] = [summariseCompliance(arm(0)), summariseCompliance(arm(1))]
    if (control.kind === 'invalid' || variant.kind === 'invalid') throw new Error('no summary')
    return [
      isMissed(complierEffect(control, variant), EFFECT),
      isMissed(complierEffect(control, variant, { interval: 'delta' }), EFFECT),
      isMissed(intentionToTreat(control, variant), 0.7 * EFFECT),
      isMissed(compareMeans(byServed[0].summary(), byServed[1].summary()), EFFECT),
    ]
  },
}

const interaction: Scenario = {
  name: 'two experiments',
  data: 'normal, 200 units in each cell; the first has an effect of 0.2 deviations, the second of 0.5, and no more',
  seed: 102,
  laws: [
    rejects('interaction', 'holds'),
    rejects('significant on one variant of the other and not on the other', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const cell = (mean: number) => armOf(200, () => mean + draw())
    const [cc, cv, vc, vv] = [cell(0), cell(0.5), cell(0.2), cell(0.7)]
    const result = testInteraction({
      controlControl: cc.summary(),
      controlVariant: cv.summary(),
      variantControl: vc.summary(),
      variantVariant: vv.summary(),
    })
    const [onControl, onVariant] = [Math.abs(zOf(cc, vc)) > 1.96, Math.abs(zOf(cv, vv)) > 1.96]
    return [isRejected(result), onControl !== onVariant]
  },
}

const MARGIN = 0.2

const margins: Scenario = {
  name: 'margins',
  data: `normal, 400 units on each variant; the effect is as bad as the margin of ${MARGIN} deviations`,
  seed: 104,
  laws: [
    rejects('non-inferiority', 'holds'),
    rejects('equivalence', 'holds'),
    rejects('no significant difference taken for equivalence', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const [control, variant] = [armOf(400, draw).summary(), armOf(400, () => draw() - MARGIN).summary()]
    const compare = (options: object) => compareMeans(control, variant, options)
    return [
      isRejected(testNonInferiority(compare, { margin: MARGIN, better: 'higher' })),
      isRejected(testEquivalence(compare, { lower: -MARGIN, upper: MARGIN })),
      !isRejected(compare({})),
    ]
  },
}

const PERIODS = 10

const overTime: Scenario = {
  name: 'checks over time',
  data: `${PERIODS} periods of 200 units, the same effect in each; 100 A/A tests; 1 unit in 100 of 2000 met both variants`,
  seed: 105,
  laws: [
    rejects('weighted_slope', 'holds'),
    rejects('the best period against the worst', 'broken'),
    rejects('kolmogorov_smirnov of A/A p values', 'holds'),
    rejects('kolmogorov_smirnov of p values of z with errors 20 % too small', 'broken'),
    rejects('multiple exposures: exceeded, at the tolerance', 'holds'),
    rejects('multiple exposures: differ between variants', 'holds'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const periods = Array.from({ length: PERIODS }, (_, time) => {
      const [control, variant] = [armOf(100, draw), armOf(100, () => 0.3 + draw())]
      const standardError = Math.sqrt(control.variance / 100 + variant.variance / 100)
      return { time, effect: variant.mean - control.mean, standardError }
    })
    const trend = checkTrend(periods)
    const effects = periods.map(({ effect }) => effect)
    const range = Math.max(...effects) - Math.min(...effects)
    return [
      trend.kind === 'checked' && trend.p < 0.05,
      range > 1.96 * 2 * Math.sqrt(1 / 100),
      isUneven(Array.from({ length: 100 }, () => rng.uniform())),
      isUneven(Array.from({ length: 100 }, () => twoSidedP(draw() / 0.8))),
      ...exposureAlarms(rng),
    ]
  },
}

/** Whether a share at the tolerance is said to exceed it, and whether it is said to differ between the variants. */
function exposureAlarms(rng: Rng): readonly [boolean, boolean] {
  const exposures = () => {
    let multiple = 0
    for (let i = 0; i < 1000; i++) if (rng.uniform() < 0.01) multiple++
    return { units: 1000, multiple }
  }
  const check = checkMultipleExposures([exposures(), exposures()])
  if (check.kind !== 'checked') throw new Error(check.kind)
  return [check.verdict === 'exceeded', (check.p ?? 1) < 0.05]
}

function isUneven(p: readonly number[]): boolean {
  const check = checkUniformity(p)
  return check.kind === 'checked' && check.p < 0.05
}

function twoSidedP(z: number): number {
  return Math.min(1, 2 * normalUpperTail(Math.abs(z)))
}

/** Events of a Poisson process of rate 1 in `exposure`. */
function eventsIn(rng: Rng, exposure: number): number {
  let [time, events] = [0, 0]
  for (;;) {
    time -= Math.log(1 - rng.uniform())
    if (time > exposure) return events
    events++
  }
}

const counts: Scenario = {
  name: 'counts',
  data: '50 events expected on the control and 25 on the variant, of half the exposure; or in bursts of 4',
  seed: 106,
  laws: [
    rejects('rate_score_z', 'holds'),
    rejects('rate_exact', 'holds'),
    rejects('rate_exact of bursts', 'broken'),
  ],
  prepare: () => rng => {
    const count = (events: number, exposure: number): CountSummary => ({ kind: 'count', events, exposure })
    const [control, variant] = [count(eventsIn(rng, 50), 50), count(eventsIn(rng, 25), 25)]
    const bursts = [count(4 * eventsIn(rng, 12.5), 50), count(4 * eventsIn(rng, 6.25), 25)] as const
    return [
      isRejected(compareCounts(control, variant)),
      isRejected(compareCounts(control, variant, { scale: 'relative' })),
      isRejected(compareCounts(bursts[0], bursts[1], { scale: 'relative' })),
    ]
  },
}

export const causalScenarios: readonly Scenario[] = [compliance, interaction, margins, overTime, counts]
