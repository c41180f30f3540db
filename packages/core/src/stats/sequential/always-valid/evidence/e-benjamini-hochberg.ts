// Which of many tests to believe, from e values: the share of false ones among them stays below alpha on average.
import { type Invalid, invalid } from '../../../result.ts'

export interface EFamily {
  /** What the tests have in common: `metrics of checkout-model`. */
  readonly family: string
  /** e: >= 0; what is infinite counts as the largest double, as `eValue` has it. */
  readonly tests: readonly { readonly id: string; readonly e: number }[]
}

export interface EDiscoveries {
  readonly kind: 'e_discoveries'
  readonly family: string
  /** In the order given. `adjustedP`: the smallest alpha at which the test is a discovery, in [0, 1]. */
  readonly tests: readonly {
    readonly id: string
    readonly e: number
    readonly adjustedP: number
    readonly isDiscovery: boolean
  }[]
}

/**
 * The e-BH procedure.
 *
 * Formula: with e_(1) >= e_(2) >= ... of K tests, the k largest are discoveries for the largest k with
 * k e_(k) / K >= 1 / alpha. adjustedP_(k) = min over j >= k of min(1, K / (j e_(j))).
 *
 * @param alpha - false discovery rate, in (0, 1)
 * @returns `invalid` for an alpha out of range, or an e value that is negative or not a number
 *
 * Assumes nothing of how the tests depend on each other, nor when each was stopped.
 * Source: Wang and Ramdas (2022), JRSS B 84(3), doi:10.1111/rssb.12489.
 */
export function eBenjaminiHochberg(given: EFamily, alpha: number): EDiscoveries | Invalid {
  if (!(alpha > 0 && alpha < 1)) return invalid('alpha', 'in (0, 1)')
  if (!given.tests.every(({ e }) => e >= 0)) return invalid('e', '>= 0')
  const tests = given.tests.map(({ id, e }) => ({ id, e: Math.min(e, Number.MAX_VALUE) }))
  const descending = tests.map((_, i) => i).sort((a, b) => (tests[b]?.e ?? 0) - (tests[a]?.e ?? 0))
  const adjusted = Array<number>(tests.length).fill(1)
  let least = 1
  for (let k = tests.length; k >= 1; k--) {
    const index = descending[k - 1] ?? 0
    least = Math.min(least, tests.length / (k * (tests[index]?.e ?? 0)))
    adjusted[index] = least
  }
  return {
    kind: 'e_discoveries',
    family: given.family,
    tests: tests.map(({ id, e }, i) => {
      const adjustedP = adjusted[i] ?? 1
      return { id, e, adjustedP, isDiscovery: adjustedP <= alpha }
    }),
  }
}
