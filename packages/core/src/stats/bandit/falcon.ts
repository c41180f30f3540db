// Inverse gap weighting: exploration that shrinks with how far a predicted score lies behind the best.
import type { Better } from '../bayes/best.ts'
import { sum } from '../numeric/sum.ts'
import { invalid, type Result } from '../result.ts'
import { type BanditShares, greatest, signOf } from './shares.ts'

/**
 * Shares from predicted scores.
 *
 * Formula: w_j = max(floor / K, 1 / (K + gamma (s_best - s_j))) for all but the best, which takes the rest.
 *
 * @param scores - predicted reward of each arm in this context, finite
 * @param gamma - in [0, inf): 0 spreads evenly, large ones exploit; the source lets it grow as sqrt(K N / log)
 * @param floor - share in [0, 1] of which each arm gets at least a K-th (Eppo's `actionProbabilityFloor`)
 * @param better - `lower` for scores that are costs; gaps are then s_j - s_best
 *
 * Source: Simchi-Levi and Xu (2022), Bypassing the Monster, Mathematics of Operations Research 47(3), algorithm 1,
 * doi:10.1287/moor.2021.1193; Foster and Rakhlin (2020), ICML, arXiv:2002.04926. Reference: Eppo's SDK.
 */
export function inverseGapShares(
  scores: readonly number[],
  gamma: number,
  floor: number,
  better: Better = 'higher',
): Result<BanditShares> {
  if (scores.length === 0 || !scores.every(Number.isFinite)) return invalid('scores', 'one or more, finite')
  if (!(gamma >= 0 && gamma < Infinity)) return invalid('gamma', 'in [0, inf)')
  if (!(floor >= 0 && floor <= 1)) return invalid('floor', 'in [0, 1]')
  const k = scores.length
  const goods = scores.map(score => signOf(better) * score)
  const best = greatest(goods)
  const top = Math.max(...goods)
  const others = goods.map((score, j) =>
    // Gaps of opposite scores can overflow; a gamma of 0 then still spreads evenly.
    j === best ? 0 : Math.max(floor / k, 1 / (k + (gamma === 0 ? 0 : gamma * (top - score)))),
  )
  const rest = 1 - sum(others)
  return { kind: 'shares', shares: others.map((share, j) => (j === best ? rest : share)) }
}
