// What every fixed-horizon test can be asked, and the checks that a question makes sense.
import { type Alternative, type Invalid, invalid, type Scale } from '../result.ts'

export interface TestOptions {
  /** `absolute` unless told. */
  readonly scale?: Scale
  /** Probability of a false alarm that is accepted, in (0, 1): 0.05 unless told. The interval's level is 1 - alpha. */
  readonly alpha?: number
  /** `two_sided` unless told. A one-sided test has an interval open to one side. */
  readonly alternative?: Alternative
  /** The effect under the null hypothesis, on the scale asked for: 0 unless told, or a margin. */
  readonly nullEffect?: number
}

/** The same with nothing left out. */
export interface Settings {
  readonly scale: Scale
  readonly alpha: number
  readonly alternative: Alternative
  readonly nullEffect: number
}

/** Fills in what is left out; `invalid` when alpha or the null effect is out of range. */
export function readOptions(options: TestOptions): Settings | Invalid {
  const { scale = 'absolute', alpha = 0.05, alternative = 'two_sided', nullEffect = 0 } = options
  if (!(alpha > 0 && alpha < 1)) return invalid('alpha', 'in (0, 1)')
  if (!Number.isFinite(nullEffect)) return invalid('nullEffect', 'finite')
  return { scale, alpha, alternative, nullEffect }
}
