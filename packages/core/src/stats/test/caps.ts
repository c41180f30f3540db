// Values have to be cut to the same bounds on both variants: a cap of each one's own shows a difference that is none.
import { type Invalid, invalid } from '../result.ts'
import type { Cap } from '../summary/summary.ts'

interface Capped {
  readonly kind: string
  readonly cap?: Cap
  readonly caps?: readonly Cap[]
}

/** `invalid` when the two summaries were winsorised differently. */
export function refuseDifferentCaps(control: Capped, variant: Capped): Invalid | null {
  const [a, b] = [capsOf(control), capsOf(variant)]
  const same = (cap: Cap, i: number) => cap.lower === b[i]?.lower && cap.upper === b[i]?.upper
  return a.length === b.length && a.every(same) ? null : invalid('variant', "cut to the control's caps")
}

function capsOf({ cap, caps = [] }: Capped): readonly Cap[] {
  return cap === undefined ? caps : [cap]
}
