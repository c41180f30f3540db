// Group-sequential tests, at looks that were planned and at looks that came as they liked.
import { normalQuantile } from '../distribution/normal.ts'
import type { Rng } from '../rng/rng.ts'
import {
  nextLook,
  noLooksYet,
  type SpendingPlan,
  type Stage,
  spendingBoundaries,
} from '../sequential/group/boundary.ts'
import { type Expectation, type Law, rejects, type Scenario, type Trial } from './law.ts'
import {
  evenSplit,
  failureDraws,
  failureVariance,
  logNormal,
  normal,
  type Population,
  pareto,
  REQUESTS,
  upperCap,
  valuesOf,
} from './population.ts'
import { armOf, errorVariance, RunningArm, zPerRequest } from './running-arm.ts'

/** Planned units of both variants together. */
const UNITS = 4000
const PLANNED_TIMES = [0.2, 0.4, 0.6, 0.8, 1]
const RATE = 0.1

export const obrienFleming: SpendingPlan = {
  alpha: 0.05,
  alternative: 'two_sided',
  spending: { family: 'obrien_fleming' },
}
const pocock: SpendingPlan = { ...obrienFleming, spending: { family: 'pocock' } }
const hwangShihDecani: SpendingPlan = {
  alpha: 0.05,
  alternative: 'greater',
  spending: { family: 'hwang_shih_decani', gamma: -4 },
}

/** What one look shows, to one way of analysing the units. */
export interface Look {
  readonly z: number
  /** 1 / standard error^2 over what is planned. */
  readonly time: number
}

/** Units, and what is seen of them. */
export interface Source {
  /** Planned, of both variants together. */
  readonly units: number
  /** Takes in one unit; `share` of the planned ones are in before. */
  add(share: number): void
  /** One look for each way of analysing them. */
  looks(): readonly Look[]
}

/** What a test makes of its looks, one after the other: whether it has rejected. */
export interface Monitor {
  look(seen: Look, index: number, stage: Stage): boolean
}

/** Boundaries worked out beforehand for the planned times. */
function planned(plan: SpendingPlan): () => Monitor {
  const boundaries = spendingBoundaries(plan, PLANNED_TIMES)
  const limits = 'kind' in boundaries ? [] : boundaries.map(({ z }) => z ?? Infinity)
  return () => ({ look: ({ z }, index) => isBeyond(plan, z, limits[index] ?? Infinity) })
}

/** Boundaries worked out at each look for the information it has. */
export function unplanned(plan: SpendingPlan): () => Monitor {
  return () => {
    let progress = noLooksYet()
    return {
      look: ({ z, time }, _index, stage) => {
        progress = nextLook(plan, progress, Math.max(progress.boundary.time, time), stage)
        return isBeyond(plan, z, progress.boundary.z ?? Infinity)
      },
    }
  }
}

function isBeyond({ alternative }: SpendingPlan, z: number, limit: number): boolean {
  return (alternative === 'two_sided' ? Math.abs(z) : z) >= limit
}

/** That of a single look, at all of them. */
const naive = (): Monitor => ({ look: ({ z }) => Math.abs(z) > -normalQuantile(0.025) })

/** A law, which of the source's looks it is about, and what it makes of them. */
export interface Method {
  readonly law: Law
  readonly analysis: number
  readonly monitor: () => Monitor
}

/** Shares of the planned units at which there are looks. */
type Schedule = (rng: Rng) => readonly number[]

/**
 * No boundary of these plans lies below: whoever is beyond one at a look is one of those that were beyond any so far, at
 * most alpha; with alpha 0.05 on one side that is the quantile of a single look.
 */
const LEAST_Z = -normalQuantile(0.05)

/** What a method has seen: looks that reject nothing for sure are put off until one comes that may. */
class Follower {
  readonly #monitor: Monitor
  #putOff: (readonly [seen: Look, index: number, stage: Stage])[] = []
  hasRejected = false

  constructor(monitor: Monitor) {
    this.#monitor = monitor
  }

