// Intervals around an effect that there is.
import { normalQuantile } from '../distribution/normal.ts'
import type { Rng } from '../rng/rng.ts'
import { MomentsBuilder } from '../summary/moments-builder.ts'
import { clusterRow, summariseQuantile, withClusters } from '../summary/quantile-summary.ts'
import { summariseCupedRatio } from '../summary/summarise.ts'
import type {
  CupedRatioSummary,
  ProportionSummary,
  QuantileSummary,
  RatioSummary,
} from '../summary/summary.ts'
import { compareCuped, compareCupedRatios } from '../test/cuped.ts'
import { compareRanks } from '../test/mann-whitney.ts'
import { compareProportions } from '../test/proportion.ts'
import { compareQuantiles } from '../test/quantile-effect.ts'
import { compareRatios } from '../test/ratio.ts'
import { compareMeans } from '../test/welch.ts'
import { cupedOf } from './fixed.ts'
import { isMissed, misses, rejects, type Scenario } from './law.ts'
import { normalDraws } from './normal-draws.ts'
import {
  cappedParetoMean,
  failureDraws,
  logNormal,
  normal,
  type Population,
  pareto,
  REQUESTS,
  upperCap,
  valuesOf,
} from './population.ts'
import { armOf, type RunningArm } from './running-arm.ts'

const Z = -normalQuantile(0.025)
/** What the variant's values are multiplied by. */
const LIFT = 1.1

