// How many units met more than one variant: a person on two devices, a pin that was lost, an identity that changed.
import { clopperPearson } from '../distribution/binomial.ts'
import { sum } from '../numeric/sum.ts'
import { type Insufficient, type Interval, type Invalid, insufficient, invalid } from '../result.ts'
import { isCount } from '../summary/summarise.ts'
import { testProportions } from '../test/chi-square.ts'

/** Units by the variant they were first assigned to. */
export interface VariantExposures {
  readonly units: number
  /** Those of them that also met another variant. */
  readonly multiple: number
}

export interface ExposureCheck {
  readonly kind: 'checked'
  readonly units: number
  readonly multiple: number
  /** Of units that met several variants, in [0, 1], with its exact interval. */
  readonly share: number
  readonly interval: Interval
  /** `exceeded`: the share is above the tolerance beyond doubt. `within`: below it beyond doubt. */
  readonly verdict: 'within' | 'unclear' | 'exceeded'
  /** For each variant the share of its units. */
  readonly shares: readonly (number | null)[]
  /**
   * Probability of shares that differ this much between variants by chance; null when fewer than 5 are expected
   * somewhere. A small one is worse than a large share: leaving depends on the variant, and biases the effect.
   */
  readonly p: number | null
}

export interface ExposureOptions {
  /** Share of units that is put up with, in (0, 1). */
  readonly tolerance?: number
  /** Of the interval, in (0, 1). */
  readonly level?: number
}

/**
 * The share of units that met more than one variant, whether it is tolerable, and whether it differs between variants.
 *
 * Formula: share = multiple / units, Clopper-Pearson interval; p as `testProportions` of the variants that have units.
 *
 * @param variants - two at least; whole numbers, multiple <= units
 * @param options - tolerance .01 as GrowthBook's, level .95, unless said otherwise
 *
 * Assumes independent units. Analysis stays by first assignment whatever this says: leaving such units out keeps those
 * who stayed, and selects. Their effect is only diluted.
 * Source: Clopper and Pearson (1934), doi:10.1093/biomet/26.4.404; Pearson (1900); GrowthBook, Experiment Health, for
 * the tolerance.
 * Reference: SciPy 1.10.1 `chi2_contingency(correction=False)`, statsmodels 0.13.5 `proportion_confint(method="beta")`
 * (`fixtures/exposure-check.py`).
 */
export function checkMultipleExposures(
  variants: readonly VariantExposures[],
  { tolerance = 0.01, level = 0.95 }: ExposureOptions = {},
): ExposureCheck | Insufficient | Invalid {
  const wrong = findInvalid(variants, tolerance, level)
  if (wrong !== null) return wrong
  const units = sum(variants.map(variant => variant.units))
  const multiple = sum(variants.map(variant => variant.multiple))
  if (units === 0) return insufficient('too_few_units', 1)
  const { lower, upper } = clopperPearson(multiple, units, level)
  return {
    kind: 'checked',
    units,
    multiple,
    share: multiple / units,
    interval: { kind: 'confidence', level, lower, upper },
    verdict: lower > tolerance ? 'exceeded' : upper < tolerance ? 'within' : 'unclear',
    shares: variants.map(variant => (variant.units === 0 ? null : variant.multiple / variant.units)),
    p: differenceP(variants.filter(variant => variant.units > 0)),
  }
}

function differenceP(variants: readonly VariantExposures[]): number | null {
  const test = testProportions(
    variants.map(({ units, multiple }) => ({ kind: 'proportion', n: units, successes: multiple })),
  )
  const isTrusted = test.kind === 'chi_square' && test.assumptions.every(({ state }) => state !== 'doubtful')
  return isTrusted ? test.p : null
}

function findInvalid(
  variants: readonly VariantExposures[],
  tolerance: number,
  level: number,
): Invalid | null {
  if (variants.length < 2) return invalid('variants', 'two at least')
  if (!variants.every(({ units, multiple }) => isCount(units) && isCount(multiple) && multiple <= units)) {
    return invalid('variants', 'whole numbers, multiple in [0, units]')
  }
  if (!(tolerance > 0 && tolerance < 1)) return invalid('tolerance', 'in (0, 1)')
  return level > 0 && level < 1 ? null : invalid('level', 'in (0, 1)')
}
