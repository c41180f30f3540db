// Two independent beta distributed proportions: which is greater, by how much, and how their difference is distributed.
import { normalQuantile } from '../distribution/normal.ts'
import { integrate } from '../numeric/quadrature.ts'
import { findRoot } from '../numeric/root.ts'
import type { Scale } from '../result.ts'
import { type BetaBelief, betaAxis, betaMoments, coreBreaks, fromLogOdds } from './belief.ts'

/** P(X > Y). */
export function chanceAbove(x: BetaBelief, y: BetaBelief): number {
  const [of, other] = [betaAxis(x), betaAxis(y)]
  return Math.min(
    1,
    integrate([...of.breaks, ...other.breaks], t => of.density(t) * other.below(t)),
  )
}

/** E[max(0, X - Y)], without cancellation: the integral of P(Y < u < X) over u in [0, 1]. */
export function expectedExcess(x: BetaBelief, y: BetaBelief): number {
  const [of, other] = [betaAxis(x), betaAxis(y)]
  return integrate([...of.breaks, ...other.breaks], t => {
    const slope = fromLogOdds(t) * fromLogOdds(-t)
    return slope * of.above(t) * other.below(t)
  })
}

/**
 * The quantile of the effect of Y against X: of Y - X, or of Y / X - 1.
 *
 * Method: the root of the distribution function, or above the median of its upper tail, which keeps its digits near 1, from
 * a bracket widened until it holds the root.
 *
 * @param p - in (0, 1)
 */
export function differenceQuantile(x: BetaBelief, y: BetaBelief, scale: Scale, p: number): number {
  const short = (effect: number) =>
    p <= 0.5
      ? effectBeyond(x, y, scale, effect, 'below') - p
      : 1 - p - effectBeyond(x, y, scale, effect, 'above')
  const [from, to] = [betaMoments(x), betaMoments(y)]
  const spread = Math.sqrt(from.variance + to.variance)
  const unit = scale === 'absolute' ? 1 : 1 / from.mean
  const guess = (to.mean - from.mean + normalQuantile(p) * spread) * unit
  const least = -1
  const most = scale === 'absolute' ? 1 : Infinity
  let step = 0.1 * spread * unit
  let low = Math.max(least, guess - step)
  let high = Math.min(most, Math.max(guess, low) + step)
  while (low > least && short(low) > 0) low = Math.max(least, low - (step *= 2))
  while (high < most && short(high) < 0) high = Math.min(most, high + (step *= 2))
  // None where the integral errs by more than what is left above or below p: then it is the end of the range.
  return findRoot(short, low, high, { x: 1e-13, y: 0 }) ?? (p < 0.5 ? low : high)
}

/**
 * P(Y - X <= effect), or P(Y / X - 1 <= effect): the integral of f_X(u) F_Y(u + effect), F_Y(u (1 + effect)); above it, that
 * of 1 - F_Y.
 */
function effectBeyond(
  x: BetaBelief,
  y: BetaBelief,
  scale: Scale,
  effect: number,
  side: 'below' | 'above',
): number {
  const [of, other] = [betaAxis(x), betaAxis(y)]
  const moved = (u: number) => (scale === 'absolute' ? u + effect : u * (1 + effect))
  const back = (v: number) => (scale === 'absolute' ? v - effect : v / (1 + effect))
  const moves = coreBreaks(y).flatMap(t => logOdds(back(fromLogOdds(t))) ?? [])
  const edges = logOdds(back(scale === 'absolute' && effect < 0 ? 0 : 1)) ?? []
  return integrate([...coreBreaks(x), ...moves, edges].flat(), t => {
    const v = moved(fromLogOdds(t))
    if (v <= 0) return side === 'below' ? 0 : of.density(t)
    if (v >= 1) return side === 'below' ? of.density(t) : 0
    return of.density(t) * other[side](Math.log(v / (1 - v)))
  })
}

function logOdds(u: number): number | null {
  const t = Math.log(u / (1 - u))
  return u > 0 && u < 1 && Math.abs(t) < 700 ? t : null
}
