// A canary with few units of which few fail: for a while its own variance is not known, and nothing shows that.

import type { Alternative } from '../result.ts'
import type { Rng } from '../rng/rng.ts'
import { compareSequentially } from '../sequential/always-valid/asymptotic/compare.ts'
import {
  KNOWN_EVENTS,
  meanSpread,
  proportionSpread,
  type Spread,
  spreadFactor,
} from '../sequential/always-valid/asymptotic/sparse.ts'
import type { MeanSummary, ProportionSummary } from '../summary/summary.ts'
import { isMissed, isRejected, misses, rejects, type Scenario } from './law.ts'
import { logNormal } from './population.ts'
import { RunningAipw } from './running-aipw.ts'
import { type RunningArm, zOf } from './running-arm.ts'
import { BURN_IN, type Limits, sequenceLimits } from './watch.ts'

const ALPHA = 0.05
/** Of the units, on the canary. */
const SHARE = 0.05
/** Units until the burn-in of the canary is over, on average, times 50. */
const UNITS = (50 * BURN_IN) / SHARE
/** Of `aipwSequence`: twice as long. */
const AIPW_BURN_IN = 2 * BURN_IN

/** Failure rates of control and canary. */
type Rates = readonly [control: number, canary: number]

/**
 * Units drawn one by one but for those of the control that succeed, of which only the number up to the next other unit is
 * drawn: between two of those nothing is looked at, as nothing happens but that the control's rate falls a little.
 *
 * @param visit - after every failure and every unit of the canary
 */
export function visitCanary(rng: Rng, rates: Rates, last: number, visit: (state: RunningAipw) => void): void {
  const state = new RunningAipw(AIPW_BURN_IN)
  const [control, canary] = state.arms
  const eventful = SHARE + (1 - SHARE) * rates[0]
  const logQuiet = Math.log1p(-eventful)
  for (;;) {
    const quiet = Math.floor(Math.log(1 - rng.uniform()) / logQuiet)
    if (control.n + canary.n + quiet + 1 > last) return
    if (quiet > 0) state.add(0, 0, SHARE, quiet)
    if (rng.uniform() < SHARE / eventful) state.add(1, rng.uniform() < rates[1] ? 1 : 0, SHARE)
    else state.add(0, 1, SHARE)
    visit(state)
  }
}

/** z of `compareSequentially` for two proportions, by the number of failures and units of each. */
export function zOfRates(control: RunningArm, canary: RunningArm, nullEffect: number): number {
  const variance = ({ mean, n }: RunningArm) => (mean * (1 - mean)) / n
  return (canary.mean - control.mean - nullEffect) / Math.sqrt(variance(control) + variance(canary))
}

export function proportionOf({ n, sum }: RunningArm): ProportionSummary {
  return { kind: 'proportion', n, successes: sum }
}

type Errs = (control: RunningArm, canary: RunningArm) => boolean
type Widening = (control: RunningArm, canary: RunningArm) => number

/** The method's factor; infinite where it has no answer. */
function wideningBy(spread: (arm: RunningArm) => Spread): Widening {
  return (control, canary) => {
    const factor = spreadFactor(spread(control), spread(canary), KNOWN_EVENTS)
    return typeof factor === 'number' ? factor : Infinity
  }
}

/** Answers of `compareSequentially` at every look, and of the same sequence by each variant's own variance all along. */
class Question {
  readonly #limits: Float64Array
  readonly #alternative: Alternative
  readonly #widening: Widening
  readonly #errs: Errs
  hasErred = false
  hasErredByOwn = false

  /**
   * @param widening - of the standard error, at least, by which the method differs from the own variances
   * @param errs - what the method itself says at a look
   */
  constructor(limits: Limits, alternative: Alternative, widening: Widening, errs: Errs) {
    this.#limits = limits.byUnits
    this.#alternative = alternative
    this.#widening = widening
    this.#errs = errs
  }

