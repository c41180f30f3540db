// Inference once a group-sequential test has stopped. Stopping at a boundary picks high values, so the plain estimate
// is biased and the plain p value too small; ordering the outcomes by the stage at which they stop repairs both.
import { normalQuantile } from '../../distribution/normal.ts'
import { pointOf, rootBetween } from '../../numeric/root.ts'
import { type Alternative, type Interval, type Invalid, invalid } from '../../result.ts'
import { exitProbabilities, totalOf } from './exit.ts'
import { areWalkable, type Look } from './paths.ts'

/** A test that stopped: its looks up to the one it stopped at, and the z statistic there. */
export interface Stopped {
  readonly looks: readonly Look[]
  readonly z: number
}

/**
 * The probability of an outcome at least as high as the one seen.
 *
 * Formula: P_theta(crossed the upper bound at an earlier look, or did not stop earlier and Z_k >= z). Outcomes are higher
 * the earlier they crossed the upper bound, lower the earlier they crossed the lower one, and by z within a look.
 *
 * @param stopped - the bounds of its last look are not used: its z is in their place
 * @param drift - theta: the expected z at information 1
 * @returns in [0, 1], rising with the drift; at 0 the p value against higher effects
 *
 * Accuracy: as `exitProbabilities`.
 * Source: Tsiatis, Rosner and Mehta (1984), Biometrics 40(3), doi:10.2307/2530924; Fairbanks and Madsen (1982),
 * Biometrika 69(1), doi:10.1093/biomet/69.1.69.
 */
export function stageWiseTail(stopped: Stopped, drift: number): number {
  const last = stopped.looks.length - 1
  const looks = stopped.looks.map((look, k) => (k === last ? { ...look, upper: stopped.z } : look))
  return Math.min(1, totalOf(exitProbabilities(looks, drift)).upper)
}

/** The probability of an outcome at most as high as the one seen: `stageWiseTail` mirrored, and as accurate. */
export function stageWiseLowerTail(stopped: Stopped, drift: number): number {
  const looks = stopped.looks.map(({ information, lower, upper }) => ({
    information,
    lower: upper === null ? null : -upper,
    upper: lower === null ? null : -lower,
  }))
  return stageWiseTail({ looks, z: -stopped.z }, -drift)
}

/**
 * The drift under which an outcome at least as high as the one seen has a given probability: alpha / 2 gives the lower
 * end of an interval, 1 - alpha / 2 its upper end, 1/2 the median-unbiased estimate.
 *
 * @param probability - in (0, 1)
 *
 * Accuracy: 1e-9 / sqrt(information); checked against rpact (2019) (`stage-wise.test.ts`).
 */
export function stageWiseDrift(stopped: Stopped, probability: number): number | null {
  const information = stopped.looks.at(-1)?.information ?? 1
  const deviation = 1 / Math.sqrt(information)
  // In z the tail is nearly a straight line over the drift, of slope 1 / deviation; that of one look is one.
  const excess = (drift: number) => zOf(stageWiseTail(stopped, drift)) - normalQuantile(probability)
  let near = pointOf(excess, stopped.z * deviation)
  const direction = near.y > 0 ? -1 : 1
  for (let step = (1.1 * Math.abs(near.y) + 0.01) * deviation; step < 1e4 * deviation; step *= 2) {
    const far = pointOf(excess, near.x + direction * step)
    if (far.y * direction >= 0) return rootBetween(excess, near, far, { x: 1e-10 * deviation, y: 1e-10 })
    near = far
  }
  return null
}

/** Finite also where a tail is 0 or 1 in double precision. */
function zOf(tail: number): number {
  return normalQuantile(Math.min(1 - 1e-16, Math.max(1e-300, tail)))
}

/** What a stopped test says, adjusted for having looked. */
export interface StageWise {
  readonly kind: 'stage_wise'
  /** In [0, 1]; two-sided twice the smaller tail. */
  readonly p: number
  /** The median-unbiased estimate of the drift. */
  readonly drift: number
  /** Of the drift; open on one side for a one-sided test. It holds 0 exactly when p > 1 - level. */
  readonly interval: Interval
}

/**
 * The p value, median-unbiased estimate and interval of a test that stopped.
 *
 * @param stopped - the test
 * @param alternative - what it asks
 * @param level - of the interval, in (0, 1)
 *
 * Assumes that the test stopped at the first crossing of its boundary or at its planned end, and not for another reason
 * connected with the effect. Not valid at a look after which it goes on: use the repeated interval there.
 * Source: as `stageWiseTail`; Kim (1989), Biometrics 45(2), doi:10.2307/2531501, for the median-unbiased estimate.
 */
export function stageWise(stopped: Stopped, alternative: Alternative, level: number): StageWise | Invalid {
  const bad = findInvalidStopped(stopped, level)
  if (bad !== null) return bad
  const error = alternative === 'two_sided' ? (1 - level) / 2 : 1 - level
  const drift = stageWiseDrift(stopped, 0.5)
  const lower = stageWiseDrift(stopped, error)
  const upper = stageWiseDrift(stopped, 1 - error)
  if (drift === null || lower === null || upper === null) {
    return invalid('z', 'within reach of the looks')
  }
  return {
    kind: 'stage_wise',
    p: pOf(stopped, alternative),
    drift,
    interval: {
      kind: 'confidence',
      level,
      lower: alternative === 'less' ? null : lower,
      upper: alternative === 'greater' ? null : upper,
    },
  }
}

function pOf(stopped: Stopped, alternative: Alternative): number {
  const greater = stageWiseTail(stopped, 0)
  const less = stageWiseLowerTail(stopped, 0)
  return { greater, less, two_sided: Math.min(1, 2 * Math.min(greater, less)) }[alternative]
}

function findInvalidStopped(stopped: Stopped, level: number): Invalid | null {
  if (!(level > 0 && level < 1)) return invalid('level', 'in (0, 1)')
  if (!Number.isFinite(stopped.z)) return invalid('z', 'finite')
  const last = stopped.looks.at(-1)
  if (
    last !== undefined &&
    areWalkable([...stopped.looks.slice(0, -1), { ...last, upper: stopped.z, lower: null }])
  )
    return null
  return invalid('looks', 'one or more, of finite bounds, their information rising by 0.01 % at least')
}
