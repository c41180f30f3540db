// Two rates tested unit by unit with the logged propensities: exact, and about as fast as the asymptotic sequence.
import { lastWhere } from '../../../numeric/bisect.ts'
import {
  type Alternative,
  type Assumption,
  type Guarantee,
  insufficient,
  invalid,
  type Result,
} from '../../../result.ts'
import { alwaysValidP, eValue } from '../evidence/evidence.ts'
import { type ByVariant, isPropensity } from '../propensity/logged-unit.ts'
import { findInvalidPrior, type RatePrior } from './rate-difference.ts'

export interface RateUnit {
  readonly assigned: 'control' | 'variant'
  readonly isSuccess: boolean
  /** The probabilities of the assignment as logged with the decision, in (0, 1). */
  readonly propensity: ByVariant
}

/** All that is kept of the units so far, made for one null hypothesis. */
export interface RateEvidenceState {
  readonly kind: 'rate_evidence_state'
  readonly alternative: Alternative
  /** Difference of the rates under the null hypothesis, in (-1, 1): 0 or a margin. */
  readonly nullEffect: number
  readonly prior: RatePrior
  readonly control: Counts
  readonly variant: Counts
  readonly logE: number
  readonly isSane: boolean
}

interface Counts {
  readonly n: number
  readonly successes: number
}

/** A test without an interval. */
export interface RateEvidence {
  readonly kind: 'evidence'
  readonly method: 'rate_evidence'
  /** Observed, absolute. */
  readonly effect: number
  readonly e: number
  /** min(1, 1 / e); carry it on by `takeLook`. */
  readonly p: number
  readonly n: { readonly control: number; readonly variant: number }
  readonly guarantee: Guarantee
  readonly assumptions: readonly Assumption[]
}

/**
 * Of no units yet.
 *
 * @param alternative - `two_sided`: against the null effect itself; `greater`: against it and all below; `less`: above
 * @param nullEffect - in (-1, 1)
 * @param prior - of either rate, counts in [1e-6, 1e6]: 1/2 and 1/2 unless told
 */
export function noRateUnits(
  alternative: Alternative = 'two_sided',
  nullEffect = 0,
  prior: RatePrior = { successes: 0.5, failures: 0.5 },
): RateEvidenceState {
  const none = { n: 0, successes: 0 }
  return {
    kind: 'rate_evidence_state',
    alternative,
    nullEffect,
    prior,
    control: none,
    variant: none,
    logE: 0,
    isSane: Math.abs(nullEffect) < 1 && findInvalidPrior(prior) === null,
  }
}

/**
 * Takes in the next unit, in the order of the outcomes: O(1).
 *
 * Formula: e' = e q_i(y) / r_i(y), with q_A, q_B the rates foretold from the units before, and (r_A, r_B) the rates of
 * the null hypothesis nearest to them: the least of w_A KL(q_A, r_A) + w_B KL(q_B, r_B), w the propensities among the two.
 *
 * Source: as `rateEvidence`.
 */
export function addRateUnit(state: RateEvidenceState, unit: RateUnit): RateEvidenceState {
  const { assigned, isSuccess, propensity } = unit
  if (!state.isSane || !isPropensity(propensity)) return { ...state, isSane: false }
  const share = propensity.variant / (propensity.control + propensity.variant)
  const foretold = {
    control: foretell(state.control, state.prior),
    variant: foretell(state.variant, state.prior),
  }
  const nearest = nearestNull(foretold, share, state.nullEffect, state.alternative)
  const [q, r] = [foretold[assigned], nearest[assigned]]
  const { n, successes } = state[assigned]
  return {
    ...state,
    [assigned]: { n: n + 1, successes: successes + (isSuccess ? 1 : 0) },
    logE: state.logE + (isSuccess ? Math.log(q / r) : Math.log((1 - q) / (1 - r))),
  }
}

function foretell({ n, successes }: Counts, prior: RatePrior): number {
  return (successes + prior.successes) / (n + prior.successes + prior.failures)
}

/**
 * The rates of the null hypothesis nearest to those foretold, as `addRateUnit` measures it: themselves, if they are of it.
 *
 * @param foretold - in (0, 1)
 * @param share - propensity of the variant among the two, in (0, 1)
 */
export function nearestNull(
  foretold: ByVariant,
  share: number,
  nullEffect: number,
  alternative: Alternative,
): ByVariant {
  const difference = foretold.variant - foretold.control
  const isNull =
    (alternative === 'greater' && difference <= nullEffect) ||
    (alternative === 'less' && difference >= nullEffect)
  if (isNull) return foretold
  const slope = (q: number, p: number) => (p - q) / (p * (1 - p))
  const isFalling = (p: number) =>
    (1 - share) * slope(foretold.control, p) + share * slope(foretold.variant, p + nullEffect) < 0
  const [low, high] = [Math.max(0, -nullEffect), Math.min(1, 1 - nullEffect)]
  const middle = (low + high) / 2
  const control = isFalling(middle)
    ? lastWhere(isFalling, middle, high)
    : lastWhere(p => !isFalling(p), middle, low)
  return { control, variant: control + nullEffect }
}

/**
 * The evidence so far against the null hypothesis: an e value at any look, and its p.
 *
 * @returns `insufficient` without a unit on both variants; `invalid` for a unit or a hypothesis out of range
 *
 * Assumes assignments drawn with the logged propensities. Rates may drift: what is tested is that the null hypothesis holds
 * at every unit. One-sided and with a margin it is a non-inferiority test.
 * Source: Turner, Ly and Grünwald (2024), Journal of Statistical Planning and Inference 230, arXiv:2106.02693, for
 * blocks of fixed sizes, here with propensities in their place; Grünwald, de Heide and Koolen (2024), JRSS B 86(5),
 * theorem 1, doi:10.1093/jrsssb/qkae011, for the nearest null hypothesis of a convex set making an e value.
 */
export function rateEvidence(state: RateEvidenceState): Result<RateEvidence> {
  const { control, variant, logE } = state
  if (!state.isSane)
    return invalid(
      'unit',
      'with propensities in (0, 1), a null effect in (-1, 1), a prior of counts in [1e-6, 1e6]',
    )
  if (control.n === 0 || variant.n === 0) return insufficient('too_few_units', 1)
  return {
    kind: 'evidence',
    method: 'rate_evidence',
    effect: variant.successes / variant.n - control.successes / control.n,
    e: eValue(logE),
    p: alwaysValidP(logE),
    n: { control: control.n, variant: variant.n },
    guarantee: { kind: 'exact' },
    assumptions: [
      { what: 'units are independent of each other', state: 'not_checked' },
      { what: 'propensities are those with which units were assigned', state: 'not_checked' },
    ],
  }
}
