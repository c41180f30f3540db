// Two proportions when their difference, or their ratio, is known: what a score test takes for the truth under its null hypothesis.
import { findRoot } from '../numeric/root.ts'

/** A variant's units, > 0, and how many of them are successes, in [0, n]; for a design they need not be whole. */
export interface Trials {
  readonly n: number
  readonly successes: number
}

/**
 * The standard error of variant - control when the difference is d in truth, at the most likely proportions.
 *
 * Formula: sqrt((p - d)(1 - p + d) / n_A + p (1 - p) / n_B), with p the restricted maximum-likelihood estimate of the
 * variant's proportion; for d = 0 it is the pooled proportion.
 *
 * Method: p is the root of a cubic, whose closed form (Farrington and Manning, appendix) loses the digits of proportions
 * near 0 and 1 where one variant has many more units. So the slope of the likelihood is solved, and not for p, but for
 * whichever of the successes of the lower and the failures of the higher proportion are fewer.
 *
 * @param d - in [-1, 1]
 * @returns >= 0
 *
 * Accuracy: scores to 1e-10 relative, of 1 to 1e12 units a variant.
 * Source: Miettinen and Nurminen (1985), Statistics in Medicine 4(2), doi:10.1002/sim.4780040211; Farrington and Manning
 * (1990), Statistics in Medicine 9(12), doi:10.1002/sim.4780091208.
 * Reference: mpmath (`fixtures/uneven-proportions.py`).
 */
export function restrictedError(control: Trials, variant: Trials, d: number): number {
  if (d < 0) return restrictedError(variant, control, -d)
  if (d === 0) return pooledError(control, variant)
  if (d >= 1) return 0
  // The control's successes and the variant's failures are 1 - d together, so that the fewer are half of it at most.
  const most = (1 - d) / 2
  return likelihoodSlope(control, variant, d, most) <= 0
    ? errorWithin(control, variant, d, most)
    : errorWithin(failuresOf(variant), failuresOf(control), d, most)
}

function errorWithin(control: Trials, variant: Trials, d: number, most: number): number {
  const p = leastShare(control, variant, d, most)
  return Math.sqrt((p * (1 - p)) / control.n + ((p + d) * (1 - d - p)) / variant.n)
}

function pooledError(control: Trials, variant: Trials): number {
  const n = control.n + variant.n
  const successes = control.successes + variant.successes
  return Math.sqrt((successes / n) * ((n - successes) / n) * (1 / control.n + 1 / variant.n))
}

/** The control's most likely share, p, when the variant's is p + d, d > 0, and p is at most `most`. */
function leastShare(control: Trials, variant: Trials, d: number, most: number): number {
  if (control.successes === 0) return leastShareOfNone(control, variant, d, most)
  const { falling } = slopes(control, variant, d, most)
  const least = Math.min(most, control.successes / falling)
  if (!(least < most)) return least
  // Nearly straight in logarithms, which keep their digits however small the share is.
  const excess = (log: number) => {
    const { rising, falling } = slopes(control, variant, d, Math.exp(log))
    return Math.log(rising / falling)
  }
  const root = findRoot(excess, Math.log(least), Math.log(most), { x: 1e-15, y: 0 })
  return root === null ? most : Math.exp(root)
}

/** The same without successes on the control, where it may be 0: the cubic is a quadratic then. */
function leastShareOfNone(control: Trials, variant: Trials, d: number, most: number): number {
  const { n, successes } = variant
  const last = successes * (1 - d) - (n - successes) * d - control.n * d * (1 - d)
  if (last <= 0) return 0
  const middle = control.n * (1 - 2 * d) + n * (1 - d) + successes
  const root = Math.sqrt(Math.max(0, middle ** 2 - 4 * (control.n + n) * last))
  return Math.min(most, (2 * last) / (middle + root))
}

function likelihoodSlope(control: Trials, variant: Trials, d: number, p: number): number {
  const { rising, falling } = slopes(control, variant, d, p)
  return rising - falling
}

/** What successes add to the slope of the log likelihood in p, and what failures take from it. */
function slopes(control: Trials, variant: Trials, d: number, p: number) {
  return {
    rising: control.successes / p + variant.successes / (p + d),
    falling: (control.n - control.successes) / (1 - p) + (variant.n - variant.successes) / (1 - d - p),
  }
}

function failuresOf({ n, successes }: Trials): Trials {
  return { n, successes: n - successes }
}

/**
 * The standard error of (1 - u) variant - u control when the ratio variant / control is u / (1 - u) in truth, at the most
 * likely proportions. Written in u, so that ratios of 0 and of infinity are the ends of an interval.
 *
 * Formula: with v = 1 - u, x and f successes and failures, N = n_A + n_B, X = x_A + x_B,
 * b = (x_A + n_B) u + (x_B + n_A) v and D = ((x_A + n_B) u - (x_B + n_A) v)^2 + 4 u v f_A f_B: p_A = 2 X v / (b + sqrt D),
 * p_B = 2 X u / (b + sqrt D); the error is sqrt(v^2 p_B (1 - p_B) / n_B + u^2 p_A (1 - p_A) / n_A). D is b^2 - 4 N X u v
 * without its cancellation; 1 - p_A is (g + sqrt D) / (2 N u), or 2 f_A (u - v) / (g - sqrt D) where
 * g = (N + f_A) u - (x_B + n_A) v < 0, and 1 - p_B the same with the variants and u, v swapped.
 *
 * @param logRatio - ln(u / v); finite
 * @returns >= 0
 *
 * Accuracy: scores to 1e-10 relative, of 1 to 1e12 units a variant.
 * Source: Miettinen and Nurminen (1985), Statistics in Medicine 4(2), eq. 10 and 12, doi:10.1002/sim.4780040211; Gart and
 * Nam (1988), Biometrics 44(2), eq. 3.3, doi:10.2307/2531848.
 * Reference: mpmath (`fixtures/uneven-proportions.py`).
 */
export function restrictedRatioError(control: Trials, variant: Trials, logRatio: number): number {
  const [u, v] = ratioShares(logRatio)
  const [xA, xB] = [control.successes, variant.successes]
  const [fA, fB] = [control.n - xA, variant.n - xB]
  const [first, second] = [(xA + variant.n) * u, (xB + control.n) * v]
  const root = Math.sqrt((first - second) ** 2 + 4 * u * v * fA * fB)
  const scale = (2 * (xA + xB)) / (first + second + root)
  const n = control.n + variant.n
  const tilt = Math.tanh(logRatio / 2)
  const qA = failureShare((n + fA) * u - second, root, fA * tilt, n * u)
  const qB = failureShare((n + fB) * v - first, root, -fB * tilt, n * v)
  return Math.sqrt((v ** 2 * scale * u * qB) / variant.n + (u ** 2 * scale * v * qA) / control.n)
}

/** u and 1 - u of the ratio u / (1 - u), each with all its digits. */
export function ratioShares(logRatio: number): readonly [number, number] {
  return [1 / (1 + Math.exp(-logRatio)), 1 / (1 + Math.exp(logRatio))]
}

/** (g + root) / (2 lead); for g < 0, where that cancels, by the product of the two roots of the quadratic, times lead. */
function failureShare(g: number, root: number, product: number, lead: number): number {
  return g < 0 ? (2 * product) / (g - root) : (g + root) / (2 * lead)
}
