// The effect between two arms of a bandit, whose shares followed the rewards: plain means are biased, this is not.
import { sum } from '../numeric/sum.ts'
import {
  type Alternative,
  type Estimate,
  type Interval,
  type Invalid,
  insufficient,
  invalid,
  type Result,
} from '../result.ts'
import { type RunningMean, withOutcome } from '../sequential/always-valid/propensity/logged-unit.ts'
import { criticalValue, pValue } from '../test/estimate.ts'

/**
 * How much each unit counts. `uniform`: as AIPW, unbiased at any size. `constant_allocation`: by the square root of the
 * arm's propensity, so that a time when an arm was hardly ever taken does not rule the estimate; asymptotically normal
 * even when its share tends to 0.
 */
export type EvaluationWeights = 'uniform' | 'constant_allocation'

/** Running sums of one arm, with the mean of its rewards as the prediction for the next unit; plain data, of constant size. */
interface ArmSums extends RunningMean {
  /** Sums of h, h^2, h s, h^2 s, h^2 s^2 over all units, with scores s taken from `shift`. */
  readonly h: number
  readonly hh: number
  readonly hs: number
  readonly hhs: number
  readonly hhss: number
}

/** Everything seen so far of a bandit, unit by unit in the order in which they came. */
export interface AdaptiveState {
  readonly kind: 'adaptive_state'
  readonly weights: EvaluationWeights
  readonly units: number
  /** First reward: scores are summed from here, so that squares do not swallow their differences. */
  readonly shift: number
  readonly arms: readonly ArmSums[]
  /** What was wrong with the first unit that could not be one; null: nothing. */
  readonly flaw: Invalid | null
}

/**
 * Before the first unit.
 *
 * @param arms - how many, a whole number >= 2
 */
export function noUnits(arms: number, weights: EvaluationWeights): AdaptiveState {
  const none = { n: 0, mean: 0, m2: 0, h: 0, hh: 0, hs: 0, hhs: 0, hhss: 0 }
  return {
    kind: 'adaptive_state',
    weights,
    units: 0,
    shift: 0,
    arms: Array.from({ length: arms }, () => none),
    flaw: null,
  }
}

/**
 * Takes in the next unit; constant work for each arm.
 *
 * Formula: score of arm a = m_a + 1{taken = a} (reward - m_a) / e_a, m_a the mean of its rewards before this unit.
 *
 * @param taken - index of the arm that the unit got
 * @param propensities - of every arm at this decision, in (0, 1), 1 together, known before the unit came
 * @returns the state, which `adaptiveEffect` refuses once a unit was out of range
 *
 * Source: as `adaptiveEffect`.
 */
export function addAdaptiveUnit(
  state: AdaptiveState,
  taken: number,
  reward: number,
  propensities: readonly number[],
): AdaptiveState {
  const shift = state.units === 0 ? reward : state.shift
  return {
    ...state,
    units: state.units + 1,
    shift,
    flaw: state.flaw ?? flawOf(state.arms.length, taken, reward, propensities),
    arms: state.arms.map((arm, a) => {
      const propensity = propensities[a] ?? Number.NaN
      const predicted = arm.n === 0 ? 0 : arm.mean - shift
      const residual = a === taken ? (reward - shift - predicted) / propensity : 0
      const weight = state.weights === 'uniform' ? 1 : Math.sqrt(propensity)
      return withScore(
        a === taken ? { ...arm, ...withOutcome(arm, reward) } : arm,
        predicted + residual,
        weight,
      )
    }),
  }
}

function flawOf(
  arms: number,
  taken: number,
  reward: number,
  propensities: readonly number[],
): Invalid | null {
  if (!(Number.isSafeInteger(taken) && taken >= 0 && taken < arms))
    return invalid('taken', `an index below ${arms}`)
  if (!Number.isFinite(reward)) return invalid('reward', 'finite')
  const sane = propensities.length === arms && propensities.every(propensity => propensity > 0)
  return sane && Math.abs(sum(propensities) - 1) < 1e-6
    ? null
    : invalid('propensities', 'of every arm, > 0, 1 together')
}

function withScore(arm: ArmSums, score: number, h: number): ArmSums {
  const hh = h * h
  return {
    ...arm,
    h: arm.h + h,
    hh: arm.hh + hh,
    hs: arm.hs + h * score,
    hhs: arm.hhs + hh * score,
    hhss: arm.hhss + hh * score * score,
  }
}

