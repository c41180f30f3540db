// Ranks instead of values: the Mann-Whitney test, with the shift that Hodges and Lehmann estimate by it.
import { type Assumption, insufficient, invalid, isRefusal, type Result } from '../result.ts'
import { answer, criticalValue, type Finding, pValue, type TestEstimate } from './estimate.ts'
import { readOptions, type Settings, type TestOptions } from './options.ts'
import { countBelow, nthDifference } from './pairwise-differences.ts'
import { type RankDistribution, rankDistribution } from './rank-distribution.ts'

export interface MannWhitneyOptions extends Omit<TestOptions, 'scale'> {
  /** `exact` needs values without ties, 200 on each variant at most; `auto` (unless told) takes it then, for up to 50 values on each variant. */
  readonly distribution?: 'auto' | 'exact' | 'asymptotic'
  /** Of the asymptotic statistic: half a rank towards the middle, unless told `none`. */
  readonly continuity?: 'half' | 'none'
}

export interface MannWhitney extends TestEstimate {
  /** P(variant > control) + P(equal) / 2: the share of pairs the variant wins, in [0, 1]. */
  readonly winShare: number
}

const mostExact = 50
/** With more values than this on a variant the exact distribution takes too long to compute: some n^2 m^2 steps. */
const mostComputed = 200

/**
 * Tests whether values of the variant tend to be larger, by ranks, and estimates the shift of their distribution.
 *
 * Formula: U = number of pairs with variant > control, ties counting half. Asymptotic: z = (U - n m / 2 -+ 1/2) / s,
 * s^2 = (n m / 12) (N + 1 - sum of (t^3 - t) / (N (N - 1))), t the sizes of ties. Exact: the distribution of U over
 * all orders. Effect: the median of all n m differences variant - control (Hodges-Lehmann); interval: the differences of
 * rank C and n m + 1 - C, with C the smallest U that is not significant. `nullEffect` is subtracted from the variant.
 *
 * @param control - finite values in ascending order, one for each unit; at least 2
 * @param variant - likewise
 * @returns method `mann_whitney_exact` or `mann_whitney`; `statistic` is U; `insufficient`: `no_variance` when all
 *   values are equal. The interval is open on both sides when not even the extreme order is significant
 *
 * Assumes independent units, and for the shift and its interval the same shape on both variants. It tests P(B > A)
 * = 1/2, not the means: rare, huge values hardly move it. With ties across variants the interval is approximate.
 * Source: Mann and Whitney (1947), doi:10.1214/aoms/1177730491; Lehmann (1963), doi:10.1214/aoms/1177703882; Hollander,
 * Wolfe and Chicken (2014), Nonparametric Statistical Methods, section 4.1 to 4.3.
 * Reference: SciPy 1.10.1 `mannwhitneyu`, R 4.2.2 `wilcox.test(conf.int = TRUE)` (`fixtures/ranks.py`).
 */
export function compareRanks(
  control: ArrayLike<number>,
  variant: ArrayLike<number>,
  options: MannWhitneyOptions = {},
): Result<MannWhitney> {
  const settings = readOptions({ ...options, scale: 'absolute' })
  if (isRefusal(settings)) return settings
  const bad = badValues('control', control) ?? badValues('variant', variant)
  if (bad !== null) return bad
  const pairs = control.length * variant.length
  const ties = tieSum(control, variant, settings.nullEffect)
  const variance = (pairs / 12) * (ties.total + 1 - ties.sum / (ties.total * (ties.total - 1)))
  if (!(variance > 1e-9)) return insufficient('no_variance', null)
  const small = Math.max(control.length, variant.length) <= mostExact
  const { distribution = 'auto', continuity = 'half' } = options
  if (distribution === 'exact' && ties.sum > 0)
    return invalid('distribution', "'asymptotic' where values are tied")
  if (distribution === 'exact' && Math.max(control.length, variant.length) > mostComputed)
    return invalid('distribution', `'asymptotic' beyond ${mostComputed} values on a variant`)
  const exact = distribution === 'exact' || (distribution === 'auto' && small && ties.sum === 0)
  const u = winsOf(control, variant, settings.nullEffect)
  const law = exact
    ? exactLaw(rankDistribution(control.length, variant.length), pairs)
    : normalLaw(pairs, Math.sqrt(variance), continuity === 'half' ? 0.5 : 0)
  return shiftEstimate({ control, variant, u, pairs, law }, settings)
}

