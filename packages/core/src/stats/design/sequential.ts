// What an asymptotic confidence sequence asks of an effect in the place of a normal quantile.

/**
 * How many standard errors an effect has to be from 0 to leave the confidence sequence at n units.
 *
 * Formula: sqrt(2 (n rho^2 + 1) / (n rho^2) ln(sqrt(n rho^2 + 1) / alpha)), with
 * rho^2 = (-2 ln alpha + ln(-2 ln alpha + 1)) / tuning.
 *
 * @param n - units of both variants, > 0
 * @param alpha - in (0, 1)
 * @param tuning - units at which the sequence is tightest, > 0
 *
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Annals of Statistics 52(6), arXiv:2103.06476, eq. 9
 * and the choice of rho in section 2.4.
 */
export function confidenceSequenceCriticalValue(n: number, alpha: number, tuning: number): number {
  const doubled = -2 * Math.log(alpha)
  const spread = (n * (doubled + Math.log(doubled + 1))) / tuning
  return Math.sqrt(((2 * (spread + 1)) / spread) * (Math.log1p(spread) / 2 - Math.log(alpha)))
}
