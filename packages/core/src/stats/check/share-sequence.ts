// Whether units land on the variants in the shares asked for, looked at after every unit if one likes, while the
// shares change: ramps, re-weights, bandits with a propensity of its own for each decision.
import { logGamma } from '../distribution/beta.ts'
import { sum } from '../numeric/sum.ts'
import { type Guarantee, type Insufficient, type Invalid, insufficient, invalid } from '../result.ts'

/** What was seen so far: plain data, to be kept between looks. Each array has an entry for each variant. */
export interface ShareSequence {
  readonly kind: 'share_sequence'
  readonly learns: ShareLearning
  /** Units on each variant, without leaked ones. */
  readonly counts: readonly number[]
  /** Sum over units of the propensity of each variant. */
  readonly expected: readonly number[]
  /** Units on a variant while its propensity was 0. */
  readonly leaked: readonly number[]
  /** Of the mixture of all components. */
  readonly logBayesFactor: number
  /** The smallest of 1 and 1 / Bayes factor at any look so far. */
  readonly minP: number
  readonly components: readonly ShareComponent[]
}

/**
 * What is learnt from the units so far of where the next will land, when the shares asked for change on the way.
 * `multipliers`: how much more often than asked each variant was chosen, which a ramp leaves alone. `shares`: the shares
 * seen so far, as Lindon and Malek have it, with the shares of the moment as the null hypothesis of each step; valid too,
 * but blind after a ramp. The same where shares do not change.
 */
export type ShareLearning = 'multipliers' | 'shares'

/** One prior of the mixture, and what it is worth by itself. */
export interface ShareComponent {
  /** A priori, in (0, 1]; those of all components sum to 1. */
  readonly weight: number
  /** Pseudo-counts: units seen (alpha) and units expected, before any was. Their ratio is the prior multiplier. */
  readonly seen: readonly number[]
  readonly expected: readonly number[]
  readonly logBayesFactor: number
}

/** A prior of the shares there really are, if they are not those asked for. */
export interface SharePrior {
  /** Relative to the other priors of the mixture, in (0, inf). */
  readonly weight: number
  /** Of a Dirichlet distribution, one for each variant, each in [1e-9, 1e9]: beyond, log gamma has too few digits left. */
  readonly alpha: readonly number[]
}

export type SequentialShareCheck =
  | {
      readonly kind: 'checked'
      readonly method: 'lindon_malek'
      /** Evidence that the shares are not those asked for: the log of an e value. */
      readonly logBayesFactor: number
      /** In [0, 1], valid at every look at once: stop and alarm when it is <= alpha. */
      readonly p: number
      /** Effect size: the largest |observed share - expected share| over the variants, in [0, 1]. */
      readonly maxShareDeviation: number
      /** Effect size by variant: units seen / units expected; null where none was expected. */
      readonly seenToExpected: readonly (number | null)[]
      readonly total: number
      readonly guarantee: Guarantee
    }
  | {
      /** Units on variants that had no share when they were assigned: wrong at any count. */
      readonly kind: 'leak'
      readonly variants: readonly number[]
      readonly leaked: number
      readonly total: number
    }
  | Insufficient

/** Default of the sum of alpha: deviations of 1 / sqrt(10,000) or 1 % of a share are what is found soonest. */
const CONCENTRATION = 10_000

/** Default weight of the prior that holds any shares to be as likely. */
const DIFFUSE_WEIGHT = 0.1

/** Below it a propensity is a mistake, and a factor might overflow. */
const LEAST_SHARE = 1e-12

/**
 * The state before the first unit.
 *
 * @param shares - asked for at the start: each 0 or >= 1e-12 of their sum, not all 0
 * @param priors - a mixture of what to look for. By default nine tenths of alpha = 10,000 x share, which finds small
 *   deviations, and a tenth of alpha = 1, which finds a broken split after a dozen units
 * @param learns - `multipliers` unless told
 */
