// Units that were assigned one variant and served by another: what assignment did, and what being served did.
import { type Invalid, insufficient, invalid, isRefusal, type Result } from '../result.ts'
import type { Moments } from '../summary/moments.ts'
import { MomentsBuilder } from '../summary/moments-builder.ts'
import { answer, criticalValue, pValue, type TestEstimate, waldEstimate } from '../test/estimate.ts'
import { readOptions, type Settings, type TestOptions } from '../test/options.ts'
import { badUnits } from '../test/sample.ts'
import { compareMeans } from '../test/welch.ts'

/** Of the units assigned to one variant. Columns: outcome; share of the unit's requests that the variant under test served. */
export interface ComplianceSummary {
  readonly kind: 'compliance'
  readonly moments: Moments
}

/**
 * What is kept of the units assigned to one variant: moments of outcome and service.
 *
 * @param units - a pair for each unit: its outcome, and whether (1 or 0), or for what share of its requests, it was
 *   served by the variant under test, whatever it was assigned
 */
export function summariseCompliance(units: Iterable<readonly [number, number]>): ComplianceSummary | Invalid {
  const builder = new MomentsBuilder(2)
  for (const unit of units) builder.add(unit)
  const moments = builder.moments()
  return 'kind' in moments ? moments : { kind: 'compliance', moments }
}

/**
 * The effect of being assigned the variant, whoever served: all units count with the variant they were assigned.
 * Unbiased whatever fallbacks did, and what a launch with the same fallbacks would bring.
 *
 * Formula: Welch's t on the outcomes; see `compareMeans`.
 *
 * Source: Hollis and Campbell (1999), What is meant by intention to treat analysis?, BMJ 319(7211),
 * doi:10.1136/bmj.319.7211.670.
 */
export function intentionToTreat(
  control: ComplianceSummary,
  variant: ComplianceSummary,
  options: TestOptions = {},
): Result<TestEstimate> {
  return compareMeans(outcomes(control), outcomes(variant), options)
}

function outcomes({ moments: { n, means, comoments } }: ComplianceSummary) {
  return { kind: 'mean', n, mean: means[0] ?? 0, m2: comoments[0]?.[0] ?? 0 } as const
}

export interface ComplierOptions extends TestOptions {
  /**
   * `anderson_rubin` (unless told) holds its level however few units comply; `delta` is the usual symmetric one, which
   * needs them to be many.
   */
  readonly interval?: 'anderson_rubin' | 'delta'
}

export interface ComplierEstimate extends TestEstimate {
  /** Difference in the share served by the variant under test, made by assignment: in [-1, 1]. */
  readonly compliance: number
  /** Squared ratio of it to its standard error; null when nothing varies: everybody complies. */
  readonly firstStageF: number | null
}

/** Below this the instrument is called weak (Staiger and Stock 1997). */
const leastF = 10

/**
 * The effect of being served by the variant on the units that assignment sways (the local average treatment effect).
 *
 * Formula: L = dY / dD, differences of means between assigned variants; delta: se^2 = [V(dY) - 2 L C(dY, dD) +
 * L^2 V(dD)] / dD^2; Anderson and Rubin: all b with (dY - b dD)^2 <= z^2 [V(dY) - 2 b C + b^2 V(dD)].
 *
 * @param control - 2 units or more, both columns finite
 * @param variant - likewise
 * @returns `weak_instrument` when F = dD^2 / V(dD) is below 10, or so small for this alpha that no end of the interval
 *   is finite; `no_variance` when the outcomes of a variant are all equal; absolute effects only
 *
 * Assumes that assignment acts on the outcome only through who serves, and never makes a unit be served less by the
 * variant it was assigned (no defiers). With dD = 1 it is the intention-to-treat effect.
 * Source: Imbens and Angrist (1994), Identification and Estimation of Local Average Treatment Effects, Econometrica
 * 62(2), theorem 1, doi:10.2307/2951620; Anderson and Rubin (1949), doi:10.1214/aoms/1177730090; Staiger and Stock
 * (1997), Econometrica 65(3), doi:10.2307/2171753, for F < 10.
 * Reference: two-stage least squares with robust (HC) errors in NumPy (`fixtures/compliance.py`).
 */