  /** @param z - by the variants' own variances */
  look(control: RunningArm, canary: RunningArm, z: number): void {
    const towards = { two_sided: Math.abs(z), greater: z, less: -z }[this.#alternative]
    const limit = this.#limits[control.n + canary.n] ?? Infinity
    if (!(towards > limit)) return
    this.hasErredByOwn = true
    // The method's standard error is never below that of the own variances times the factor: where that shows nothing,
    // nor does the method.
    if (this.hasErred || !(towards > limit * this.#widening(control, canary))) return
    this.hasErred = this.#errs(control, canary)
  }
}

/** Whether `aipwSequence` ever says that the effect is another, or a lower one, than it is. */
class AipwQuestions {
  readonly #effect: number
  isOff = false
  isLess = false

  constructor(effect: number) {
    this.#effect = effect
  }

  look(state: RunningAipw): void {
    if (state.arms[1].n < AIPW_BURN_IN || Math.abs(state.z(this.#effect)) < 1.6) return
    this.isOff ||= state.rejects('two_sided', 1, this.#effect)
    this.isLess ||= state.rejects('one_sided', -1, this.#effect)
  }
}

/** Questions whether the effect is beyond the null effect, which it is not, and whether the interval leaves it out. */
function questionsOf(
  summary: (arm: RunningArm) => ProportionSummary | MeanSummary,
  spread: (arm: RunningArm) => Spread,
) {
  const widening = wideningBy(spread)
  const limits = {
    two_sided: sequenceLimits(ALPHA, 'two_sided', UNITS),
    one_sided: sequenceLimits(ALPHA, 'one_sided', UNITS),
  }
  const ask = (alternative: Alternative, nullEffect: number) =>
    new Question(
      limits[alternative === 'two_sided' ? 'two_sided' : 'one_sided'],
      alternative,
      widening,
      (control, canary) =>
        isRejected(compareSequentially(summary(control), summary(canary), { alternative, nullEffect })),
    )
  const cover = (effect: number) =>
    new Question(limits.two_sided, 'two_sided', widening, (control, canary) =>
      isMissed(compareSequentially(summary(control), summary(canary)), effect),
    )
  return { ask, cover }
}

function alike(rate: number, seed: number): Scenario {
  return {
    name: `canary, ${100 * rate} % fail`,
    data: `a canary with 5 % of the units, ${100 * rate} % of all fail; looks at every failure and every unit of the canary, from ${BURN_IN} of them to ${UNITS} units`,
    seed,
    laws: [
      rejects('asymptotic_sequence of proportions', 'holds'),
      rejects('asymptotic_sequence of proportions, less', 'holds'),
      rejects('aipw_sequence', 'holds'),
      rejects('aipw_sequence, less', 'holds'),
      rejects("asymptotic_sequence by the canary's own variance", 'broken'),
      rejects("asymptotic_sequence by the canary's own variance, less", 'broken'),
    ],
    prepare: () => {
      const { ask } = questionsOf(proportionOf, arm => proportionSpread(proportionOf(arm)))
      return rng => {
        const [both, less] = [ask('two_sided', 0), ask('less', 0)]
        const aipw = new AipwQuestions(0)
        visitCanary(rng, [rate, rate], UNITS, state => {
          const [control, canary] = state.arms
          if (canary.n < BURN_IN) return
          const z = zOfRates(control, canary, 0)
          both.look(control, canary, z)
          less.look(control, canary, z)
          aipw.look(state)
        })
        return [both.hasErred, less.hasErred, aipw.isOff, aipw.isLess, both.hasErredByOwn, less.hasErredByOwn]
      }
    },
  }
}

const MARGIN = 0.01
const WORSE: Rates = [0.01, 0.01 + MARGIN]

/** A canary just as bad as the guardrail lets it be. */
const guardrail: Scenario = {
  name: 'canary, guardrail',
  data: `a canary with 5 % of the units, 1 % of the control fail and 2 % of the canary, which is the margin; looks as before`,
  seed: 203,
  laws: [
    rejects('guardrail: safe, at the margin', 'holds'),
    rejects('guardrail: harmful, at the margin', 'holds'),
    misses('asymptotic_sequence of proportions', 'holds'),
    rejects('guardrail by aipw_sequence: safe, at the margin', 'holds'),
    misses('aipw_sequence', 'holds'),
    rejects("guardrail by the canary's own variance: safe, at the margin", 'broken'),
  ],
  prepare: () => {
    const { ask, cover } = questionsOf(proportionOf, arm => proportionSpread(proportionOf(arm)))
    return rng => {
      const [safe, harmful, interval] = [ask('less', MARGIN), ask('greater', MARGIN), cover(MARGIN)]
      const aipw = new AipwQuestions(MARGIN)
      visitCanary(rng, WORSE, UNITS, state => {
        const [control, canary] = state.arms
        if (canary.n < BURN_IN) return
        const z = zOfRates(control, canary, MARGIN)
        for (const question of [safe, harmful, interval]) question.look(control, canary, z)
        aipw.look(state)
      })
      return [safe.hasErred, harmful.hasErred, interval.hasErred, aipw.isLess, aipw.isOff, safe.hasErredByOwn]
    }
  },
}

/** Units of skewed values, one by one: five times the burn-in of `aipwSequence`, by when most errors are made. */
const SKEWED_UNITS = (5 * AIPW_BURN_IN) / SHARE

/** A mean too low and a spread too small come together, where a canary has not seen the large values yet. */
function skewed(name: string, seed: number, drawsOf: (rng: Rng) => () => number): Scenario {
  return {
    name: `canary, ${name}`,
    data: `${name} values, a canary with 5 % of the units; looks at every unit of it, from the ${BURN_IN}th to ${SKEWED_UNITS} units of both`,
    seed,
    laws: [
      rejects('asymptotic_sequence', 'holds'),
      rejects('asymptotic_sequence, less', 'holds'),
      rejects('aipw_sequence', 'reported'),
      rejects('aipw_sequence, less', 'reported'),
      rejects("asymptotic_sequence by the canary's own variance, less", 'broken'),
    ],
    prepare: () => {
      const { ask } = questionsOf(
        arm => arm.summary(),
        arm => meanSpread(arm.summary()),
      )
      return rng => {
        const draw = drawsOf(rng)
        const [both, less] = [ask('two_sided', 0), ask('less', 0)]
        const aipw = new AipwQuestions(0)
        const state = new RunningAipw(AIPW_BURN_IN)
        const [control, canary] = state.arms
        for (let n = 0; n < SKEWED_UNITS; n++) {
          const which = rng.uniform() < SHARE ? 1 : 0
          state.add(which, draw(), SHARE)
          if (which === 0 || canary.n < BURN_IN) continue
          const z = zOf(control, canary)
          both.look(control, canary, z)
          less.look(control, canary, z)
          aipw.look(state)
        }
        return [both.hasErred, less.hasErred, aipw.isOff, aipw.isLess, less.hasErredByOwn]
      }
    },
  }
}

export const canaryScenarios: readonly Scenario[] = [
  alike(0.02, 201),
  alike(0.005, 202),
  guardrail,
  skewed('log-normal', 204, rng => logNormal.draws(rng)),
]
