// What every method answers with: a number that can be read on its own, or why there is none.

/**
 * How far an error rate can be trusted. `exact`: at any sample size. `asymptotic`: in the limit; with fewer than
 * `burnIn` units on each variant a method answers `insufficient` instead.
 */
export type Guarantee = { readonly kind: 'exact' } | { readonly kind: 'asymptotic'; readonly burnIn: number }

/** When an interval covers: `confidence` at one planned look, `sequence` at every look at once, `credible` a posteriori. */
export type IntervalKind = 'confidence' | 'sequence' | 'credible'

export interface Interval {
  readonly kind: IntervalKind
  /** Coverage, in (0, 1): 0.95. */
  readonly level: number
  /** Null where the interval is open: below for an upper bound, above for a lower bound. */
  readonly lower: number | null
  readonly upper: number | null
}

/** `absolute`: variant - control. `relative`: (variant - control) / |control|. */
export type Scale = 'absolute' | 'relative'

/** What a test asks of the effect. */
export type Alternative = 'two_sided' | 'greater' | 'less'

/** Something a method relies on, and what the data say of it. */
export interface Assumption {
  /** In words: `at least 5 expected in every cell`. */
  readonly what: string
  readonly state: 'holds' | 'doubtful' | 'not_checked'
}

/** An estimated effect of a variant against the control. No number in it is NaN or infinite. */
export interface Estimate {
  readonly kind: 'estimate'
  /** Name of the method: `welch_t`. */
  readonly method: string
  readonly scale: Scale
  readonly effect: number
  /** Standard error of the effect, >= 0; null where the method has none. */
  readonly standardError: number | null
  readonly interval: Interval
  /** In [0, 1]; null where the method gives none. */
  readonly p: number | null
  /** Evidence against no effect, >= 0, of sequential methods; null for all others. */
  readonly e: number | null
  /** Units. */
  readonly n: { readonly control: number; readonly variant: number }
  readonly guarantee: Guarantee
  readonly assumptions: readonly Assumption[]
}

/** Not enough to say anything, and of what. `needed`: units on each variant, where that is known. */
export interface Insufficient {
  readonly kind: 'insufficient'
  readonly reason:
    | 'too_few_units'
    | 'no_variance'
    | 'control_is_zero'
    | 'control_not_distinct_from_zero'
    | 'denominator_is_zero'
    | 'no_covariate_variance'
    | 'too_few_events'
    | 'no_information'
    | 'weak_instrument'
  readonly needed: number | null
}

/** Arguments that describe no analysis, such as a level of 95: a mistake of the caller, told as data. */
export interface Invalid {
  readonly kind: 'invalid'
  /** Name of the argument: `alpha`. */
  readonly argument: string
  /** What it has to be: `in (0, 1)`. */
  readonly expected: string
}

export type Result<Value = Estimate> = Value | Insufficient | Invalid

/** A mistake of the caller: the argument, and what it has to be. */
export function invalid(argument: string, expected: string): Invalid {
  return { kind: 'invalid', argument, expected }
}

/** Data that do not suffice, and how many units on each variant would, where that is known. */
export function insufficient(reason: Insufficient['reason'], needed: number | null): Insufficient {
  return { kind: 'insufficient', reason, needed }
}

/** Whether there is no answer. Whatever else has a `kind` is one. */
export function isRefusal(value: object): value is Invalid | Insufficient {
  return 'kind' in value && (value.kind === 'invalid' || value.kind === 'insufficient')
}
