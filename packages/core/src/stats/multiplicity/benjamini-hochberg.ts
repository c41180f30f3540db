import type { Invalid } from '../result.ts'
import { type AdjustedFamily, adjustFamily, type Family, runningMinimumFromEnd } from './family.ts'

/**
 * Adjusts by Benjamini and Hochberg: for many exploratory metrics, of which some may be false.
 *
 * Formula: min over j >= i of m p_(j) / j, for p_(1) <= ... <= p_(m).
 *
 * Assumes independent or positively dependent tests. Keeps the false discovery rate then.
 * Source: Benjamini and Hochberg (1995), Controlling the False Discovery Rate, JRSS B 57(1),
 * doi:10.1111/j.2517-6161.1995.tb02031.x.
 * Reference: statsmodels 0.13.5 `multipletests(method="fdr_bh")` (`fixtures/multiplicity.py`).
 */
export function adjustByBenjaminiHochberg(family: Family): AdjustedFamily | Invalid {
  return adjustFamily(family, {
    method: 'benjamini_hochberg',
    errorRate: 'false_discovery',
    steps: ascending => runningMinimumFromEnd(ascending.map((p, i) => (ascending.length / (i + 1)) * p)),
  })
}
