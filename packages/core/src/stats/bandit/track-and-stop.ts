// Track-and-Stop: finds the best arm with few units, then says so and stays with it.
import type { Better } from '../bayes/best.ts'
import { argMin } from '../numeric/golden-section.ts'
import { sum } from '../numeric/sum.ts'
import { insufficient, invalid, type Result } from '../result.ts'
import { type BanditShares, signOf } from './shares.ts'
import type { RewardArm } from './thompson.ts'

export interface TrackOptions {
  /** Which way is better: `lower` for costs and latencies; `higher` unless told. */
  readonly better?: Better
  /** Arms within this of the best are good enough, in the unit of rewards, >= 0. */
  readonly epsilon: number
  /** Least share of each arm, in (0, 1/K). */
  readonly leastShare: number
  /** Pull towards equal shares, >= 0; it fades as 1 / sqrt(units). TensorZero's default is 0.01. */
  readonly regularisation: number
  /** Variances below count as this, > 0; TensorZero's is 1e-12. */
  readonly varianceFloor: number
}

/**
 * Gaps are no smaller than a thousandth of a deviation when shares are computed: else equal arms would take forever.
 * (TensorZero's are no smaller than 0.001, whatever rewards are measured in: costs in dollars would all be equal.)
 */
const leastSquaredGap = 1e-6

/** Means closer than this share of the largest are equal but for rounding. */
const tiedShare = 1e-12

/**
 * Shares under which the best arm is told from the others soonest.
 *
 * Formula: with leader L and gaps g_i = |mean_L - mean_i| + epsilon, minimises over shares w >= leastShare, sum w = 1,
 * T(w) + (regularisation / sqrt(N)) |w - 1/K|^2, T(w) = max_i 2 (s_i^2 / w_i + s_L^2 / w_L) / g_i^2: the units needed
 * for each nat of evidence against the hardest challenger.
 *
 * Method: for a share of the leader, the least T by bisection (each challenger then needs a share of its own), then the
 * best T above it, where what is left is poured to the lowest shares; golden sections over T and over the leader's share.
 *
 * @param arms - 2 or more, n >= 1 each
 *
 * Accuracy: shares within 1e-4 of cvxpy's and SciPy's optima in TensorZero's tests (mostly 1e-6).
 * Source: Garivier and Kaufmann (2016), Optimal Best Arm Identification with Fixed Confidence, COLT, section 2.2,
 * arXiv:1602.04589, with normal rewards of unequal variances; TensorZero `estimate_optimal_probabilities` for epsilon,
 * floor and regularisation.
 */
export function trackingShares(arms: readonly RewardArm[], options: TrackOptions): Result<BanditShares> {
  const wrong = invalidTracking(arms, options)
  if (wrong !== null) return wrong
  if (arms.some(arm => !(arm.n >= 1))) return insufficient('too_few_units', 1)
  const problem = problemOf(arms, options)
  if (!problem.squaredGaps.every(Number.isFinite)) return badSize
  const { leader, least } = problem
  const most = 1 - (arms.length - 1) * least
  const leaderShare = argMin(w => bestGiven(problem, w).cost, least, most)
  const challengers = bestGiven(problem, leaderShare).shares
  if (!challengers.every(Number.isFinite)) return badSize
  return {
    kind: 'shares',
    shares: [...challengers.slice(0, leader), leaderShare, ...challengers.slice(leader)],
  }
}

const badSize = invalid('arms', 'of a size that can be squared without overflow')

interface Problem {
  readonly leader: number
  readonly leaderVariance: number
  /** Of the challengers: all arms but the leader, in order. */
  readonly variances: readonly number[]
  readonly squaredGaps: readonly number[]
  readonly least: number
  readonly pull: number
}

function problemOf(arms: readonly RewardArm[], options: TrackOptions): Problem {
  const variances = arms.map(arm => Math.max(arm.variance, options.varianceFloor))
  const leader = leaderOf(arms, options.better)
  const top = arms[leader]?.mean ?? 0
  const gapTo = (mean: number) => signOf(options.better) * (top - mean) + options.epsilon
  const least = (leastSquaredGap * sum(variances)) / variances.length
  const gaps = arms.map(arm => Math.max(gapTo(arm.mean) ** 2, least))
  const others = (values: readonly number[]) => values.filter((_, i) => i !== leader)
  return {
    leader,
    leaderVariance: variances[leader] ?? 0,
    variances: others(variances),
    squaredGaps: others(gaps),
    least: options.leastShare,
    pull: options.regularisation / Math.sqrt(sum(arms.map(arm => arm.n))),
  }
}

