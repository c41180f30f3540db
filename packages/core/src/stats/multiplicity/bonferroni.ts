import type { Invalid } from '../result.ts'
import { type AdjustedFamily, adjustFamily, type Family } from './family.ts'

/**
 * Adjusts by Bonferroni: never better than Holm, but each interval at level 1 - alpha / m agrees with it.
 *
 * Formula: m p, at most 1, for m tests.
 *
 * Assumes nothing of how the tests depend on each other. Keeps the family-wise error rate.
 * Source: Dunn (1961), Multiple Comparisons among Means, JASA 56(293), doi:10.1080/01621459.1961.10482090.
 * Reference: statsmodels 0.13.5 `multipletests(method="bonferroni")` (`fixtures/multiplicity.py`).
 */
export function adjustByBonferroni(family: Family): AdjustedFamily | Invalid {
  return adjustFamily(family, {
    method: 'bonferroni',
    errorRate: 'family_wise',
    steps: ascending => ascending.map(p => p * ascending.length),
  })
}
