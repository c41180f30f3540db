// Sequences that hold at any number of units: looks after every one from the first on, without a burn-in.
import { normalQuantile } from '../distribution/normal.ts'
import type { Alternative } from '../result.ts'
import {
  addBoundedValue,
  bernsteinLogE,
  bernsteinMixture,
  noBoundedSums,
} from '../sequential/always-valid/bounded/empirical-bernstein.ts'
import { HedgedCapital } from '../sequential/always-valid/bounded/hedged-capital.ts'
import {
  addPlugInValue,
  noPlugInSums,
  type PlugInSums,
} from '../sequential/always-valid/bounded/plug-in-bernstein.ts'
import { rateConcentration, rateLogE } from '../sequential/always-valid/bounded/rate.ts'
import type { Radii } from '../sequential/always-valid/quantile/quantile-radii.ts'
import { quantileRadii } from '../sequential/always-valid/quantile/quantile-sequence.ts'
import { isMissed, misses, rejects, type Scenario } from './law.ts'
import { failureDraws, REQUESTS } from './population.ts'
import { RunningArm } from './running-arm.ts'
import { LAST } from './watch.ts'

const ALPHA = 0.05
const LOG_LIMIT = -Math.log(ALPHA)
const NAIVE = -normalQuantile(ALPHA / 2)
/** Units of two variants, of which half are on either. */
const UNITS = LAST / 2
/** Values of one variant. */
const VALUES = UNITS / 2

/** Failures so rare that there are fifty by the end. */
const RARE = 0.01

const rates: Scenario = {
  name: 'every unit, rare failures',
  data: `1 unit in 100 fails; looks from the first to ${UNITS} units`,
  seed: 41,
  laws: [
    rejects('rate_difference_sequence', 'holds'),
    misses('beta_binomial_sequence', 'holds'),
    rejects('two_proportion_z at every unit', 'broken'),
  ],
  prepare: () => {
    const concentration = rateConcentration(1000, ALPHA)
    return rng => {
      const arms = [new RateArm(), new RateArm()] as const
      const errors = [false, false, false]
      for (let n = 1; n <= UNITS; n++) {
        arms[rng.uniform() < 0.5 ? 0 : 1].add(rng.uniform() < RARE)
        const look = { successes: arms[0].failures, trials: arms[0].n }
        errors[0] ||= sameRateLogE(arms[0], arms[1]) > LOG_LIMIT
        errors[1] ||= isOff(arms[0]) && rateLogE(look, RARE, concentration) >= LOG_LIMIT
        errors[2] ||= pooledZ(arms[0], arms[1]) > NAIVE
      }
      return errors
    }
  },
}

/** One variant's failures, with ln B(1/2 + failures, 1/2 + others) / B(1/2, 1/2) kept up by its ratio from unit to unit. */
export class RateArm {
  n = 0
  failures = 0
  logMarginal = 0

  add(failed: boolean): void {
    const alike = failed ? this.failures : this.n - this.failures
    this.logMarginal += Math.log((0.5 + alike) / (1 + this.n))
    this.n++
    if (failed) this.failures++
  }
}

/** e of `compareRatesSequentially` against no effect, in O(1): the least favourable common rate is the pooled one. */
export function sameRateLogE(control: RateArm, variant: RateArm): number {
  const n = control.n + variant.n
  const failures = control.failures + variant.failures
  const [p, q] = [failures / n, 1 - failures / n]
  const likelihood =
    (failures === 0 ? 0 : failures * Math.log(p)) + (failures === n ? 0 : (n - failures) * Math.log(q))
  return control.logMarginal + variant.logMarginal - likelihood
}

/** Whether failures are so far from what is expected that it is worth working the sequence out. */
function isOff({ n, failures }: RateArm): boolean {
  return Math.abs(failures - n * RARE) > 1.5 * Math.sqrt(n * RARE * (1 - RARE))
}

/** |z| by the pooled variance; 0 as long as there is none. */
function pooledZ(control: RateArm, variant: RateArm): number {
  const pooled = (control.failures + variant.failures) / (control.n + variant.n)
  const variance = pooled * (1 - pooled) * (1 / control.n + 1 / variant.n)
  if (!(variance > 0 && variance < Infinity)) return 0
  return Math.abs(variant.failures / variant.n - control.failures / control.n) / Math.sqrt(variance)
}

/** A unit's share of failed requests: between 0 and 1, mostly 0. */
const bounded: Scenario = {
  name: 'every unit, bounded values',
  data: `share of ${REQUESTS} requests that fail, half on average, ICC 0.3; looks from the first to ${VALUES} units`,
  seed: 42,
  laws: [
    misses('empirical_bernstein_sequence', 'holds'),
    misses('plug_in_bernstein_sequence', 'holds'),
    misses('hedged_capital_sequence', 'holds'),
    misses('mean -+ 1.96 standard errors at every unit', 'broken'),
  ],
  prepare: () => rng => {
    const mixture = bernsteinMixture({ lower: 0, upper: 1 }, {})
    if ('kind' in mixture) throw new Error(mixture.argument)
    const failures = failureDraws(rng, 0.5)
    const hedged = new HedgedCapital(ALPHA, 2)
    const arm = new RunningArm()
    let sums = noBoundedSums(0, 1)
    let plugIn = noPlugInSums(ALPHA)
    const errors = [false, false, false, false]
    for (let n = 1; n <= VALUES; n++) {
      const value = failures() / REQUESTS
      arm.add(value)
      hedged.add(value)
      sums = addBoundedValue(sums, value)
      plugIn = addPlugInValue(plugIn, value)
      const z = Math.abs(arm.mean - 0.5) / Math.sqrt(arm.variance / n)
      errors[3] ||= n >= 30 && z > NAIVE
      errors[2] ||= hedged.logE(1) >= LOG_LIMIT
      // Far from significant at a single look, there is no need to work the sequence out.
      if (n < 30 || z > 1.5) {
        errors[0] ||= bernsteinLogE(sums, 0.5, mixture) >= LOG_LIMIT
      }
      errors[1] ||= missesByPlugIn(plugIn, 0.5)
    }
    return errors
  },
}

