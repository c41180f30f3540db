// Values that are nearly all alike: whether enough of the others have been seen for a variance to be believed.
import { type Insufficient, insufficient } from '../../../result.ts'
import type { MeanSummary, ProportionSummary } from '../../../summary/summary.ts'

/** One variant's values, as far as their spread goes. */
export interface Spread {
  readonly n: number
  /** Sum of squared deviations from the mean, >= 0. */
  readonly m2: number
  /** How many values, at least, it took to make up the mean: of 0 and 1 the ones, or the zeros if those are fewer. */
  readonly events: number
}

/**
 * Of a sequence in the limit: events on each variant before which there is no answer, where an uneven split makes it need
 * them.
 */
export const LEAST_EVENTS = 15

/** How much of the variance of a common spread the own one has to be: below it is the sparse variant that looks too sure. */
const LEAST_SHARE = 0.8

/**
 * Refuses two variants of which one's variance is not known yet, though its units are many.
 *
 * Formula: `no_variance` when all values of a variant are equal. `too_few_events` when a variant has fewer than
 * `leastEvents` and s_A^2 / n_A + s_B^2 / n_B is below 0.8 s^2 (1 / n_A + 1 / n_B), s^2 = (m2_A + m2_B) / (n_A + n_B - 2):
 * when the variant with few units has seen less of the rare values than its share of them. With even splits, or when
 * the rare values are on the small variant, nothing is refused.
 *
 * @param leastEvents - >= 0; 0 asks only that values vary
 *
 * Reason: a canary with 5 % of the units and 2 % of failures has had none of them after 100 units in one run of eight; its
 * own variance is then 0 and the control's alone looks like certainty. A sequence at 5 % then misses in 18 % of runs
 * two-sided and 20 % one-sided, with 5 events in 5 and 8 %, with 15 in 4 and 5 % at most (shares of 0.02 to 0.3, rates of
 * 0.005 to 0.05; also of exponential values that are 0 but for 2 %). Of log-normal ones, which have to be winsorised in
 * any case, it is 5 and 7 %. 0.8 is as good as 0.95, and holds back fewer variants that only happen to vary less.
 */
export function refuseSparse(control: Spread, variant: Spread, leastEvents: number): Insufficient | null {
  if (!(control.m2 > 0 && variant.m2 > 0)) return insufficient('no_variance', null)
  if (Math.min(control.events, variant.events) >= leastEvents) return null
  const own = errorVariance(control) + errorVariance(variant)
  const common = (control.m2 + variant.m2) / (control.n + variant.n - 2)
  const isTooSure = own < LEAST_SHARE * common * (1 / control.n + 1 / variant.n)
  return isTooSure ? insufficient('too_few_events', null) : null
}

function errorVariance({ n, m2 }: Spread): number {
  return m2 / (n - 1) / n
}

/**
 * Of a mean.
 *
 * Formula: events = (sum x)^2 / sum x^2, in [0, n]: of zeros and ones the ones, of values that are equal but for zeros
 * those that are not 0.
 *
 * Assumes that the common value, if there is one, is 0.
 */
export function meanSpread({ n, mean, m2 }: Pick<MeanSummary, 'n' | 'mean' | 'm2'>): Spread {
  const square = mean * mean
  return { n, m2, events: square === 0 ? 0 : n / (1 + m2 / n / square) }
}

/** Of a proportion: the fewer of successes and failures. */
export function proportionSpread({ n, successes }: ProportionSummary): Spread {
  const failures = n - successes
  return { n, m2: (successes * failures) / n, events: Math.min(successes, failures) }
}
