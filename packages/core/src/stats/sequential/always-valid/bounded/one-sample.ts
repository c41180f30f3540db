// What a sequence of a single mean, rate or quantile answers with.
import type { Assumption, Guarantee, Interval } from '../../../result.ts'

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
  /** Probability that the sequence ever misses, in (0, 1): 0.05 unless told. */
  readonly alpha?: number
  /** Units at which it shall be tightest, > 0: 1000 unless told. To be fixed before the data are seen. */
  readonly tunedFor?: number
}

export const independentUnits: Assumption = {
  what: 'units are independent of each other',
  state: 'not_checked',
}