  look(seen: Look, index: number, stage: Stage): void {
    if (this.hasRejected) return
    this.#putOff.push([seen, index, stage])
    if (Math.abs(seen.z) < LEAST_Z) return
    for (const each of this.#putOff) this.hasRejected = this.#monitor.look(...each) || this.hasRejected
    this.#putOff = []
  }
}

export function trialOf(source: (rng: Rng) => Source, schedule: Schedule, methods: readonly Method[]): Trial {
  return rng => {
    const followers = methods.map(({ monitor }) => new Follower(monitor()))
    follow(source(rng), schedule(rng), (looks, index, stage) => {
      methods.forEach(({ analysis }, i) => {
        const seen = looks[analysis]
        if (seen !== undefined) followers[i]?.look(seen, index, stage)
      })
    })
    return followers.map(({ hasRejected }) => hasRejected)
  }
}

/** Takes in the units and looks at each of the times. */
export function follow(
  source: Source,
  times: readonly number[],
  look: (looks: readonly Look[], index: number, stage: Stage) => void,
): void {
  let units = 0
  times.forEach((time, index) => {
    for (; units < Math.round(time * source.units); units++) source.add(units / source.units)
    look(source.looks(), index, index === times.length - 1 ? 'final' : 'interim')
  })
}

/** Two to six looks anywhere from a share on; the last may come early or late. */
export function anyTimes(from: number): Schedule {
  return rng => {
    const looks = 2 + Math.floor(5 * rng.uniform())
    return Array.from({ length: looks }, () => from + (1.2 - from) * rng.uniform()).toSorted((a, b) => a - b)
  }
}

/** Means of one population on both variants. */
export function meansSource(rng: Rng, population: Population): Source {
  const draw = population.draws(rng)
  const arms = pairOfArms()
  const assign = evenSplit(rng)
  return {
    units: UNITS,
    add: () => arms[assign()].add(draw()),
    looks: () => [lookOf(arms, (4 * population.variance) / UNITS)],
  }
}

/** @param plannedVariance - of the effect, at the end */
function lookOf([control, variant]: readonly [RunningArm, RunningArm], plannedVariance: number): Look {
  const variance = errorVariance(control) + errorVariance(variant)
  return { z: (variant.mean - control.mean) / Math.sqrt(variance), time: plannedVariance / variance }
}

/** A pilot of 1,000 units gives the cap, and what is planned; or each variant's own first 200 give its own. */
function winsorisedSource(rng: Rng): Source {
  const draw = pareto.draws(rng)
  const pilot = valuesOf(1000, draw)
  const cap = upperCap([pilot])
  const own = [upperCap([valuesOf(200, draw)]), upperCap([valuesOf(200, draw)])] as const
  const plannedVariance = (4 * armOfCapped(pilot, cap).variance) / UNITS
  const [common, separate] = [pairOfArms(), pairOfArms()]
  const assign = evenSplit(rng)
  return {
    units: UNITS,
    add: () => {
      const [which, value] = [assign(), draw()]
      common[which].add(Math.min(value, cap))
      separate[which].add(Math.min(value, own[which]))
    },
    looks: () => [lookOf(common, plannedVariance), lookOf(separate, plannedVariance)],
  }
}

function armOfCapped(values: readonly number[], cap: number): RunningArm {
  let i = 0
  return armOf(values.length, () => Math.min(values[i++] ?? 0, cap))
}

function pairOfArms(): readonly [RunningArm, RunningArm] {
  return [new RunningArm(), new RunningArm()]
}

/** Failure rates of units, by unit and, wrongly, by request. */
function clusteredSource(rng: Rng): Source {
  const failures = failureDraws(rng, RATE)
  const arms = pairOfArms()
  const plannedVariance = (4 * failureVariance(RATE)) / UNITS
  const assign = evenSplit(rng)
  return {
    units: UNITS,
    add: () => arms[assign()].add(failures() / REQUESTS),
    looks: () => {
      const right = lookOf(arms, plannedVariance)
      return [right, { ...right, z: zPerRequest(arms[0], arms[1]) }]
    },
  }
}

const PLANS = [
  ["O'Brien-Fleming", obrienFleming],
  ['Pocock', pocock],
  ['Hwang-Shih-DeCani, greater', hwangShihDecani],
] as const

function method(name: string, expectation: Expectation, monitor: () => Monitor, analysis = 0): Method {
  return { law: rejects(`group_sequential, ${name}`, expectation), analysis, monitor }
}

/** @param broken - in words, what is wrong with the source's second way of analysing; null: it has but one */
function scenario(
  name: string,
  seed: number,
  source: (rng: Rng) => Source,
  broken: string | null,
  expectation: Expectation = 'holds',
): Scenario {
  const asPlanned = [
    ...PLANS.map(([family, plan]) => method(`${family}, as planned`, expectation, planned(plan))),
    method('1.96 at 5 looks', 'broken', naive),
  ]
  const whenever = PLANS.map(([family, plan]) => method(`${family}, unplanned`, expectation, unplanned(plan)))
  if (broken !== null) whenever.push(method(`Pocock, unplanned, ${broken}`, 'broken', unplanned(pocock), 1))
  return {
    name: `looks, ${name}`,
    data: `${name}, ${UNITS} units planned; 5 looks as planned, or 2 to 6 whenever`,
    seed,
    laws: [...asPlanned, ...whenever].map(({ law }) => law),
    prepare: () => {
      const trials = [
        trialOf(source, () => PLANNED_TIMES, asPlanned),
        trialOf(source, anyTimes(0.15), whenever),
      ]
      return rng => trials.flatMap(trial => trial(rng))
    },
  }
}

/** Heavier tails than the method is made for. */
export const rawGroupScenario: Scenario = scenario(
  'Pareto 2.5',
  13,
  rng => meansSource(rng, pareto),
  null,
  'reported',
)

export const groupScenarios: readonly Scenario[] = [
  scenario('normal', 11, rng => meansSource(rng, normal), null),
  scenario('log-normal', 12, rng => meansSource(rng, logNormal), null),
  scenario('Pareto 2.5 winsorised', 14, winsorisedSource, 'a cap for each variant'),
  scenario('20 requests a unit', 15, clusteredSource, 'variance per request'),
]
