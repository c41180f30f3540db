// A guardrail watched at every look: is the variant worse by more than the margin, or certainly not?
import { type Estimate, invalid, type Result, type Scale } from '../../result.ts'

/** Any always-valid comparison with its data in it: `options => compareSequentially(control, variant, options)`. */
export type SequentialComparison = (options: GuardrailLook) => Result

export interface GuardrailLook {
  readonly scale: Scale
  readonly alpha: number
  readonly alternative: 'greater' | 'less'
  readonly nullEffect: number
}

export interface GuardrailOptions {
  /** How much worse is still accepted, >= 0, on `scale`: 0.02 on a relative scale is 2 %. */
  readonly margin: number
  /** Which way is better: `higher` for a success rate, `lower` for a cost or an error rate. */
  readonly better: 'higher' | 'lower'
  /** `absolute` unless told. */
  readonly scale?: Scale
  /** Of either verdict, one-sided, in (0, 1/2): 0.05 unless told. */
  readonly alpha?: number
}

export interface GuardrailCheck {
  readonly kind: 'guardrail'
  /** `safe`: not worse by the margin; `harmful`: worse by more than it; `open`: neither is shown yet. */
  readonly verdict: 'safe' | 'harmful' | 'open'
  /** The one-sided sequence against an effect as bad as the margin or worse: non-inferiority. */
  readonly safe: Estimate
  /** The one-sided sequence against an effect within the margin. */
  readonly harmful: Estimate
}

/**
 * Checks a guardrail by two one-sided sequences, each of which may be looked at as often as one likes.
 *
 * Formula: better `higher`: safe when p of effect > -margin is below alpha, harmful when p of effect < -margin is; better
 * `lower`: the same of effect < margin and effect > margin.
 *
 * @param compare - an always-valid comparison that can be asked one-sided: `compareSequentially`,
 *   `compareRatesSequentially`, `compareQuantilesSequentially`, `aipwSequence`, `boundedAipwSequence` or `mixtureSprt`;
 *   it has to pass `alternative` on
 * @returns both sequences and the verdict, or what the comparison refuses; `invalid` for a `compare` that answers
 *   two-sided, since its p at the margin would count for both questions. A verdict of either kind is wrong with
 *   probability alpha at most, over all looks together; one once reached may be kept
 *
 * Assumes a margin fixed before the data were seen. Both cannot be shown at once, as their intervals overlap in the effect.
 * Source: Johari, Koomen, Pekelis and Walsh (2022), Operations Research 70(3), doi:10.1287/opre.2021.2135, for tests that
 * may stop at any time; Wellek (2010), Testing Statistical Hypotheses of Equivalence and Noninferiority, section 2.2.
 */
export function checkGuardrail(
  compare: SequentialComparison,
  { margin, better, scale = 'absolute', alpha = 0.05 }: GuardrailOptions,
): Result<GuardrailCheck> {
  if (!(margin >= 0 && margin < Infinity)) return invalid('margin', '>= 0 and finite')
  const [good, bad] = better === 'higher' ? (['greater', 'less'] as const) : (['less', 'greater'] as const)
  const nullEffect = better === 'higher' ? -margin : margin
  const safe = compare({ scale, alpha, alternative: good, nullEffect })
  if (safe.kind !== 'estimate') return safe
  const harmful = compare({ scale, alpha, alternative: bad, nullEffect })
  if (harmful.kind !== 'estimate') return harmful
  if (!isOneSided(safe, good) || !isOneSided(harmful, bad)) {
    return invalid(
      'compare',
      'a comparison that heeds `alternative`: its interval is to be open on that side',
    )
  }
  const shows = ({ p }: Estimate) => p !== null && p < alpha
  const verdict = shows(harmful) ? 'harmful' : shows(safe) ? 'safe' : 'open'
  return { kind: 'guardrail', verdict, safe, harmful }
}

/** Of an effect that is to be greater there is no upper bound, and of one to be less no lower one. */
function isOneSided({ interval }: Estimate, alternative: 'greater' | 'less'): boolean {
  return (alternative === 'greater' ? interval.upper : interval.lower) === null
}