export function startShareSequence(
  shares: readonly number[],
  priors: readonly SharePrior[] = defaultPriors(shares),
  learns: ShareLearning = 'multipliers',
): ShareSequence | Invalid {
  const propensities = normalise(shares)
  if (propensities === null) return invalid('shares', 'each 0 or >= 1e-12 of their finite sum')
  const weight = sum(priors.map(prior => prior.weight))
  const areSane = priors.every(prior => isSanePrior(prior, shares.length, weight))
  if (priors.length === 0 || !areSane) {
    return invalid('priors', 'one at least, with a weight > 0 and an alpha in [1e-9, 1e9] for each share')
  }
  const zeros = shares.map(() => 0)
  return {
    kind: 'share_sequence',
    learns,
    counts: zeros,
    expected: zeros,
    leaked: zeros,
    logBayesFactor: 0,
    minP: 1,
    components: priors.map(prior => startComponent(prior, prior.weight / weight, propensities)),
  }
}

function isSanePrior({ weight, alpha }: SharePrior, variants: number, weights: number): boolean {
  return (
    alpha.length === variants && weight > 0 && weight / weights > 0 && alpha.every(a => a >= 1e-9 && a <= 1e9)
  )
}

function defaultPriors(shares: readonly number[]): readonly SharePrior[] {
  const total = sum(shares)
  return [
    {
      weight: 1 - DIFFUSE_WEIGHT,
      alpha: shares.map(share => CONCENTRATION * (share / total || 1 / shares.length)),
    },
    { weight: DIFFUSE_WEIGHT, alpha: shares.map(() => 1) },
  ]
}

function startComponent(
  { alpha }: SharePrior,
  weight: number,
  propensities: readonly number[],
): ShareComponent {
  const concentration = sum(alpha.filter((_, i) => at(propensities, i) > 0))
  const expected = propensities.map((share, i) => (share === 0 ? at(alpha, i) : concentration * share))
  return { weight, seen: alpha, expected, logBayesFactor: 0 }
}

/**
 * Takes in one unit, in O(variants): the look after every unit, and the one for propensities that change with each.
 *
 * Formula: BF' = BF q_j / pi_j for a unit on variant j, with pi its propensities and
 * q_i = pi_i m_i / sum_k pi_k m_k, m_i = (alpha_i + S_i) / (A theta_i + E_i): how much more often than asked variant i
 * was chosen, S_i its units and E_i the sum of its propensities so far, theta the shares at the start, A = sum alpha.
 * Of several priors BF is the mean of theirs by weight, which is the Bayes factor of their mixture.
 *
 * @param variant - index of the variant it is on
 * @param propensities - of all variants at that decision: each 0 or >= 1e-12 of their sum, not all 0
 * @returns the new state; `minP` is that of a look after this unit
 *
 * With constant shares q_j = (alpha_j + S_j) / (A + n), which is Lindon and Malek's. With changing ones theirs goes on
 * comparing all shares so far with those of the moment, so that a ramp makes it blind: after 10,000 units at 5 % it
 * holds an honest 50 % to be impossible. Here what is learned is the multiplier m of each variant, which a ramp leaves
 * alone, unless `learns` is `shares`. Both are martingales under the null for any predictable q.
 *
 * Assumes that propensities are those the decision was made with, and that each unit counts once.
 * Accuracy: relative error of the Bayes factor below 1e-12 sqrt(n). Exact guarantee at any n.
 * Source: Lindon and Malek (2022), Anytime-Valid Inference for Multinomial Count Data, NeurIPS,
 * arXiv:2011.03567, for constant shares; the multipliers play the part of their ratios of rates.
 */
