// Thompson sampling: an arm is chosen as often as it is believed to be the best.
import type { BetaBelief, NormalBelief } from '../bayes/belief.ts'
import { type BestOfMany, type Better, bestOfBetas, bestOfNormals } from '../bayes/best.ts'
import { insufficient, invalid, type Result } from '../result.ts'
import { drawBeta, drawNormal, type Rng } from '../rng/rng.ts'
import { type BanditShares, greatest, signOf, withFloor } from './shares.ts'

/** Rewards of one arm so far. `variance`: of one reward, >= 0 (n - 1 in the divisor). */
export interface RewardArm {
  readonly n: number
  readonly mean: number
  readonly variance: number
}

/** Of an arm's mean reward before any data: flat, or normal with variance in (0, inf). */
export type RewardPrior =
  | { readonly kind: 'flat' }
  | { readonly kind: 'normal'; readonly mean: number; readonly variance: number }

/**
 * What is believed of an arm's mean reward.
 *
 * Formula: precision = n / s^2 + 1 / v0; mean = (n mean / s^2 + m0 / v0) / precision.
 *
 * @param prior - its mean finite
 * @returns `too_few_units` below 2 rewards, `no_variance` when all were equal: a flat prior then has no width at all;
 *   `invalid` for numbers so large, or variances so small, that their quotients overflow
 *
 * Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., eq. 2.12; GrowthBook `Bandits.posterior_mean`.
 */
export function rewardBelief({ n, mean, variance }: RewardArm, prior: RewardPrior): Result<NormalBelief> {
  if (![n, mean, variance].every(Number.isFinite) || variance < 0)
    return invalid('arm', 'finite, variance >= 0')
  if (prior.kind === 'normal' && !isSanePrior(prior)) return invalid('prior', 'finite, a variance > 0')
  if (n < 2) return insufficient('too_few_units', 2)
  if (variance === 0) return insufficient('no_variance', null)
  const before =
    prior.kind === 'flat' ? { mean: 0, precision: 0 } : { mean: prior.mean, precision: 1 / prior.variance }
  const data = n / variance
  const precision = data + before.precision
  const believed = (data * mean + before.precision * before.mean) / precision
  const deviation = Math.sqrt(1 / precision)
  return Number.isFinite(believed) && deviation > 0
    ? { kind: 'normal', mean: believed, deviation }
    : invalid('arm', 'of a variance that the number and the mean can be divided by')
}

function isSanePrior({ mean, variance }: Extract<RewardPrior, { kind: 'normal' }>): boolean {
  return Number.isFinite(mean) && variance > 0 && variance < Infinity
}

/** Index of the arm to take now: that with the best draw. Its propensity is its share of `thompsonShares`. */
export function drawThompson(
  rng: Rng,
  beliefs: readonly (NormalBelief | BetaBelief)[],
  better: Better,
): number {
  return greatest(beliefs.map(belief => signOf(better) * drawOf(rng, belief)))
}

function drawOf(rng: Rng, belief: NormalBelief | BetaBelief): number {
  if (belief.kind === 'beta') return drawBeta(rng, belief.a, belief.b)
  return belief.mean + belief.deviation * drawNormal(rng)
}

/**
 * How Thompson sampling's choices spread: `best` matches the probability to be best; `top_two` halves between best
 * and second best, so that the runner-up is learnt about as well; `top_two_resampled` takes the best with probability
 * `leader`, else draws again until another comes out best.
 */
export type ThompsonSpread =
  | { readonly kind: 'best' }
  | { readonly kind: 'top_two' }
  | { readonly kind: 'top_two_resampled'; readonly leader: number }

/**
 * The probability with which each arm is chosen, by quadrature: no draws, the same on every machine.
 *
 * Formula: best: w_i = P(i best); top two: (P(i best) + P(i second)) / 2; resampled:
 * w_i = p_i (leader + (1 - leader) sum_{j != i} p_j / (1 - p_j)).
 *
 * @param beliefs - 2 or more, all of one kind
 *
 * Accuracy: as `bestOfNormals`.
 * Source: Thompson (1933), Biometrika 25, doi:10.1093/biomet/25.3-4.285; Russo (2020), Simple Bayesian Algorithms for
 * Best-Arm Identification, Operations Research 68(6), section 4.3, doi:10.1287/opre.2019.1911, for `resampled`;
 * GrowthBook `Bandits.top_two_weights` for `top_two` (ranks counted from the better end for costs as well).
 */
export function thompsonShares(
  beliefs: readonly NormalBelief[] | readonly BetaBelief[],
  better: Better,
  spread: ThompsonSpread,
): Result<BanditShares> {
  if (spread.kind === 'top_two_resampled' && !(spread.leader > 0 && spread.leader <= 1)) {
    return invalid('leader', 'in (0, 1]')
  }
  const ranks = bestOf(beliefs, better)
  if (ranks.kind === 'invalid') return ranks
  return { kind: 'shares', shares: spreadOver(ranks, spread) }
}

function bestOf(beliefs: readonly NormalBelief[] | readonly BetaBelief[], better: Better) {
  return isBeta(beliefs) ? bestOfBetas(beliefs, better) : bestOfNormals(beliefs, better)
}

function isBeta(beliefs: readonly NormalBelief[] | readonly BetaBelief[]): beliefs is readonly BetaBelief[] {
  return beliefs[0]?.kind === 'beta'
}

function spreadOver({ best, second }: BestOfMany, spread: ThompsonSpread): readonly number[] {
  if (spread.kind === 'best') return best
  if (spread.kind === 'top_two') return best.map((p, i) => (p + (second[i] ?? 0)) / 2)
  const { leader } = spread
  return best.map((_, i) => best.reduce((share, p, j) => share + p * resampled(best, i, j, leader), 0))
}

/** Chance to take arm i after arm j came out best; when j is all but certain, nobody else ever comes out. */
function resampled(best: readonly number[], i: number, j: number, leader: number): number {
  const others = best.reduce((total, p, l) => (l === j ? total : total + p), 0)
  if (i === j) return others === 0 ? 1 : leader
  return others === 0 ? 0 : ((1 - leader) * (best[i] ?? 0)) / others
}

export interface ReweightOptions {
  readonly better: Better
  readonly prior: RewardPrior
  readonly spread: ThompsonSpread
  /** Least share of each arm, in [0, 1/K); GrowthBook's is 0.01. */
  readonly floor: number
  /** Of each arm before shares move at all; GrowthBook's is 100. */
  readonly minimumUnits: number
}

/**
 * New shares from the rewards so far: beliefs, Thompson's shares, then the floor.
 *
 * @returns `too_few_units` while any arm has fewer than `minimumUnits` (or 2): shares then have to stay as they are
 */
export function reweight(arms: readonly RewardArm[], options: ReweightOptions): Result<BanditShares> {
  if (!(options.minimumUnits >= 0)) return invalid('minimumUnits', '>= 0')
  const needed = Math.max(2, options.minimumUnits)
  if (arms.some(arm => arm.n < needed)) return insufficient('too_few_units', needed)
  const beliefs: NormalBelief[] = []
  for (const arm of arms) {
    const belief = rewardBelief(arm, options.prior)
    if (belief.kind !== 'normal') return belief
    beliefs.push(belief)
  }
  const shares = thompsonShares(beliefs, options.better, options.spread)
  return shares.kind === 'shares' ? withFloor(shares.shares, options.floor) : shares
}
