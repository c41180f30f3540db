// Effects of phases or strata put together, for the fixed horizon only: at every look of a running experiment this is
// not valid, since the phases' own sequences do not add up to one.
import { chiSquareUpperTail } from '../distribution/chi-square.ts'
import { sum } from '../numeric/sum.ts'
import { type Estimate, insufficient, invalid, isRefusal, type Result } from '../result.ts'
import { type TestEstimate, waldEstimate } from './estimate.ts'
import { readOptions, type TestOptions } from './options.ts'

export interface Heterogeneity {
  /** Cochran's Q: sum of squared deviations of the effects from the combined one, in standard errors. */
  readonly q: number
  /** Strata - 1. */
  readonly degreesOfFreedom: number
  /** Probability of a Q at least this large when all strata have the same effect; 1 for a single stratum. */
  readonly p: number
  /** I^2: share of the effects' variation that is not chance, in [0, 1). */
  readonly i2: number
}

export interface StratifiedEstimate extends TestEstimate {
  readonly heterogeneity: Heterogeneity
  /** Of each stratum in the combined effect; they sum to 1. */
  readonly weights: readonly number[]
}

/**
 * Combines the effects of strata that do not share units: phases of an experiment with different weights, countries.
 *
 * Formula: w_i = 1 / se_i^2; d = sum w_i d_i / sum w_i; se = 1 / sqrt(sum w_i); Q = sum w_i (d_i - d)^2, referred to
 * chi-square with k - 1 degrees of freedom; I^2 = max(0, (Q - (k - 1)) / Q).
 *
 * @param strata - the estimates, all on one scale, each with a standard error > 0
 * @returns method `inverse_variance`; `insufficient` with `no_information` for no strata
 *
 * Assumes one effect common to all strata (look at the heterogeneity), strata whose units differ, and standard errors
 * that are as good as known. A stratum is compared within itself, so weights that changed between phases do no harm.
 * Source: Cochran (1954), Biometrics 10(1), doi:10.2307/3001666; Higgins and Thompson (2002), Statistics in Medicine
 * 21(11), doi:10.1002/sim.1186, for I^2.
 * Reference: statsmodels 0.13.5 `combine_effects` (`fixtures/tests.py`).
 */
export function combineStrata(
  strata: readonly Estimate[],
  options: Omit<TestOptions, 'scale'> = {},
): Result<StratifiedEstimate> {
  const [first] = strata
  if (first === undefined) return insufficient('no_information', null)
  const settings = readOptions({ ...options, scale: first.scale })
  if (isRefusal(settings)) return settings
  const bad = findInvalid(strata)
  if (bad !== null) return bad
  const precisions = strata.map(({ standardError }) => (standardError ?? 0) ** -2)
  const total = sum(precisions)
  const weights = precisions.map(precision => precision / total)
  const effect = sum(strata.map((stratum, i) => stratum.effect * (weights[i] ?? 0)))
  const estimate = waldEstimate(
    {
      method: 'inverse_variance',
      effect,
      standardError: 1 / Math.sqrt(total),
      degreesOfFreedom: null,
      n: {
        control: sum(strata.map(stratum => stratum.n.control)),
        variant: sum(strata.map(stratum => stratum.n.variant)),
      },
      assumptions: [],
    },
    settings,
  )
  if (estimate.kind !== 'estimate') return estimate
  const q = sum(strata.map((stratum, i) => (stratum.effect - effect) ** 2 * (precisions[i] ?? 0)))
  if (!Number.isFinite(q))
    return invalid('strata', 'of effects and errors that can be squared without overflow')
  const heterogeneity = heterogeneityOf(q, strata.length - 1)
  return { ...estimate, assumptions: assumptionsOf(strata, heterogeneity), heterogeneity, weights }
}

function heterogeneityOf(q: number, degreesOfFreedom: number): Heterogeneity {
  const p = degreesOfFreedom === 0 ? 1 : chiSquareUpperTail(q, degreesOfFreedom)
  return { q, degreesOfFreedom, p, i2: q > degreesOfFreedom ? (q - degreesOfFreedom) / q : 0 }
}

/** Cochran's Q has little power, so a p value below this already speaks against one common effect. */
const doubtfulP = 0.1

/** Below it the weights are uncertain enough to make the interval too narrow: 5.5 % outside at 30 units, not 5. */
const comfortableUnits = 100

function assumptionsOf(strata: readonly Estimate[], { p }: Heterogeneity) {
  const fewest = Math.min(...strata.flatMap(({ n }) => [n.control, n.variant]))
  const enough = fewest >= comfortableUnits ? 'holds' : 'doubtful'
  return [
    { what: 'strata share no units', state: 'not_checked' },
    { what: 'one look, planned beforehand', state: 'not_checked' },
    { what: `at least ${comfortableUnits} units on each variant of each stratum`, state: enough },
    { what: 'all strata have the same effect', state: p < doubtfulP ? 'doubtful' : 'holds' },
  ] as const
}

function findInvalid(strata: readonly Estimate[]) {
  if (strata.some(({ scale }) => scale !== strata[0]?.scale)) return invalid('strata', 'on one scale')
  const sane = strata.every(
    ({ effect, standardError }) =>
      Number.isFinite(effect) && (standardError ?? 0) > 0 && standardError !== Infinity,
  )
  return sane ? null : invalid('strata', 'with finite effects and standard errors > 0')
}