/** How U is distributed under the null hypothesis. */
interface Law {
  readonly method: string
  p(u: number, alternative: Settings['alternative']): number
  /** The smallest whole u >= 1 such that no U of at least u is significantly small. */
  leastOrdinary(settings: Settings): number
}

interface Ranks {
  readonly control: ArrayLike<number>
  readonly variant: ArrayLike<number>
  readonly u: number
  readonly pairs: number
  readonly law: Law
}

function shiftEstimate({ control, variant, u, pairs, law }: Ranks, settings: Settings): Result<MannWhitney> {
  const rank = law.leastOrdinary(settings)
  const at = (n: number) => nthDifference(control, variant, n)
  const effect = pairs % 2 === 1 ? at((pairs + 1) / 2) : (at(pairs / 2) + at(pairs / 2 + 1)) / 2
  const finding: Finding = {
    method: law.method,
    n: { control: control.length, variant: variant.length },
    assumptions: rankAssumptions,
  }
  const estimate = answer(finding, settings, {
    effect,
    standardError: null,
    bounds: rank < 1 ? [-Infinity, Infinity] : [at(rank), at(pairs + 1 - rank)],
    p: law.p(u, settings.alternative),
    statistic: u,
    degreesOfFreedom: null,
  })
  if (estimate.kind !== 'estimate') return estimate
  const guarantee = law.method === 'mann_whitney_exact' ? ({ kind: 'exact' } as const) : estimate.guarantee
  return { ...estimate, guarantee, winShare: winsOf(control, variant, 0) / pairs }
}

const rankAssumptions: readonly Assumption[] = [
  { what: 'units are independent of each other', state: 'not_checked' },
  { what: 'one look, planned beforehand', state: 'not_checked' },
  { what: 'values have the same shape on both variants (for the shift)', state: 'not_checked' },
]

function normalLaw(pairs: number, deviation: number, continuity: number): Law {
  return {
    method: 'mann_whitney',
    p: (u, alternative) => {
      const off = u - pairs / 2
      // Towards the middle: for a two-sided test from whichever side the statistic is on.
      const shift = alternative === 'two_sided' ? Math.sign(off) : alternative === 'greater' ? 1 : -1
      return pValue((off - shift * continuity) / deviation, alternative, null)
    },
    leastOrdinary: ({ alpha, alternative }) =>
      Math.ceil(pairs / 2 - continuity - criticalValue(alpha, alternative, null) * deviation),
  }
}

function exactLaw(distribution: RankDistribution, pairs: number): Law {
  const atMost = (u: number) => distribution.cdf(Math.floor(u))
  return {
    method: 'mann_whitney_exact',
    p: (u, alternative) => {
      // The distribution is symmetric around half the pairs.
      const [less, greater] = [atMost(u), atMost(pairs - u)]
      if (alternative === 'two_sided') return Math.min(1, 2 * Math.min(less, greater))
      return alternative === 'greater' ? greater : less
    },
    leastOrdinary: ({ alpha, alternative }) => {
      const tail = alternative === 'two_sided' ? alpha / 2 : alpha
      let u = 0
      while (atMost(u) < tail) u++
      return u
    },
  }
}

/** U: wins of the variant, less `shift`, over the control; ties count half. */
function winsOf(control: ArrayLike<number>, variant: ArrayLike<number>, shift: number): number {
  const { below, atMost } = countBelow(control, variant, shift)
  const pairs = control.length * variant.length
  return pairs - atMost + (atMost - below) / 2
}

/** Sum of t^3 - t over the groups of equal values of both variants together, and the number of values. */
function tieSum(control: ArrayLike<number>, variant: ArrayLike<number>, shift: number) {
  const values = Float64Array.from({ length: control.length + variant.length }, (_, i) =>
    i < control.length ? (control[i] as number) : (variant[i - control.length] as number) - shift,
  ).sort()
  let sum = 0
  for (let i = 0, next = 0; i < values.length; i = next) {
    while (next < values.length && values[next] === values[i]) next++
    sum += (next - i) ** 3 - (next - i)
  }
  return { sum, total: values.length }
}

function badValues(argument: string, sorted: ArrayLike<number>) {
  if (sorted.length < 2) return insufficient('too_few_units', 2)
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] as number
    if (!Number.isFinite(value) || (i > 0 && value < (sorted[i - 1] as number))) {
      return invalid(argument, 'finite values in ascending order')
    }
  }
  return null
}
