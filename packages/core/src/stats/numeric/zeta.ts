// Riemann's zeta function, which spreads an error over infinitely many epochs.

const TERMS = 30

/**
 * zeta(s) = sum over n >= 1 of n^-s.
 *
 * Formula: the first 29 terms and the Euler-Maclaurin expansion of the rest from n = 30 on, to its fourth correction.
 *
 * @param s - in (1, inf)
 * @returns NaN outside the domain
 *
 * Accuracy: relative error below 1e-14 for s in [1.001, 20], checked against mpmath (`fixtures/numeric.py`).
 * Source: Abramowitz and Stegun (1964), 23.2.3 and 23.1.30.
 */
export function zeta(s: number): number {
  if (!(s > 1)) return Number.NaN
  let sum = 0
  for (let n = TERMS - 1; n >= 1; n--) sum += n ** -s
  const last = TERMS ** -s
  const second = (s * last) / (12 * TERMS)
  const fourth = (second * (s + 1) * (s + 2)) / (60 * TERMS ** 2)
  const sixth = (fourth * (s + 3) * (s + 4)) / (42 * TERMS ** 2)
  return sum + (last * TERMS) / (s - 1) + last / 2 + second - fourth + sixth
}
