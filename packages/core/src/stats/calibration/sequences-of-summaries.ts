// Looks at CUPED, at counts and at relative effects across a re-weight, by the methods themselves.
import type { Result } from '../result.ts'
import type { Rng } from '../rng/rng.ts'
import { compareSequentially } from '../sequential/always-valid/asymptotic/compare.ts'
import {
  type AipwState,
  addLoggedUnit,
  aipwSequence,
  noLoggedUnits,
} from '../sequential/always-valid/propensity/aipw-sequence.ts'
import type { CountSummary, CupedSummary } from '../summary/summary.ts'
import { isMissed, isRejected, misses, rejects, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'
import { RunningArm } from './running-arm.ts'

/** Of a single look. */
const NAIVE = 1.96
/** Below what any sequence asks for, one-sided too. */
const LEAST_Z = 1.6

/** A value and its covariate, unit by unit: plain sums. */
export class RunningPairs {
  #n = 0
  readonly #sums = [0, 0]
  readonly #products = [0, 0, 0]

  add(value: number, before: number): void {
    this.#n++
    this.#sums[0] = (this.#sums[0] ?? 0) + value
    this.#sums[1] = (this.#sums[1] ?? 0) + before
    this.#products[0] = (this.#products[0] ?? 0) + value * value
    this.#products[1] = (this.#products[1] ?? 0) + value * before
    this.#products[2] = (this.#products[2] ?? 0) + before * before
  }

  summary(): CupedSummary {
    const [y = 0, x = 0] = this.#sums
    const [yy = 0, xy = 0, xx = 0] = this.#products
    const n = this.#n
    const between = xy - (x * y) / n
    const comoments = [
      [yy - (y * y) / n, between],
      [between, xx - (x * x) / n],
    ]
    return { kind: 'cuped', moments: { n, means: [y / n, x / n], comoments } }
  }
}

/** The distance from the truth in standard errors; 0 without an estimate. */
function zOfResult(result: Result, truth: number): number {
  return result.kind === 'estimate' ? (result.effect - truth) / (result.standardError ?? Infinity) : 0
}

/** As if the look were the only one. */
function isOffAlone(result: Result, truth: number): boolean {
  return Math.abs(zOfResult(result, truth)) > NAIVE
}

const CUPED_UNITS = 2000
const CUPED_STEP = 100
const LIFT = 0.1

/** Values correlate by 0.8 with those of before; skewed ones are their exponentials, of which the variant's are larger. */
const cuped: Scenario = {
  name: 'every look, CUPED',
  data: `normal, and skewed with values a tenth larger, correlation with the covariate 0.8; a look at every ${CUPED_STEP}th of ${CUPED_UNITS} units`,
  seed: 306,
  laws: [
    rejects('asymptotic_sequence of CUPED', 'holds'),
    rejects('asymptotic_sequence of CUPED, greater', 'holds'),
    misses('asymptotic_sequence of CUPED, relative, skewed', 'holds'),
    rejects('cuped_t at every look', 'broken'),
    misses('cuped_t_delta at every look, skewed', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const [plain, skewed] = [pairOfPairs(), pairOfPairs()]
    const errors = Array<boolean>(5).fill(false)
    for (let n = 0; n <= CUPED_UNITS; n++) {
      if (n >= 200 && n % CUPED_STEP === 0) lookAtPairs(plain, skewed, errors)
      const before = draw()
      const value = 0.8 * before + 0.6 * draw()
      plain[n % 2 === 0 ? 0 : 1].add(value, before)
      skewed[n % 2 === 0 ? 0 : 1].add(
        (n % 2 === 0 ? 1 : 1 + LIFT) * Math.exp(value / 2),
        Math.exp(before / 2),
      )
    }
    return errors
  },
}

type Pairs = readonly [RunningPairs, RunningPairs]

function pairOfPairs(): Pairs {
  return [new RunningPairs(), new RunningPairs()]
}

function lookAtPairs(plain: Pairs, skewed: Pairs, errors: boolean[]): void {
  const options = { tunedFor: 1000 }
  const normal = [plain[0].summary(), plain[1].summary()] as const
  const both = compareSequentially(...normal, options)
  const isFar = isOffAlone(both, 0)
  errors[0] ||= isRejected(both)
  errors[1] ||=
    zOfResult(both, 0) > LEAST_Z &&
    isRejected(compareSequentially(...normal, { ...options, alternative: 'greater' }))
  const relative = compareSequentially(skewed[0].summary(), skewed[1].summary(), {
    ...options,
    scale: 'relative',
  })
  errors[2] ||= isMissed(relative, LIFT)
  errors[3] ||= isFar
  errors[4] ||= isOffAlone(relative, LIFT)
}

const PERIODS = 250
/** Events expected in a period. */
export const EVENTS = { control: 4, variant: 5 } as const

/** The distances from the truth in standard errors, absolute and relative. */
export function zOfCounts(control: number, variant: number, periods: number): readonly [number, number] {
  const absolute =
    (variant - control - (EVENTS.variant - EVENTS.control) * periods) / Math.sqrt(control + variant)
  const ratio = variant / control
  const relative = (ratio - EVENTS.variant / EVENTS.control) / (ratio * Math.sqrt(1 / control + 1 / variant))
  return [absolute, relative]
}

/** Poisson counts of a whole number of events expected. */
function drawEvents(rng: Rng, expected: number): number {
  let [events, product] = [0, rng.uniform()]
  const least = Math.exp(-expected)
  while (product > least) {
    events++
    product *= rng.uniform()
  }
  return events
}

const counts: Scenario = {
  name: 'every look, counts',
  data: `Poisson, ${EVENTS.control} events expected in a period on the control and ${EVENTS.variant} on the variant; a look after each of ${PERIODS} periods, from 100 events on each on`,
  seed: 307,
  laws: [
    misses('asymptotic_sequence of counts', 'holds'),
    misses('asymptotic_sequence of counts, relative', 'holds'),
    misses('1.96 standard errors at every look', 'broken'),
    misses('1.96 standard errors at every look, relative', 'broken'),
  ],
  prepare: () => rng => {
    const errors = [false, false, false, false]
    let [a, b] = [0, 0]
    for (let periods = 1; periods <= PERIODS; periods++) {
      a += drawEvents(rng, EVENTS.control)
      b += drawEvents(rng, EVENTS.variant)
      if (Math.min(a, b) < 100) continue
      zOfCounts(a, b, periods).forEach((z, i) => {
        // What a single look would not exclude, no sequence does.
        if (Math.abs(z) <= NAIVE) return
        errors[2 + i] = true
        errors[i] ||= missesCounts(
          countOf(a, periods),
          countOf(b, periods),
          i === 0 ? 'absolute' : 'relative',
        )
      })
    }
    return errors
  },
}

function countOf(events: number, exposure: number): CountSummary {
  return { kind: 'count', events, exposure }
}

function missesCounts(control: CountSummary, variant: CountSummary, scale: 'absolute' | 'relative'): boolean {
  const [a, b] = [EVENTS.control, EVENTS.variant]
  const truth = scale === 'absolute' ? b - a : b / a - 1
  return isMissed(compareSequentially(control, variant, { scale, tunedFor: 1000 }), truth)
}

const LOGGED_UNITS = 1000
const LOGGED_STEP = 20
/** Of the control: it rises while the weights change, as does the variant's in proportion. */
const [LEVEL, RISE] = [3, 3]

/** A level that rises, and a share of the variant that rises with it: means of all units would see an effect. */
const reweighted: Scenario = {
  name: 'every look, relative effect and a re-weight',
  data: `normal, level rising from ${LEVEL} to ${LEVEL + RISE} deviations, a variant a tenth larger; share 30 % then 50 %; a look at every ${LOGGED_STEP}th of ${LOGGED_UNITS} units`,
  seed: 308,
  laws: [
    misses('aipw_sequence, relative', 'holds'),
    rejects('aipw_sequence, relative, less, at a margin of that effect', 'holds'),
    misses('asymptotic_sequence, relative, of all units', 'broken'),
    misses('1.96 standard errors of aipw_sequence at every look', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const pooled = [new RunningArm(), new RunningArm()] as const
    const errors = Array<boolean>(4).fill(false)
    let state = noLoggedUnits(100)
    for (let n = 1; n <= LOGGED_UNITS; n++) {
      const share = n <= LOGGED_UNITS / 2 ? 0.3 : 0.5
      const isVariant = rng.uniform() < share
      const level = LEVEL + (RISE * n) / LOGGED_UNITS
      const outcome = (isVariant ? 1 + LIFT : 1) * level + draw()
      pooled[isVariant ? 1 : 0].add(outcome)
      const assigned = isVariant ? 'variant' : 'control'
      state = addLoggedUnit(state, { assigned, outcome, propensity: { control: 1 - share, variant: share } })
      if (n % LOGGED_STEP === 0) lookAtLogged(state, pooled, errors)
    }
    return errors
  },
}

function lookAtLogged(
  state: AipwState,
  [control, variant]: readonly [RunningArm, RunningArm],
  errors: boolean[],
): void {
  const options = { scale: 'relative', tunedFor: 1000 } as const
  const both = aipwSequence(state, options)
  errors[0] ||= isMissed(both, LIFT)
  errors[1] ||=
    zOfResult(both, LIFT) < -LEAST_Z &&
    isRejected(aipwSequence(state, { ...options, alternative: 'less', nullEffect: LIFT }))
  errors[2] ||= isMissed(compareSequentially(control.summary(), variant.summary(), options), LIFT)
  errors[3] ||= isOffAlone(both, LIFT)
}

export const summarySequenceScenarios: readonly Scenario[] = [cuped, counts, reweighted]
