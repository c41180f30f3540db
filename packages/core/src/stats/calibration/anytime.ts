// Asymptotic sequences, looked at after every unit from the burn-in to fifty times the burn-in.
import { normalQuantile } from '../distribution/normal.ts'
import type { Rng } from '../rng/rng.ts'
import { mixtureSprt } from '../sequential/always-valid/asymptotic/mixture-sprt.ts'
import { type Law, misses, rejects, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'
import {
  evenSplit,
  failureDraws,
  logNormal,
  normal,
  type Population,
  pareto,
  REQUESTS,
  upperCap,
  valuesOf,
} from './population.ts'
import { errorVariance, RunningArm, zOf, zPerRequest } from './running-arm.ts'
import { BURN_IN, constantLimits, LAST, lookAll, sequenceLimits, Watch } from './watch.ts'

const ALPHA = 0.05
const RATE = 0.1

/** What naive eyes look for after every unit: 1.96 standard errors. */
const naive = constantLimits(-normalQuantile(ALPHA / 2))

/** Means of one population on both variants, an even split drawn for each unit. */
function ofMeans(population: Population, seed: number, expectation: Law['expectation']): Scenario {
  return {
    name: `every unit, ${population.name}`,
    data: `${population.name}, looks from ${2 * BURN_IN} to ${LAST} units`,
    seed,
    laws: [
      rejects('asymptotic_sequence', expectation),
      rejects('asymptotic_sequence, greater', expectation),
      rejects('welch_t at every unit', 'broken'),
    ],
    prepare: () => {
      const limits = [sequenceLimits(ALPHA, 'two_sided'), sequenceLimits(ALPHA, 'one_sided'), naive]
      return rng => {
        const watches = limits.map(limit => new Watch(limit))
        walk(rng, population.draws(rng), (control, variant) => {
          lookAll(watches, zOf(control, variant), control.n + variant.n)
        })
        return watches.map(watch => watch.hasRejected)
      }
    },
  }
}

/** A unit more on one of two variants, a look; and so on. */
export function walk(
  rng: Rng,
  draw: () => number,
  look: (control: RunningArm, variant: RunningArm) => void,
): void {
  const arms = [new RunningArm(), new RunningArm()] as const
  const assign = evenSplit(rng)
  let isReady = false
  for (let n = 1; n <= LAST; n++) {
    arms[assign()].add(draw())
    isReady ||= arms[0].n >= BURN_IN && arms[1].n >= BURN_IN
    if (isReady) look(arms[0], arms[1])
  }
}

/**
 * The same with values cut to a cap that the burn-in's units have shown: those of both variants pooled, or, which is the
 * mistake, each variant's own. Looks begin after the burn-in, in which the first units count too.
 */
const winsorised: Scenario = {
  name: 'every unit, winsorised',
  data: `Pareto 2.5 cut at the 99 % quantile of the first ${2 * BURN_IN} units, looks up to ${LAST} units`,
  seed: 4,
  laws: [
    rejects('asymptotic_sequence', 'holds'),
    rejects('asymptotic_sequence, a cap for each variant', 'broken'),
    rejects('welch_t at every unit', 'broken'),
  ],
  prepare: () => {
    const limits = sequenceLimits(ALPHA, 'two_sided')
    return rng => {
      const draw = pareto.draws(rng)
      const early = [valuesOf(BURN_IN, draw), valuesOf(BURN_IN, draw)] as const
      const pooled = upperCap(early)
      const common = [cappedArm(early[0], pooled), cappedArm(early[1], pooled)] as const
      const [capA, capB] = [upperCap([early[0]]), upperCap([early[1]])]
      const own = [cappedArm(early[0], capA), cappedArm(early[1], capB)] as const
      const watches = [new Watch(limits), new Watch(limits), new Watch(naive)] as const
      const [right, wrong] = [[watches[0], watches[2]], [watches[1]]] as const
      const assign = evenSplit(rng)
      for (let n = 2 * BURN_IN; n <= LAST; n++) {
        lookAll(right, zOf(common[0], common[1]), n)
        lookAll(wrong, zOf(own[0], own[1]), n)
        const [which, value] = [assign(), draw()]
        common[which].add(Math.min(value, pooled))
        own[which].add(Math.min(value, which === 0 ? capA : capB))
      }
      return watches.map(watch => watch.hasRejected)
    }
  },
}

function cappedArm(values: readonly number[], cap: number): RunningArm {
  const arm = new RunningArm()
  for (const value of values) arm.add(Math.min(value, cap))
  return arm
}

/** Failures of requests, by unit: a ratio with as many requests for each unit is the mean of the units' rates. */
const clustered: Scenario = {
  name: 'every unit, clustered',
  data: `${REQUESTS} requests a unit, a tenth fail, ICC 0.3; looks from ${2 * BURN_IN} to ${LAST} units`,
  seed: 5,
  laws: [
    rejects('asymptotic_sequence of the ratio', 'holds'),
    rejects('asymptotic_sequence, variance per request', 'broken'),
    rejects('ratio_delta at every unit', 'broken'),
  ],
  prepare: () => {
    const limits = sequenceLimits(ALPHA, 'two_sided')
    return rng => {
      const failures = failureDraws(rng, RATE)
      const arms = [new RunningArm(), new RunningArm()] as const
      const watches = [new Watch(limits), new Watch(limits), new Watch(naive)] as const
      const [byUnit, byRequest] = [[watches[0], watches[2]], [watches[1]]] as const
      const assign = evenSplit(rng)
      for (let n = 1; n <= LAST; n++) {
        arms[assign()].add(failures() / REQUESTS)
        if (arms[0].n < BURN_IN || arms[1].n < BURN_IN) continue
        lookAll(byUnit, zOf(arms[0], arms[1]), n)
        lookAll(byRequest, zPerRequest(arms[0], arms[1]), n)
      }
      return watches.map(watch => watch.hasRejected)
    }
  },
}

/** A unit on the control and one on the variant at a time. */
const pairs: Scenario = {
  name: 'every pair, mixture SPRT',
  data: `normal, log-normal; looks from ${BURN_IN} to ${LAST / 2} pairs`,
  seed: 6,
  laws: [
    rejects('mixture_sprt, normal', 'holds'),
    rejects('mixture_sprt, log-normal', 'holds'),
    rejects('paired z at every pair', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const differences = [new RunningArm(), new RunningArm()] as const
    const errors = [false, false, false]
    for (let n = 1; n <= LAST / 2; n++) {
      const [a, b] = [draw(), draw()]
      differences[0].add(b - a)
      differences[1].add(Math.exp(b) - Math.exp(a))
      if (n < BURN_IN) continue
      errors[0] ||= sprtRejects(differences[0], 0.01 * 2 * normal.variance)
      errors[1] ||= sprtRejects(differences[1], 0.01 * 2 * logNormal.variance)
      errors[2] ||= differences[0].mean ** 2 > 1.96 ** 2 * errorVariance(differences[0])
    }
    return errors
  },
}

function sprtRejects({ n, mean, variance }: RunningArm, effectVariance: number): boolean {
  // What a single look would not reject, no sequence does.
  if (mean ** 2 * n < 1.96 ** 2 * variance) return false
  const result = mixtureSprt({ effect: mean, variance, n }, { effectVariance, alpha: ALPHA, burnIn: BURN_IN })
  return result.kind === 'estimate' && (result.p ?? 1) < ALPHA
}

const LIFT = 1.1

/** A variant a tenth costlier: the relative sequence, and a guardrail whose margin is just that. */
const relative: Scenario = {
  name: 'every unit, relative effect',
  data: `log-normal, values a tenth larger, looks from ${2 * BURN_IN} to ${LAST} units`,
  seed: 7,
  laws: [
    misses('asymptotic_sequence, relative', 'holds'),
    rejects('guardrail: safe, at the margin', 'holds'),
    rejects('guardrail: harmful, at the margin', 'holds'),
    misses('welch_t_delta at every unit', 'broken'),
  ],
  prepare: () => {
    const [two, one] = [sequenceLimits(ALPHA, 'two_sided'), sequenceLimits(ALPHA, 'one_sided')]
    return rng => {
      const draw = logNormal.draws(rng)
      const arms = [new RunningArm(), new RunningArm()] as const
      const watches = [new Watch(two), new Watch(one), new Watch(one), new Watch(naive)] as const
      const assign = evenSplit(rng)
      for (let n = 1; n <= LAST; n++) {
        const which = assign()
        arms[which].add(which === 0 ? draw() : LIFT * draw())
        if (arms[0].n < BURN_IN || arms[1].n < BURN_IN) continue
        const z = zOfRatio(arms[0], arms[1], LIFT)
        watches[0].look(z, n)
        watches[1].look(-z, n)
        watches[2].look(z, n)
        watches[3].look(z, n)
      }
      return watches.map(watch => watch.hasRejected)
    }
  },
}

/** The relative effect's distance from the truth in standard errors, by the delta method. */
export function zOfRatio(control: RunningArm, variant: RunningArm, truth: number): number {
  const ratio = variant.mean / control.mean
  const error = Math.sqrt(errorVariance(variant) + ratio * ratio * errorVariance(control)) / control.mean
  return (ratio - truth) / error
}

/** Heavier tails than the method is made for. */
export const rawAnytimeScenario: Scenario = ofMeans(pareto, 3, 'reported')

export const anytimeScenarios: readonly Scenario[] = [
  ofMeans(normal, 1, 'holds'),
  ofMeans(logNormal, 2, 'holds'),
  winsorised,
  clustered,
  pairs,
  relative,
]
