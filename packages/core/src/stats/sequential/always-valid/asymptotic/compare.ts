// The asymptotic confidence sequence from two summaries of any kind.
import { normalUpperTail } from '../../../distribution/normal.ts'
import { insufficient, invalid, isRefusal, type Result } from '../../../result.ts'
import { columnMean, lineariseRatio, ratioOf } from '../../../summary/linearise.ts'
import type { QuantileSummary, RatioSummary, Summary } from '../../../summary/summary.ts'
import { compare } from '../../../test/compare.ts'
import { compareProportions } from '../../../test/proportion.ts'
import { readSequenceOptions, type SequenceOptions, type SequenceSettings, sidesOf } from '../options.ts'
import { type ErrorAt, errorUnderHypothesis, farEnd } from './hypothesis.ts'
import { sequenceRadius, sequenceRho } from './radius.ts'
import { asymptoticSequence, type EffectAtLook } from './sequence.ts'
import { KNOWN_EVENTS, meanSpread, proportionSpread, type Spread, spreadFactor } from './sparse.ts'

export interface CompareOptions extends SequenceOptions {
  /**
   * Events on each variant, as `meanSpread` counts them, until which a variant with less than half of the other's units is
   * taken to vary no less than the other, and errors are those under the hypothesis, >= 0: 300 unless told. 0 believes each
   * variant's own spread from the start; take it only where values are known not to be skewed.
   */
  readonly leastEvents?: number
}

/**
 * Compares a variant with the control, as often as one likes.
 *
 * Formula: the effect and its standard error are those of the fixed-horizon test of such summaries (`compare`: means,
 * proportions, ratios by the delta method, CUPED with theta pooled at this look, counts, quantiles with clusters), of a
 * small variant times `spreadFactor`; the interval, e and p are those of `asymptoticSequence`, but where few events have
 * been seen they take the standard error under the hypothesis (`errorUnderHypothesis`) if that is larger.
 *
 * @param control - all its units so far; of the same kind and caps as `variant`
 * @returns as `asymptoticSequence`, and what `compare` refuses: `no_variance` when all values of a variant are equal; for
 *   a relative effect `control_not_distinct_from_zero` as long as the control's own sequence includes 0. For counts n is
 *   events
 *
 * Assumes one split all along: after a change of weights use `aipwSequence`, as pooled means are biased then. Rare failures
 * are told soonest, and exactly, by `compareRatesSequentially`.
 * Source: as `asymptoticSequence`; gbstats for taking any summary's effect and standard error.
 */
export function compareSequentially(
  control: Summary | QuantileSummary,
  variant: Summary | QuantileSummary,
  options: CompareOptions = {},
): Result {
  const { leastEvents = KNOWN_EVENTS, ...asked } = options
  if (!(leastEvents >= 0 && leastEvents < Infinity)) return invalid('leastEvents', '>= 0 and finite')
  const settings = readSequenceOptions(asked)
  if (isRefusal(settings)) return settings
  const { scale } = settings
  const fixed = fixedEffect(control, variant, settings)
  if (fixed.kind !== 'estimate') return fixed
  const { effect, standardError, n } = fixed
  if (standardError === null) return insufficient('too_few_events', null)
  const spreads = spreadsOf(control, variant)
  const factor = spreads === null ? 1 : spreadFactor(...spreads, leastEvents)
  if (typeof factor !== 'number') return factor
  const look = { effect, standardError: standardError * factor, n }
  const errorAt =
    spreads === null ? null : errorUnderHypothesis(control, variant, spreads, { effect, scale }, leastEvents)
  const plain = asymptoticSequence(look, settings)
  const estimate = errorAt === null ? plain : underHypothesis(plain, look, settings, errorAt)
  return estimate.kind === 'estimate'
    ? { ...estimate, method: `${estimate.method}_${scale}_${control.kind}` }
    : estimate
}

/** The same with the evidence, and the ends, by the standard errors under the hypotheses. */
function underHypothesis(
  plain: Result,
  look: EffectAtLook,
  settings: SequenceSettings,
  errorAt: ErrorAt,
): Result {
  if (plain.kind !== 'estimate') return plain
  const standardError = Math.max(look.standardError, errorAt(settings.nullEffect))
  const isLarger = standardError > look.standardError
  const atNull = isLarger ? asymptoticSequence({ ...look, standardError }, settings) : plain
  if (atNull.kind !== 'estimate') return atNull
  const { lower, upper } = plain.interval
  const radius = radiusAt(look.n.control + look.n.variant, settings)
  const highest = upper === null ? Infinity : farEnd(look.effect, upper, radius, errorAt)
  const lowest = lower === null ? -Infinity : -farEnd(-look.effect, -lower, radius, d => errorAt(-d))
  const interval = { ...plain.interval, lower: finite(lowest), upper: finite(highest) }
  return { ...plain, interval, p: atNull.p, e: atNull.e }
}

function finite(end: number): number | null {
  return Number.isFinite(end) ? end : null
}

function fixedEffect(
  control: Summary | QuantileSummary,
  variant: Summary | QuantileSummary,
  settings: SequenceSettings,
): Result {
  const { scale } = settings
  if (control.kind === 'count') return compare(control, variant, { scale })
  const alpha = alphaOfRadius(control, variant, settings)
  // Each proportion's own variance: the pooled one is right only if there is no effect, and the interval is for all.
  return control.kind === 'proportion' && variant.kind === 'proportion'
    ? compareProportions(control, variant, { scale, alpha, variance: 'unpooled', relative: 'delta' })
    : compare(control, variant, { scale, alpha })
}

/** The level at which the fixed-horizon test asks as much as the sequence does: for what it refuses by its own interval. */
function alphaOfRadius(
  control: Summary | QuantileSummary,
  variant: Summary | QuantileSummary,
  settings: SequenceSettings,
): number {
  const radius = radiusAt(Math.max(2, sizeOf(control) + sizeOf(variant)), settings)
  return Math.max(2 * normalUpperTail(radius), 1e-200)
}

/** In standard errors, after so many units of both variants. */
function radiusAt(units: number, { alpha, alternative, tunedFor }: SequenceSettings): number {
  const sides = sidesOf(alternative)
  return sequenceRadius(units, sequenceRho(tunedFor, alpha, sides), alpha, sides)
}

function sizeOf(summary: Summary | QuantileSummary): number {
  if ('moments' in summary) return summary.moments.n
  return summary.kind === 'count' ? summary.events : summary.n
}

function spreadsOf(
  control: Summary | QuantileSummary,
  variant: Summary | QuantileSummary,
): readonly [Spread, Spread] | null {
  const [a, b] = [spreadOf(control), spreadOf(variant)]
  return a === null || b === null ? null : [a, b]
}

/** Null where the units are not known one by one: counts are of events as it is, a quantile's values are not rare. */
function spreadOf(summary: Summary | QuantileSummary): Spread | null {
  switch (summary.kind) {
    case 'mean':
      return meanSpread(summary)
    case 'proportion':
      return proportionSpread(summary)
    case 'cuped':
      return meanSpread(columnMean(summary, 0))
    case 'ratio':
      return ratioSpread(summary)
    case 'cuped_ratio':
      return ratioSpread(ratioOf(summary, 'during'))
    case 'count':
    case 'quantile':
      return null
  }
}

/** The events are those of the numerators, the spread is that of the ratio. */
function ratioSpread(ratio: RatioSummary): Spread | null {
  const linear = lineariseRatio(ratio)
  if (linear.kind !== 'mean') return null
  return { n: linear.n, m2: linear.m2, events: meanSpread(columnMean(ratio, 0)).events }
}
