// An experiment of a million units on two variants, with twenty metrics of every kind.
import {
  type CupedRatioSummary,
  type CupedSummary,
  clusterRow,
  type MeanSummary,
  MomentsBuilder,
  type ProportionSummary,
  type QuantileSummary,
  type RatioSummary,
  seededRng,
  summariseQuantile,
  withClusters,
} from '@weir/core/stats'

export const UNITS = 1_000_000
/** Of each kind; CUPED ones are half means, half ratios. */
const COUNTS = { mean: 6, proportion: 4, ratio: 4, cuped: 2, cupedRatio: 2, quantile: 2 }
export const METRICS = Object.values(COUNTS).reduce((sum, count) => sum + count, 0)
const PROBABILITIES = [0.5, 0.95]

type Metric =
  | MeanSummary
  | ProportionSummary
  | RatioSummary
  | CupedSummary
  | CupedRatioSummary
  | QuantileSummary

export interface VariantSummaries {
  readonly n: number
  readonly metrics: readonly Metric[]
}

export interface ExperimentSummaries {
  readonly units: number
  readonly control: VariantSummaries
  readonly variant: VariantSummaries
}

/** Both variants' summaries, from units drawn anew. */
export function summarise(): ExperimentSummaries {
  return { units: UNITS, control: summariseVariant(1, 1), variant: summariseVariant(2, 1.01) }
}

/** Columns of one unit: a value, a success, a numerator with its denominator, and the same of before. */
function summariseVariant(seed: number, lift: number): VariantSummaries {
  const rng = seededRng(seed)
  const n = UNITS / 2
  const means = builders(COUNTS.mean, 1)
  const successes = Array<number>(COUNTS.proportion).fill(0)
  const ratios = builders(COUNTS.ratio, 2)
  const cuped = builders(COUNTS.cuped, 2)
  const cupedRatios = builders(COUNTS.cupedRatio, 4)
  const latencies = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const before = rng.uniform() + 0.5
    const value = lift * (0.7 * before + 0.3 * rng.uniform())
    const requests = 1 + Math.floor(10 * rng.uniform())
    const row = [value * requests, requests, before * requests, requests]
    latencies[i] = -Math.log(1 - rng.uniform()) * value
    for (const builder of means) builder.add(row)
    for (let j = 0; j < successes.length; j++) if (value > 1) successes[j] = (successes[j] ?? 0) + 1
    for (const builder of ratios) builder.add(row)
    for (const builder of cuped) builder.add([value, before])
    for (const builder of cupedRatios) builder.add(row)
  }
  const sorted = latencies.toSorted()
  return {
    n,
    metrics: [
      ...means.map(meanOf),
      ...successes.map(count => ({ kind: 'proportion', n, successes: count }) as const),
      ...ratios.map(builder => ({ kind: 'ratio', moments: momentsOf(builder) }) as const),
      ...cuped.map(builder => ({ kind: 'cuped', moments: momentsOf(builder) }) as const),
      ...cupedRatios.map(builder => ({ kind: 'cuped_ratio', moments: momentsOf(builder) }) as const),
      ...PROBABILITIES.slice(0, COUNTS.quantile).map(p => quantileOf(sorted, latencies, p)),
    ],
  }
}

function builders(count: number, columns: number): readonly MomentsBuilder[] {
  return Array.from({ length: count }, () => new MomentsBuilder(columns))
}

function momentsOf(builder: MomentsBuilder) {
  const moments = builder.moments()
  if ('kind' in moments) throw new Error(moments.argument)
  return moments
}

function meanOf(builder: MomentsBuilder): MeanSummary {
  const { n, means, comoments } = momentsOf(builder)
  return { kind: 'mean', n, mean: means[0] ?? 0, m2: comoments[0]?.[0] ?? 0 }
}

function quantileOf(sorted: Float64Array, values: Float64Array, p: number): QuantileSummary {
  const summary = summariseQuantile(sorted, p)
  if (summary.kind !== 'quantile') throw new Error(summary.kind)
  const builder = new MomentsBuilder(2)
  for (let i = 0; i < values.length; i++) builder.add(clusterRow(values.subarray(i, i + 1), summary.value))
  const both = withClusters(summary, { kind: 'clusters', value: summary.value, moments: momentsOf(builder) })
  if (both.kind !== 'quantile') throw new Error(both.kind)
  return both
}
