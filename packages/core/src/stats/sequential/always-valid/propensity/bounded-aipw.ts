// The same for outcomes in [0, 1] with a floor under all propensities: exact at any number of units.
import { invalid, type Result } from '../../../result.ts'
import {
  addBoundedValue,
  type BernsteinOptions,
  type BoundedSums,
  bernsteinLogE,
  bernsteinMixture,
  bernsteinSequence,
  noBoundedSums,
} from '../bounded/empirical-bernstein.ts'
import { alwaysValidP, eValue } from '../evidence/evidence.ts'
import { sequenceAssumptions } from '../options.ts'
import { aipwTerms, type LoggedUnit, NO_OUTCOMES, type RunningMean, withOutcome } from './logged-unit.ts'

export interface BoundedAipwState {
  readonly kind: 'bounded_aipw_state'
  /** Least propensity of either variant, ever, in [1e-6, 1/2]: promised beforehand. */
  readonly floor: number
  readonly control: RunningMean
  readonly variant: RunningMean
  /** Of the differences of terms, in [-1 / floor, 1 / floor]. */
  readonly sums: BoundedSums
  readonly isSane: boolean
}

/** With less a million units would be worth one. */
const LEAST_FLOOR = 1e-6

/** Of no units yet. */
export function noBoundedUnits(floor: number): BoundedAipwState {
  const sums = noBoundedSums(-1 / floor, 1 / floor)
  return {
    kind: 'bounded_aipw_state',
    floor,
    control: NO_OUTCOMES,
    variant: NO_OUTCOMES,
    sums,
    isSane: floor >= LEAST_FLOOR && floor <= 0.5,
  }
}

/** Takes in the next unit, its outcome in [0, 1]. Predictions not given are means with 1/2 counted in as one more. */
export function addBoundedUnit(state: BoundedAipwState, unit: LoggedUnit): BoundedAipwState {
  const { control, variant, floor } = state
  const { outcome, propensity, assigned } = unit
  const isAbove = propensity.control >= floor * (1 - 1e-9) && propensity.variant >= floor * (1 - 1e-9)
  const predicted = unit.predicted ?? { control: foretell(control), variant: foretell(variant) }
  const cut = {
    control: Math.min(1, Math.max(0, predicted.control)),
    variant: Math.min(1, Math.max(0, predicted.variant)),
  }
  const terms = aipwTerms(unit, cut)
  return {
    ...state,
    control: assigned === 'control' ? withOutcome(control, outcome) : control,
    variant: assigned === 'variant' ? withOutcome(variant, outcome) : variant,
    sums: addBoundedValue(state.sums, terms.variant - terms.control),
    isSane:
      state.isSane &&
      isAbove &&
      propensity.control + propensity.variant <= 1 + 1e-9 &&
      outcome >= 0 &&
      outcome <= 1,
  }
}

function foretell({ n, mean }: RunningMean): number {
  return (0.5 + n * mean) / (n + 1)
}

/**
 * The exact confidence sequence of the mean effect, absolute.
 *
 * Formula: `bernsteinSequence` of the differences of terms, which lie in [-1 / floor, 1 / floor]; e by `bernsteinLogE`.
 *
 * @param options - expectedVariance: of one difference of terms, 1 / floor unless told; nullEffect: in [-1, 1], 0 unless
 *   told
 * @returns method `aipw_bernstein_sequence`; effect and interval are cut to [-1, 1]; `insufficient` without a unit
 *
 * Assumes as `aipwSequence`, and no burn-in. A low floor makes it wide: at 0.01 the bounds alone are 200 apart.
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2), corollary 2, doi:10.1214/20-AOS1991.
 * Reference: confseq `demo/ate_demo.py`.
 */
export function boundedAipwSequence(
  state: BoundedAipwState,
  options: BernsteinOptions & { readonly nullEffect?: number } = {},
): Result {
  const { nullEffect = 0, ...rest } = options
  const { alternative = 'two_sided' } = rest
  const { floor, sums } = state
  if (!state.isSane)
    return invalid('unit', 'of an outcome in [0, 1] and propensities not below a floor in [1e-6, 1/2]')
  if (!(Math.abs(nullEffect) <= 1)) return invalid('nullEffect', 'in [-1, 1]')
  const asked = { expectedVariance: 1 / floor, ...rest }
  const mean = bernsteinSequence(sums, asked)
  if (mean.kind !== 'estimate') return mean
  const mixture = bernsteinMixture(sums, asked)
  if ('kind' in mixture) return mixture
  const logE = bernsteinLogE(sums, nullEffect, mixture, alternative)
  return {
    kind: 'estimate',
    method: 'aipw_bernstein_sequence',
    scale: 'absolute',
    effect: Math.min(1, Math.max(-1, mean.value)),
    standardError: Math.sqrt(sums.squaredErrors) / sums.n,
    interval: {
      ...mean.interval,
      lower: cut(mean.interval.lower),
      upper: cut(mean.interval.upper),
    },
    p: alwaysValidP(logE),
    e: eValue(logE),
    n: { control: state.control.n, variant: state.variant.n },
    guarantee: { kind: 'exact' },
    assumptions: sequenceAssumptions,
  }
}

/** To the effects that outcomes in [0, 1] can have; an open end stays open. */
function cut(end: number | null): number | null {
  return end === null ? null : Math.min(1, Math.max(-1, end))
}
