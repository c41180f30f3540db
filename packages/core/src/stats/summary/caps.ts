// Values have to be cut to the same bounds in both summaries: else they are of different metrics.
import type { Cap } from './summary.ts'

/** A summary of any kind; those of winsorised means have one cap, those of ratios one for each column. */
export interface Capped {
  readonly kind: string
  readonly cap?: Cap
  readonly caps?: readonly Cap[]
}

/** Whether the two were winsorised at the same bounds, or neither was. */
export function haveSameCaps(a: Capped, b: Capped): boolean {
  const [first, second] = [capsOf(a), capsOf(b)]
  const isSame = (cap: Cap, i: number) => cap.lower === second[i]?.lower && cap.upper === second[i]?.upper
  return first.length === second.length && first.every(isSame)
}

function capsOf({ cap, caps = [] }: Capped): readonly Cap[] {
  return cap === undefined ? caps : [cap]
}
