// From one kind of summary to another.
import { insufficient, invalid, type Result } from '../result.ts'
import type { Moments } from './moments.ts'
import { isCount, proportionOf } from './summarise.ts'
import type {
  CupedRatioSummary,
  CupedSummary,
  MeanSummary,
  ProportionSummary,
  RatioSummary,
} from './summary.ts'

/**
 * A ratio as a mean: that of z_i = R + (N_i - R D_i) / Dbar, whose mean is R and whose variance over n is that of R by
 * the delta method, to first order.
 *
 * Formula: m2 = (C_NN - 2 R C_ND + R^2 C_DD) / Dbar^2, R = Nbar / Dbar.
 *
 * Assumes many units: Dbar has to be far from 0, by several of its standard errors.
 * Source: Deng, Knoblich and Lu (2018), Applying the Delta Method in Metric Analytics, KDD, eq. 4,
 * doi:10.1145/3219819.3219919; Budylin et al. (2018), WSDM, doi:10.1145/3159652.3159699, for the linearised units.
 */
export function lineariseRatio({ moments }: RatioSummary): Result<MeanSummary> {
  const { n, means, comoments } = moments
  const [numerator = 0, denominator = 0] = means
  if (!isCount(n)) return invalid('n', 'a whole number >= 0')
  if (n === 0) return insufficient('too_few_units', 1)
  if (denominator === 0) return insufficient('denominator_is_zero', null)
  const at = (i: number, j: number) => comoments[i]?.[j] ?? 0
  const ratio = numerator / denominator
  const m2 = (at(0, 0) - 2 * ratio * at(0, 1) + ratio * ratio * at(1, 1)) / (denominator * denominator)
  if (!Number.isFinite(ratio) || !Number.isFinite(m2))
    return invalid('summary', 'of a denominator that can be squared and divided by')
  return { kind: 'mean', n, mean: ratio, m2: Math.max(m2, 0) }
}

/**
 * A proportion as the mean of zeros and ones.
 *
 * Formula: m2 = s (n - s) / n.
 */
export function proportionAsMean({ n, successes }: ProportionSummary): Result<MeanSummary> {
  const checked = proportionOf(successes, n)
  if (checked.kind !== 'proportion') return checked
  if (n === 0) return insufficient('too_few_units', 1)
  return { kind: 'mean', n, mean: successes / n, m2: (successes * (n - successes)) / n }
}

/** One column by itself: of `cuped` 0 is the value, unadjusted, and 1 the covariate. */
export function columnMean({ moments }: RatioSummary | CupedSummary, column: 0 | 1): MeanSummary {
  const [mean = 0, m2 = 0] = [moments.means[column], moments.comoments[column]?.[column]]
  return { kind: 'mean', n: moments.n, mean, m2 }
}

/** The ratio during the experiment, or the one before it, by itself. */
export function ratioOf({ moments }: CupedRatioSummary, when: 'during' | 'before'): RatioSummary {
  return { kind: 'ratio', moments: pick(moments, when === 'during' ? [0, 1] : [2, 3]) }
}

function pick({ n, means, comoments }: Moments, columns: readonly number[]): Moments {
  return {
    n,
    means: columns.map(i => means[i] ?? 0),
    comoments: columns.map(i => columns.map(j => comoments[i]?.[j] ?? 0)),
  }
}
