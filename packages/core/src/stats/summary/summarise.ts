// From the values of units to summaries, one function for each kind.
import { type Invalid, invalid, type Result } from '../result.ts'
import type { Moments } from './moments.ts'
import { MomentsBuilder } from './moments-builder.ts'
import type {
  Cap,
  CountSummary,
  CupedRatioSummary,
  CupedSummary,
  MeanSummary,
  ProportionSummary,
  RatioSummary,
} from './summary.ts'

/**
 * Of one number for each unit.
 *
 * @param values - finite, any unit of measure
 * @param cap - what they are cut to, of `winsorCap`
 */
export function summariseMean(values: Iterable<number>, cap?: Cap): Result<MeanSummary> {
  const builder = new MomentsBuilder(1, cap && [cap])
  const row = [0]
  for (const value of values) {
    row[0] = value
    builder.add(row)
  }
  return meanSummary(builder.moments(), cap)
}

/** The mean summary of moments of one column. */
export function meanSummary(moments: Moments | Invalid, cap?: Cap): Result<MeanSummary> {
  if ('kind' in moments) return moments
  const m2 = moments.comoments[0]?.[0] ?? 0
  return { kind: 'mean', n: moments.n, mean: moments.means[0] ?? 0, m2, ...(cap && { cap }) }
}

/** Of a yes or no for each unit. */
export function summariseProportion(outcomes: Iterable<boolean>): ProportionSummary {
  let n = 0
  let successes = 0
  for (const outcome of outcomes) {
    n++
    if (outcome) successes++
  }
  return { kind: 'proportion', n, successes }
}

/**
 * Of counts: so many successes in so many units.
 *
 * @param successes - whole number in [0, n]
 * @param n - whole number in [0, 2^53)
 */
export function proportionOf(successes: number, n: number): Result<ProportionSummary> {
  if (!isCount(n)) return invalid('n', 'a whole number >= 0')
  if (!isCount(successes) || successes > n) {
    return invalid('successes', 'a whole number in [0, n]')
  }
  return { kind: 'proportion', n, successes }
}

/**
 * Of events over an exposure, units unknown.
 *
 * @param events - whole number in [0, 2^53)
 * @param exposure - finite, >= 0: requests, hours
 */
export function countOf(events: number, exposure: number): Result<CountSummary> {
  if (!isCount(events)) return invalid('events', 'a whole number >= 0')
  if (!(exposure >= 0 && exposure < Infinity)) {
    return invalid('exposure', 'finite, >= 0')
  }
  return { kind: 'count', events, exposure }
}

/**
 * Of a numerator and a denominator for each unit.
 *
 * @param rows - [numerator, denominator], finite; a unit without any exposure is [0, 0] and still a unit
 * @param caps - what the columns are cut to, each by itself
 */
export function summariseRatio(
  rows: Iterable<readonly [number, number]>,
  caps?: readonly [Cap, Cap],
): Result<RatioSummary> {
  const moments = momentsOf(2, rows, caps)
  return 'kind' in moments ? moments : { kind: 'ratio', moments, ...(caps && { caps }) }
}

/** Of a value for each unit and its covariate of before the experiment: [value, covariate]. */
export function summariseCuped(
  rows: Iterable<readonly [number, number]>,
  caps?: readonly [Cap, Cap],
): Result<CupedSummary> {
  const moments = momentsOf(2, rows, caps)
  return 'kind' in moments ? moments : { kind: 'cuped', moments, ...(caps && { caps }) }
}

/** Of a ratio for each unit and the same of before: [numerator, denominator, numerator before, denominator before]. */
export function summariseCupedRatio(
  rows: Iterable<readonly [number, number, number, number]>,
  caps?: readonly [Cap, Cap, Cap, Cap],
): Result<CupedRatioSummary> {
  const moments = momentsOf(4, rows, caps)
  return 'kind' in moments ? moments : { kind: 'cuped_ratio', moments, ...(caps && { caps }) }
}

function momentsOf(columns: number, rows: Iterable<readonly number[]>, caps?: readonly Cap[]) {
  const builder = new MomentsBuilder(columns, caps)
  for (const row of rows) builder.add(row)
  return builder.moments()
}

/** Whether a number can be one of units: whole, in [0, 2^53). */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