export function observeUnit(
  state: ShareSequence,
  variant: number,
  propensities: readonly number[],
): ShareSequence | Invalid {
  const pi = sanePropensities(state, propensities)
  if (pi === null)
    return invalid('propensities', 'one for each variant, each 0 or >= 1e-12 of their finite sum')
  const own = pi[variant]
  if (own === undefined) return invalid('variant', `an index below ${pi.length}`)
  if (own === 0) return { ...state, leaked: add(state.leaked, oneHot(pi.length, variant)) }
  return advance(state, oneHot(pi.length, variant), pi, component =>
    Math.log(predictOne(state, component, pi, variant) / own),
  )
}

/**
 * Takes in many units that were assigned with the same shares, in O(variants): the constant split, or one phase of it.
 *
 * Formula: BF' = BF Gamma(c) / Gamma(c + s) prod_i Gamma(c q_i + s_i) / Gamma(c q_i) pi_i^(-s_i), q as of `observeUnit`
 * and c = sum of alpha_i + S_i over the variants with a share.
 * From the start, c q = alpha: BF = Gamma(A) / Gamma(A + n) prod_i Gamma(alpha_i + S_i) / Gamma(alpha_i) theta_i^(-S_i).
 *
 * @param counts - s_i: units on each variant since the last call, whole numbers >= 0
 * @param shares - asked for meanwhile, the same for all of them
 * @returns the new state; `minP` is that of one look, after all of them
 *
 * Accuracy: absolute error of the logarithm about 1e-16 n ln n. Otherwise as `observeUnit`, with the same result for
 * one unit, and for the same units under constant shares.
 */
export function observeUnits(
  state: ShareSequence,
  counts: readonly number[],
  shares: readonly number[],
): ShareSequence | Invalid {
  const pi = sanePropensities(state, shares)
  if (pi === null) return invalid('shares', 'one for each variant, each 0 or >= 1e-12 of their finite sum')
  if (counts.length !== pi.length || !counts.every(count => Number.isSafeInteger(count) && count >= 0)) {
    return invalid('counts', 'one whole number >= 0 for each variant')
  }
  const leaked = counts.map((count, i) => (pi[i] === 0 ? count : 0))
  const kept = counts.map((count, i) => (pi[i] === 0 ? 0 : count))
  const next = advance(state, kept, pi, component => logFactorOf(state, component, kept, pi))
  return { ...next, leaked: add(state.leaked, leaked) }
}

/** What the units so far say. `insufficient` before the first. */
export function readShareSequence(state: ShareSequence): SequentialShareCheck {
  const total = sum(state.counts)
  const leaks = state.leaked.flatMap((count, i) => (count > 0 ? [i] : []))
  const leaked = sum(state.leaked)
  if (leaks.length > 0) return { kind: 'leak', variants: leaks, leaked, total: total + leaked }
  if (total === 0) return insufficient('too_few_units', 1)
  const deviations = state.counts.map((count, i) => Math.abs(count - at(state.expected, i)) / total)
  return {
    kind: 'checked',
    method: 'lindon_malek',
    logBayesFactor: state.logBayesFactor,
    p: state.minP,
    maxShareDeviation: Math.max(...deviations),
    seenToExpected: state.counts.map((count, i) =>
      at(state.expected, i) === 0 ? null : count / at(state.expected, i),
    ),
    total,
    guarantee: { kind: 'exact' },
  }
}

/**
 * One look at the counts under constant shares, with nothing kept: the running minimum of p is the caller's.
 * Formula, parameters and source: as `startShareSequence` and `observeUnits`.
 *
 * Reference: the closed form by mpmath 1.2.1 (`fixtures/share-sequence.py`), Optimizely's ssrm-test, and gbstats' `ssrm`
 * for one look. (At every look gbstats weighs its two priors anew, and so pays for the mixture each time.)
 */
export function checkSharesAnytime(
  observed: readonly number[],
  shares: readonly number[],
  priors?: readonly SharePrior[],
): SequentialShareCheck | Invalid {
  const start = startShareSequence(shares, priors)
  if (start.kind === 'invalid') return start
  const state = observeUnits(start, observed, shares)
  return state.kind === 'invalid' ? state : readShareSequence(state)
}

