// Bayesian answers, when the prior is that of the effects there are.
import { bestOfNormals } from '../bayes/best.ts'
import { type BetaPrior, compareBetaBinomial } from '../bayes/beta-binomial.ts'
import { compareNormal, type EffectPrior } from '../bayes/normal-effect.ts'
import type { Interval, Result } from '../result.ts'
import { drawBeta, type Rng } from '../rng/rng.ts'
import { misses, rejects, type Scenario } from './law.ts'
import type { Expected, Measurement } from './measurement.ts'
import { normalDraws } from './normal-draws.ts'

import { armOf, RunningArm } from './running-arm.ts'

const OPTIONS = { scale: 'absolute', better: 'higher', level: 0.95 } as const
/** Standard deviation of the effects. */
const SPREAD = 0.2
const PRIOR = { kind: 'normal', mean: 0, variance: SPREAD ** 2, scale: 'absolute' } as const
const BETA = { a: 2, b: 18 } as const
const LOOKS = 20

type Posterior = Result<{ readonly kind: 'posterior'; readonly interval: Interval }>

function misled(posterior: Posterior, truth: number): boolean {
  if (posterior.kind !== 'posterior') throw new Error(posterior.kind)
  return truth < (posterior.interval.lower ?? -Infinity) || truth > (posterior.interval.upper ?? Infinity)
}

const credible: Scenario = {
  name: 'credible intervals',
  data: `effects drawn from the prior: normal, deviation ${SPREAD}, 100 units on each variant`,
  seed: 91,
  laws: [
    misses('normal_effect', 'holds'),
    misses('normal_effect, a prior a quarter as wide', 'broken'),
    rejects(`chance to beat control >= 0.95 at any of ${LOOKS} looks, no effect, flat prior`, 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const effect = SPREAD * draw()
    const [control, variant] = [armOf(100, draw).summary(), armOf(100, () => effect + draw()).summary()]
    const narrow = { ...PRIOR, variance: PRIOR.variance / 16 }
    return [
      misled(compareNormal(control, variant, { ...OPTIONS, prior: PRIOR }), effect),
      misled(compareNormal(control, variant, { ...OPTIONS, prior: narrow }), effect),
      isConvincedOnce(draw),
    ]
  },
}

/** Of each variant: so few that pairs of successes come again, as a comparison takes some milliseconds. */
const FEW = 30

/** The method's own intervals, each pair of successes worked out once; the other way round they are the same, mirrored. */
class RateIntervals {
  readonly #prior: BetaPrior
  readonly #known = new Map<number, Interval>()

  constructor(prior: BetaPrior) {
    this.#prior = prior
  }

  of(control: number, variant: number): { readonly lower: number; readonly upper: number } {
    const isMirrored = control > variant
    const interval = isMirrored ? this.#ordered(variant, control) : this.#ordered(control, variant)
    const [lower, upper] = [interval.lower ?? -1, interval.upper ?? 1]
    return isMirrored ? { lower: -upper, upper: -lower } : { lower, upper }
  }

  #ordered(fewer: number, more: number): Interval {
    const key = fewer * (FEW + 1) + more
    const interval = this.#known.get(key) ?? this.#workOut(fewer, more)
    this.#known.set(key, interval)
    return interval
  }

  #workOut(fewer: number, more: number): Interval {
    const summary = (successes: number) => ({ kind: 'proportion', n: FEW, successes }) as const
    const posterior = compareBetaBinomial(summary(fewer), summary(more), { ...OPTIONS, prior: this.#prior })
    if (posterior.kind !== 'posterior') throw new Error(posterior.kind)
    return posterior.interval
  }
}

const credibleRates: Scenario = {
  name: 'credible intervals, rates',
  data: `rates drawn from the prior, Beta(2, 18), ${FEW} units on each variant`,
  seed: 92,
  laws: [misses('beta_binomial', 'holds'), misses('beta_binomial, a prior of 20 times the weight', 'broken')],
  prepare: () => {
    const priors = [new RateIntervals(BETA), new RateIntervals({ a: 20 * BETA.a, b: 20 * BETA.b })]
    return rng => {
      const [p, q] = [drawBeta(rng, BETA.a, BETA.b), drawBeta(rng, BETA.a, BETA.b)]
      const [control, variant] = [successesOf(rng, p), successesOf(rng, q)]
      return priors.map(intervals => {
        const { lower, upper } = intervals.of(control, variant)
        return q - p < lower || q - p > upper
      })
    }
  },
}

function successesOf(rng: Rng, rate: number): number {
  let successes = 0
  for (let i = 0; i < FEW; i++) if (rng.uniform() < rate) successes++
  return successes
}

/** Stopping when the chance is high: what a posterior does not account for. */
function isConvincedOnce(draw: () => number): boolean {
  const [control, variant] = [new RunningArm(), new RunningArm()]
  for (let look = 0; look < LOOKS; look++) {
    for (let i = 0; i < 20; i++) {
      control.add(draw())
      variant.add(draw())
    }
    const posterior = compareNormal(control.summary(), variant.summary(), {
      ...OPTIONS,
      prior: { kind: 'flat' },
    })
    if (posterior.kind === 'posterior' && posterior.chanceToBeatControl >= 0.95) return true
  }
  return false
}

export const posteriorScenarios: readonly Scenario[] = [credible, credibleRates]

const ARMS = 4

/** Draws of truths and of what 50 units on each arm say of them. */
function believe(rng: Rng) {
  const draw = normalDraws(rng)
  const truths = Array.from({ length: ARMS }, () => SPREAD * draw())
  const precision = 50 + 1 / SPREAD ** 2
  const beliefs = truths.map(truth => ({
    kind: 'normal' as const,
    mean: (50 * truth + Math.sqrt(50) * draw()) / precision,
    deviation: 1 / Math.sqrt(precision),
  }))
  return { truths, beliefs }
}

const NONE: Expected = { kind: 'within', low: 0, high: 0 }
const SOME: Expected = { kind: 'outside', low: 0, high: 0 }

/** How often the arm that looks best is the best one, less the probability given to that; and what it is short of the best. */
export const best: Measurement = {
  name: 'probability to be best',
  data: `${ARMS} arms, means drawn from a normal prior of deviation ${SPREAD}, 50 units on each`,
  seed: 93,
  quantities: [
    { what: 'share less probability, best_of_normals', expected: NONE },
    { what: 'loss less expected loss, best_of_normals', expected: NONE },
    { what: 'share less 1: the leader taken for the best', expected: SOME },
  ],
  prepare: () => rng => {
    const { truths, beliefs } = believe(rng)
    const result = bestOfNormals(beliefs, 'higher')
    if (result.kind === 'invalid') throw new Error(result.argument)
    const leader = indexOfGreatest(beliefs.map(({ mean }) => mean))
    const isBest = leader === indexOfGreatest(truths) ? 1 : 0
    const loss = Math.max(...truths) - (truths[leader] ?? 0)
    return [isBest - (result.best[leader] ?? 0), loss - (result.expectedLoss[leader] ?? 0), isBest - 1]
  },
}

function indexOfGreatest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}

