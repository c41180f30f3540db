// What a method promises about its errors, and whether simulated repetitions bear it out.
import { clopperPearson } from '../distribution/binomial.ts'
import type { Interval } from '../result.ts'
import { type Rng, seededRng } from '../rng/rng.ts'

/**
 * What is expected of a law. `holds`: the error rate is alpha at most. `near`: it is within `NEAR` of alpha, as the power
 * of a design is that asked for. `broken`: a wrong way to do it, whose error rate has to be seen to exceed alpha (or what
 * is near it), so that the simulation is known to notice. `reported`: nothing; data that the method is not made for.
 */
export type Expectation = 'holds' | 'near' | 'broken' | 'reported'

/** How far a power may be from the designed one: designs are for normal estimates with known variances. */
const NEAR = 0.03

/** One method's promise on the data of a scenario. */
export interface Law {
  /** What is done: `welch_t`. */
  readonly method: string
  /** What counts as an error: `rejects`, `misses` (an interval), `overlooks` (an effect). */
  readonly error: 'rejects' | 'misses' | 'overlooks'
  /** The error rate promised, in (0, 1). */
  readonly alpha: number
  readonly expectation: Expectation
}

/** Simulated data, and all laws that are looked at on them. */
export interface Scenario {
  readonly name: string
  /** Of the table: what the units are, and how many. */
  readonly data: string
  /** A whole number; no two scenarios have the same. */
  readonly seed: number
  readonly laws: readonly Law[]
  /** Does once what all repetitions share; no repetition changes it in a way that others see. */
  readonly prepare: () => Trial
}

/** One repetition: for each law of the scenario, in order, whether it erred. */
export type Trial = (rng: Rng) => readonly boolean[]

/** A law with what was seen of it. */
export interface Outcome extends Law {
  readonly errors: number
  readonly repetitions: number
  readonly rate: number
  /** One-sided 99 % bounds of the error rate, by Clopper and Pearson. */
  readonly lower: number
  readonly upper: number
  /** Whether that is as expected. */
  readonly isMet: boolean
}

/** A law about rejecting without an effect. */
export function rejects(method: string, expectation: Expectation, alpha = 0.05): Law {
  return { method, error: 'rejects', alpha, expectation }
}

/** A law about intervals that miss the truth. */
export function misses(method: string, expectation: Expectation, alpha = 0.05): Law {
  return { method, error: 'misses', alpha, expectation }
}

/** A law about tests that do not see an effect there is: alpha is 1 - power. */
export function overlooks(method: string, expectation: Expectation, alpha: number): Law {
  return { method, error: 'overlooks', alpha, expectation }
}

/** What a method may answer with, as far as errors go: without an estimate there is none. */
type Answer =
  | { readonly kind: 'estimate'; readonly p?: number | null; readonly interval: Interval }
  | { readonly kind: 'insufficient' | 'invalid' }

/** Whether it finds an effect. */
export function isRejected(answer: Answer, alpha = 0.05): boolean {
  return answer.kind === 'estimate' && (answer.p ?? 1) < alpha
}

/** Whether its interval leaves out the truth. */
export function isMissed(answer: Answer, truth: number): boolean {
  if (answer.kind !== 'estimate') return false
  const { lower, upper } = answer.interval
  return truth < (lower ?? -Infinity) || truth > (upper ?? Infinity)
}

/** Room for the repetitions of one scenario between its own seeds and those of the next. */
const SEEDS = 10_000_000

/** Prepared once for all parts of a calibration: tables take longer than some repetitions. */
const trials = new WeakMap<Scenario, Trial>()

function trialOf(scenario: Scenario): Trial {
  const trial = trials.get(scenario) ?? scenario.prepare()
  trials.set(scenario, trial)
  return trial
}

/**
 * Repeats a scenario and counts each law's errors.
 *
 * @param scenario - what to simulate
 * @param first - number of the first repetition, from 0; repetition i is the same whichever call it is part of
 * @param repetitions - how many, < 1e7
 */
export function countErrors(scenario: Scenario, first: number, repetitions: number): readonly number[] {
  const trial = trialOf(scenario)
  const errors = scenario.laws.map(() => 0)
  for (let i = first; i < first + repetitions; i++) {
    trial(seededRng(scenario.seed * SEEDS + i)).forEach((erred, law) => {
      if (erred) errors[law] = (errors[law] ?? 0) + 1
    })
  }
  return errors
}

/**
 * What the errors say of a law. It fails when the 99 % lower bound of its error rate exceeds alpha.
 *
 * Source: Clopper and Pearson (1934), Biometrika 26(4), doi:10.1093/biomet/26.4.404.
 */
export function judge(law: Law, errors: number, repetitions: number): Outcome {
  const { lower, upper } = clopperPearson(errors, repetitions, 0.98)
  const exceeds = lower > law.alpha
  const isMet = {
    holds: !exceeds,
    near: lower <= law.alpha + NEAR && upper >= law.alpha - NEAR,
    broken: exceeds,
    reported: true,
  }[law.expectation]
  return { ...law, errors, repetitions, rate: errors / repetitions, lower, upper, isMet }
}

/** Both together. */
export function simulate(scenario: Scenario, repetitions: number): readonly Outcome[] {
  const errors = countErrors(scenario, 0, repetitions)
  return scenario.laws.map((law, i) => judge(law, errors[i] ?? 0, repetitions))
}
