import type { Invalid } from '../result.ts'
import { type AdjustedFamily, adjustFamily, type Family, runningMaximum } from './family.ts'

/**
 * Adjusts by Holm, stepping down: the one to take when any false rejection is costly.
 *
 * Formula: max over j <= i of (m - j + 1) p_(j), at most 1, for p_(1) <= ... <= p_(m).
 *
 * Assumes nothing of how the tests depend on each other. Keeps the family-wise error rate.
 * Source: Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 6(2).
 * Reference: statsmodels 0.13.5 `multipletests(method="holm")` (`fixtures/multiplicity.py`).
 */
export function adjustByHolm(family: Family): AdjustedFamily | Invalid {
  return adjustFamily(family, {
    method: 'holm',
    errorRate: 'family_wise',
    steps: ascending => runningMaximum(ascending.map((p, i) => p * (ascending.length - i))),
  })
}
