// Whether it is worth going on: the probability of a rejection still to come, given what a look has shown.
import { type Alternative, type Invalid, invalid } from '../../result.ts'
import { type Boundary, findInvalidTimes } from './boundary.ts'
import { exitProbabilities, looksOf, totalOf } from './exit.ts'
import { areWalkable, startingAt } from './paths.ts'

export interface ConditionalPower {
  readonly kind: 'conditional_power'
  /** Probability of a rejection still to come because the effect looks high, and because it looks low. */
  readonly above: number
  readonly below: number
}

/**
 * The probability that one of the looks to come rejects, given the z statistic of the last one.
 *
 * Formula: exit probabilities of the looks to come, of a score that starts at z sqrt(t) at time t.
 *
 * @param alternative - of the test
 * @param seen - time and z statistic of the last look; time > 0
 * @param remaining - boundaries of the looks planned after it, times rising by 0.01 % at least
 * @param drift - the expected z at time 1 assumed from here on: 0 for none, z / sqrt(t) for the effect seen
 *
 * Not a test: stopping because it is low (futility) keeps the type I error, and lowers the power.
 * Accuracy: as `exitProbabilities`.
 * Source: Lan, Simon and Halperin (1982), Sequential Analysis 1(3), doi:10.1080/07474948208836014; Jennison and
 * Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, section 10.2.
 */
export function conditionalPower(
  alternative: Alternative,
  seen: { readonly time: number; readonly z: number },
  remaining: readonly Pick<Boundary, 'time' | 'z'>[],
  drift: number,
): ConditionalPower | Invalid {
  const bad = findInvalidTimes([seen.time, ...remaining.map(boundary => boundary.time)])
  if (bad !== null) return bad
  if (!Number.isFinite(seen.z)) return invalid('seen.z', 'finite')
  if (!Number.isFinite(drift)) return invalid('drift', 'finite')
  const start = startingAt(seen.time, seen.z * Math.sqrt(seen.time))
  const later = looksOf(
    alternative,
    remaining.filter(boundary => boundary.time > seen.time),
  )
  if (!areWalkable(later, seen.time))
    return invalid('remaining', 'of finite z, at times rising by 0.01 % at least')
  const total = totalOf(exitProbabilities(later, drift, start))
  return { kind: 'conditional_power', above: total.upper, below: total.lower }
}
