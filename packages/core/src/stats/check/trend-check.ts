// Whether an effect changes with time: the novelty of a variant wears off, or users have to learn it.
import { chiSquareUpperTail } from '../distribution/chi-square.ts'
import { normalQuantile, normalUpperTail } from '../distribution/normal.ts'
import { sum } from '../numeric/sum.ts'
import { type Insufficient, type Interval, type Invalid, insufficient, invalid } from '../result.ts'

/** The effect on the units of one period, by any method for one planned look. */
export interface PeriodEffect {
  /** Middle of the period, in any unit of time: days since the start, or since a unit's first exposure. */
  readonly time: number
  readonly effect: number
  /** In (0, inf). */
  readonly standardError: number
}

export interface TrendCheck {
  readonly kind: 'checked'
  readonly method: 'weighted_slope'
  readonly periods: number
  /** Change of the effect for each unit of time. */
  readonly slope: number
  readonly standardError: number
  readonly interval: Interval
  /** Two-sided, of no change. */
  readonly p: number
  /** The fitted effect at the first period and at the last. */
  readonly first: number
  readonly last: number
  /** Size of the effect at the end against the start, where the interval of the slope excludes 0. */
  readonly direction: 'fading' | 'growing' | 'reversing' | 'steady'
  /** What the line leaves over: Cochran's Q with periods - 2 degrees of freedom, and its p; null of two periods. */
  readonly residual: { readonly q: number; readonly degreesOfFreedom: number; readonly p: number } | null
}

/**
 * The slope of the effect over time, by least squares weighted with the known variances of the periods.
 *
 * Formula: w = 1 / se^2, tbar = sum w t / sum w; slope = sum w (t - tbar) d / S with S = sum w (t - tbar)^2,
 * var = 1 / S; z = slope / sqrt var; Q = sum w (d - fitted)^2.
 *
 * @param periods - two at least, at two times at least; in any order
 * @param level - of the interval, in (0, 1)
 *
 * Assumes periods without a unit in common: units by the day of their first exposure, say. When the same units return
 * day after day their effects go up and down together, and the standard error of the slope is too large or too small.
 * Assumes also that standard errors are known well, so 100 units a variant and period. A small `residual.p` says that
 * the effect changed, but not along a line: a jump, or weekdays.
 * Accuracy: relative error 1e-12. Source: Cochran (1954), The Combination of Estimates from Different Experiments,
 * Biometrics 10(1), doi:10.2307/3001666; Thompson and Higgins (2002), Statistics in Medicine 21(11),
 * doi:10.1002/sim.1187, for the line; Sadeghi et al. (2022), Novelty and Primacy, Technometrics 64(4),
 * doi:10.1080/00401706.2022.2124309, for its use.
 * Reference: statsmodels 0.13.5 `WLS(...).fit(cov_type="fixed scale")` (`fixtures/trend-check.py`).
 */
export function checkTrend(
  periods: readonly PeriodEffect[],
  level = 0.95,
): TrendCheck | Insufficient | Invalid {
  const wrong = findInvalid(periods, level)
  if (wrong !== null) return wrong
  const weights = periods.map(({ standardError }) => 1 / standardError ** 2)
  const weight = sum(weights)
  const mean = (f: (period: PeriodEffect) => number) =>
    sum(periods.map((period, i) => ((weights[i] ?? 0) / weight) * f(period)))
  const center = mean(period => period.time)
  const effect = mean(period => period.effect)
  const spread = weight * mean(period => (period.time - center) ** 2)
  if (!(spread > 0)) return insufficient('no_information', null)
  const slope = (weight * mean(period => (period.time - center) * (period.effect - effect))) / spread
  const fit = (time: number) => effect + slope * (time - center)
  const q = sum(periods.map((period, i) => (weights[i] ?? 0) * (period.effect - fit(period.time)) ** 2))
  return describeTrend({ periods, level, slope, standardError: 1 / Math.sqrt(spread), fit, q })
}

interface Fit {
  readonly periods: readonly PeriodEffect[]
  readonly level: number
  readonly slope: number
  readonly standardError: number
  readonly fit: (time: number) => number
  readonly q: number
}

function describeTrend({ periods, level, slope, standardError, fit, q }: Fit): TrendCheck | Invalid {
  const half = -normalQuantile((1 - level) / 2) * standardError
  const times = periods.map(period => period.time)
  const [first, last] = [fit(Math.min(...times)), fit(Math.max(...times))]
  const z = Math.abs(slope) / standardError
  if (![slope, half, first, last, q, z].every(Number.isFinite)) return invalid('periods', 'of moderate size')
  const degreesOfFreedom = periods.length - 2
  return {
    kind: 'checked',
    method: 'weighted_slope',
    periods: periods.length,
    slope,
    standardError,
    interval: { kind: 'confidence', level, lower: slope - half, upper: slope + half },
    p: 2 * normalUpperTail(z),
    first,
    last,
    direction: Math.abs(slope) <= half ? 'steady' : directionOf(first, last),
    residual:
      degreesOfFreedom === 0 ? null : { q, degreesOfFreedom, p: chiSquareUpperTail(q, degreesOfFreedom) },
  }
}

function directionOf(first: number, last: number): TrendCheck['direction'] {
  if (first * last < 0) return 'reversing'
  return Math.abs(last) < Math.abs(first) ? 'fading' : 'growing'
}

function findInvalid(periods: readonly PeriodEffect[], level: number): Insufficient | Invalid | null {
  if (!(level > 0 && level < 1)) return invalid('level', 'in (0, 1)')
  const sane = periods.every(({ time, effect, standardError }) =>
    [time, effect, 1 / standardError ** 2].every(Number.isFinite),
  )
  if (!sane || !periods.every(({ standardError }) => standardError > 0 && standardError < Infinity)) {
    return invalid('periods', 'finite, with standard errors > 0')
  }
  const times = new Set(periods.map(period => period.time)).size
  return times < 2 ? insufficient('no_information', null) : null
}
