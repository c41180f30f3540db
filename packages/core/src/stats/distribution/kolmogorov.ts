// The distribution of the Kolmogorov-Smirnov statistic of n values, exactly up to 5,000 of them.
import { logGamma } from './beta.ts'

/**
 * The probability that the largest distance between the distribution function of n values and the one they are drawn
 * from is at least d.
 *
 * Method: twice the one-sided tail where both sides cannot be exceeded (d >= 1/2), or are with a share below 1e-13 of
 * the tail (n d^2 >= 5). Else 1 - P(every count stays within n d of its mean), with the counts those of a Poisson
 * process of rate 1 on [0, n] given n in all: its distribution is carried from one time at which a bound of the band
 * passes a whole number to the next. Takes O(n^2 d) steps; with more than 5,000 values see `largeUpperTail` instead.
 *
 * @param d - any number; the statistic is in [1 / (2 n), 1]
 * @param n - whole number, >= 1
 * @returns a probability in [0, 1]; NaN outside the domain
 *
 * Accuracy: relative error below 1e-9 for n up to 2,000 and probabilities down to 1e-300, checked against Durbin's
 * matrix by mpmath and against SciPy (`fixtures/kolmogorov.py`); below 2e-5 for n beyond 5,000.
 * Source: Durbin (1973), Distribution Theory for Tests Based on the Sample Distribution Function, section 2.3,
 * doi:10.1137/1.9781611970586, for the Poisson process; Simard and L'Ecuyer (2011), Journal of Statistical Software
 * 39(11), doi:10.18637/jss.v039.i11, for where twice one tail is enough.
 */
export function kolmogorovUpperTail(d: number, n: number): number {
  if (!(n >= 1) || !Number.isSafeInteger(n) || Number.isNaN(d)) return Number.NaN
  if (d <= 1 / (2 * n)) return 1
  if (d >= 1) return 0
  if (d >= 0.5 || n * d * d >= 5) return Math.min(1, 2 * smirnovUpperTail(d, n))
  if (n > MOST_EXACT) return largeUpperTail(d, n)
  return Math.min(1, Math.max(0, 1 - withinBand(n, n * d)))
}

/** Beyond it the exact distribution takes seconds, and the asymptotic one is good enough. */
const MOST_EXACT = 5000

/**
 * The limit for many values, with the correction of order 1 / n.
 *
 * Formula: x = sqrt n d + 1 / (6 sqrt n) + (sqrt n d - 1) / (4 n); below 1: 1 - sqrt(2 pi) / x sum over odd k of
 * exp(-k^2 pi^2 / (8 x^2)); from 1 on twice the exact one-sided tail + 2 sum over k >= 2 of (-1)^(k-1) exp(-2 k^2 x^2).
 *
 * Source: Kolmogorov (1933); Vrbik (2018), Pioneer Journal of Theoretical and Applied Statistics 15(1-2), for x.
 */
function largeUpperTail(d: number, n: number): number {
  const root = Math.sqrt(n)
  const x = root * d + 1 / (6 * root) + (root * d - 1) / (4 * n)
  let rest = 0
  if (x < 1) {
    for (let k = 1; k < 20; k += 2) rest += Math.exp((-k * k * Math.PI ** 2) / (8 * x * x))
    return Math.min(1, 1 - (Math.sqrt(2 * Math.PI) / x) * rest)
  }
  for (let k = 2; k < 10; k++) rest += (k % 2 === 0 ? -1 : 1) * Math.exp(-2 * k * k * x * x)
  return 2 * (smirnovUpperTail(d, n) + rest)
}

/**
 * The probability that it exceeds that distribution function somewhere by at least d.
 *
 * Formula: d sum over j = 0 .. floor(n (1 - d)) of C(n, j) (1 - d - j / n)^(n - j) (d + j / n)^(j - 1).
 *
 * @param d - in (0, 1)
 * @param n - whole number, >= 1
 *
 * Accuracy: relative error about 1e-16 n ln n: all terms are positive.
 * Source: Birnbaum and Tingey (1951), Annals of Mathematical Statistics 22(4), eq. 3.0, doi:10.1214/aoms/1177729550.
 */
export function smirnovUpperTail(d: number, n: number): number {
  if (!(n >= 1) || !Number.isSafeInteger(n) || Number.isNaN(d)) return Number.NaN
  if (d <= 0) return 1
  if (d >= 1) return 0
  const logAll = logGamma(n + 1)
  let tail = 0
  for (let j = 0; j <= n * (1 - d); j++) {
    const rest = 1 - d - j / n
    if (rest <= 0) break
    const binomial = logAll - logGamma(j + 1) - logGamma(n - j + 1)
    tail += Math.exp(binomial + (n - j) * Math.log(rest) + (j - 1) * Math.log(d + j / n))
  }
  return Math.min(1, d * tail)
}

/** P(|N(t) - t| <= c for all t in [0, n], given N(n) = n) for a Poisson process N of rate 1. */
function withinBand(n: number, c: number): number {
  let low = 0
  let high = Math.floor(c)
  let mass = [1, ...Array<number>(high).fill(0)]
  let time = 0
  while (time < n) {
    // Count `low` is too few from low + c on; count high + 1 is not too many from high + 1 - c on.
    const next = Math.min(low + c, high + 1 - c, n)
    mass = afterPoisson(mass, next - time)
    time = next
    if (time === n) break
    if (time === high + 1 - c) {
      high++
      mass.push(0)
    }
    if (time === low + c) {
      low++
      mass.shift()
    }
  }
  return (mass[n - low] ?? 0) * Math.exp(logFactorialRatio(n))
}

/**
 * ln(n! e^n / n^n): where the three terms would cancel, by Stirling's series, whose error is below 1e-14 for n >= 16.
 * Source: Abramowitz and Stegun (1964), 6.1.41.
 */
function logFactorialRatio(n: number): number {
  if (n < 16) return logGamma(n + 1) + n - n * Math.log(n)
  const square = n * n
  const series = 1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square
  return Math.log(2 * Math.PI * n) / 2 + series / n
}

/** The distribution of a count after `mean` more time, cut to the same range. */
function afterPoisson(mass: readonly number[], mean: number): number[] {
  const steps = [Math.exp(-mean)]
  for (let k = 1; k < mass.length; k++) {
    const step = ((steps[k - 1] as number) * mean) / k
    if (step < 1e-30) break
    steps.push(step)
  }
  return mass.map((_, j) => {
    let total = 0
    for (let k = Math.min(j, steps.length - 1); k >= 0; k--)
      total += (steps[k] as number) * (mass[j - k] as number)
    return total
  })
}
