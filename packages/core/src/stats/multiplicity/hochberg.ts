import type { Invalid } from '../result.ts'
import { type AdjustedFamily, adjustFamily, type Family, runningMinimumFromEnd } from './family.ts'

/**
 * Adjusts by Hochberg, stepping up: rejects all that Holm does, and sometimes more.
 *
 * Formula: min over j >= i of (m - j + 1) p_(j), for p_(1) <= ... <= p_(m).
 *
 * Assumes independent tests, or positively dependent ones (Simes' inequality holds): metrics that all rise together,
 * not one that rises because another falls. Keeps the family-wise error rate then.
 * Source: Hochberg (1988), A Sharper Bonferroni Procedure for Multiple Tests of Significance, Biometrika 75(4),
 * doi:10.1093/biomet/75.4.800.
 * Reference: statsmodels 0.13.5 `multipletests(method="simes-hochberg")` (`fixtures/multiplicity.py`).
 */
export function adjustByHochberg(family: Family): AdjustedFamily | Invalid {
  return adjustFamily(family, {
    method: 'hochberg',
    errorRate: 'family_wise',
    steps: ascending => runningMinimumFromEnd(ascending.map((p, i) => p * (ascending.length - i))),
  })
}
