// A normal hierarchy: effects that differ around a mean, by an unknown amount. What every subgroup learns of all others.
import { normalQuantile, normalUpperTail } from '../distribution/normal.ts'
import { visitNodes } from '../numeric/quadrature.ts'
import { findRoot } from '../numeric/root.ts'
import { sum } from '../numeric/sum.ts'

/** An estimate of one group, normal around its true effect. */
export interface GroupEffect {
  readonly effect: number
  /** > 0. */
  readonly standardError: number
}

/** Posterior of one group's true effect. */
export interface GroupPosterior {
  readonly mean: number
  readonly deviation: number
  readonly lower: number
  readonly upper: number
  /** Posterior mean of the share by which the estimate is drawn to the mean of all, in [0, 1]. */
  readonly shrinkage: number
}

/** One value of the deviation between groups, its posterior weight, and the mean of all groups given it. */
interface Draw {
  readonly between: number
  readonly weight: number
  readonly mean: number
  readonly variance: number
}

/** Pieces of (0, 1), finer near 0, where a deviation between groups of about one standard error may lie. */
const pieces = [0, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1]

/**
 * The posterior of every group's effect, with a flat prior on the mean of all and on the deviation between groups.
 *
 * Formula: given tau, w_i = 1 / (se_i^2 + tau^2), m = sum w_i y_i / sum w_i, v = 1 / sum w_i, B_i = se_i^2 w_i:
 * theta_i ~ N((1 - B_i) y_i + B_i m, (1 - B_i) se_i^2 + B_i^2 v); p(tau | y) proportional to
 * sqrt(v) prod sqrt(w_i) exp(-w_i (y_i - m)^2 / 2). Mixed over tau by quadrature in u = tau / (c + tau).
 *
 * @param groups - 3 or more (with 2 the posterior of tau has no finite mass), finite, standard errors in (0, inf)
 * @param level - of the equal-tailed intervals, in (0, 1)
 * @returns null when numbers are so far apart that squares overflow or vanish
 *
 * Accuracy: 1e-8 of the spread, checked against SciPy's adaptive quadrature (`fixtures/subgroups.py`).
 * Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., eqs. 5.17, 5.20 and 5.21.
 */
export function groupPosteriors(
  groups: readonly GroupEffect[],
  level: number,
): readonly GroupPosterior[] | null {
  const draws = drawsOf(groups)
  if (draws.length === 0) return null
  const posteriors = groups.map(group => describe(group, draws, level))
  const areNumbers = posteriors.every(({ lower, upper }) => Number.isFinite(lower) && Number.isFinite(upper))
  return areNumbers ? posteriors : null
}

function drawsOf(groups: readonly GroupEffect[]): readonly Draw[] {
  const scale = typicalDeviation(groups)
  const logs: { readonly draw: Draw; readonly log: number }[] = []
  visitNodes(pieces, (u, weight) => {
    const between = (scale * u) / (1 - u)
    const { mean, variance, log } = given(groups, between)
    logs.push({ draw: { between, weight: weight / (1 - u) ** 2, mean, variance }, log })
  })
  const top = Math.max(...logs.map(({ log }) => log))
  const weights = logs.map(({ draw, log }) => draw.weight * Math.exp(log - top))
  const total = sum(weights)
  if (!(total > 0 && total < Infinity)) return []
  const draws = logs.map(({ draw }, i) => ({ ...draw, weight: (weights[i] ?? 0) / total }))
  return draws.filter(draw => draw.weight > 1e-14)
}

function typicalDeviation(groups: readonly GroupEffect[]): number {
  const mean = groups.reduce((sum, { effect }) => sum + effect, 0) / groups.length
  const spread = groups.reduce((sum, { effect }) => sum + (effect - mean) ** 2, 0) / groups.length
  const precision = groups.reduce((sum, { standardError }) => sum + standardError ** -2, 0) / groups.length
  return Math.sqrt(spread + 1 / precision)
}

/** Mean of all groups, its variance, and the log density of the data, all given the deviation between groups. */
function given(groups: readonly GroupEffect[], between: number) {
  const weights = groups.map(({ standardError }) => 1 / (standardError ** 2 + between ** 2))
  const total = sum(weights)
  const mean = groups.reduce((sum, { effect }, i) => sum + (weights[i] ?? 0) * effect, 0) / total
  const misfit = groups.reduce((sum, { effect }, i) => sum + (weights[i] ?? 0) * (effect - mean) ** 2, 0)
  const volume = weights.reduce((sum, w) => sum + Math.log(w), 0)
  return { mean, variance: 1 / total, log: (volume - Math.log(total) - misfit) / 2 }
}

function describe(
  { effect, standardError }: GroupEffect,
  draws: readonly Draw[],
  level: number,
): GroupPosterior {
  // All from the estimate on, so that an effect far from 0 takes no digits away.
  const parts = draws.map(({ between, weight, mean, variance }) => {
    const pull = standardError ** 2 / (standardError ** 2 + between ** 2)
    const spread = (1 - pull) * standardError ** 2 + pull ** 2 * variance
    return { weight, pull, mean: pull * (mean - effect), variance: spread }
  })
  const expect = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((sum, part) => sum + part.weight * of(part), 0)
  const mean = expect(part => part.mean)
  const deviation = Math.sqrt(expect(part => part.variance + (part.mean - mean) ** 2))
  const beyond = (x: number, side: 1 | -1) =>
    expect(part => normalUpperTail((side * (x - part.mean)) / Math.sqrt(part.variance)))
  const tail = (1 - level) / 2
  const end = (side: 1 | -1) => endOf(x => beyond(x, side), { mean, deviation }, tail, side)
  return {
    mean: effect + mean,
    deviation,
    lower: effect + end(-1),
    upper: effect + end(1),
    shrinkage: expect(part => part.pull),
  }
}

/**
 * Where as much as `tail` lies beyond, on this side: sought on its own tail, since 1 - tail may be more than the weights
 * of the parts add up to. NaN where the deviation is no number or has vanished.
 */
function endOf(
  beyond: (x: number) => number,
  { mean, deviation }: { readonly mean: number; readonly deviation: number },
  tail: number,
  side: 1 | -1,
): number {
  if (!(deviation > 0 && deviation < Infinity)) return Number.NaN
  const guess = mean - side * normalQuantile(tail) * deviation
  let step = deviation / 4
  let [inner, outer] = [guess - side * step, guess + side * step]
  while (beyond(inner) < tail) inner -= side * (step *= 2)
  while (beyond(outer) > tail) outer += side * (step *= 2)
  return findRoot(x => beyond(x) - tail, inner, outer, { x: 1e-13 * deviation, y: 0 }) ?? guess
}
