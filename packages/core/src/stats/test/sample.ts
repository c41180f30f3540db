// A variant as the two-sample tests see it: a mean-like value and the variance that one unit contributes to it.
import { type Assumption, type Insufficient, type Invalid, insufficient, invalid } from '../result.ts'
import { lineariseRatio } from '../summary/linearise.ts'
import type { MeanSummary, ProportionSummary, RatioSummary } from '../summary/summary.ts'
import { leastUnits } from './estimate.ts'

/** The value's own variance is `variance / n`. */
export interface Sample {
  readonly n: number
  readonly mean: number
  /** >= 0. */
  readonly variance: number
}

/** From this many units on, means of all but very skewed values are close to normal. */
const comfortableUnits = 30

/** Formula: variance = m2 / (n - 1). */
export function meanSample({ n, mean, m2 }: MeanSummary): Sample | Insufficient | Invalid {
  const bad = badUnits(n) ?? (Number.isFinite(mean) && m2 >= 0 && m2 < Infinity ? null : badSummary)
  return bad ?? { n, mean, variance: m2 / (n - 1) }
}

/** Formula: p = successes / n, variance = p (1 - p), as is the custom (and not with n - 1). */
export function proportionSample({ n, successes }: ProportionSummary): Sample | Insufficient | Invalid {
  const bad = badUnits(n) ?? badSuccesses(successes, n)
  if (bad !== null) return bad
  const p = successes / n
  return { n, mean: p, variance: p * (1 - p) }
}

/** The ratio of two means over units; variance by the delta method (see `lineariseRatio`). */
export function ratioSample(ratio: RatioSummary): Sample | Insufficient | Invalid {
  const bad = badUnits(ratio.moments.n)
  if (bad !== null) return bad
  const mean = lineariseRatio(ratio)
  return mean.kind === 'mean' ? meanSample(mean) : mean
}

/** The sample of whichever of these summaries it is. */
export function sampleOf(
  summary: MeanSummary | ProportionSummary | RatioSummary,
): Sample | Insufficient | Invalid {
  if (summary.kind === 'proportion') return proportionSample(summary)
  return summary.kind === 'ratio' ? ratioSample(summary) : meanSample(summary)
}

/** Whether successes are a whole number of [0, n]. */
export function badSuccesses(successes: number, n: number): Invalid | null {
  const sane = Number.isSafeInteger(successes) && successes >= 0 && successes <= n
  return sane ? null : invalid('successes', 'a whole number in [0, n]')
}

/** Whether n is a number of units, and enough of them for a variance. */
export function badUnits(n: number): Insufficient | Invalid | null {
  if (!Number.isSafeInteger(n) || n < 0) return invalid('n', 'a whole number >= 0')
  return n < leastUnits ? insufficient('too_few_units', leastUnits) : null
}

export const badSummary: Invalid = invalid('summary', 'of finite means and finite sums of squares >= 0')

/** What the tests of means rely on. */
export function meanAssumptions(control: Sample, variant: Sample): readonly Assumption[] {
  const fewest = Math.min(control.n, variant.n)
  return [
    { what: 'units are independent of each other', state: 'not_checked' },
    { what: 'one look, planned beforehand', state: 'not_checked' },
    {
      what: `at least ${comfortableUnits} units on each variant, or values that are nearly normal`,
      state: fewest >= comfortableUnits ? 'holds' : 'doubtful',
    },
  ]
}
