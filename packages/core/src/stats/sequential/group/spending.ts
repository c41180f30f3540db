// Spending functions: how much of the error probability may be used up by which share of the information.
import { normalQuantile, normalUpperTail } from '../../distribution/normal.ts'
import { type Invalid, invalid } from '../../result.ts'

/**
 * - `obrien_fleming`: almost nothing early, so that the last look is nearly that of a test without looks.
 * - `pocock`: nearly constant boundaries; stops earliest, and pays most for it at the end.
 * - `hwang_shih_decani`: in between by `gamma`, in [-40, 40]: -4 is close to O'Brien-Fleming, 1 to Pocock, 0 is linear.
 * - `power`: t^rho, `rho` in (0, 15]: 1 is linear, 3 close to O'Brien-Fleming (Kim and DeMets 1987).
 * - `points`: straight lines through given shares of the error, from (0, 0) on; after the last point all is spent.
 */
export type Spending =
  | { readonly family: 'obrien_fleming' }
  | { readonly family: 'pocock' }
  | { readonly family: 'hwang_shih_decani'; readonly gamma: number }
  | { readonly family: 'power'; readonly rho: number }
  | { readonly family: 'points'; readonly points: readonly SpendingPoint[] }

/** By this share of the information this share of the error is spent, both in [0, 1] and ascending. */
export interface SpendingPoint {
  readonly time: number
  readonly share: number
}

/**
 * The error probability spent by a share of the information.
 *
 * Formula, with error a and share t:
 * O'Brien-Fleming 2 - 2 Phi(z_{1 - a/2} / sqrt t); Pocock a ln(1 + (e - 1) t);
 * Hwang-Shih-DeCani a (1 - e^{-gamma t}) / (1 - e^{-gamma}), a t at gamma = 0; power a t^rho.
 *
 * @param spending - the function, with its parameter inside its range
 * @param error - of one side, in (0, 1]: half of alpha for a two-sided test; NaN outside
 * @param time - share of the planned information, >= 0; beyond 1 all is spent
 * @returns in [0, error], not falling in time
 *
 * Source: Lan and DeMets (1983), Biometrika 70(3), doi:10.2307/2336502; Hwang, Shih and DeCani (1990), Statistics in
 * Medicine 9(12), doi:10.1002/sim.4780091207; Kim and DeMets (1987), Biometrika 74(1), doi:10.1093/biomet/74.1.149.
 */
export function spentBy(spending: Spending, error: number, time: number): number {
  if (!(error > 0 && error <= 1) || findInvalidSpending(spending) !== null) return Number.NaN
  if (time >= 1) return error
  if (time <= 0) return 0
  switch (spending.family) {
    case 'obrien_fleming':
      return 2 * normalUpperTail(-normalQuantile(error / 2) / Math.sqrt(time))
    case 'pocock':
      return error * Math.log1p((Math.E - 1) * time)
    case 'hwang_shih_decani':
      return spending.gamma === 0
        ? error * time
        : (error * Math.expm1(-spending.gamma * time)) / Math.expm1(-spending.gamma)
    case 'power':
      return error * time ** spending.rho
    case 'points':
      return error * shareAt(spending.points, time)
  }
}

/** What is wrong with the parameter of a spending function, or null. */
export function findInvalidSpending(spending: Spending): Invalid | null {
  switch (spending.family) {
    case 'hwang_shih_decani':
      return Math.abs(spending.gamma) <= 40 ? null : invalid('spending.gamma', 'in [-40, 40]')
    case 'power':
      return spending.rho > 0 && spending.rho <= 15 ? null : invalid('spending.rho', 'in (0, 15]')
    case 'points':
      return areAscending(spending.points)
        ? null
        : invalid('spending.points', 'times in (0, 1] rising, shares in [0, 1] not falling')
    case 'obrien_fleming':
    case 'pocock':
      return null
  }
}

function areAscending(points: readonly SpendingPoint[]): boolean {
  let before: SpendingPoint = { time: 0, share: 0 }
  for (const point of points) {
    const rises =
      point.time > before.time && point.time <= 1 && point.share >= before.share && point.share <= 1
    if (!rises) return false
    before = point
  }
  return points.length > 0
}

function shareAt(points: readonly SpendingPoint[], time: number): number {
  let before: SpendingPoint = { time: 0, share: 0 }
  for (const point of points) {
    if (time <= point.time) {
      const part = (time - before.time) / (point.time - before.time)
      return before.share + part * (point.share - before.share)
    }
    before = point
  }
  return 1
}