/** The predicted probabilities of the next unit's variants; 0 where the propensity is. */
function predict(state: ShareSequence, component: ShareComponent, pi: readonly number[]): readonly number[] {
  const weights = pi.map((share, i) => weightOf(state, component, share, i))
  const total = sum(weights)
  return weights.map(weight => weight / total)
}

/** As `predict`, of one variant, without an array: this runs for every unit. */
function predictOne(
  state: ShareSequence,
  component: ShareComponent,
  pi: readonly number[],
  variant: number,
): number {
  let [own, total] = [0, 0]
  for (let i = 0; i < pi.length; i++) {
    const weight = weightOf(state, component, at(pi, i), i)
    total += weight
    if (i === variant) own = weight
  }
  return own / total
}

/** How likely a variant is to be the next unit's, but for a factor common to all. */
function weightOf(
  { learns, counts, expected }: ShareSequence,
  component: ShareComponent,
  share: number,
  i: number,
): number {
  const seen = at(component.seen, i) + at(counts, i)
  if (learns === 'shares') return seen
  return (share * seen) / (at(component.expected, i) + at(expected, i))
}

function logFactorOf(
  state: ShareSequence,
  component: ShareComponent,
  counts: readonly number[],
  pi: readonly number[],
): number {
  const predicted = predict(state, component, pi)
  const concentration = sum(
    pi.map((share, i) =>
      share === 0 && state.learns === 'multipliers' ? 0 : at(component.seen, i) + at(state.counts, i),
    ),
  )
  const terms = counts.map((count, i) => {
    if (count === 0) return 0
    const pseudo = concentration * at(predicted, i)
    return logGamma(pseudo + count) - logGamma(pseudo) - count * Math.log(at(pi, i))
  })
  return logGamma(concentration) - logGamma(concentration + sum(counts)) + sum(terms)
}

function advance(
  state: ShareSequence,
  counts: readonly number[],
  pi: readonly number[],
  logFactor: (component: ShareComponent) => number,
): ShareSequence {
  const n = sum(counts)
  const expected = pi.map(share => share * n)
  const components = state.components.map(component => {
    const { weight, seen, expected: prior } = component
    return { weight, seen, expected: prior, logBayesFactor: component.logBayesFactor + logFactor(component) }
  })
  const logBayesFactor = mixture(components)
  return {
    kind: 'share_sequence',
    learns: state.learns,
    leaked: state.leaked,
    counts: add(state.counts, counts),
    expected: add(state.expected, expected),
    components,
    logBayesFactor,
    minP: Math.min(state.minP, Math.exp(-logBayesFactor)),
  }
}

/** The logarithm of the weighted mean of Bayes factors, without overflow. */
function mixture(components: readonly ShareComponent[]): number {
  let [largest, scaled] = [-Infinity, 0]
  for (const { logBayesFactor } of components) largest = Math.max(largest, logBayesFactor)
  for (const { weight, logBayesFactor } of components) scaled += weight * Math.exp(logBayesFactor - largest)
  return largest + Math.log(scaled)
}

function sanePropensities(state: ShareSequence, propensities: readonly number[]): readonly number[] | null {
  return propensities.length === state.counts.length ? normalise(propensities) : null
}

function normalise(shares: readonly number[]): readonly number[] | null {
  const total = sum(shares)
  if (!(total > 0 && total < Infinity)) return null
  const normalised = shares.map(share => share / total)
  return normalised.every(share => share === 0 || share >= LEAST_SHARE) ? normalised : null
}

function oneHot(length: number, hot: number): readonly number[] {
  const values = Array<number>(length).fill(0)
  values[hot] = 1
  return values
}

function add(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((value, i) => value + at(b, i))
}

function at(values: readonly number[], i: number): number {
  return values[i] ?? Number.NaN
}