export interface AdaptiveOptions {
  /** `two_sided` unless told. One-sided: `greater` has a lower bound, `less` an upper one, at the level itself. */
  readonly alternative?: Alternative
  /** Effect that p is against: 0 unless told, or a margin. */
  readonly nullEffect?: number
  /**
   * Units on each arm below which nothing is said, a whole number >= 2: 50 unless told. The limit theorem needs the
   * predictions to have settled.
   */
  readonly burnIn?: number
}

/**
 * The effect of `variant` against `control` on the mean reward, with a confidence interval.
 *
 * Formula: Q_a = sum h s / sum h, V_a = sum h^2 (s - Q_a)^2 / (sum h)^2; effect = Q_b - Q_a, se^2 = V_a + V_b (scores of
 * two arms are uncorrelated once predictions are the means); interval = effect +/- z se; p = 2 Q(|effect - null effect| /
 * se), one-sided Q(+/-(effect - null effect) / se) with z at the level itself.
 *
 * @param state - of `addAdaptiveUnit`
 * @param level - in (0, 1); above 1/2 when one-sided
 * @returns `insufficient`: `too_few_units`, `no_variance` when all rewards of an arm are equal
 *
 * Assumes true propensities, rewards alike over time, units in the order they came. One planned look: for repeated
 * ones see the AIPW confidence sequence.
 * Source: Hadad, Hirshberg, Zhan, Wager and Athey (2021), Confidence Intervals for Policy Evaluation in Adaptive
 * Experiments, PNAS 118(15), theorems 2 and 3 (constant allocation rate), doi:10.1073/pnas.2014602118.
 */
export function adaptiveEffect(
  state: AdaptiveState,
  control: number,
  variant: number,
  level: number,
  { alternative = 'two_sided', nullEffect = 0, burnIn = 50 }: AdaptiveOptions = {},
): Result {
  const [a, b] = [state.arms[control], state.arms[variant]]
  if (a === undefined || b === undefined || control === variant)
    return invalid('variant', 'two different arms')
  const leastLevel = alternative === 'two_sided' ? 0 : 0.5
  if (!(level > leastLevel && level < 1)) return invalid('level', `in (${leastLevel}, 1)`)
  if (!Number.isFinite(nullEffect)) return invalid('nullEffect', 'finite')
  if (!Number.isSafeInteger(burnIn) || burnIn < 2) return invalid('burnIn', 'a whole number >= 2')
  if (state.flaw !== null) return state.flaw
  if (a.n < burnIn || b.n < burnIn) return insufficient('too_few_units', burnIn)
  const [from, to] = [meanOf(a), meanOf(b)]
  const effect = to.mean - from.mean
  const standardError = Math.sqrt(from.variance + to.variance)
  if (!Number.isFinite(effect) || !Number.isFinite(standardError))
    return invalid('reward', 'of a size that can be squared')
  if (!(a.m2 > 0 && b.m2 > 0 && standardError > 0)) return insufficient('no_variance', null)
  const z = (effect - nullEffect) / standardError
  return {
    kind: 'estimate',
    method: state.weights === 'uniform' ? 'aipw' : 'adaptively_weighted_aipw',
    scale: 'absolute',
    effect,
    standardError,
    interval: intervalOf(effect, standardError, level, alternative),
    p: pValue(z, alternative, null),
    e: null,
    n: { control: a.n, variant: b.n },
    guarantee: { kind: 'asymptotic', burnIn },
    assumptions: [{ what: 'propensities are those with which arms were chosen', state: 'not_checked' }],
  } satisfies Estimate
}

function intervalOf(
  effect: number,
  standardError: number,
  level: number,
  alternative: Alternative,
): Interval {
  const reach = criticalValue(1 - level, alternative, null) * standardError
  return {
    kind: 'confidence',
    level,
    lower: alternative === 'less' ? null : effect - reach,
    upper: alternative === 'greater' ? null : effect + reach,
  }
}

/** Both without the shift, which the difference of two arms does not see. */
function meanOf({ h, hh, hs, hhs, hhss }: ArmSums): { readonly mean: number; readonly variance: number } {
  const mean = hs / h
  return { mean, variance: Math.max(0, hhss - 2 * mean * hhs + mean * mean * hh) / (h * h) }
}
