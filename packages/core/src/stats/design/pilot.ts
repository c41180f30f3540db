// Metrics to plan with, from summaries of what has been served already.

import { normalQuantile } from '../distribution/normal.ts'
import { type Insufficient, type Invalid, insufficient, invalid, isRefusal, type Result } from '../result.ts'
import type {
  CupedRatioSummary,
  CupedSummary,
  MeanSummary,
  ProportionSummary,
  QuantileSummary,
  RatioSummary,
} from '../summary/summary.ts'
import { cupedSample } from '../test/cuped.ts'
import { quantileSample } from '../test/quantile-effect.ts'
import { meanSample, proportionSample, ratioSample, type Sample } from '../test/sample.ts'
import {
  bandwidthExcess,
  type MeanMetric,
  type ProportionMetric,
  type QuantileMetric,
  type RatioMetric,
} from './metric.ts'

/** The mean and the variance of one unit. */
export function meanPilot(summary: MeanSummary): Result<MeanMetric> {
  const sample = varied(meanSample(summary))
  return isRefusal(sample) ? sample : { kind: 'mean', mean: sample.mean, variance: sample.variance }
}

/** The share of units with a success; its variance follows from it. */
export function proportionPilot(summary: ProportionSummary): Result<ProportionMetric> {
  const sample = varied(proportionSample(summary))
  return isRefusal(sample) ? sample : { kind: 'proportion', proportion: sample.mean }
}

/** The ratio, with the variance that one unit contributes by the delta method: clusters are in it. */
export function ratioPilot(summary: RatioSummary): Result<RatioMetric> {
  const sample = varied(ratioSample(summary))
  return isRefusal(sample) ? sample : { kind: 'ratio', ratio: sample.mean, variance: sample.variance }
}

/**
 * A mean whose units vary by what their covariate leaves: 1 - r^2 of the variance, r their correlation.
 *
 * Assumes that the covariate explains as much of the units to come. On the relative scale, where the control's mean is not
 * adjusted, it is right to first order in the effect.
 */
export function cupedPilot(summary: CupedSummary): Result<MeanMetric> {
  const sample = varied(cupedSample(summary))
  return isRefusal(sample) ? sample : { kind: 'mean', mean: sample.mean, variance: sample.variance }
}

/** A ratio likewise. */
export function cupedRatioPilot(summary: CupedRatioSummary): Result<RatioMetric> {
  const sample = varied(cupedSample(summary))
  return isRefusal(sample) ? sample : { kind: 'ratio', ratio: sample.mean, variance: sample.variance }
}

export interface QuantilePilot {
  readonly kind: 'quantile_pilot'
  readonly metric: QuantileMetric
  /** Variance by that of independent values, to be given as the design effect; 1 without clusters. */
  readonly designEffect: number
}

/** Of an exponential tail, which latencies have or exceed; too little to matter in the middle. */
const EXPONENTIAL = 2

/**
 * The density of values at their quantile, by how far apart two quantiles beside it are. Sample sizes are of values.
 *
 * Formula: density = (1 + x) 2 z_0.975 sqrt(p (1 - p) / nStar) / (upper - lower), x the `bandwidthExcess` of nStar values.
 *
 * @param curvature - see `QuantileMetric`; 2 unless told, that of an exponential tail. A pilot shows it too badly
 *
 * Source: Siddiqui (1960), Journal of Research of the National Bureau of Standards 64B(3), doi:10.6028/jres.064B.017.
 */
export function quantilePilot(summary: QuantileSummary, curvature = EXPONENTIAL): Result<QuantilePilot> {
  if (!(curvature >= 0 && curvature < Infinity)) return invalid('curvature', '>= 0 and finite')
  const sample = varied(quantileSample(summary))
  if (isRefusal(sample)) return sample
  const { probability: p, value, nStar, lower, upper } = summary
  const reach = -2 * normalQuantile(0.025) * Math.sqrt((p * (1 - p)) / nStar)
  const metric: QuantileMetric = {
    kind: 'quantile',
    probability: p,
    value,
    density: reach / (upper - lower),
    curvature,
  }
  const independent = varied(quantileSample({ ...summary, clusters: null }))
  if (isRefusal(independent)) return independent
  const designEffect = sample.variance / sample.n / (independent.variance / independent.n)
  return {
    kind: 'quantile_pilot',
    metric: { ...metric, density: metric.density * (1 + bandwidthExcess(metric, nStar)) },
    designEffect,
  }
}

function varied(sample: Sample | Insufficient | Invalid): Sample | Insufficient | Invalid {
  if (isRefusal(sample)) return sample
  if (!Number.isFinite(sample.mean + sample.variance)) return invalid('summary', 'of finite values')
  return sample.variance > 0 ? sample : insufficient('no_variance', null)
}
