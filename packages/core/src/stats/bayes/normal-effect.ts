// A normal prior on the effect and a normal likelihood: the model of gbstats, for any metric with a standard error.
import { normalCdf, normalQuantile, normalUpperTail } from '../distribution/normal.ts'
import { insufficient, invalid, type Result, type Scale } from '../result.ts'
import type { MeanSummary, ProportionSummary, RatioSummary } from '../summary/summary.ts'
import { refuseDifferentCaps } from '../test/caps.ts'
import { expectedPositivePart } from './loss.ts'
import { type MeanEstimate, meanEstimate } from './mean-estimate.ts'
import { invalidLevel, type PosteriorEffect, type PosteriorOptions } from './posterior.ts'

/**
 * What is believed of the effect before the data. A `normal` one says on which scale it is meant; it is put on that of
 * the analysis by the control's mean (times |mean|, variance times mean^2, or divided by them).
 */
export type EffectPrior =
  | { readonly kind: 'flat' }
  | { readonly kind: 'normal'; readonly mean: number; readonly variance: number; readonly scale: Scale }

/** An estimated effect with its standard error, however it was made: by CUPED, the delta method, across phases. */
export interface EffectData {
  readonly effect: number
  /** > 0. */
  readonly standardError: number
  readonly scale: Scale
  /** Mean of the control; only its size matters, and only to put a prior on another scale. */
  readonly controlMean: number
  readonly n: { readonly control: number; readonly variant: number }
}

export interface EffectOptions {
  readonly prior: EffectPrior
  readonly better: PosteriorOptions['better']
  readonly level: number
}

/**
 * The posterior of an effect under a normal or a flat prior.
 *
 * Formula: precision = 1 / se^2 + 1 / v0, mean = (effect / se^2 + m0 / v0) / precision; chance to beat control =
 * Phi(mean / sd), for `lower` Phi(-mean / sd); interval = mean +/- z sd; losses = E[max(0, +/-X)].
 *
 * @param data - estimate and standard error on the scale of the analysis
 * @param options - prior (variance in (0, inf)), which direction is better, level in (0, 1)
 *
 * Assumes that the estimate is normal about the effect: many units on each variant. The posterior is not adjusted for
 * repeated looks: stopping when it is convincing keeps its meaning only as far as the prior is right.
 * Accuracy: as `normalCdf` and `expectedPositivePart`.
 * Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., eq. 2.10; gbstats `EffectBayesianABTest`.
 * Reference: gbstats `tests/bayesian/test_tests.py` (numbers in the test).
 */
export function effectPosterior(data: EffectData, options: EffectOptions): Result<PosteriorEffect> {
  const wrong = invalidLevel(options.level) ?? invalidPrior(options.prior) ?? invalidData(data)
  if (wrong !== null) return wrong
  if (data.standardError === 0) return insufficient('no_variance', null)
  const prior = onScale(options.prior, data)
  if (prior === null) return insufficient('control_is_zero', null)
  const precision = 1 / data.standardError ** 2 + prior.precision
  const mean = (data.effect / data.standardError ** 2 + prior.mean * prior.precision) / precision
  const posterior = describe(mean, Math.sqrt(1 / precision), data, options)
  return hasFiniteNumbers(posterior)
    ? posterior
    : invalid('data', 'of a size that can be squared without overflow')
}

/**
 * The same from summaries of control and variant.
 *
 * Formula: effect = B - A, variance = s_A^2 / n_A + s_B^2 / n_B; relative: effect = (B - A) / |A|,
 * variance = s_B^2 / (n_B A^2) + s_A^2 B^2 / (n_A A^4). Variance of a proportion: p (1 - p).
 *
 * @returns `insufficient` without units, when the values of a variant are all equal, or relative to a control of 0; `invalid` when the two were
 *   winsorised differently
 *
 * Assumes, and sources: as `effectPosterior`; the relative variance by the delta method.
 */
export function compareNormal(
  control: MeanSummary | ProportionSummary | RatioSummary,
  variant: MeanSummary | ProportionSummary | RatioSummary,
  options: PosteriorOptions & { readonly prior: EffectPrior },
): Result<PosteriorEffect> {
  const capped = refuseDifferentCaps(control, variant)
  if (capped !== null) return capped
  const a = meanEstimate(control)
  const b = meanEstimate(variant)
  if (a.kind !== 'mean_estimate') return a
  if (b.kind !== 'mean_estimate') return b
  if (options.scale === 'relative' && a.mean === 0) return insufficient('control_is_zero', null)
  if (!(a.variance > 0 && b.variance > 0)) return insufficient('no_variance', null)
  const n = { control: a.n, variant: b.n }
  return effectPosterior(
    { ...difference(a, b, options.scale), scale: options.scale, controlMean: a.mean, n },
    options,
  )
}

function difference(a: MeanEstimate, b: MeanEstimate, scale: Scale) {
  const effect = b.mean - a.mean
  if (scale === 'absolute') return { effect, standardError: Math.sqrt(a.variance + b.variance) }
  const size = Math.abs(a.mean)
  const variance = b.variance + (a.variance * b.mean ** 2) / size ** 2
  return { effect: effect / size, standardError: Math.sqrt(variance) / size }
}

function describe(
  mean: number,
  deviation: number,
  data: EffectData,
  options: EffectOptions,
): PosteriorEffect {
  const z = -normalQuantile((1 - options.level) / 2) * deviation
  const gain = expectedPositivePart(mean, deviation)
  const harm = expectedPositivePart(-mean, deviation)
  const higher = options.better === 'higher'
  return {
    kind: 'posterior',
    method: 'normal_effect',
    scale: data.scale,
    effect: mean,
    standardDeviation: deviation,
    interval: { kind: 'credible', level: options.level, lower: mean - z, upper: mean + z },
    chanceToBeatControl: (higher ? normalCdf : normalUpperTail)(mean / deviation),
    expectedLoss: higher ? { control: gain, variant: harm } : { control: harm, variant: gain },
    n: data.n,
    assumptions: [{ what: 'estimate is normal about the effect', state: 'not_checked' }],
  }
}

function hasFiniteNumbers({
  effect,
  standardDeviation,
  interval,
  chanceToBeatControl,
  expectedLoss,
}: PosteriorEffect) {
  const { lower, upper } = interval
  const numbers = [effect, standardDeviation, lower, upper, chanceToBeatControl]
  return [...numbers, expectedLoss.control, expectedLoss.variant].every(Number.isFinite)
}

/** Null when the control's mean is 0 and the prior is on another scale. */
function onScale(prior: EffectPrior, { scale, controlMean }: EffectData) {
  if (prior.kind === 'flat') return { mean: 0, precision: 0 }
  if (prior.scale === scale) return { mean: prior.mean, precision: 1 / prior.variance }
  if (controlMean === 0) return null
  const factor = scale === 'absolute' ? Math.abs(controlMean) : 1 / Math.abs(controlMean)
  return { mean: prior.mean * factor, precision: 1 / (prior.variance * factor ** 2) }
}

function invalidPrior(prior: EffectPrior) {
  if (prior.kind === 'flat') return null
  const sane = Number.isFinite(prior.mean) && prior.variance > 0 && prior.variance < Infinity
  return sane ? null : invalid('prior', 'a finite mean, a variance in (0, inf)')
}

function invalidData({ effect, standardError, controlMean }: EffectData) {
  const sane =
    Number.isFinite(effect) && Number.isFinite(controlMean) && standardError >= 0 && standardError < Infinity
  return sane ? null : invalid('data', 'finite, with a standard error >= 0')
}
