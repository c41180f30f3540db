// Quantiles of a stream in little memory: DDSketch, with the bins of Datadog's library and counts of our own. The library
// (sketches-js 2.1.1) merges no negative values, serialises without the extremes, and throws beyond 125,000 bins.
import { DDSketch } from '@datadog/sketches-js'
import { sum } from '../numeric/sum.ts'
import { type Invalid, insufficient, invalid, type Result } from '../result.ts'

/** Counts of values in bins whose bounds grow geometrically: plain data, to be stored and merged. */
export interface Sketch {
  readonly kind: 'sketch'
  /** In (0, 1): an estimated quantile is off by at most this share of the value. */
  readonly relativeError: number
  readonly n: number
  readonly minimum: number
  readonly maximum: number
  readonly zeros: number
  readonly positive: Bins
  /** Of -x for x < 0. */
  readonly negative: Bins
}

/** `counts[i]` values have the key `firstKey + i`. Neither the first nor the last count is 0. */
export interface Bins {
  readonly firstKey: number
  readonly counts: readonly number[]
}

export interface SketchValue {
  readonly kind: 'value'
  readonly value: number
}

/** Takes values in one by one. */
export class SketchBuilder {
  readonly #relativeError: number
  readonly #mapping: DDSketch['mapping']
  /** By key, since values of far apart sizes leave most keys between them without any. */
  readonly #positive = new Map<number, number>()
  readonly #negative = new Map<number, number>()
  #n = 0
  #zeros = 0
  #minimum = Infinity
  #maximum = -Infinity
  #sane: boolean

  /** @param relativeError - in [1e-4, 0.5] */
  constructor(relativeError = 0.01) {
    this.#sane = relativeError >= 1e-4 && relativeError <= 0.5
    this.#relativeError = relativeError
    this.#mapping = mappingOf(this.#sane ? relativeError : 0.5)
  }