/** A constant added to every value: absolute intervals, and that of the shift of ranks. */
const shifted: Scenario = {
  name: 'intervals, normal',
  data: 'normal, 100 units on the control and 200 of twice the deviation on the variant, shifted by 0.2',
  seed: 61,
  laws: [
    misses('welch_t', 'holds'),
    misses('mann_whitney, same deviation', 'holds'),
    misses('z with a pooled variance', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    // The larger deviation is on the larger variant: pooling the variance makes the interval too wide; so it is swapped.
    const [control, variant] = [armOf(200, draw), armOf(100, () => 0.2 + 2 * draw())]
    const sorted = (shift: number) => Float64Array.from({ length: 100 }, () => shift + draw()).sort()
    const pooled = Math.sqrt(
      ((199 * control.variance + 99 * variant.variance) / 298) * (1 / control.n + 1 / variant.n),
    )
    return [
      isMissed(compareMeans(control.summary(), variant.summary()), 0.2),
      isMissed(compareRanks(sorted(0), sorted(0.2)), 0.2),
      Math.abs(variant.mean - control.mean - 0.2) > Z * pooled,
    ]
  },
}

/** Values a tenth larger: relative intervals. */
function lifted(population: Population, seed: number, expectation: 'holds' | 'reported'): Scenario {
  return {
    name: `intervals, ${population.name}`,
    data: `${population.name}, 3000 units on each variant, values a tenth larger`,
    seed,
    laws: [
      misses('welch_t', expectation),
      misses('welch_t_delta', expectation),
      misses('welch_t_fieller', expectation),
      misses('welch_t_log', expectation),
      misses('relative, control taken as known', 'broken'),
    ],
    prepare: () => rng => {
      const draw = population.draws(rng)
      const [control, variant] = [armOf(3000, draw), armOf(3000, () => LIFT * draw())]
      const relative = (method: 'delta' | 'fieller' | 'log') =>
        isMissed(
          compareMeans(control.summary(), variant.summary(), { scale: 'relative', relative: method }),
          LIFT - 1,
        )
      const absolute = compareMeans(control.summary(), variant.summary())
      return [
        isMissed(absolute, (LIFT - 1) * population.mean),
        relative('delta'),
        relative('fieller'),
        relative('log'),
        missesAsKnown(control, variant),
      ]
    },
  }
}

/** The mistake: the control's mean divided by as if it had no error. */
function missesAsKnown(control: RunningArm, variant: RunningArm): boolean {
  const error = Math.sqrt(variant.variance / variant.n) / control.mean
  return Math.abs(variant.mean / control.mean - LIFT) > Z * error
}

const winsorised: Scenario = {
  name: 'intervals, winsorised',
  data: 'Pareto 2.5, 1000 units on each variant, values a tenth larger, cut at the 99 % quantile of all',
  seed: 64,
  laws: [misses('welch_t of the cut values', 'holds'), misses('a cap for each variant', 'broken')],
  prepare: () => rng => {
    const draw = pareto.draws(rng)
    const [control, variant] = [valuesOf(1000, draw), valuesOf(1000, () => LIFT * draw())]
    const missed = (capA: number, capB: number) => {
      const cut = (values: readonly number[], cap: number) => {
        let i = 0
        return armOf(values.length, () => Math.min(values[i++] ?? 0, cap)).summary()
      }
      return compareMeans(cut(control, capA), cut(variant, capB))
    }
    const cap = upperCap([control, variant])
    const truth = LIFT * cappedParetoMean(cap / LIFT) - cappedParetoMean(cap)
    const own = missed(upperCap([control]), upperCap([variant]))
    return [isMissed(missed(cap, cap), truth), isMissed(own, truth)]
  },
}

const RATES = [0.1, 0.13] as const

/** Units of 10 or 30 requests each, whose failure rates differ between the variants. */
const ratios: Scenario = {
  name: 'intervals, ratios',
  data: '1500 units on each variant, 10 or 30 requests each, ICC 0.3; a tenth fail, or 13 %',
  seed: 65,
  laws: [
    misses('ratio_delta', 'holds'),
    misses('ratio_delta_delta', 'holds'),
    misses('ratio_delta_fieller', 'holds'),
    misses('two_proportion_z, variance per request', 'broken'),
  ],
  prepare: () => rng => {
    const [control, variant] = [ratioOf(rng, RATES[0]), ratioOf(rng, RATES[1])]
    const relative = RATES[1] / RATES[0] - 1
    return [
      isMissed(compareRatios(control, variant), RATES[1] - RATES[0]),
      isMissed(compareRatios(control, variant, { scale: 'relative' }), relative),
      isMissed(compareRatios(control, variant, { scale: 'relative', relative: 'fieller' }), relative),
      isMissed(compareProportions(requestsOf(control), requestsOf(variant)), RATES[1] - RATES[0]),
    ]
  },
}

function ratioOf(rng: Rng, rate: number): RatioSummary {
  const [few, many] = [failureDraws(rng, rate, 10), failureDraws(rng, rate, 30)]
  const builder = new MomentsBuilder(2)
  for (let i = 0; i < 1500; i++) builder.add(rng.uniform() < 0.5 ? [few(), 10] : [many(), 30])
  const moments = builder.moments()
  if ('kind' in moments) throw new Error(moments.argument)
  return { kind: 'ratio', moments }
}

/** The mistake: every request a unit. */
function requestsOf({ moments: { n, means } }: RatioSummary): ProportionSummary {
  return {
    kind: 'proportion',
    n: Math.round(n * (means[1] ?? 0)),
    successes: Math.round(n * (means[0] ?? 0)),
  }
}

const cuped: Scenario = {
  name: 'intervals, CUPED',
  data: 'normal and log-normal, 500 units on each variant, correlation with the covariate 0.8; a tenth larger',
  seed: 66,
  laws: [
    misses('cuped_t, normal', 'holds'),
    misses('cuped_t_delta, normal', 'holds'),
    misses('cuped_t_delta, log-normal', 'holds'),
    misses('plain difference -+ the error of cuped_t', 'broken'),
  ],
  prepare: () => rng => {
    const draw = normalDraws(rng)
    const rows = (transform: (value: number) => number, lift: number) =>
      Array.from({ length: 500 }, (): readonly [number, number] => {
        const before = draw()
        return [lift * transform(0.8 * before + 0.6 * draw()), transform(before)]
      })
    const five = (value: number) => 5 + value
    const [a, b] = [cupedOf(rows(five, 1)), cupedOf(rows(five, LIFT))]
    const half = (value: number) => Math.exp(value / 2)
    const skewed = compareCuped(cupedOf(rows(half, 1)), cupedOf(rows(half, LIFT)), { scale: 'relative' })
    const plain = compareCuped(a, b)
    return [
      isMissed(plain, 5 * (LIFT - 1)),
      isMissed(compareCuped(a, b, { scale: 'relative' }), LIFT - 1),
      isMissed(skewed, LIFT - 1),
      plain.kind === 'estimate' &&
        Math.abs((b.moments.means[0] ?? 0) - (a.moments.means[0] ?? 0) - 5 * (LIFT - 1)) >
          Z * (plain.standardError ?? 1),
    ]
  },
}

/** Units with 10 or 30 requests before and as many again during, with a level of their own in both. */
const cupedRatios: Scenario = {
  name: 'intervals, CUPED of ratios',
  data: '500 units on each variant, 10 or 30 requests each and again before, correlation of their levels 0.8; a tenth larger',
  seed: 69,
  laws: [
    misses('cuped_ratio_t', 'holds'),
    misses('cuped_ratio_t_delta', 'holds'),
    misses('plain ratios -+ the error of cuped_ratio_t', 'broken'),
  ],
  prepare: () => rng => {
    const [control, variant] = [cupedRatioOf(rng, 1), cupedRatioOf(rng, LIFT)]
    const plain = compareCupedRatios(control, variant)
    const ratio = ({ moments: { means } }: CupedRatioSummary) => (means[0] ?? 0) / (means[1] ?? 1)
    const off = ratio(variant) - ratio(control) - (LIFT - 1)
    return [
      isMissed(plain, LIFT - 1),
      isMissed(compareCupedRatios(control, variant, { scale: 'relative' }), LIFT - 1),
      plain.kind === 'estimate' && Math.abs(off) > Z * (plain.standardError ?? 1),
    ]
  },
}

/** Mean ratio 1, times the lift. */
function cupedRatioOf(rng: Rng, lift: number): CupedRatioSummary {
  const draw = normalDraws(rng)
  const requests = () => (rng.uniform() < 0.5 ? 10 : 30)
  const rows = Array.from({ length: 500 }, (): readonly [number, number, number, number] => {
    const [during, before, level] = [requests(), requests(), draw()]
    const now = lift * (1 + 0.3 * (0.8 * level + 0.6 * draw()))
    return [during * now, during, before * (1 + 0.3 * level), before]
  })
  const summary = summariseCupedRatio(rows)
  if (summary.kind !== 'cuped_ratio') throw new Error(summary.kind)
  return summary
}

const proportions: Scenario = {
  name: 'intervals, proportions',
  data: '500 units on each variant, 10 % and 13 % succeed',
  seed: 67,
  laws: [
    misses('two_proportion_z, score', 'holds'),
    misses('two_proportion_z_unpooled', 'reported'),
    misses('proportion_log', 'holds'),
    misses('relative, control taken as known', 'broken'),
  ],
  prepare: () => rng => {
    const of = (rate: number) => {
      let successes = 0
      for (let i = 0; i < 500; i++) if (rng.uniform() < rate) successes++
      return { kind: 'proportion', n: 500, successes } as const
    }
    const [control, variant] = [of(RATES[0]), of(RATES[1])]
    const [difference, relative] = [RATES[1] - RATES[0], RATES[1] / RATES[0] - 1]
    const [p, q] = [control.successes / 500, variant.successes / 500]
    return [
      isMissed(compareProportions(control, variant), difference),
      isMissed(compareProportions(control, variant, { variance: 'unpooled' }), difference),
      isMissed(compareProportions(control, variant, { scale: 'relative' }), relative),
      Math.abs(q / p - 1 - relative) > (Z * Math.sqrt((q * (1 - q)) / 500)) / p,
    ]
  },
}

const P95 = 0.95

/** Latencies of requests: log-normal, 30 % of the variance of the logarithm between units. */
const quantiles: Scenario = {
  name: 'intervals, quantiles',
  data: `log-normal latencies, 100 units of ${REQUESTS} requests on each variant, ICC 0.3, a tenth longer; 95 % quantile`,
  seed: 68,
  laws: [
    misses('clustered_quantile_t', 'holds'),
    misses('clustered_quantile_t, relative', 'reported'),
    misses('quantile_t, one value a unit', 'holds'),
    rejects('quantile_t without clusters, no effect', 'broken'),
  ],
  prepare: () => rng => {
    const truth = Math.exp(normalQuantile(P95))
    const [control, variant, same] = [quantileOf(rng, 1), quantileOf(rng, LIFT), quantileOf(rng, 1)]
    const draw = logNormal.draws(rng)
    const single = (lift: number) =>
      summaryOf(Float64Array.from({ length: 1000 }, () => lift * draw()).sort())
    const unclustered = (summary: QuantileSummary) => ({ ...summary, clusters: null })
    return [
      isMissed(compareQuantiles(control, variant), (LIFT - 1) * truth),
      isMissed(compareQuantiles(control, variant, { scale: 'relative' }), LIFT - 1),
      isMissed(compareQuantiles(single(1), single(LIFT)), (LIFT - 1) * truth),
      isMissed(compareQuantiles(unclustered(control), unclustered(same)), 0),
    ]
  },
}

function quantileOf(rng: Rng, lift: number): QuantileSummary {
  const draw = normal.draws(rng)
  const values = new Float64Array(100 * REQUESTS)
  const [between, within] = [Math.sqrt(0.3), Math.sqrt(0.7)]
  for (let i = 0; i < values.length; i += REQUESTS) {
    const unit = between * draw()
    for (let j = 0; j < REQUESTS; j++) values[i + j] = lift * Math.exp(unit + within * draw())
  }
  const summary = summaryOf(values.toSorted())
  const builder = new MomentsBuilder(2)
  for (let i = 0; i < values.length; i += REQUESTS) {
    builder.add(clusterRow(values.subarray(i, i + REQUESTS), summary.value))
  }
  const moments = builder.moments()
  if ('kind' in moments) throw new Error(moments.argument)
  const both = withClusters(summary, { kind: 'clusters', value: summary.value, moments })
  if (both.kind !== 'quantile') throw new Error(both.kind)
  return both
}

function summaryOf(sorted: ArrayLike<number>): QuantileSummary {
  const summary = summariseQuantile(sorted, P95)
  if (summary.kind !== 'quantile') throw new Error(summary.kind)
  return summary
}

/** Heavier tails than the method is made for. */
export const rawCoverageScenario: Scenario = lifted(pareto, 63, 'reported')

export const coverageScenarios: readonly Scenario[] = [
  shifted,
  lifted(logNormal, 62, 'holds'),
  winsorised,
  ratios,
  cuped,
  cupedRatios,
  proportions,
  quantiles,
]
