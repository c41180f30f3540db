// What every always-valid comparison can be asked.
import {
  type Alternative,
  type Assumption,
  type Interval,
  type Invalid,
  invalid,
  type Scale,
} from '../../result.ts'
import type { Sides } from './boundary/mixture.ts'

export interface SequenceOptions {
  /** `absolute` unless told. */
  readonly scale?: Scale
  /** Probability that the sequence ever misses, in (0, 1), below 1/2 when one-sided: 0.05 unless told. */
  readonly alpha?: number
  /** `two_sided` unless told. One-sided: `greater` has a lower bound, `less` an upper one. */
  readonly alternative?: Alternative
  /** The effect under the null hypothesis, on the scale asked for: 0 unless told, or a margin. */
  readonly nullEffect?: number
  /**
   * Units of both variants together at which the sequence shall be tightest, > 0: 5000 unless told. It holds at all
   * others too. To be fixed before the data are seen.
   */
  readonly tunedFor?: number
  /**
   * Units on each variant before which there is no answer, a whole number >= 2: 100 unless told. Of skewed values on a
   * small variant so many may not be enough: `compareSequentially` sees that in its summaries and widens what it says
   * (`spreadFactor`); an effect given by its standard error alone needs that of its caller.
   */
  readonly burnIn?: number
}

export type SequenceSettings = Required<SequenceOptions>

/** Fills in what is left out; `invalid` when a number is out of range. */
export function readSequenceOptions(options: SequenceOptions): SequenceSettings | Invalid {
  const settings: SequenceSettings = {
    scale: 'absolute',
    alpha: 0.05,
    alternative: 'two_sided',
    nullEffect: 0,
    tunedFor: 5000,
    burnIn: 100,
    ...options,
  }
  const bad = findInvalid(settings)
  return bad ?? settings
}

function findInvalid({ alpha, alternative, nullEffect, tunedFor, burnIn }: SequenceSettings): Invalid | null {
  const largest = alternative === 'two_sided' ? 1 : 0.5
  if (!(alpha > 0 && alpha < largest)) return invalid('alpha', `in (0, ${largest})`)
  if (!Number.isFinite(nullEffect)) return invalid('nullEffect', 'finite')
  if (!(tunedFor > 0 && tunedFor < Infinity)) return invalid('tunedFor', '> 0 and finite')
  return Number.isSafeInteger(burnIn) && burnIn >= 2 ? null : invalid('burnIn', 'a whole number >= 2')
}

export function sidesOf(alternative: Alternative): Sides {
  return alternative === 'two_sided' ? 'two_sided' : 'one_sided'
}

/** The sequence's interval; an end that is infinite, or that a one-sided one does not have, is open. */
export function sequenceInterval(
  lower: number,
  upper: number,
  { alpha, alternative }: Pick<SequenceSettings, 'alpha' | 'alternative'>,
): Interval {
  return {
    kind: 'sequence',
    level: 1 - alpha,
    lower: alternative === 'less' || !Number.isFinite(lower) ? null : lower,
    upper: alternative === 'greater' || !Number.isFinite(upper) ? null : upper,
  }
}

/** What all sequences rely on. */
export const sequenceAssumptions: readonly Assumption[] = [
  { what: 'units are independent of each other', state: 'not_checked' },
  {
    what: 'alpha, the null effect and what the sequence is tuned for were fixed beforehand',
    state: 'not_checked',
  },
]
