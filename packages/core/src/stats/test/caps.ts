// A cap of each variant's own shows a difference that is none.
import { type Invalid, invalid } from '../result.ts'
import { type Capped, haveSameCaps } from '../summary/caps.ts'

/** `invalid` when the two summaries were winsorised differently. */
export function refuseDifferentCaps(control: Capped, variant: Capped): Invalid | null {
  return haveSameCaps(control, variant) ? null : invalid('variant', "cut to the control's caps")
}
