// Units whose level drifts while the shares change half way: plain means compare late units with early ones.
import type { Rng } from '../rng/rng.ts'
import { combineStrata } from '../test/stratified.ts'
import { compareMeans } from '../test/welch.ts'
import { anyTimes, type Look, obrienFleming, type Source, trialOf, unplanned } from './group.ts'
import { isRejected, rejects, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'

import { RunningAipw } from './running-aipw.ts'
import { RunningArm, zOf } from './running-arm.ts'
import { BURN_IN, LAST, sequenceLimits, Watch } from './watch.ts'

/** Shares of the variant before and after the re-weight. */
const SHARES = [0.2, 0.5] as const
/** Planned units of both variants together, where there are looks. */
const UNITS = 8000
/** How far the level rises over all units, in standard deviations. */
const RISE = 2

function shareAt(time: number): number {
  return SHARES[time < 0.5 ? 0 : 1]
}

const everyUnit: Scenario = {
  name: 'every unit, drift and a re-weight',
  data: `normal, level rising by ${RISE} deviations, variant's share 20 % then 50 %; looks up to ${LAST} units`,
  seed: 21,
  laws: [
    rejects('aipw_sequence', 'holds'),
    rejects('aipw_sequence, greater', 'holds'),
    rejects('asymptotic_sequence of pooled means', 'broken'),
  ],
  prepare: () => {
    const limits = sequenceLimits(0.05, 'two_sided')
    return rng => {
      const draw = normalDraws(rng)
      const pooled = new Watch(limits)
      const errors = [false, false]
      const aipw = new RunningAipw(BURN_IN)
      const [control, variant] = aipw.arms
      for (let n = 1; n <= LAST; n++) {
        const share = shareAt(n / LAST)
        const which = rng.uniform() < share ? 1 : 0
        aipw.add(which, (RISE * n) / LAST + draw(), share)
        if (control.n < BURN_IN || variant.n < BURN_IN) continue
        pooled.look(zOf(control, variant), n)
        errors[0] ||= aipw.rejects('two_sided')
        errors[1] ||= aipw.rejects('one_sided')
      }
      return [...errors, pooled.hasRejected]
    }
  },
}

/** Both phases, and everything pooled. */
interface Phases {
  readonly phases: readonly (readonly [RunningArm, RunningArm])[]
  readonly pooled: readonly [RunningArm, RunningArm]
  add(time: number): void
}

function phasesOf(rng: Rng): Phases {
  const draw = normalDraws(rng)
  const pair = () => [new RunningArm(), new RunningArm()] as const
  const phases = [pair(), pair()] as const
  const pooled = pair()
  return {
    phases,
    pooled,
    add: time => {
      const which = rng.uniform() < shareAt(time) ? 1 : 0
      const outcome = RISE * time + draw()
      phases[time < 0.5 ? 0 : 1][which].add(outcome)
      pooled[which].add(outcome)
    },
  }
}

/** The phases' own comparisons put together. */
function stratified({ phases }: Phases) {
  const estimates = phases.flatMap(([control, variant]) => {
    const estimate = compareMeans(control.summary(), variant.summary())
    return control.n >= 30 && variant.n >= 30 && estimate.kind === 'estimate' ? [estimate] : []
  })
  return combineStrata(estimates)
}

const oneLook: Scenario = {
  name: 'one look, drift and a re-weight',
  data: `normal, level rising by ${RISE} deviations, variant's share 20 % then 50 %; 2000 units`,
  seed: 22,
  laws: [rejects('inverse_variance of phases', 'holds'), rejects('welch_t of pooled means', 'broken')],
  prepare: () => rng => {
    const units = phasesOf(rng)
    for (let n = 0; n < 2000; n++) units.add(n / 2000)
    const pooled = compareMeans(units.pooled[0].summary(), units.pooled[1].summary())
    return [isRejected(stratified(units)), isRejected(pooled)]
  },
}

/** Variance of the effect over all planned units: of each phase within itself, at its shares. */
const PLANNED_VARIANCE = (() => {
  const within = 1 + (RISE / 2) ** 2 / 12
  const information = SHARES.map(share => ((UNITS / 2) * share * (1 - share)) / within)
  return 1 / information.reduce((sum, i) => sum + i, 0)
})()

function phasesSource(rng: Rng): Source {
  const units = phasesOf(rng)
  return {
    units: UNITS,
    add: share => units.add(Math.min(share, 0.999)),
    looks: () => [stratifiedLook(units), pooledLook(units)],
  }
}

function stratifiedLook(units: Phases): Look {
  const estimate = stratified(units)
  if (estimate.kind !== 'estimate') return { z: 0, time: 0 }
  const { effect, standardError } = estimate
  return { z: effect / (standardError ?? 1), time: PLANNED_VARIANCE / (standardError ?? 1) ** 2 }
}

function pooledLook({ pooled }: Phases): Look {
  const [control, variant] = pooled
  const variance = control.variance / control.n + variant.variance / variant.n
  return { z: zOf(control, variant), time: PLANNED_VARIANCE / variance }
}

const methods = [
  { law: rejects('group_sequential of phases', 'holds'), analysis: 0, monitor: unplanned(obrienFleming) },
  {
    law: rejects('group_sequential of pooled means', 'broken'),
    analysis: 1,
    monitor: unplanned(obrienFleming),
  },
]

const looks: Scenario = {
  name: 'looks, drift and a re-weight',
  data: `normal, level rising by ${RISE} deviations, variant's share 20 % then 50 %; ${UNITS} units planned, 2 to 6 looks`,
  seed: 23,
  laws: methods.map(({ law }) => law),
  prepare: () => trialOf(phasesSource, anyTimes(0.3), methods),
}

export const driftScenarios: readonly Scenario[] = [everyUnit, oneLook, looks]
