// One door to the two-sample tests of summaries: which of them it is follows from the summaries' kind.
import { type Invalid, invalid, type Result } from '../result.ts'
import type { QuantileSummary, Summary } from '../summary/summary.ts'
import { compareCounts } from './count.ts'
import { compareCuped, compareCupedRatios } from './cuped.ts'
import type { TestEstimate } from './estimate.ts'
import type { TestOptions } from './options.ts'
import { compareProportions } from './proportion.ts'
import { compareQuantiles } from './quantile-effect.ts'
import { compareRatios } from './ratio.ts'
import { compareMeans } from './welch.ts'

/**
 * Compares a variant with the control by the test that fits their summaries, for a single, planned look: means and
 * ratios by Welch's t, proportions by z, counts as Poisson rates, quantiles with clusters. For the choices that only
 * some tests have (Fieller's interval, unpooled variance) call the test itself.
 *
 * @returns as the test called; `invalid` for summaries that differ in kind, or in the caps that values were cut to
 */
export function compare(
  control: Summary | QuantileSummary,
  variant: Summary | QuantileSummary,
  options: TestOptions = {},
): Result<TestEstimate> {
  if (control.kind === 'quantile') {
    return variant.kind === 'quantile' ? compareQuantiles(control, variant, options) : otherKind(control)
  }
  if (variant.kind === 'quantile') return otherKind(control)
  return compareSums(control, variant, options)
}

function compareSums(control: Summary, variant: Summary, options: TestOptions): Result<TestEstimate> {
  switch (control.kind) {
    case 'mean':
      return variant.kind === 'mean' ? compareMeans(control, variant, options) : otherKind(control)
    case 'proportion':
      return variant.kind === 'proportion'
        ? compareProportions(control, variant, options)
        : otherKind(control)
    case 'count':
      return variant.kind === 'count' ? compareCounts(control, variant, options) : otherKind(control)
    case 'ratio':
      return variant.kind === 'ratio' ? compareRatios(control, variant, options) : otherKind(control)
    case 'cuped':
      return variant.kind === 'cuped' ? compareCuped(control, variant, options) : otherKind(control)
    case 'cuped_ratio':
      return variant.kind === 'cuped_ratio'
        ? compareCupedRatios(control, variant, options)
        : otherKind(control)
  }
}

function otherKind(control: Summary | QuantileSummary): Invalid {
  return invalid('variant', `a summary of kind ${control.kind}, as the control's`)
}
