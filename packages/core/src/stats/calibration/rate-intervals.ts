// Exact sequences of rates that differ: their intervals and one-sided bounds, from the first unit on.
import { normalQuantile } from '../distribution/normal.ts'
import type { Rng } from '../rng/rng.ts'
import { rateConcentration, rateExcessLogE, rateSequence } from '../sequential/always-valid/bounded/rate.ts'
import {
  compareRatesSequentially,
  type RateOptions,
} from '../sequential/always-valid/bounded/rate-difference.ts'
import { RateArm } from './exact.ts'
import { isMissed, isRejected, misses, rejects, type Scenario } from './law.ts'

const ALPHA = 0.05
const LOG_LIMIT = -Math.log(ALPHA)
const NAIVE = -normalQuantile(ALPHA / 2)
const UNITS = 2000
/** The variant fails more than twice as often. */
export const FAILING = { control: 0.02, variant: 0.05 } as const
const DIFFERENCE = FAILING.variant - FAILING.control
const RELATIVE = FAILING.variant / FAILING.control - 1
/** Units between two looks. */
const STEP = 10

/** ln of the likelihoods mixed over the prior, over that at the true rate. */
export function logEAtTruth({ n, failures, logMarginal }: RateArm, rate: number): number {
  return logMarginal - failures * Math.log(rate) - (n - failures) * Math.log(1 - rate)
}

function proportionOf({ n, failures }: RateArm) {
  return { kind: 'proportion', n, successes: failures } as const
}

/** What the method itself says; worth its time only where the true rates make it possible that it errs. */
function compareArms(arms: readonly [RateArm, RateArm], options: RateOptions) {
  return compareRatesSequentially(proportionOf(arms[0]), proportionOf(arms[1]), options)
}

const QUESTIONS = [
  { law: misses('rate_difference_sequence', 'holds'), options: {}, truth: DIFFERENCE },
  {
    law: misses('rate_difference_sequence, relative', 'holds'),
    options: { scale: 'relative' },
    truth: RELATIVE,
  },
  {
    law: misses('rate_difference_sequence, greater', 'holds'),
    options: { alternative: 'greater' },
    truth: DIFFERENCE,
  },
  {
    law: misses('rate_difference_sequence, less', 'holds'),
    options: { alternative: 'less' },
    truth: DIFFERENCE,
  },
] as const

const MARGINS = [
  {
    law: rejects('rate_difference_sequence, less, at a margin of that difference', 'holds'),
    options: { alternative: 'less', nullEffect: DIFFERENCE },
  },
  {
    law: rejects('rate_difference_sequence, relative, greater, at a margin of that effect', 'holds'),
    options: { scale: 'relative', alternative: 'greater', nullEffect: RELATIVE },
  },
] as const

/** An unpooled z of two rates; 0 as long as there is no variance. */
function zOfDifference([control, variant]: readonly [RateArm, RateArm]): number {
  const [p, q] = [control.failures / control.n, variant.failures / variant.n]
  const variance = (p * (1 - p)) / control.n + (q * (1 - q)) / variant.n
  return variance > 0 ? (q - p - DIFFERENCE) / Math.sqrt(variance) : 0
}

function visit(rng: Rng, look: (arms: readonly [RateArm, RateArm]) => void): void {
  const arms = [new RateArm(), new RateArm()] as const
  for (let n = 1; n <= UNITS; n++) {
    const which = rng.uniform() < 0.5 ? 0 : 1
    arms[which].add(rng.uniform() < (which === 0 ? FAILING.control : FAILING.variant))
    if (n % STEP === 0 && arms[0].n > 0 && arms[1].n > 0) look(arms)
  }
}

/**
 * The evidence against an effect is the least over all pairs of rates that have it, or that the null hypothesis has: at the
 * true pair it is no less, and known at once.
 */
const differences: Scenario = {
  name: 'every unit, two failure rates',
  data: `2 units in 100 of the control fail and 5 of the variant; a look at every tenth of ${UNITS} units, from the first`,
  seed: 303,
  laws: [
    ...QUESTIONS.map(({ law }) => law),
    ...MARGINS.map(({ law }) => law),
    misses('difference -+ 1.96 standard errors at every look, from 10 failures on each', 'broken'),
  ],
  prepare: () => rng => {
    const errors = Array<boolean>(QUESTIONS.length + MARGINS.length + 1).fill(false)
    visit(rng, arms => {
      const known = Math.min(arms[0].failures, arms[1].failures) >= 10
      errors[errors.length - 1] ||= known && Math.abs(zOfDifference(arms)) > NAIVE
      const most = logEAtTruth(arms[0], FAILING.control) + logEAtTruth(arms[1], FAILING.variant)
      if (most < LOG_LIMIT - 1e-6) return
      QUESTIONS.forEach(({ options, truth }, i) => {
        errors[i] ||= isMissed(compareArms(arms, options), truth)
      })
      MARGINS.forEach(({ options }, i) => {
        errors[QUESTIONS.length + i] ||= isRejected(compareArms(arms, options))
      })
    })
    return errors
  },
}

/** The interval's end is where this evidence reaches the limit: beyond the truth only if it does so there. */
const oneSided: Scenario = {
  name: 'every unit, failure rate from one side',
  data: `5 units in 100 fail; looks at every failure and at every tenth of ${UNITS} units, from the first`,
  seed: 304,
  laws: [
    misses('beta_binomial_sequence, greater', 'holds'),
    misses('beta_binomial_sequence, less', 'holds'),
    misses('rate -+ 1.645 standard errors at every look, from 10 failures on', 'broken'),
  ],
  prepare: () => {
    const rate = FAILING.variant
    const concentration = rateConcentration(1000, ALPHA, 'one_sided')
    return rng => {
      const errors = [false, false, false]
      let failures = 0
      for (let trials = 1; trials <= UNITS; trials++) {
        const isFailure = rng.uniform() < rate
        if (isFailure) failures++
        else if (trials % STEP > 0) continue
        const z = (failures - trials * rate) / Math.sqrt(trials * rate * (1 - rate))
        if (Math.abs(z) < 1.2) continue
        const look = { successes: failures, trials }
        const [which, asMany, at] =
          z > 0 ? [0, look, rate] : [1, { successes: trials - failures, trials }, 1 - rate]
        errors[2] ||= failures >= 10 && Math.abs(z) > 1.645
        if (errors[which] || rateExcessLogE(asMany, at, concentration) < LOG_LIMIT - 1e-6) continue
        const alternative = which === 0 ? 'greater' : 'less'
        const result = rateSequence(look, { alternative })
        errors[which] = result.kind === 'estimate' && isMissed(result, rate)
      }
      return errors
    }
  },
}

export const rateIntervalScenarios: readonly Scenario[] = [differences, oneSided]
