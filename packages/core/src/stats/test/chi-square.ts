// Whether any of k variants differs from the others in a proportion.
import { chiSquareUpperTail } from '../distribution/chi-square.ts'
import { type Assumption, insufficient, invalid, type Result } from '../result.ts'
import type { ProportionSummary } from '../summary/summary.ts'
import { badSuccesses } from './sample.ts'

export interface ChiSquareTest {
  readonly kind: 'chi_square'
  readonly chiSquare: number
  /** k - 1. */
  readonly degreesOfFreedom: number
  /** In [0, 1]. */
  readonly p: number
  /** Effect size: sqrt(chi2 / n), of Pearson's statistic without a correction; in [0, 1]. */
  readonly cramersV: number
  /** Units on all variants. */
  readonly n: number
  readonly assumptions: readonly Assumption[]
}

/** Expected count in every cell for the approximation (Cochran 1954). */
const leastExpected = 5

/**
 * Pearson's chi-square test that k proportions are the same.
 *
 * Formula: chi2 = sum of (O - E)^2 / E over the 2 k cells; with Yates' correction (2 variants only) each |O - E| is made
 * smaller by 0.5, though not below 0. Degrees of freedom k - 1.
 *
 * @param variants - at least 2, each with n >= 1
 * @param correction - `yates` is conservative, and does nothing for more than 2 variants; `none` unless told
 * @returns `insufficient` with `no_variance` when nothing or everything is a success
 *
 * Assumes independent units and one planned look; `doubtful` below 5 expected in a cell.
 * Source: Pearson (1900), doi:10.1080/14786440009463897; Yates (1934), Supplement to the JRSS 1(2), doi:10.2307/2983604.
 * Reference: SciPy 1.10.1 `chi2_contingency` (`fixtures/tests.py`).
 */
export function testProportions(
  variants: readonly ProportionSummary[],
  correction: 'none' | 'yates' = 'none',
): Result<ChiSquareTest> {
  const bad = findInvalid(variants)
  if (bad !== null) return bad
  const n = variants.reduce((sum, variant) => sum + variant.n, 0)
  const successes = variants.reduce((sum, variant) => sum + variant.successes, 0)
  if (successes === 0 || successes === n) return insufficient('no_variance', null)
  const share = successes / n
  const yates = correction === 'yates' && variants.length === 2 ? 0.5 : 0
  const chiSquare = statistic(variants, share, yates)
  const fewest = Math.min(...variants.map(variant => variant.n)) * Math.min(share, 1 - share)
  const enough = fewest >= leastExpected ? 'holds' : 'doubtful'
  return {
    kind: 'chi_square',
    chiSquare,
    degreesOfFreedom: variants.length - 1,
    p: chiSquareUpperTail(chiSquare, variants.length - 1),
    cramersV: Math.sqrt(statistic(variants, share, 0) / n),
    n,
    assumptions: [
      { what: 'units are independent of each other', state: 'not_checked' },
      { what: `at least ${leastExpected} expected in every cell`, state: enough },
    ],
  }
}

/** The two cells of a variant are as far from expectation as each other, so both are done in one term. */
function statistic(variants: readonly ProportionSummary[], share: number, yates: number): number {
  return variants.reduce((sum, { n, successes }) => {
    const off = Math.abs(successes - n * share)
    return sum + (off - Math.min(yates, off)) ** 2 / (n * share * (1 - share))
  }, 0)
}

function findInvalid(variants: readonly ProportionSummary[]) {
  if (variants.length < 2) return invalid('variants', 'at least 2')
  for (const { n, successes } of variants) {
    if (!Number.isSafeInteger(n) || n < 1) return invalid('n', 'a whole number >= 1')
    const bad = badSuccesses(successes, n)
    if (bad !== null) return bad
  }
  return null
}
