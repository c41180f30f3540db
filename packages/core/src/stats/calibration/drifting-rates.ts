// Rates that drift while the shares change, tested exactly and unit by unit by the logged propensities.
import {
  bernsteinLogE,
  bernsteinMixture,
  noBoundedSums,
} from '../sequential/always-valid/bounded/empirical-bernstein.ts'
import { addBoundedUnit, noBoundedUnits } from '../sequential/always-valid/propensity/bounded-aipw.ts'
import { rejects, type Scenario } from './law.ts'
import { RunningArm, zOf } from './running-arm.ts'

const ALPHA = 0.05
const LOG_LIMIT = -Math.log(ALPHA)
const UNITS = 2000
/** Least propensity of either variant. */
const FLOOR = 0.2
/** Rate and share of the variant at the start, and what they are at the end. */
const RATES = [0.4, 0.1] as const
const SHARES = [FLOOR, 0.6] as const

function between([from, to]: readonly [number, number], time: number): number {
  return from + (to - from) * time
}

/** The evidence of `addRateUnit` against no effect: the nearest common rate is then the mean of those foretold. */
export class RunningEvidence {
  readonly #isOneSided: boolean
  readonly #counts = [new RunningArm(), new RunningArm()] as const
  logE = 0

  constructor(alternative: 'two_sided' | 'greater') {
    this.#isOneSided = alternative === 'greater'
  }

  /** @param share - propensity of the variant; that of the control is the rest */
  add(which: 0 | 1, isSuccess: boolean, share: number): void {
    const [control, variant] = this.#counts
    const foretold = [foretell(control), foretell(variant)] as const
    const isNull = this.#isOneSided && foretold[1] <= foretold[0]
    const common = (1 - share) * foretold[0] + share * foretold[1]
    const own = foretold[which]
    if (!isNull) this.logE += Math.log(isSuccess ? own / common : (1 - own) / (1 - common))
    this.#counts[which].add(isSuccess ? 1 : 0)
  }
}

/** By Jeffreys' prior. */
function foretell({ n, sum }: RunningArm): number {
  return (sum + 0.5) / (n + 1)
}

const drifting: Scenario = {
  name: 'every unit, drifting rates',
  data: `rates of both variants falling from 40 to 10 %, the variant's share rising from 20 to 60 %; looks from the first to ${UNITS} units`,
  seed: 47,
  laws: [
    rejects('rate_evidence', 'holds'),
    rejects('rate_evidence, greater', 'holds'),
    rejects('aipw_bernstein_sequence', 'holds'),
    rejects('aipw_bernstein_sequence, less', 'holds'),
    rejects('two proportions pooled over time, at every unit', 'broken'),
  ],
  prepare: () => {
    const options = { expectedVariance: 1 / FLOOR }
    const bounds = noBoundedSums(-1 / FLOOR, 1 / FLOOR)
    const two = bernsteinMixture(bounds, options)
    const one = bernsteinMixture(bounds, { ...options, alternative: 'less' })
    if ('kind' in two || 'kind' in one) throw new Error('no mixture')
    return rng => {
      const evidence = [new RunningEvidence('two_sided'), new RunningEvidence('greater')] as const
      const arms = [new RunningArm(), new RunningArm()] as const
      let bounded = noBoundedUnits(FLOOR)
      const errors = [false, false, false, false, false]
      for (let n = 1; n <= UNITS; n++) {
        const share = between(SHARES, n / UNITS)
        const which = rng.uniform() < share ? 1 : 0
        const isSuccess = rng.uniform() < between(RATES, n / UNITS)
        for (const each of evidence) each.add(which, isSuccess, share)
        arms[which].add(isSuccess ? 1 : 0)
        bounded = addBoundedUnit(bounded, {
          assigned: which === 1 ? 'variant' : 'control',
          outcome: isSuccess ? 1 : 0,
          propensity: { control: 1 - share, variant: share },
        })
        errors[0] ||= evidence[0].logE >= LOG_LIMIT
        errors[1] ||= evidence[1].logE >= LOG_LIMIT
        if (isWorthALook(bounded.sums)) {
          errors[2] ||= bernsteinLogE(bounded.sums, 0, two) >= LOG_LIMIT
          errors[3] ||= bernsteinLogE(bounded.sums, 0, one, 'less') >= LOG_LIMIT
        }
        errors[4] ||= n >= 200 && Math.abs(zOf(arms[0], arms[1])) > 1.96
      }
      return errors
    }
  },
}

/** Far from significant at a single look, there is no need to work the sequence out. */
function isWorthALook({ sum, squaredErrors }: { readonly sum: number; readonly squaredErrors: number }) {
  return sum * sum > 1.5 ** 2 * squaredErrors
}

export const driftingRateScenarios: readonly Scenario[] = [drifting]
