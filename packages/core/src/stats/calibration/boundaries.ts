// What sequences are made of: boundaries that sums of centred values cross with probability alpha at most, ever.
import type { Rng } from '../rng/rng.ts'
import { betaBinomialMixture } from '../sequential/always-valid/boundary/beta-binomial.ts'
import { gammaExponentialMixture } from '../sequential/always-valid/boundary/gamma-exponential.ts'
import { gammaPoissonMixture } from '../sequential/always-valid/boundary/gamma-poisson.ts'
import type { Mixture } from '../sequential/always-valid/boundary/mixture.ts'
import { normalMixture } from '../sequential/always-valid/boundary/normal-mixture.ts'
import { stitchedBoundary } from '../sequential/always-valid/boundary/stitching.ts'
import { rejects, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'

const ALPHA = 0.05
const LOG_LIMIT = -Math.log(ALPHA)
const VALUES = 1000
const TUNED_FOR = 200
/** Of successes: rare, so that the sums are skewed upwards. */
const RATE = 0.1

/** A sum of centred values with the sum of their variances. */
class Sum {
  readonly #draw: () => number
  readonly #variance: number
  total = 0
  time = 0

  constructor(draw: () => number, variance: number) {
    this.#draw = draw
    this.#variance = variance
  }

  advance(): void {
    this.total += this.#draw()
    this.time += this.#variance
  }

  /** Far from significant at a single look, there is no need to work the evidence out. */
  crosses({ logMartingale }: Pick<Mixture, 'logMartingale'>): boolean {
    if (this.total * this.total < 1.5 ** 2 * this.time) return false
    return logMartingale(this.total, this.time) >= LOG_LIMIT
  }
}

/** Events of a Poisson process in a unit of time. */
function poissonDraws(rng: Rng): () => number {
  return () => {
    let [events, product] = [0, rng.uniform()]
    while (product > Math.exp(-1)) {
      events++
      product *= rng.uniform()
    }
    return events
  }
}

const sums: Scenario = {
  name: 'every value, boundaries',
  data: `sums of normal, exponential and Poisson values of variance 1 and of successes at a rate of ${RATE}; looks from the first to ${VALUES} values`,
  seed: 50,
  laws: [
    rejects('normal_mixture, two-sided', 'holds'),
    rejects('normal_mixture, one-sided', 'holds'),
    rejects('stitched boundary, one-sided', 'holds'),
    rejects('gamma_exponential_mixture', 'holds'),
    rejects('gamma_poisson_mixture', 'holds'),
    rejects('beta_binomial_mixture, two-sided', 'holds'),
    rejects('1.645 standard errors at every value', 'broken'),
  ],
  prepare: () => {
    const tuning = { intrinsicTime: TUNED_FOR, alpha: ALPHA }
    const [two, one] = [normalMixture(tuning, 'two_sided'), normalMixture(tuning, 'one_sided')]
    const exponential = gammaExponentialMixture(tuning, 1)
    const poisson = gammaPoissonMixture(tuning, 1)
    const variance = RATE * (1 - RATE)
    const rateTuning = { ...tuning, intrinsicTime: variance * TUNED_FOR }
    const binomial = betaBinomialMixture(rateTuning, RATE, 1 - RATE, 'two_sided')
    const stitched = Float64Array.from({ length: VALUES + 1 }, (_, n) => stitchedBoundary(n, ALPHA, 10, 0))
    return rng => {
      const events = poissonDraws(rng)
      const normal = new Sum(normalDraws(rng), 1)
      const waiting = new Sum(() => -Math.log(1 - rng.uniform()) - 1, 1)
      const counted = new Sum(() => events() - 1, 1)
      const succeeded = new Sum(() => (rng.uniform() < RATE ? 1 - RATE : -RATE), variance)
      const errors = Array<boolean>(7).fill(false)
      for (let n = 1; n <= VALUES; n++) {
        for (const sum of [normal, waiting, counted, succeeded]) sum.advance()
        errors[0] ||= normal.crosses(two)
        errors[1] ||= normal.crosses(one)
        errors[2] ||= normal.total > (stitched[n] ?? 0)
        errors[3] ||= waiting.crosses(exponential)
        errors[4] ||= counted.crosses(poisson)
        errors[5] ||= succeeded.crosses(binomial)
        errors[6] ||= normal.total > 1.645 * Math.sqrt(n)
      }
      return errors
    }
  },
}

export const boundaryScenarios: readonly Scenario[] = [sums]
