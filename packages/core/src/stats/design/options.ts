// What a design can be asked: how sure, between how many variants, in which shares.
import { sum } from '../numeric/sum.ts'
import { type Invalid, invalid, type Scale } from '../result.ts'

/**
 * What looking during the run costs. `factor`: multiplies the units, as the inflation factor of a group-sequential
 * design does. `confidence_sequence`: the asymptotic sequence that is tightest at `tuning` units of the two variants
 * together; `last_look` counts only effects seen at the end, so the truth is better; `growthbook` multiplies the
 * standard error instead, as that program does.
 */
export type Sequential =
  | { readonly kind: 'none' }
  | { readonly kind: 'factor'; readonly factor: number }
  | {
      readonly kind: 'confidence_sequence'
      readonly tuning: number
      readonly formula: 'last_look' | 'growthbook'
    }

export interface DesignOptions {
  /** `absolute` unless told; `relative` plans the delta-method test of (variant - control) / |control|. */
  readonly scale?: Scale
  /** Of the whole family of comparisons, in (0, 1): 0.05 unless told. */
  readonly alpha?: number
  /** Of each comparison, in (alpha, 1): 0.8 unless told. */
  readonly power?: number
  /** `two_sided` unless told; one-sided in the direction of the effect. */
  readonly alternative?: 'two_sided' | 'one_sided'
  /** Effect under the null hypothesis, on `scale`: 0 unless told; for non-inferiority minus the margin, where lower is better plus it. */
  readonly nullEffect?: number
  /** Shares of control and variants, the control first; need not sum to 1. Two equal ones unless told. */
  readonly shares?: readonly number[]
  /** Each comparison at alpha by their number; Holm's procedure is at least as powerful. `none` unless told. */
  readonly correction?: 'none' | 'bonferroni' | 'holm'
  /** Variants with the `control` (unless told), or `all_pairs`. */
  readonly comparisons?: 'control' | 'all_pairs'
  /** Variance by that of independent units, > 0: see `clusterDesignEffect`. 1 unless told. */
  readonly designEffect?: number
  readonly sequential?: Sequential
  /** `student`: the power of a t test with equal variances, for means on the absolute scale. `normal` unless told. */
  readonly reference?: 'normal' | 'student'
  /** Whether a significant effect of the wrong sign counts (`any`, as statsmodels and GrowthBook do) or not. */
  readonly rejections?: 'right_direction' | 'any'
}

/** Options with nothing left out and the correction done. */
export interface Plan {
  readonly scale: Scale
  /** Of each comparison. */
  readonly alpha: number
  readonly power: number
  readonly alternative: 'two_sided' | 'one_sided'
  readonly nullEffect: number
  /** Sum to 1; the control's first. */
  readonly shares: readonly number[]
  /** Shares of the two sides of each comparison. */
  readonly pairs: readonly (readonly [number, number])[]
  readonly designEffect: number
  readonly sequential: Sequential
  readonly reference: 'normal' | 'student'
  readonly rejections: 'right_direction' | 'any'
}

/** Fills in what is left out and checks all of it. */
export function readPlan(options: DesignOptions): Plan | Invalid {
  const { alpha = 0.05, power = 0.8, shares = [1, 1], correction = 'none', comparisons = 'control' } = options
  const total = sum(shares)
  const normalised = shares.map(share => share / total)
  const pairs = comparisons === 'control' ? withControl(normalised) : allPairs(normalised)
  const plan: Plan = {
    scale: options.scale ?? 'absolute',
    alpha: correction === 'none' ? alpha : alpha / pairs.length,
    power,
    alternative: options.alternative ?? 'two_sided',
    nullEffect: options.nullEffect ?? 0,
    shares: normalised,
    pairs,
    designEffect: options.designEffect ?? 1,
    sequential: options.sequential ?? { kind: 'none' },
    reference: options.reference ?? 'normal',
    rejections: options.rejections ?? 'right_direction',
  }
  return findInvalid(alpha, plan) ?? plan
}

function findInvalid(alpha: number, plan: Plan): Invalid | null {
  if (!(alpha > 0 && alpha < 1)) return invalid('alpha', 'in (0, 1)')
  if (!(plan.power > alpha && plan.power < 1)) return invalid('power', 'in (alpha, 1)')
  const sharesHold = plan.shares.length >= 2 && plan.shares.every(share => share > 0 && share < 1)
  if (!sharesHold) return invalid('shares', 'at least two, > 0 and finite')
  if (!Number.isFinite(plan.nullEffect)) return invalid('nullEffect', 'finite')
  if (!(plan.designEffect > 0 && plan.designEffect < Infinity))
    return invalid('designEffect', '> 0 and finite')
  return badSequential(plan)
}

function badSequential({ sequential, alternative, alpha, reference, scale }: Plan): Invalid | null {
  if (sequential.kind === 'factor' && !(sequential.factor >= 1 && sequential.factor < Infinity)) {
    return invalid('sequential.factor', '>= 1 and finite')
  }
  if (sequential.kind === 'confidence_sequence') {
    if (!(sequential.tuning > 0 && sequential.tuning < Infinity))
      return invalid('sequential.tuning', '> 0 and finite')
    if (alternative === 'one_sided' && !(alpha < 0.5))
      return invalid('alpha', 'in (0, 0.5) for a one-sided sequence')
  }
  if (reference === 'student' && (scale === 'relative' || sequential.kind === 'confidence_sequence')) {
    return invalid('reference', "'normal' on the relative scale and with a confidence sequence")
  }
  return null
}

function withControl(shares: readonly number[]): readonly (readonly [number, number])[] {
  const [control = Number.NaN, ...variants] = shares
  return variants.map(variant => [control, variant] as const)
}

function allPairs(shares: readonly number[]): readonly (readonly [number, number])[] {
  return shares.flatMap((first, i) => shares.slice(i + 1).map(second => [first, second] as const))
}