export function complierEffect(
  control: ComplianceSummary,
  variant: ComplianceSummary,
  options: ComplierOptions = {},
): Result<ComplierEstimate> {
  const settings = readOptions(options)
  if (isRefusal(settings)) return settings
  if (settings.scale !== 'absolute') return invalid('scale', "'absolute'")
  if (!isPair(control.moments) || !isPair(variant.moments)) return invalid('summary', 'of 2 finite columns')
  const few = badUnits(control.moments.n) ?? badUnits(variant.moments.n)
  if (few !== null) return few
  const stage = differences(control.moments, variant.moments)
  const firstStageF = stage.vdd === 0 ? null : stage.dd / stage.vdd
  if (![stage.dd, firstStageF ?? 0].every(Number.isFinite))
    return invalid('summary', 'of shares that can be squared and divided by')
  if (stage.dd < leastF * stage.vdd || stage.d === 0) return insufficient('weak_instrument', null)
  if (!(outcomes(control).m2 > 0 && outcomes(variant).m2 > 0)) return insufficient('no_variance', null)
  const estimate =
    (options.interval ?? 'anderson_rubin') === 'delta'
      ? byDelta(stage, settings)
      : byInversion(stage, settings)
  if (isRefusal(estimate)) return estimate
  return { ...estimate, compliance: stage.d, firstStageF }
}

/** Differences of both columns, the variances and the covariance of these. */
interface Stage {
  readonly y: number
  readonly d: number
  /** d squared. */
  readonly dd: number
  readonly vyy: number
  readonly vyd: number
  readonly vdd: number
  readonly n: { readonly control: number; readonly variant: number }
}

function differences(control: Moments, variant: Moments): Stage {
  const mean = (column: number) => (variant.means[column] ?? 0) - (control.means[column] ?? 0)
  const ofMeans = ({ n, comoments }: Moments, i: number, j: number) => (comoments[i]?.[j] ?? 0) / (n - 1) / n
  const both = (i: number, j: number) => ofMeans(control, i, j) + ofMeans(variant, i, j)
  const d = mean(1)
  return {
    y: mean(0),
    d,
    dd: d * d,
    vyy: both(0, 0),
    vyd: both(0, 1),
    vdd: both(1, 1),
    n: { control: control.n, variant: variant.n },
  }
}

/** Variance of dY - b dD. */
function varianceAt({ vyy, vyd, vdd }: Stage, b: number): number {
  return Math.max(0, vyy - 2 * b * vyd + b * b * vdd)
}

const assumptions = [
  { what: 'assignment acts only through who serves', state: 'not_checked' },
  { what: 'nobody is served the variant less for being assigned it', state: 'not_checked' },
  { what: 'assignment moves who serves: F >= 10', state: 'holds' },
] as const

function byDelta(stage: Stage, settings: Settings): Result<TestEstimate> {
  const effect = stage.y / stage.d
  const standardError = Math.sqrt(varianceAt(stage, effect)) / Math.abs(stage.d)
  if (standardError === 0) return insufficient('no_variance', null)
  return waldEstimate(
    { method: 'complier_delta', n: stage.n, assumptions, effect, standardError, degreesOfFreedom: null },
    settings,
  )
}

function byInversion(stage: Stage, settings: Settings): Result<TestEstimate> {
  const { y, d, dd, vyy, vyd, vdd, n } = stage
  const q = criticalValue(settings.alpha, settings.alternative, null)
  const [a, b, c] = [dd - q * q * vdd, y * d - q * q * vyd, y * y - q * q * vyy]
  if (!(a > 0)) return insufficient('weak_instrument', null)
  const atNull = varianceAt(stage, settings.nullEffect)
  if (atNull === 0) return insufficient('no_variance', null)
  // One-sided at an alpha above 1/2 the bound lies beyond the estimate, as q is negative.
  const root = (q < 0 ? -1 : 1) * Math.sqrt(Math.max(0, b * b - a * c))
  const statistic = (Math.sign(d) * (y - settings.nullEffect * d)) / Math.sqrt(atNull)
  return answer({ method: 'complier_anderson_rubin', n, assumptions }, settings, {
    effect: y / d,
    standardError: Math.sqrt(varianceAt(stage, y / d)) / Math.abs(d),
    bounds: [(b - root) / a, (b + root) / a],
    p: pValue(statistic, settings.alternative, null),
    statistic,
    degreesOfFreedom: null,
  })
}

function isPair({ means, comoments }: Moments): boolean {
  return means.length === 2 && means.every(Number.isFinite) && comoments.flat().every(Number.isFinite)
}
