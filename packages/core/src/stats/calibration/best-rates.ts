// The probability to be best of several proportions, when the prior is that of the rates there are.
import { type BestOfMany, bestOfBetas } from '../bayes/best.ts'
import type { BetaPrior } from '../bayes/beta-binomial.ts'
import { drawBeta, type Rng } from '../rng/rng.ts'
import type { Expected, Measurement } from './measurement.ts'

const ARMS = 3
/** On each arm: so few that triples of successes come again, as the integrals of one take some milliseconds. */
const UNITS = 8
const PRIOR: BetaPrior = { a: 6, b: 18 }
const FLAT: BetaPrior = { a: 1, b: 1 }

/** What is believed of the arms in order of their successes, the most first, each triple worked out once. */
class Beliefs {
  readonly #prior: BetaPrior
  readonly #known = new Map<string, BestOfMany>()

  constructor(prior: BetaPrior) {
    this.#prior = prior
  }

  of(successes: readonly number[]): BestOfMany {
    const key = successes.join()
    const best = this.#known.get(key) ?? this.#workOut(successes)
    this.#known.set(key, best)
    return best
  }

  #workOut(successes: readonly number[]): BestOfMany {
    const { a, b } = this.#prior
    const beliefs = successes.map(s => ({ kind: 'beta', a: a + s, b: b + UNITS - s }) as const)
    const best = bestOfBetas(beliefs, 'higher')
    if (best.kind === 'invalid') throw new Error(best.argument)
    return best
  }
}

interface SeenRate {
  readonly rate: number
  readonly successes: number
}

/** Rates from the prior with what the units say of them, the most successes first. */
function seenRates(rng: Rng): readonly SeenRate[] {
  const arms = Array.from({ length: ARMS }, () => {
    const rate = drawBeta(rng, PRIOR.a, PRIOR.b)
    let successes = 0
    for (let i = 0; i < UNITS; i++) if (rng.uniform() < rate) successes++
    return { rate, successes }
  })
  return arms.toSorted((x, y) => y.successes - x.successes)
}

const NONE: Expected = { kind: 'within', low: 0, high: 0 }
const SOME: Expected = { kind: 'outside', low: 0, high: 0 }

/** Of the arm with the most successes, and of the one with the fewest, of which a prior says the most. */
export const bestRates: Measurement = {
  name: 'probability to be best, rates',
  data: `${ARMS} arms, rates drawn from the prior Beta(${PRIOR.a}, ${PRIOR.b}), ${UNITS} units on each`,
  seed: 312,
  quantities: [
    { what: 'share less probability of the leader, best_of_betas', expected: NONE },
    { what: 'share less probability of the last, best_of_betas', expected: NONE },
    { what: 'share less probability of the leader to be second, best_of_betas', expected: NONE },
    { what: 'loss less expected loss of the leader, best_of_betas', expected: NONE },
    { what: 'share less probability of the leader, flat prior', expected: SOME },
    { what: 'loss less expected loss of the leader, flat prior', expected: SOME },
  ],
  prepare: () => {
    const [right, flat] = [new Beliefs(PRIOR), new Beliefs(FLAT)]
    return rng => {
      const arms = seenRates(rng)
      const successes = arms.map(arm => arm.successes)
      const [believed, other] = [right.of(successes), flat.of(successes)]
      const ranks = arms.map(({ rate }) => arms.filter(arm => arm.rate > rate).length)
      const loss = Math.max(...arms.map(({ rate }) => rate)) - (arms[0]?.rate ?? 0)
      const share = (arm: number, rank: number) => (ranks.at(arm) === rank ? 1 : 0)
      return [
        share(0, 0) - (believed.best[0] ?? 0),
        share(-1, 0) - (believed.best.at(-1) ?? 0),
        share(0, 1) - (believed.second[0] ?? 0),
        loss - (believed.expectedLoss[0] ?? 0),
        share(0, 0) - (other.best[0] ?? 0),
        loss - (other.expectedLoss[0] ?? 0),
      ]
    }
  },
}
