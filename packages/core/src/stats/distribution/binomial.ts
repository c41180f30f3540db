// The binomial distribution, through the beta distribution.
import { betaCdf, betaQuantile, betaUpperTail } from './beta.ts'

/**
 * The probability of at most k successes in n trials.
 *
 * Formula: 1 - I_p(k + 1, n - k), taken as the upper tail of a beta variable.
 *
 * @param k - whole number; below 0: 0, from n on: 1
 * @param n - whole number, >= 0
 * @param p - in [0, 1]
 * @returns NaN outside the domain
 *
 * Source: Abramowitz and Stegun (1964), 26.5.24. Accuracy: as `betaUpperTail`.
 */
export function binomialCdf(k: number, n: number, p: number): number {
  if (!isCountOf(k, n, p)) return Number.NaN
  if (k < 0) return 0
  return k >= n ? 1 : betaUpperTail(p, k + 1, n - k)
}

/** The probability of at least k successes in n trials. Domain, accuracy and source: as `binomialCdf`. */
export function binomialUpperTail(k: number, n: number, p: number): number {
  if (!isCountOf(k, n, p)) return Number.NaN
  if (k <= 0) return 1
  return k > n ? 0 : betaCdf(p, k, n - k + 1)
}

function isCountOf(k: number, n: number, p: number): boolean {
  return Number.isInteger(k) && Number.isInteger(n) && n >= 0 && p >= 0 && p <= 1
}

/**
 * The exact interval of a success probability by Clopper and Pearson: covers with at least `level` whatever it is.
 *
 * @param successes - whole number in [0, trials]
 * @param trials - whole number, >= 1
 * @param level - in (0, 1)
 * @returns the ends, in [0, 1]; both NaN outside the domain
 *
 * Source: Clopper and Pearson (1934), Biometrika 26(4), doi:10.1093/biomet/26.4.404.
 * Reference: statsmodels 0.13.5 `proportion_confint(method="beta")` (`fixtures/beta.py`).
 */
export function clopperPearson(
  successes: number,
  trials: number,
  level: number,
): { readonly lower: number; readonly upper: number } {
  const isInDomain = Number.isInteger(successes) && Number.isInteger(trials) && level > 0 && level < 1
  if (!isInDomain || successes < 0 || trials < 1 || successes > trials)
    return { lower: Number.NaN, upper: Number.NaN }
  const tail = (1 - level) / 2
  return {
    lower: successes === 0 ? 0 : betaQuantile(tail, successes, trials - successes + 1),
    upper: successes === trials ? 1 : betaQuantile(1 - tail, successes + 1, trials - successes),
  }
}