/** The arm with the best mean; of equals that with the smallest variance of the mean, then the first. */
export function leaderOf(arms: readonly RewardArm[], better: Better = 'higher'): number {
  const sign = signOf(better)
  const best = Math.max(...arms.map(arm => sign * arm.mean))
  const tied = tiedShare * Math.max(...arms.map(arm => Math.abs(arm.mean)))
  const spread = arms.map(arm =>
    best - sign * arm.mean <= tied ? arm.variance / Math.max(arm.n, 1) : Infinity,
  )
  return spread.indexOf(Math.min(...spread))
}

/** The best shares of the challengers when the leader has `leaderShare`, and what they cost. */
function bestGiven(problem: Problem, leaderShare: number) {
  const rest = 1 - leaderShare
  const equal = rest / problem.variances.length
  const at = (time: number) => sharesWithin(problem, leaderShare, time)
  const slowest = Math.max(...problem.variances.map((v, i) => timeOf(problem, leaderShare, v, i, equal)))
  const fastest = leastTime(time => sum(needsWithin(problem, leaderShare, time)) <= rest, slowest)
  const cost = (time: number, shares: readonly number[]) =>
    time + problem.pull * unevenness(shares, leaderShare)
  const time = problem.pull > 0 ? argMin(t => cost(t, at(t)), fastest, slowest) : fastest
  return { shares: at(time), cost: cost(time, at(time)) }
}

function timeOf(problem: Problem, leaderShare: number, variance: number, i: number, share: number): number {
  return (2 * (variance / share + problem.leaderVariance / leaderShare)) / (problem.squaredGaps[i] ?? 1)
}

/** The share that each challenger needs to be told apart within `time`; infinite when the leader's is too small. */
function needsWithin(
  { variances, squaredGaps, leaderVariance, least }: Problem,
  leaderShare: number,
  time: number,
) {
  return variances.map((variance, i) => {
    const room = ((squaredGaps[i] ?? 0) * time) / 2 - leaderVariance / leaderShare
    return room > 0 ? Math.max(least, variance / room) : Infinity
  })
}

/**
 * What is not needed is poured over the lowest shares, up to one level: nearest to equal shares. Where rounding left needs
 * a little more than there is, what they are above the least share is made smaller.
 */
function sharesWithin(problem: Problem, leaderShare: number, time: number): readonly number[] {
  const rest = 1 - leaderShare
  // Beside a leader that varies billions of times as much, rounding can leave a challenger no room, and an infinite need.
  const needs = needsWithin(problem, leaderShare, time).map(need => Math.min(need, rest))
  const sorted = needs.toSorted((a, b) => a - b)
  let above = 0
  for (let lifted = sorted.length; lifted > 0; lifted--) {
    above += sorted[lifted] ?? 0
    const level = (rest - above) / lifted
    if (level >= (sorted[lifted - 1] ?? 0)) return needs.map(need => Math.max(need, level))
  }
  const { least } = problem
  const spare = Math.max(0, rest - needs.length * least)
  const asked = sum(needs.map(need => need - least))
  return needs.map(need => least + (asked > 0 ? ((need - least) / asked) * spare : 0))
}

function unevenness(shares: readonly number[], leaderShare: number): number {
  const equal = 1 / (shares.length + 1)
  return sum([leaderShare, ...shares].map(share => (share - equal) ** 2))
}

/** The least time that is `enough`, which `most` is. */
function leastTime(enough: (time: number) => boolean, most: number): number {
  let [low, high] = [0, most]
  for (let step = 0; step < 100 && high - low > 1e-15 * high; step++) {
    const middle = (low + high) / 2
    if (enough(middle)) high = middle
    else low = middle
  }
  return high
}

function invalidTracking(arms: readonly RewardArm[], options: TrackOptions) {
  const { epsilon, leastShare, regularisation, varianceFloor } = options
  if (arms.length < 2) return invalid('arms', '2 or more')
  if (arms.some(arm => !Number.isFinite(arm.mean) || !(arm.variance >= 0 && arm.variance < Infinity))) {
    return invalid('arms', 'finite, variances >= 0')
  }
  if (!(epsilon >= 0 && epsilon < Infinity)) return invalid('epsilon', '>= 0')
  if (!(leastShare > 0 && leastShare * arms.length < 1)) return invalid('leastShare', 'in (0, 1/K)')
  if (!(regularisation >= 0 && regularisation < Infinity)) return invalid('regularisation', '>= 0')
  return varianceFloor > 0 && varianceFloor < Infinity ? null : invalid('varianceFloor', 'in (0, inf)')
}
