// Two proportions when their difference, or their ratio, is known: what a score test takes for the truth under its null hypothesis.

/** A variant's proportion, in [0, 1], and its units, > 0; for a design they need not be whole. */
export interface Share {
  readonly n: number
  readonly mean: number
}

/**
 * The standard error of variant - control when the difference is d in truth, at the most likely proportions.
 *
 * Formula: sqrt((p - d)(1 - p + d) / n_A + p (1 - p) / n_B), with p the restricted maximum-likelihood estimate of the
 * variant's proportion, the root of a cubic; for d = 0 it is the pooled proportion.
 *
 * @param d - in [-1, 1]
 *
 * Source: Farrington and Manning (1990), Statistics in Medicine 9(12), appendix, doi:10.1002/sim.4780091208.
 */
export function restrictedError(control: Share, variant: Share, d: number): number {
  const p = likeliest(control, variant, d)
  const [pA, pB] = [clamp(p - d), clamp(p)]
  return Math.sqrt((pA * (1 - pA)) / control.n + (pB * (1 - pB)) / variant.n)
}

/**
 * The standard error of (1 - u) variant - u control when the ratio variant / control is u / (1 - u) in truth, at the most
 * likely proportions. Written in u, so that ratios of 0 and of infinity are the ends of an interval.
 *
 * Formula: with a = (n_A + n_B) u, b = (x_A + n_B) u + (x_B + n_A) (1 - u), c = (x_A + x_B) (1 - u) and
 * s = b + sqrt(b^2 - 4 a c): p_A = 2 c / s, p_B = 2 (x_A + x_B) u / s; the error is
 * sqrt((1 - u)^2 p_B (1 - p_B) / n_B + u^2 p_A (1 - p_A) / n_A).
 *
 * @param u - in [0, 1]
 * @returns >= 0
 *
 * Source: Miettinen and Nurminen (1985), Statistics in Medicine 4(2), eq. 10 and 12, doi:10.1002/sim.4780040211; Gart and
 * Nam (1988), Biometrics 44(2), eq. 3.3, doi:10.2307/2531848.
 */
export function restrictedRatioError(control: Share, variant: Share, u: number): number {
  const [xA, xB] = [control.mean * control.n, variant.mean * variant.n]
  const a = (control.n + variant.n) * u
  const b = (xA + variant.n) * u + (xB + control.n) * (1 - u)
  const c = (xA + xB) * (1 - u)
  const s = b + Math.sqrt(Math.max(0, b * b - 4 * a * c))
  const [pA, pB] = [clamp((2 * c) / s), clamp((2 * (xA + xB) * u) / s)]
  return Math.sqrt(((1 - u) ** 2 * pB * (1 - pB)) / variant.n + (u ** 2 * pA * (1 - pA)) / control.n)
}

/** The most likely proportion of the variant given that it exceeds the control's by d: the root of a cubic. */
function likeliest(control: Share, variant: Share, d: number): number {
  const theta = control.n / variant.n
  const [p, c] = [variant.mean, control.mean]
  if (d === 0) return (p + theta * c) / (1 + theta)
  const a3 = 1 + theta
  const a2 = -(1 + theta + p + theta * c + d * (theta + 2))
  const a1 = d ** 2 + d * (2 * p + theta + 1) + p + theta * c
  const a0 = -p * d * (1 + d)
  const third = a2 / (3 * a3)
  const v = third ** 3 - (a2 * a1) / (6 * a3 ** 2) + a0 / (2 * a3)
  const u = (v < 0 ? -1 : 1) * Math.sqrt(Math.max(0, third ** 2 - a1 / (3 * a3)))
  const angle = u === 0 ? 0 : (Math.PI + Math.acos(Math.min(1, Math.max(-1, v / u ** 3)))) / 3
  return Math.min(Math.min(1, 1 + d), Math.max(Math.max(0, d), 2 * u * Math.cos(angle) - third))
}

function clamp(p: number): number {
  return Math.min(1, Math.max(0, p))
}
