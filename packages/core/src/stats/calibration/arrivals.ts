// Users that come back: a run time worked out from the first weeks' traffic, and what is found by its end.
import { type RunTime, runTime } from '../design/run-time.ts'
import { requiredUnits } from '../design/units.ts'
import type { Rng } from '../rng/rng.ts'
import { compareMeans } from '../test/welch.ts'
import { isRejected, overlooks, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'
import { RunningArm } from './running-arm.ts'

const POWER = 0.8
const MISSED = 0.2
const EFFECT = 0.15
/** Users there are, of whom each comes on a day with this chance, and the share of them that enter the experiment. */
const USERS = 4500
const DAILY = 0.08
const COVERAGE = 0.4
/** Days of traffic that the run time is worked out from. */
const OBSERVED = 14

/** The day, from 0 on, on which a user is seen for the first time. */
function firstDay(rng: Rng): number {
  return Math.floor(Math.log1p(-rng.uniform()) / Math.log1p(-DAILY))
}

function newUnitsOf(rng: Rng): readonly number[] {
  const counts = Array<number>(OBSERVED).fill(0)
  for (let i = 0; i < USERS; i++) {
    const day = firstDay(rng)
    if (day < OBSERVED) counts[day] = (counts[day] ?? 0) + 1
  }
  return counts
}

/** An experiment of so many days on other users of the same habits: whether it finds the effect. */
function finds(rng: Rng, days: number): boolean {
  const draw = normalDraws(rng)
  const arms = [new RunningArm(), new RunningArm()] as const
  for (let i = 0; i < USERS; i++) {
    if (rng.uniform() >= COVERAGE || firstDay(rng) >= days) continue
    const which = rng.uniform() < 0.5 ? 0 : 1
    arms[which].add(draw() + which * EFFECT)
  }
  return isRejected(compareMeans(arms[0].summary(), arms[1].summary()))
}

const returning: Scenario = {
  name: 'power, run time',
  data: `${USERS} users, each of whom comes on a day with a chance of ${DAILY}, ${100 * COVERAGE} % of them in the experiment; ${OBSERVED} days of traffic seen, an effect of ${EFFECT} deviations, designed for a power of ${POWER}`,
  seed: 74,
  laws: [
    overlooks('run time by the decay of new units', 'near', MISSED),
    overlooks('run time by the units of an average day, whether new or not', 'broken', MISSED),
  ],
  prepare: () => {
    const design = requiredUnits({ kind: 'mean', mean: 0, variance: 1 }, EFFECT, { power: POWER })
    if (design.kind !== 'required_units') throw new Error(design.kind)
    const wrong = Math.ceil(design.total / (USERS * DAILY * COVERAGE))
    return rng => {
      const plan = runTime(design.total, { newUnits: newUnitsOf(rng), coverage: COVERAGE })
      return [!finds(rng, daysOf(plan)), !finds(rng, wrong)]
    }
  },
}

function daysOf(plan: { readonly kind: string } | RunTime): number {
  if (!('days' in plan)) throw new Error(plan.kind)
  return plan.days
}

export const arrivalScenarios: readonly Scenario[] = [returning]