  /** @param value - finite; below 1e-307 in size it counts as 0 */
  add(value: number): void {
    if (!Number.isFinite(value)) {
      this.#sane = false
      return
    }
    this.#n++
    this.#minimum = Math.min(this.#minimum, value)
    this.#maximum = Math.max(this.#maximum, value)
    const size = Math.abs(value)
    if (size > this.#mapping.minPossible)
      countOne(value > 0 ? this.#positive : this.#negative, this.#mapping.key(size))
    else this.#zeros++
  }

  sketch(): Result<Sketch> {
    if (!this.#sane) {
      return invalid('value', 'finite, with a relative error in [1e-4, 0.5]')
    }
    return {
      kind: 'sketch',
      relativeError: this.#relativeError,
      n: this.#n,
      minimum: this.#n === 0 ? 0 : this.#minimum,
      maximum: this.#n === 0 ? 0 : this.#maximum,
      zeros: this.#zeros,
      positive: binsOf(this.#positive),
      negative: binsOf(this.#negative),
    }
  }
}

/** The sketch of all values of both: exactly that which one builder would have made of them. */
export function mergeSketches(a: Sketch, b: Sketch): Sketch | Invalid {
  if (a.relativeError !== b.relativeError) {
    return invalid('b', 'of the same relative error as a')
  }
  if (a.n === 0) return b
  if (b.n === 0) return a
  return {
    kind: 'sketch',
    relativeError: a.relativeError,
    n: a.n + b.n,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
    zeros: a.zeros + b.zeros,
    positive: mergeBins(a.positive, b.positive),
    negative: mergeBins(a.negative, b.negative),
  }
}

/**
 * The value below which a share p of all values lies.
 *
 * Formula: the middle 2 g^k / (g + 1) of the bin of the order statistic floor(p (n - 1)), counted from 0, with
 * g = (1 + relativeError) / (1 - relativeError), kept within the extremes; p = 0 and p = 1 are exact.
 *
 * @param p - in [0, 1]
 * @returns within `relativeError` of that order statistic; `insufficient` of no values
 *
 * Accuracy: that, up to rounding (1e-12), checked by property against the sorted values.
 * Source: Masson, Rim and Lee (2019), DDSketch, PVLDB 12(12), proposition 4, doi:10.14778/3352063.3352135.
 */
export function sketchQuantile(sketch: Sketch, p: number): Result<SketchValue> {
  if (!(p >= 0 && p <= 1)) return invalid('p', 'in [0, 1]')
  if (sketch.n === 0) return insufficient('too_few_units', 1)
  const value = atRank(sketch, Math.floor(p * (sketch.n - 1)))
  return { kind: 'value', value: Math.min(Math.max(value, sketch.minimum), sketch.maximum) }
}

/**
 * The same, read between the bounds of its bin by rank, as if values lay there evenly on the log scale: a step of one
 * percent between bins would hide smaller effects, and the width of an interval.
 *
 * Formula: g^(k - 1 + f) for the f-th part of the bin ]g^(k - 1), g^k] of the rank p (n - 1).
 *
 * @param p - in [0, 1]
 * @returns within g - 1, twice the relative error, of the order statistics around that rank; with many values in a bin
 *   far closer as a rule
 *
 * Accuracy: 0.05 % of the 95 % quantile of 1e5 log-normal values with a relative error of 1 %, checked by simulation.
 * Source: none for the interpolation; the bins are those of `sketchQuantile`.
 */
export function interpolateSketch(sketch: Sketch, p: number): Result<SketchValue> {
  if (!(p >= 0 && p <= 1)) return invalid('p', 'in [0, 1]')
  if (sketch.n === 0) return insufficient('too_few_units', 1)
  const { relativeError, minimum, maximum } = sketch
  const { negative, key, part } = placeOf(sketch, p * (sketch.n - 1))
  const half = Math.log((1 + relativeError) / (1 - relativeError)) * (part - 0.5)
  const center = centerOf(relativeError, key)
  // From the middle of the bin in value to its middle on the log scale.
  const value = key === null ? 0 : center * ((1 / Math.sqrt(1 - relativeError ** 2)) * Math.exp(half))
  return { kind: 'value', value: Math.min(Math.max(negative ? -value : value, minimum), maximum) }
}

function atRank(sketch: Sketch, rank: number): number {
  if (rank === 0) return sketch.minimum
  if (rank === sketch.n - 1) return sketch.maximum
  const { negative, key } = placeOf(sketch, rank)
  const center = centerOf(sketch.relativeError, key)
  return negative ? -center : center
}

function centerOf(relativeError: number, key: number | null): number {
  return key === null ? 0 : mappingOf(relativeError).value(key)
}

/** From sizes of values to keys of bins, and back. */
function mappingOf(relativeError: number): DDSketch['mapping'] {
  return new DDSketch({ relativeAccuracy: relativeError }).mapping
}

function countOne(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

interface Place {
  readonly negative: boolean
  /** Of the bin; null: among the zeros. */
  readonly key: number | null
  /** How far up the bin, in size, in (0, 1]. */
  readonly part: number
}

function placeOf({ zeros, positive, negative }: Sketch, rank: number): Place {
  const below = sum(negative.counts)
  if (rank < below) return { negative: true, ...placeIn(negative, below - 1 - rank) }
  if (rank < below + zeros) return { negative: false, key: null, part: 1 }
  return { negative: false, ...placeIn(positive, rank - below - zeros) }
}

/** Each value stands for the middle of its rank: the first of four in a bin for 1/8 of it. */
function placeIn({ firstKey, counts }: Bins, rank: number): { readonly key: number; readonly part: number } {
  let before = 0
  const index = counts.findIndex(count => {
    before += count
    return before > rank
  })
  const count = counts[index] ?? 1
  return { key: firstKey + index, part: Math.min(Math.max((rank + 0.5 - (before - count)) / count, 0), 1) }
}

function mergeBins(a: Bins, b: Bins): Bins {
  if (a.counts.length === 0) return b
  if (b.counts.length === 0) return a
  const firstKey = Math.min(a.firstKey, b.firstKey)
  const end = Math.max(a.firstKey + a.counts.length, b.firstKey + b.counts.length)
  const count = (bins: Bins, key: number) => bins.counts[key - bins.firstKey] ?? 0
  const counts = Array.from(
    { length: end - firstKey },
    (_, i) => count(a, firstKey + i) + count(b, firstKey + i),
  )
  return { firstKey, counts }
}

function binsOf(counts: ReadonlyMap<number, number>): Bins {
  if (counts.size === 0) return { firstKey: 0, counts: [] }
  let [first, last] = [Infinity, -Infinity]
  for (const key of counts.keys()) {
    first = Math.min(first, key)
    last = Math.max(last, key)
  }
  return {
    firstKey: first,
    counts: Array.from({ length: last - first + 1 }, (_, i) => counts.get(first + i) ?? 0),
  }
}
