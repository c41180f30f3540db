import type { Invalid } from '../result.ts'
import { type AdjustedFamily, adjustFamily, type Family, runningMinimumFromEnd } from './family.ts'

/**
 * Adjusts by Benjamini and Yekutieli: as Benjamini and Hochberg, for tests that may depend on each other in any way.
 *
 * Formula: c min over j >= i of m p_(j) / j, at most 1, with c = 1 + 1/2 + ... + 1/m.
 *
 * Assumes nothing of how the tests depend on each other. Keeps the false discovery rate.
 * Source: Benjamini and Yekutieli (2001), The Control of the False Discovery Rate in Multiple Testing under Dependency,
 * Annals of Statistics 29(4), theorem 1.3, doi:10.1214/aos/1013699998.
 * Reference: statsmodels 0.13.5 `multipletests(method="fdr_by")` (`fixtures/multiplicity.py`).
 */
export function adjustByBenjaminiYekutieli(family: Family): AdjustedFamily | Invalid {
  return adjustFamily(family, {
    method: 'benjamini_yekutieli',
    errorRate: 'false_discovery',
    steps: ascending => {
      const m = ascending.length
      const harmonic = ascending.reduce((sum, _, i) => sum + 1 / (i + 1), 0)
      return runningMinimumFromEnd(ascending.map((p, i) => harmonic * (m / (i + 1)) * p))
    },
  })
}
