// A unit as the assignment log has it, and what it says of both variants.

export interface LoggedUnit {
  /** `other`: a third variant, whose unit still counts with its predictions. */
  readonly assigned: 'control' | 'variant' | 'other'
  readonly outcome: number
  /** The probabilities of the assignment as logged with the decision, in (0, 1). */
  readonly propensity: ByVariant
  /** What was predicted of this unit's outcome from earlier ones, or from before; absent: the means of those before. */
  readonly predicted?: ByVariant
}

export interface ByVariant {
  readonly control: number
  readonly variant: number
}

/**
 * A unit's terms: each is expected to be the mean outcome on that variant, whatever the propensities and the predictions.
 *
 * Formula: term of a variant = g + 1{assigned to it} (outcome - g) / propensity, with g the prediction for it.
 *
 * Source: Robins, Rotnitzky and Zhao (1994), Journal of the American Statistical Association 89(427),
 * doi:10.1080/01621459.1994.10476818 (augmented inverse propensity weights).
 */
export function aipwTerms({ assigned, outcome, propensity }: LoggedUnit, predicted: ByVariant): ByVariant {
  const term = (which: 'control' | 'variant') =>
    predicted[which] + (assigned === which ? (outcome - predicted[which]) / propensity[which] : 0)
  return { control: term('control'), variant: term('variant') }
}

/** Whether both probabilities can be ones of the same decision. */
export function isPropensity({ control, variant }: ByVariant): boolean {
  return control > 0 && variant > 0 && control + variant <= 1 + 1e-9
}

/** Units and outcomes of one variant so far. */
export interface RunningMean {
  readonly n: number
  readonly mean: number
  /** Sum of squared deviations from the mean. */
  readonly m2: number
}

export const NO_OUTCOMES: RunningMean = { n: 0, mean: 0, m2: 0 }

/** By Welford's recursion, as `MomentsBuilder`. */
export function withOutcome({ n, mean, m2 }: RunningMean, outcome: number): RunningMean {
  const delta = outcome - mean
  return { n: n + 1, mean: mean + delta / (n + 1), m2: m2 + (delta * delta * n) / (n + 1) }
}
