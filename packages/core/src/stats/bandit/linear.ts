// Contextual bandits with linear rewards: a ridge regression for each arm, scored by LinUCB or Thompson sampling.
import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import type { NormalBelief } from '../bayes/belief.ts'
import { type Invalid, invalid } from '../result.ts'

/** What one arm has seen: A = ridge I + sum x x', and sum x r. Plain data; adding is the only change. */
export interface LinearArm {
  readonly kind: 'linear_arm'
  readonly precision: readonly (readonly number[])[]
  readonly weighted: readonly number[]
}

/**
 * Before any reward.
 *
 * @param features - length of a context, >= 1; put a constant 1 into contexts for an intercept
 * @param ridge - lambda in (0, inf): how strongly coefficients are drawn to 0; 1 in the source
 */
export function noContexts(features: number, ridge: number): LinearArm | Invalid {
  if (!Number.isSafeInteger(features) || features < 1) return invalid('features', 'a whole number >= 1')
  if (!(ridge > 0 && ridge < Infinity)) return invalid('ridge', 'in (0, inf)')
  const zeros = Array<number>(features).fill(0)
  return {
    kind: 'linear_arm',
    precision: zeros.map((_, i) => zeros.map((__, j) => (i === j ? ridge : 0))),
    weighted: zeros,
  }
}

/** Takes in one reward: A + x x', b + r x. */
export function addContext(arm: LinearArm, context: readonly number[], reward: number): LinearArm | Invalid {
  const wrong = invalidContext(arm, context)
  if (wrong !== null) return wrong
  if (!Number.isFinite(reward)) return invalid('reward', 'finite')
  return {
    kind: 'linear_arm',
    precision: arm.precision.map((row, i) =>
      row.map((value, j) => value + (context[i] ?? 0) * (context[j] ?? 0)),
    ),
    weighted: arm.weighted.map((value, i) => value + (context[i] ?? 0) * reward),
  }
}

/** An arm fitted, ready to score contexts; its factor of A is shared by all of them. */
export interface LinearFit {
  readonly kind: 'linear_fit'
  readonly coefficients: readonly number[]
  /** Lower triangle L of A = L L'. */
  readonly factor: readonly (readonly number[])[]
}

/**
 * The ridge regression: coefficients = A^-1 sum x r, by Cholesky's factor of A.
 *
 * @returns `invalid` where contexts so large were added that the ridge is lost in rounding
 *
 * Source: Li et al. (2010), A Contextual-Bandit Approach to Personalized News Article Recommendation, WWW, algorithm 1,
 * doi:10.1145/1772690.1772758; ml-matrix 6.15 for the factor.
 */
export function fitLinear(arm: LinearArm): LinearFit | Invalid {
  if (![...arm.precision, arm.weighted].flat().every(Number.isFinite)) return badArm
  const cholesky = new CholeskyDecomposition(arm.precision.map(row => [...row]))
  if (!cholesky.isPositiveDefinite()) return badArm
  const coefficients = cholesky.solve(Matrix.columnVector([...arm.weighted])).to1DArray()
  const factor = cholesky.lowerTriangularMatrix.to2DArray()
  const isSane = [...coefficients, ...factor.flat()].every(Number.isFinite)
  return isSane ? { kind: 'linear_fit', coefficients, factor } : badArm
}

const badArm = invalid('arm', 'of contexts and rewards of a size that can be squared beside the ridge')

/**
 * What is believed of the reward of this arm in this context: normal with mean x' beta and deviation
 * width sqrt(x' A^-1 x).
 *
 * LinUCB takes the arm with the greatest mean + deviation (`linearBound`). Linear Thompson sampling draws coefficients
 * from N(beta, width^2 A^-1); as arms share no coefficients, that is one draw of this belief for each arm
 * (`drawThompson`), and `thompsonShares` of the beliefs are its exact propensities.
 *
 * @param width - alpha of LinUCB, v of linear Thompson sampling: in (0, inf)
 *
 * Source: Li et al. (2010), algorithm 1, line 9; Agrawal and Goyal (2013), Thompson Sampling for Contextual Bandits
 * with Linear Payoffs, ICML, algorithm 1, arXiv:1209.3352. Reference: MABWiser `LinUCB` (`tests/test_linucb.py`).
 */
export function linearBelief(
  fit: LinearFit,
  context: readonly number[],
  width: number,
): NormalBelief | Invalid {
  if (context.length !== fit.coefficients.length || !context.every(Number.isFinite))
    return badContext(fit.coefficients)
  if (!(width > 0 && width < Infinity)) return invalid('width', 'in (0, inf)')
  const whitened = solveLower(fit.factor, context)
  const deviation = width * Math.hypot(...whitened)
  const mean = fit.coefficients.reduce((total, coefficient, i) => total + coefficient * (context[i] ?? 0), 0)
  const finite = Number.isFinite(mean) && deviation < Infinity
  return finite ? { kind: 'normal', mean, deviation } : invalid('context', 'of a size that can be squared')
}

/** LinUCB's index: mean + deviation. Source: as `linearBelief`. */
export function linearBound({ mean, deviation }: NormalBelief): number {
  return mean + deviation
}

/** L^-1 x by forward substitution: its length is sqrt(x' A^-1 x). */
function solveLower(factor: readonly (readonly number[])[], x: readonly number[]): readonly number[] {
  const solved: number[] = []
  factor.forEach((row, i) => {
    const known = solved.reduce((total, value, j) => total + (row[j] ?? 0) * value, 0)
    solved.push(((x[i] ?? 0) - known) / (row[i] ?? 1))
  })
  return solved
}

function invalidContext({ weighted }: LinearArm, context: readonly number[]): Invalid | null {
  return context.length === weighted.length && context.every(Number.isFinite) ? null : badContext(weighted)
}

function badContext(features: readonly number[]): Invalid {
  return invalid('context', `${features.length} finite numbers`)
}