/** Of effects that are smaller than the errors they are seen with, so that a prior matters. */
const LITTLE = 0.1
const LITTLE_PRIOR: EffectPrior = { kind: 'normal', mean: 0, variance: LITTLE ** 2, scale: 'absolute' }

/** The same of two variants, by `compareNormal`. */
export const better: Measurement = {
  name: 'chance to beat control',
  data: `effects drawn from the prior: normal, deviation ${LITTLE}, 100 units on each variant`,
  seed: 94,
  quantities: [
    { what: 'share less chance', expected: NONE },
    { what: 'loss less expected loss of the variant', expected: NONE },
    { what: 'share less chance of the one that looks better, flat prior', expected: SOME },
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const effect = LITTLE * draw()
    const [control, variant] = [armOf(100, draw).summary(), armOf(100, () => effect + draw()).summary()]
    const compare = (prior: EffectPrior) => {
      const posterior = compareNormal(control, variant, { ...OPTIONS, prior })
      if (posterior.kind !== 'posterior') throw new Error(posterior.kind)
      return posterior
    }
    const [right, flat] = [compare(LITTLE_PRIOR), compare({ kind: 'flat' })]
    const isBetter = effect > 0 ? 1 : 0
    const off = isBetter - flat.chanceToBeatControl
    return [
      isBetter - right.chanceToBeatControl,
      Math.max(0, -effect) - right.expectedLoss.variant,
      flat.chanceToBeatControl > 0.5 ? off : -off,
    ]
  },
}