/** Whether the interval of `plugInBernsteinSequence` leaves out the mean. */
export function missesByPlugIn({ alpha, bets, weighted, penalty }: PlugInSums, mean: number): boolean {
  return Math.abs(weighted - mean * bets) > Math.log(2 / alpha) + penalty
}

/** Values that the interval is looked at after, and means on its grid. */
const [FEW_VALUES, GRID] = [400, 20]
/** Just below a mean of the grid, where rounding to it helps least. */
const NEXT_MEAN = 0.25
const TRUE_MEAN = NEXT_MEAN - 0.001

/** The interval as it is printed, from the grid: its ends are means that have been excluded, or those of the range. */
const hedgedIntervals: Scenario = {
  name: 'every unit, hedged intervals',
  data: `share of ${REQUESTS} requests that fail, ${100 * TRUE_MEAN} % on average, ICC 0.3; a grid of ${GRID} means; looks from the first to ${FEW_VALUES} units`,
  seed: 44,
  laws: [
    misses('hedged_capital_sequence, as printed', 'holds'),
    misses('mean -+ 1.96 standard errors at every unit', 'broken'),
  ],
  prepare: () => rng => {
    const failures = failureDraws(rng, TRUE_MEAN)
    const hedged = new HedgedCapital(ALPHA, GRID)
    const arm = new RunningArm()
    const errors = [false, false]
    for (let n = 1; n <= FEW_VALUES; n++) {
      const value = failures() / REQUESTS
      arm.add(value)
      hedged.add(value)
      // An interval on either side of the truth excludes the next mean of the grid.
      const excludesNext = hedged.logE(NEXT_MEAN * GRID) >= LOG_LIMIT
      if (excludesNext) errors[0] ||= isMissed(hedged.sequence(), TRUE_MEAN)
      errors[1] ||= n >= 30 && Math.abs(arm.mean - TRUE_MEAN) > NAIVE * Math.sqrt(arm.variance / n)
    }
    return errors
  },
}

const P95 = 0.95

/** Whatever the distribution: only how many values lie below the true quantile counts. */
const quantiles: Scenario = {
  name: 'every value, quantiles',
  data: `95 % quantile of any values; looks from the first to ${VALUES}`,
  seed: 43,
  laws: [
    misses('quantile_sequence_mixture', 'holds'),
    misses('quantile_sequence_stitched', 'holds'),
    misses('quantile_sequence_mixture, greater', 'holds'),
    misses('quantile_sequence_mixture, less', 'holds'),
    misses('order statistics for one look at every value', 'broken'),
  ],
  prepare: () => {
    const bands = [
      bandsOf('mixture'),
      bandsOf('stitched'),
      bandsOf('mixture', 'greater'),
      bandsOf('mixture', 'less'),
      oneLookBands(),
    ]
    return rng => {
      const errors = bands.map(() => false)
      let below = 0
      for (let n = 1; n <= VALUES; n++) {
        if (rng.uniform() < P95) below++
        bands.forEach(({ least, most }, i) => {
          errors[i] ||= below < (least[n] ?? 0) || below > (most[n] ?? n)
        })
      }
      return errors
    }
  },
}

/** The fewest and the most values below the true quantile with which, after n, it still is inside the interval. */
interface Bands {
  readonly least: Float64Array
  readonly most: Float64Array
}

/** From the order statistic ceil(n (p - below)) to floor(n (p + above)) + 1, as `quantileSequence` has it. */
export function bandsOf(boundary: 'mixture' | 'stitched', alternative: Alternative = 'two_sided'): Bands {
  return bandsWhere(n => {
    const radii = quantileRadii(P95, n, { alpha: ALPHA, tunedFor: 1000, boundary, alternative })
    return {
      below: alternative === 'less' ? Infinity : radii.below,
      above: alternative === 'greater' ? Infinity : radii.above,
    }
  })
}

function oneLookBands(): Bands {
  return bandsWhere(n => {
    const radius = n < 100 ? Infinity : NAIVE * Math.sqrt((P95 * (1 - P95)) / n)
    return { below: radius, above: radius }
  })
}

function bandsWhere(radii: (n: number) => Radii): Bands {
  const all = Array.from({ length: VALUES + 1 }, (_, n) => (n === 0 ? null : radii(n)))
  return {
    least: Float64Array.from(all, (r, n) => (r === null ? 0 : Math.ceil(n * (P95 - r.below)))),
    most: Float64Array.from(all, (r, n) => (r === null ? 0 : Math.floor(n * (P95 + r.above)))),
  }
}

export const exactScenarios: readonly Scenario[] = [rates, bounded, hedgedIntervals, quantiles]
