// What every Bayesian comparison of two variants answers with, and what it can be asked.
import { type Assumption, type Interval, type Invalid, invalid, type Scale } from '../result.ts'
import type { Better } from './best.ts'

/** The effect of a variant against the control, after the data. No number in it is NaN or infinite. */
export interface PosteriorEffect {
  readonly kind: 'posterior'
  readonly method: 'normal_effect' | 'beta_binomial'
  readonly scale: Scale
  /** Posterior mean. */
  readonly effect: number
  /** Of the posterior, > 0. */
  readonly standardDeviation: number
  /** Credible, with equal tails. */
  readonly interval: Interval
  /** Probability, in [0, 1], that the variant is the better one. */
  readonly chanceToBeatControl: number
  /** What choosing either is expected to cost, >= 0, on the scale of the effect: E[max(0, how much worse it is)]. */
  readonly expectedLoss: { readonly control: number; readonly variant: number }
  readonly n: { readonly control: number; readonly variant: number }
  readonly assumptions: readonly Assumption[]
}

export interface PosteriorOptions {
  readonly scale: Scale
  readonly better: Better
  /** Of the credible interval, in (0, 1). */
  readonly level: number
}

/** The first thing wrong with the options that every comparison has, or null. */
export function invalidLevel(level: number): Invalid | null {
  return level > 0 && level < 1 ? null : invalid('level', 'in (0, 1)')
}
