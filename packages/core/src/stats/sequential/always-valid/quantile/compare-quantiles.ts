// A quantile of a variant compared with that of the control, at any number of values.
import { quantile } from '../../../distribution/quantile.ts'
import { firstWhere } from '../../../numeric/bisect.ts'
import { argMin } from '../../../numeric/golden-section.ts'
import { type Alternative, type Invalid, insufficient, invalid, type Result } from '../../../result.ts'
import { findInvalidTuning } from '../bounded/one-sample.ts'
import { rateConcentration, rateLogE } from '../bounded/rate.ts'
import { alwaysValidP, eValue } from '../evidence/evidence.ts'
import { sequenceAssumptions, sequenceInterval } from '../options.ts'
import { oneSidedEvidence } from './one-sided.ts'

export interface QuantileComparison {
  /** Which quantile, in (0, 1); one-sided in [0.0001, 0.9999], as it takes time in proportion to 1 / p. */
  readonly p: number
  /** Probability that the sequence ever misses, in (0, 1), below 1/2 when one-sided: 0.05 unless told. */
  readonly alpha?: number
  /** `two_sided` unless told. One-sided: `greater` has a lower bound, `less` an upper one, with all of alpha. */
  readonly alternative?: Alternative
  /** Values on each variant at which it is to be tightest, in (0, 1e9]: 1000 unless told. */
  readonly tunedFor?: number
  /** In the values' own unit: 0 unless told. */
  readonly nullEffect?: number
}

/**
 * The exact confidence sequence of the difference of two quantiles, of any distributions.
 *
 * Formula: G_i(x), the evidence of variant i against its quantile being x, is the least of the two-sided beta-binomial
 * mixture over all shares of values that can be below x; e(d) = exp(min over x of G_A(x) + G_B(x + d)), p = min(1, 1 / e);
 * the interval is all d with e(d) < 1 / alpha. One-sided: `oneSidedEvidence`, in which only too many values of one below x
 * and too few of the other up to x + d speak against d; with a margin as null effect it is a test of non-inferiority.
 *
 * @param control - its values so far, ascending, finite; one for each unit
 * @param variant - the same of the variant
 * @returns method `quantile_difference_sequence`; an end is open as long as there are too few values beyond the quantile;
 *   `insufficient` without a value on both
 *
 * Assumes independent values of one distribution on each variant: of a unit's many requests take one at random.
 * O(n log n) a look.
 * Source: Howard and Ramdas (2022), Bernoulli 28(3), theorem 5, doi:10.3150/21-BEJ1388.
 * Reference: confseq `quantile_ab_p_value` (with alpha_opt = alpha), for d = 0; the interval inverts it.
 */
export function compareQuantilesSequentially(
  control: ArrayLike<number>,
  variant: ArrayLike<number>,
  options: QuantileComparison,
): Result {
  const { p, alpha = 0.05, alternative = 'two_sided', tunedFor = 1000, nullEffect = 0 } = options
  const settings = { p, alpha, alternative, tunedFor, nullEffect }
  const bad = findInvalid(settings)
  if (bad !== null) return bad
  if (control.length === 0 || variant.length === 0) return insufficient('too_few_units', 1)
  const effect = quantile(variant, p) - quantile(control, p)
  if (!Number.isFinite(effect)) return invalid('values', 'finite')
  const { logE, lower, upper } = evidenceOf[alternative](control, variant, settings)
  if ([logE, lower, upper].some(Number.isNaN))
    return invalid('tunedFor', 'of a size that p leaves a number for')
  if (lower === -Infinity && upper === Infinity) return insufficient('too_few_units', null)
  return {
    kind: 'estimate',
    method: 'quantile_difference_sequence',
    scale: 'absolute',
    effect,
    standardError: null,
    interval: sequenceInterval(lower, upper, { alpha, alternative }),
    p: alwaysValidP(logE),
    e: eValue(logE),
    n: { control: control.length, variant: variant.length },
    guarantee: { kind: 'exact' },
    assumptions: sequenceAssumptions,
  }
}

type Settings = Required<QuantileComparison>

function findInvalid({ p, alpha, alternative, tunedFor, nullEffect }: Settings): Invalid | null {
  const largest = alternative === 'two_sided' ? 1 : 0.5
  if (!(p > 0 && p < 1)) return invalid('p', 'in (0, 1)')
  if (alternative !== 'two_sided' && !(p >= 1e-4 && p <= 1 - 1e-4)) return invalid('p', 'in [0.0001, 0.9999]')
  if (!(alpha > 0 && alpha < largest)) return invalid('alpha', `in (0, ${largest})`)
  const bad = findInvalidTuning(tunedFor)
  if (bad !== null) return bad
  return Number.isFinite(nullEffect) ? null : invalid('nullEffect', 'finite')
}

