// Adds summaries up: the days of a metric, the workers of an hour.
import { type Invalid, invalid } from '../result.ts'
import { haveSameCaps } from './caps.ts'
import { mergeMoments } from './moments.ts'
import type { MeanSummary, Summary } from './summary.ts'

/**
 * The summary of both sets of units together, which must have none in common. Associative, and the order does not
 * matter, up to rounding; counts are exact below 2^53.
 *
 * @param a - any kind
 * @param b - of the same kind, and cut to the same caps
 * @returns `invalid` for two kinds, or numbers of columns, or different caps: values cut at different bounds are different metrics
 *
 * Formula and source: as `mergeMoments`.
 */
export function mergeSummaries<S extends Summary>(a: S, b: S): S | Invalid
export function mergeSummaries(a: Summary, b: Summary): Summary | Invalid {
  if (!haveSameCaps(a, b)) return differing('cut to the same caps as a')
  if (a.kind === 'mean' && b.kind === 'mean') return mergeMeans(a, b)
  if (a.kind === 'proportion' && b.kind === 'proportion') {
    return { kind: 'proportion', n: a.n + b.n, successes: a.successes + b.successes }
  }
  if (a.kind === 'count' && b.kind === 'count') {
    return { kind: 'count', events: a.events + b.events, exposure: a.exposure + b.exposure }
  }
  if ('moments' in a && 'moments' in b && a.kind === b.kind) {
    if (a.moments.means.length !== b.moments.means.length) return differing('of as many columns as a')
    return { ...a, moments: mergeMoments(a.moments, b.moments) }
  }
  return differing(`of the kind ${a.kind}`)
}

function mergeMeans(a: MeanSummary, b: MeanSummary): MeanSummary {
  if (a.n === 0) return b
  if (b.n === 0) return a
  const n = a.n + b.n
  const delta = b.mean - a.mean
  return {
    ...a,
    n,
    mean: a.mean + (delta * b.n) / n,
    m2: a.m2 + b.m2 + (delta * delta * a.n * b.n) / n,
  }
}

function differing(expected: string): Invalid {
  return invalid('b', expected)
}
