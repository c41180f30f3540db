// Whether units landed on the variants in the shares the split asked for (a sample ratio mismatch test).
// Counts units, never requests: requests of one unit are not independent, and a busy unit would raise a false alarm.
import { chiSquareUpperTail } from '../distribution/chi-square.ts'
import { sum } from '../numeric/sum.ts'
import { type Insufficient, type Invalid, invalid } from '../result.ts'

/** Below this expected count the chi-square approximation is not trusted (Cochran 1954). */
const leastExpected = 5

export type ShareCheck =
  | {
      readonly kind: 'checked'
      readonly chiSquare: number
      readonly degreesOfFreedom: number
      /** Probability of counts at least this far from the shares, if the split works as asked; in [0, 1]. */
      readonly p: number
      /** Effect size: the largest |observed share - expected share| over the variants, in [0, 1]. */
      readonly maxShareDeviation: number
      /** Effect size: the largest |observed / expected - 1| over the variants, >= 0. A tenth of a small variant lost. */
      readonly maxRelativeDeviation: number
      /** Effect size: Cohen's w = sqrt(chi2 / total), >= 0; .1 is called small, .3 medium, .5 large. */
      readonly cohenW: number
      /** Number of units counted. */
      readonly total: number
    }
  | (Insufficient & {
      /** Too few units for the approximation; `needed` of them, in all, would give every variant its least expected count. */
      readonly reason: 'too_few_units'
      readonly needed: number
      readonly total: number
    })
  | {
      /** A single variant has all the share: nothing to compare. */
      readonly kind: 'one_variant'
      readonly total: number
    }
  | {
      /** Variants without any share have units: wrong at any count, so no p value can excuse it. */
      readonly kind: 'leak'
      /** Indices of those variants in the arguments. */
      readonly variants: readonly number[]
      /** Units on them. */
      readonly leaked: number
      readonly total: number
    }
  | Invalid

/**
 * Tests by Pearson's chi-square goodness of fit whether the counts agree with the shares.
 *
 * Formula: chi2 = sum over variants with a share of (O - E)^2 / E, with E = total * share / sum of shares;
 * degrees of freedom = number of variants with a share - 1; p = upper tail of chi-square at chi2.
 *
 * @param observed - units first assigned to each variant: whole numbers in [0, 2^53)
 * @param expected - the share or weight asked for, in the same order: finite, in [0, inf), not all 0; need not sum to 1
 * @returns the test, or why there is none; a variant with share 0 takes no part in the sum or the degrees of
 *   freedom, and is a `leak` when it has units
 *
 * Assumes independent units, each counted once, and shares that did not change meanwhile. Valid for one planned
 * look: repeated after every batch it rejects far more often than its p value says.
 * Accuracy: as `chiSquareUpperTail`; the chi-square approximation itself needs every E >= 5, else `insufficient`.
 * Source: Pearson (1900), Philosophical Magazine 50(302), doi:10.1080/14786440009463897; Cochran (1954), Some
 * Methods for Strengthening the Common chi2 Tests, Biometrics 10(4), doi:10.2307/3001616, for E >= 5; Fabijan
 * et al. (2019), Diagnosing Sample Ratio Mismatch in Online Controlled Experiments, KDD, doi:10.1145/3292500.3330722;
 * Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, section 7.2, for w.
 * Reference: SciPy 1.17.1 `scipy.stats.chisquare` (`fixtures/share-check.py`).
 */
export function checkShares(observed: readonly number[], expected: readonly number[]): ShareCheck {
  const problem = findInvalid(observed, expected)
  if (problem !== null) return problem
  const total = sum(observed)
  const leaks = leaksOf(observed, expected)
  if (leaks.length > 0) {
    return { kind: 'leak', variants: leaks, leaked: sum(leaks.map(i => observed[i] ?? 0)), total }
  }
  const cells = cellsOf(observed, expected, total)
  if (cells.length === 1) return { kind: 'one_variant', total }
  const needed = Math.ceil(leastExpected / Math.min(...cells.map(cell => cell.share)))
  if (needed === Infinity) return invalid('expected', 'shares that some number of units could fill')
  if (total < needed) return { kind: 'insufficient', reason: 'too_few_units', total, needed }
  return pearson(cells, total)
}

interface Cell {
  readonly observed: number
  readonly expected: number
  readonly share: number
}

function pearson(cells: readonly Cell[], total: number): ShareCheck {
  const chiSquare = sum(cells.map(cell => (cell.observed - cell.expected) ** 2 / cell.expected))
  const degreesOfFreedom = cells.length - 1
  const p = chiSquareUpperTail(chiSquare, degreesOfFreedom)
  const maxShareDeviation = Math.max(...cells.map(cell => Math.abs(cell.observed / total - cell.share)))
  const maxRelativeDeviation = Math.max(...cells.map(cell => Math.abs(cell.observed / cell.expected - 1)))
  const cohenW = Math.sqrt(chiSquare / total)
  return {
    kind: 'checked',
    chiSquare,
    degreesOfFreedom,
    p,
    maxShareDeviation,
    maxRelativeDeviation,
    cohenW,
    total,
  }
}

function cellsOf(observed: readonly number[], expected: readonly number[], total: number): readonly Cell[] {
  const shares = sum(expected)
  return observed.flatMap((count, i) => {
    const share = (expected[i] ?? 0) / shares
    return share === 0 ? [] : [{ observed: count, expected: total * share, share }]
  })
}

function leaksOf(observed: readonly number[], expected: readonly number[]): readonly number[] {
  return observed.flatMap((count, i) => (count > 0 && expected[i] === 0 ? [i] : []))
}

function findInvalid(observed: readonly number[], expected: readonly number[]): Invalid | null {
  if (observed.length !== expected.length) return invalid('expected', 'a share for each count of `observed`')
  if (!observed.every(count => Number.isSafeInteger(count) && count >= 0))
    return invalid('observed', 'whole numbers >= 0')
  const total = sum(expected)
  const sane = expected.every(share => share >= 0) && total > 0 && total < Infinity
  return sane ? null : invalid('expected', 'finite, >= 0 and not all 0')
}
