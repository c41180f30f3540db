// Bayesian answers, when the prior is that of the effects there are.
import { bestOfNormals } from '../bayes/best.ts'
import { compareBetaBinomial } from '../bayes/beta-binomial.ts'
import { compareNormal } from '../bayes/normal-effect.ts'
import type { Interval, Result } from '../result.ts'
import { drawBeta, type Rng } from '../rng/rng.ts'
import { misses, rejects, type Scenario } from './law.ts'
import type { Measurement } from './measurement.ts'
import { normalDraws } from './population.ts'
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

/** Takes some milliseconds a comparison. */
const credibleRates: Scenario = {
  name: 'credible intervals, rates',
  data: 'rates drawn from the prior, Beta(2, 18), 200 units on each variant',
  seed: 92,
  thinning: 10,
  laws: [misses('beta_binomial', 'holds'), misses('beta_binomial, a prior of 20 times the weight', 'broken')],
  prepare: () => rng => {
    const [p, q] = [drawBeta(rng, BETA.a, BETA.b), drawBeta(rng, BETA.a, BETA.b)]
    const [control, variant] = [proportionOf(rng, p), proportionOf(rng, q)]
    const heavy = { a: 20 * BETA.a, b: 20 * BETA.b }
    return [BETA, heavy].map(prior =>
      misled(compareBetaBinomial(control, variant, { ...OPTIONS, prior }), q - p),
    )
  },
}

function proportionOf(rng: Rng, rate: number) {
  let successes = 0
  for (let i = 0; i < 200; i++) if (rng.uniform() < rate) successes++
  return { kind: 'proportion', n: 200, successes } as const
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

export const posteriorScenarios: readonly Scenario[] = [credible]
export const slowPosteriorScenarios: readonly Scenario[] = [credibleRates]

const ARMS = 4

/** How often the arm that looks best is the best one, less the probability given to that. */
export const best: Measurement = {
  name: 'probability to be best',
  data: `${ARMS} arms, means drawn from a normal prior of deviation ${SPREAD}, 50 units on each`,
  seed: 93,
  thinning: 10,
  quantities: [
    { what: 'share less probability, best_of_normals', expected: { kind: 'within', low: 0, high: 0 } },
    {
      what: 'share less 1: the leader taken for the best',
      expected: { kind: 'outside', low: 0, high: 0 },
    },
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const truths = Array.from({ length: ARMS }, () => SPREAD * draw())
    const precision = 50 + 1 / SPREAD ** 2
    const beliefs = truths.map(truth => ({
      kind: 'normal' as const,
      mean: (50 * truth + Math.sqrt(50) * draw()) / precision,
      deviation: 1 / Math.sqrt(precision),
    }))
    const result = bestOfNormals(beliefs, 'higher')
    if (result.kind === 'invalid') throw new Error(result.argument)
    const leader = indexOfGreatest(beliefs.map(({ mean }) => mean))
    const isBest = leader === indexOfGreatest(truths) ? 1 : 0
    return [isBest - (result.best[leader] ?? 0), isBest - 1]
  },
}

function indexOfGreatest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}