type Evidence = (
  control: ArrayLike<number>,
  variant: ArrayLike<number>,
  settings: Settings,
) => { readonly logE: number; readonly lower: number; readonly upper: number }

const evidenceOf: Record<Alternative, Evidence> = {
  two_sided: (control, variant, { p, alpha, tunedFor, nullEffect }) => {
    const concentration = rateConcentration(tunedFor, alpha)
    const [a, b] = [profileOf(control, p, concentration), profileOf(variant, p, concentration)]
    const limit = -Math.log(alpha)
    return {
      logE: leastEvidence(a, b, nullEffect),
      lower: -reach(b.falling, a.rising, limit),
      upper: reach(a.falling, b.rising, limit),
    }
  },
  greater: (control, variant, { p, alpha, tunedFor, nullEffect }) => {
    const concentration = rateConcentration(tunedFor, alpha, 'one_sided')
    const { logE, bound } = oneSidedEvidence(control, variant, p, concentration)
    return { logE: logE(nullEffect), lower: bound(-Math.log(alpha)), upper: Infinity }
  },
  less: (control, variant, { p, alpha, tunedFor, nullEffect }) => {
    const concentration = rateConcentration(tunedFor, alpha, 'one_sided')
    const { logE, bound } = oneSidedEvidence(variant, control, p, concentration)
    return { logE: logE(-nullEffect), lower: -Infinity, upper: -bound(-Math.log(alpha)) }
  },
}

/** A value, and the evidence against a quantile just there. */
interface Step {
  readonly value: number
  readonly evidence: number
}

/** G of one variant: falls from minus infinity to its core, where it is least, and rises from there on. */
interface Profile {
  readonly sorted: ArrayLike<number>
  /** Against k of the values being below the quantile, for k = 0 to n. */
  readonly evidence: Float64Array
  readonly least: number
  /** First values at which each evidence is reached, ascending, down to the core. */
  readonly falling: readonly Step[]
  /** Last values, from the core on. */
  readonly rising: readonly Step[]
}

function profileOf(sorted: ArrayLike<number>, p: number, concentration: number): Profile {
  const n = sorted.length
  const against = (k: number) => rateLogE({ successes: k, trials: n }, p, concentration)
  const evidence = Float64Array.from({ length: n + 1 }, (_, k) => against(k))
  const best = argMin(against, 0, n)
  const least = against(best)
  const [below, above] = [Math.floor(best), Math.ceil(best)]
  const falling = Array.from({ length: below + 1 }, (_, k) => step(sorted[k - 1] ?? -Infinity, evidence[k]))
  const rising = Array.from({ length: n - above + 1 }, (_, i) =>
    step(sorted[above + i] ?? Infinity, evidence[above + i]),
  )
  return {
    sorted,
    evidence,
    least,
    falling: [...falling, step(sorted[above - 1] ?? -Infinity, least)],
    rising: [step(sorted[below] ?? Infinity, least), ...rising],
  }
}

function step(value: number, evidence = Number.NaN): Step {
  return { value, evidence }
}

/** The largest rising value less a falling one of which the evidence together stays below the limit. */
function reach(falling: readonly Step[], rising: readonly Step[], limit: number): number {
  let largest = -Infinity
  let far = -1
  for (const { value, evidence } of falling) {
    while ((rising[far + 1]?.evidence ?? Infinity) + evidence < limit) far++
    if (far >= 0) largest = Math.max(largest, (rising[far]?.value ?? 0) - value)
  }
  return largest
}

/** min over x of G_A(x) + G_B(x + shift): between the cores, at the values of the upper one and at both ends. */
function leastEvidence(a: Profile, b: Profile, shift: number): number {
  const isAbove = coreEnd(a) + shift <= coreStart(b)
  const [lower, upper, by] = isAbove ? [a, b, -shift] : [b, a, shift]
  const total = (x: number) => evidenceAt(lower, x + by) + evidenceAt(upper, x)
  const [from, to] = [coreEnd(lower) - by, coreStart(upper)]
  let least = Math.min(total(from), total(to))
  for (const { value } of upper.falling) if (value > from && value < to) least = Math.min(least, total(value))
  return least
}

function coreStart(profile: Profile): number {
  return profile.falling.at(-1)?.value ?? -Infinity
}

function coreEnd(profile: Profile): number {
  return profile.rising[0]?.value ?? Infinity
}

function evidenceAt(profile: Profile, x: number): number {
  const { sorted, evidence, least } = profile
  if (x < coreStart(profile)) return evidence[countWhile(sorted, value => value <= x)] ?? Number.NaN
  return x > coreEnd(profile) ? (evidence[countWhile(sorted, value => value < x)] ?? Number.NaN) : least
}

/** How many of the ascending values, from the first on, satisfy this. */
function countWhile(sorted: ArrayLike<number>, holds: (value: number) => boolean): number {
  return firstWhere(sorted.length, k => !holds(sorted[k] ?? Infinity))
}
