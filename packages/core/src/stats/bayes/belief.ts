// What is believed of one variant's mean: a normal or a beta distribution, on an axis where it can be integrated.
import { betaCdf, betaLogOddsDensity, betaUpperTail } from '../distribution/beta.ts'
import { normalCdf, normalDensity, normalUpperTail } from '../distribution/normal.ts'

/** A normal distribution of a mean. `deviation` > 0: of the mean, not of the units. */
export interface NormalBelief {
  readonly kind: 'normal'
  readonly mean: number
  readonly deviation: number
}

/** A beta distribution of a proportion; a, b in [0.1, 1e16], the lesser at most 1e10. */
export interface BetaBelief {
  readonly kind: 'beta'
  readonly a: number
  readonly b: number
}

/**
 * A distribution on an axis on which it is smooth and its tails vanish: normal ones on that of the mean itself, beta
 * ones on that of ln(p / (1 - p)), where no parameter makes a density infinite.
 */
export interface Axis {
  /** Density on the axis. */
  density(t: number): number
  /** Probability below t. */
  below(t: number): number
  /** Probability above t, with its digits where 1 - below has none. */
  above(t: number): number
  /** A point near the median. */
  readonly center: number
  /** Points in ascending order between which the density is smooth, far enough out for tails of 1e-300. */
  readonly breaks: readonly number[]
}

const normalBreaks = [
  -38, -24, -16, -11.5, -8.5, -6.5, -5, -3, -1.5, 0, 1.5, 3, 5, 6.5, 8.5, 11.5, 16, 24, 38,
]
const betaBreaks = [
  -38, -26, -18, -12, -8.5, -6.5, -5, -3, -1.5, -0.7, 0, 0.7, 1.5, 3, 5, 6.5, 8.5, 12, 18, 26, 38,
]

export function normalAxis({ mean, deviation }: NormalBelief): Axis {
  const z = (t: number) => (t - mean) / deviation
  return {
    density: t => normalDensity(z(t)) / deviation,
    below: t => normalCdf(z(t)),
    above: t => normalUpperTail(z(t)),
    center: mean,
    breaks: normalBreaks.map(step => mean + step * deviation),
  }
}

/** Whether the density of a belief keeps enough digits to be integrated. */
export function isBetaInRange({ a, b }: BetaBelief): boolean {
  return a >= 0.1 && b >= 0.1 && Math.max(a, b) <= 1e16 && Math.min(a, b) <= 1e10
}

/** On the axis of log odds; see `Axis`. */
export function betaAxis({ a, b }: BetaBelief): Axis {
  return {
    density: betaLogOddsDensity(a, b),
    below: t => (t < 0 ? betaCdf(fromLogOdds(t), a, b) : betaUpperTail(fromLogOdds(-t), b, a)),
    above: t => (t < 0 ? betaUpperTail(fromLogOdds(t), a, b) : betaCdf(fromLogOdds(-t), b, a)),
    center: logOdds(a, b).mean,
    breaks: logOddsBreaks(a, b),
  }
}

/** The proportion with these log odds. */
export function fromLogOdds(t: number): number {
  return t < 0 ? Math.exp(t) / (1 + Math.exp(t)) : 1 / (1 + Math.exp(-t))
}

/**
 * Around mean and deviation of the log odds to second order in 1/a and 1/b: where nodes go, no result depends on it.
 * The tails of log odds fall as exp(a t) and exp(-b t) only, hence as far as 38 deviations.
 */
function logOddsBreaks(a: number, b: number): readonly number[] {
  const { mean, deviation } = logOdds(a, b)
  return betaBreaks.map(step => Math.max(-700, Math.min(700, mean + step * deviation)))
}

function logOdds(a: number, b: number): { readonly mean: number; readonly deviation: number } {
  return {
    mean: Math.log(a / b) - 1 / (2 * a) + 1 / (2 * b),
    deviation: Math.sqrt(1 / a + 1 / b + 1 / (2 * a * a) + 1 / (2 * b * b)),
  }
}

/** Those of the axis' breaks within which all but 1e-15 lies: enough, and faster, where nothing far out counts. */
export function coreBreaks({ a, b }: BetaBelief): readonly number[] {
  const { mean, deviation } = logOdds(a, b)
  const reach = (rate: number) => 1.5 * Math.max(8.5, 40 / (rate * deviation))
  const near = betaBreaks.filter(step => step >= -reach(a) && step <= reach(b))
  return near.map(step => Math.max(-700, Math.min(700, mean + step * deviation)))
}

/** Mean and variance of a beta distribution. */
export function betaMoments({ a, b }: BetaBelief): { readonly mean: number; readonly variance: number } {
  const n = a + b
  return { mean: a / n, variance: (a * b) / (n * n * (n + 1)) }
}
