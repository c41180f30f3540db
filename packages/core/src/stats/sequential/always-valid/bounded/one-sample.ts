// What a sequence of a single mean, rate or quantile answers with.
import {
  type Alternative,
  type Assumption,
  type Guarantee,
  type Interval,
  type Invalid,
  invalid,
} from '../../../result.ts'

export interface OneSampleEstimate {
  readonly kind: 'estimate'
  /** Name of the method: `beta_binomial_sequence`. */
  readonly method: string
  readonly value: number
  readonly interval: Interval
  /** Units. */
  readonly n: number
  readonly guarantee: Guarantee
  readonly assumptions: readonly Assumption[]
}

/** Of a sequence for one sample. */
export interface OneSampleOptions {
  /** Probability that the sequence ever misses, in (0, 1), below 1/2 when one-sided: 0.05 unless told. */
  readonly alpha?: number
  /** `two_sided` unless told. One-sided: `greater` has a lower bound, `less` an upper one, with all of alpha. */
  readonly alternative?: Alternative
  /** Units at which it shall be tightest, in (0, 1e9]: 1000 unless told. To be fixed before the data are seen. */
  readonly tunedFor?: number
}

/** `invalid` when alpha is out of range: a one-sided one has to be below 1/2. */
export function findInvalidAlpha(alpha: number, alternative: Alternative): Invalid | null {
  const largest = alternative === 'two_sided' ? 1 : 0.5
  return alpha > 0 && alpha < largest ? null : invalid('alpha', `in (0, ${largest})`)
}

/** Beyond this the likelihoods that are mixed differ by less than their rounding, and an interval may have no width. */
const MOST_TUNED_FOR = 1e9

/** `invalid` when a sequence is tuned for more units than can be computed with, or for none. */
export function findInvalidTuning(tunedFor: number): Invalid | null {
  return tunedFor > 0 && tunedFor <= MOST_TUNED_FOR ? null : invalid('tunedFor', 'in (0, 1e9]')
}

export const independentUnits: Assumption = {
  what: 'units are independent of each other',
  state: 'not_checked',
}
