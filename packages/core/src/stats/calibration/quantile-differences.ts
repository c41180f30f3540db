// Quantiles of two variants at every value, and all quantiles of one at once: whatever the distribution.
import type { Alternative } from '../result.ts'
import { rateConcentration, rateLogE } from '../sequential/always-valid/bounded/rate.ts'
import { compareQuantilesSequentially } from '../sequential/always-valid/quantile/compare-quantiles.ts'
import { evidenceOfTooMany } from '../sequential/always-valid/quantile/one-sided.ts'
import { uniformRadius } from '../sequential/always-valid/quantile/quantile-radii.ts'
import { isRejected, misses, rejects, type Scenario } from './law.ts'

const ALPHA = 0.05
const LOG_LIMIT = -Math.log(ALPHA)
const P90 = 0.9
/** Of each variant. */
const VALUES = 1000
const TUNED_FOR = 1000
const ALTERNATIVES = ['two_sided', 'greater', 'less'] as const

/** ln e against k of n values being below their quantile, for all n up to the most. */
interface Evidence {
  readonly tooMany: readonly Float64Array[]
  readonly tooFew: readonly Float64Array[]
  readonly either: readonly Float64Array[]
}

export function evidenceTables(most: number): Evidence {
  const lengths = Array.from({ length: most + 1 }, (_, n) => n)
  const one = rateConcentration(TUNED_FOR, ALPHA, 'one_sided')
  const two = rateConcentration(TUNED_FOR, ALPHA)
  return {
    tooMany: lengths.map(n => evidenceOfTooMany(n, P90, one)),
    tooFew: lengths.map(n => evidenceOfTooMany(n, 1 - P90, one).reverse()),
    either: lengths.map(n =>
      Float64Array.from({ length: n + 1 }, (_, k) => rateLogE({ successes: k, trials: n }, P90, two)),
    ),
  }
}

/** ln e against both variants' counts below their common quantile: that of the comparison is this at most. */
export function evidenceAtTruth(
  { tooMany, tooFew, either }: Evidence,
  alternative: Alternative,
  n: number,
  [control, variant]: readonly [number, number],
): number {
  const [a, b] = {
    two_sided: [either, either],
    greater: [tooMany, tooFew],
    less: [tooFew, tooMany],
  }[alternative]
  return (a?.[n]?.[control] ?? 0) + (b?.[n]?.[variant] ?? 0)
}

/** The values of two variants, uniform in [0, 1), of which those below 0.9 are counted. */
class Values {
  readonly #all: readonly [number[], number[]] = [[], []]
  readonly below: [number, number] = [0, 0]

  add(which: 0 | 1, value: number): void {
    this.#all[which].push(value)
    if (value < P90) this.below[which]++
  }

  /** What the method itself says; worth its time only where the evidence at the true quantiles reaches the limit. */
  compare(alternative: Alternative) {
    const [control, variant] = this.#all.map(values => Float64Array.from(values).sort())
    if (control === undefined || variant === undefined) throw new Error('no values')
    return compareQuantilesSequentially(control, variant, { p: P90, alternative, tunedFor: TUNED_FOR })
  }
}

/** One-sided z of the counts below the quantile that both variants have, as if there were but one look. */
function countsZ([control, variant]: readonly [number, number], n: number): number {
  return (control - variant) / Math.sqrt(2 * n * P90 * (1 - P90))
}

/**
 * The evidence against no difference is the least over all common quantiles; at the true one it is known from two counts,
 * and only where that reaches the limit can the least do so too.
 */
const differences: Scenario = {
  name: 'every value, quantile differences',
  data: `90 % quantile of any values, the same on both variants; a look at every tenth up to ${VALUES} values of each`,
  seed: 45,
  laws: [
    rejects('quantile_difference_sequence', 'holds'),
    rejects('quantile_difference_sequence, greater', 'holds'),
    rejects('quantile_difference_sequence, less', 'holds'),
    rejects('counts below the quantile, one-sided, at every look', 'broken'),
  ],
  prepare: () => {
    const tables = evidenceTables(VALUES)
    return rng => {
      const errors = [false, false, false, false]
      const values = new Values()
      for (let n = 1; n <= VALUES; n++) {
        values.add(0, rng.uniform())
        values.add(1, rng.uniform())
        if (n % 10 > 0) continue
        ALTERNATIVES.forEach((alternative, i) => {
          if (evidenceAtTruth(tables, alternative, n, values.below) > LOG_LIMIT)
            errors[i] ||= isRejected(values.compare(alternative))
        })
        errors[3] ||= n >= 100 && countsZ(values.below, n) > 1.645
      }
      return errors
    }
  },
}

/** Values in order, with the greatest distance of their distribution from the uniform one that they are drawn from. */
class Ordered {
  readonly #values = new Float64Array(VALUES)
  #n = 0

  add(value: number): void {
    let [low, high] = [0, this.#n]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#values[middle] ?? 0) < value) low = middle + 1
      else high = middle
    }
    this.#values.copyWithin(low + 1, low, this.#n)
    this.#values[low] = value
    this.#n++
  }

  distance(): number {
    let greatest = 0
    for (let i = 0; i < this.#n; i++) {
      const value = this.#values[i] ?? 0
      greatest = Math.max(greatest, (i + 1) / this.#n - value, value - i / this.#n)
    }
    return greatest
  }
}

const FIRST = 100

/** An interval of any quantile misses when the distributions are further apart than the radius. */
const allQuantiles: Scenario = {
  name: 'every value, all quantiles',
  data: `all quantiles at once of any values; a look at every tenth from ${FIRST} to ${VALUES} values`,
  seed: 46,
  laws: [
    misses('quantile_sequence_uniform', 'holds'),
    misses('the 95 % distance of Kolmogorov and Smirnov at every look', 'broken'),
  ],
  prepare: () => {
    const radii = Float64Array.from({ length: VALUES + 1 }, (_, n) =>
      n < FIRST ? Infinity : uniformRadius(n, ALPHA, FIRST),
    )
    return rng => {
      const errors = [false, false]
      const values = new Ordered()
      for (let n = 1; n <= VALUES; n++) {
        values.add(rng.uniform())
        if (n < FIRST || n % 10 > 0) continue
        const distance = values.distance()
        errors[0] ||= distance > (radii[n] ?? 0)
        errors[1] ||= distance > 1.358 / Math.sqrt(n)
      }
      return errors
    }
  },
}

export const quantileDifferenceScenarios: readonly Scenario[] = [differences, allQuantiles]
