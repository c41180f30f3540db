// One-sided evidence of a difference of two quantiles: non-inferiority of a latency, at any number of values.
import { logIncompleteBetaTail } from './log-tail.ts'

/** Ascending values of one variant with the evidence, by how many of them are below x. */
interface Side {
  readonly sorted: ArrayLike<number>
  readonly evidence: Float64Array
}

/** Evidence that one quantile exceeds another by more than a shift, as a function of the shift, falling. */
export interface OneSidedEvidence {
  /** ln e against "the upper one exceeds the lower one by the shift at most". */
  readonly logE: (shift: number) => number
  /** The least shift that is not excluded; -Infinity as long as there are too few values. */
  readonly bound: (limit: number) => number
}

/**
 * The evidence that the quantile p of `upper` exceeds that of `lower` by more than a shift.
 *
 * Formula: ln e(d) = min over x of T_n(#{lower < x}) + T'_m(m - #{upper <= x + d}), with T by `evidenceOfTooMany` for p
 * and T' for 1 - p: if x is the quantile of `lower` and x + d not below that of `upper`, then neither are too many values
 * of `lower` below x, nor too few of `upper` up to x + d. Both are e values, and so is their product; x is not known.
 *
 * @param lower - ascending, finite, one for each unit
 * @param upper - the same
 * @param concentration - k > 0 of `rateConcentration`, one-sided
 *
 * O(n + m) a look, and O(m log n) for each shift.
 */
export function oneSidedEvidence(
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
  p: number,
  concentration: number,
): OneSidedEvidence {
  const many: Side = { sorted: lower, evidence: evidenceOfTooMany(lower.length, p, concentration) }
  const few: Side = {
    sorted: upper,
    evidence: evidenceOfTooMany(upper.length, 1 - p, concentration).reverse(),
  }
  return { logE: shift => leastEvidence(many, few, shift), bound: limit => leastShift(many, few, limit) }
}

/**
 * ln of the one-sided mixture likelihood ratio against a rate p, for k = 0 to n successes in n: large where there are
 * too many.
 *
 * Formula: ln of the integral over q from p to 1 of (q / p)^k ((1 - q) / (1 - p))^(n - k) under a beta distribution with
 * parameters c p and c (1 - p), cut to q > p. With J_k the integral of the numerator, by parts:
 * J_k = (p^b (1 - p)^a + b J_(k-1)) / a, a = c (1 - p) + n - k, b = c p + k - 1. All terms are positive.
 *
 * Accuracy: absolute error of the logarithm below 1e-12 n, checked against `betaBinomialMixture`.
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2), proposition 7,
 * doi:10.1214/20-AOS1991.
 */
export function evidenceOfTooMany(n: number, p: number, concentration: number): Float64Array {
  const [before, against] = [concentration * p, concentration * (1 - p)]
  const [log, logNot] = [Math.log(p), Math.log1p(-p)]
  const start = logIncompleteBetaTail(against, before, p)
  const evidence = new Float64Array(n + 1)
  // Of J_k / (p^k (1 - p)^(n - k)), which does not vanish for large n.
  let logJ = logIncompleteBetaTail(against + n, before, p) - n * logNot
  evidence[0] = logJ - start
  for (let k = 1; k <= n; k++) {
    const a = against + n - k
    const b = before + k - 1
    logJ = logSum((before - 1) * log + against * logNot, Math.log(b) + logNot - log + logJ) - Math.log(a)
    evidence[k] = logJ - start
  }
  return evidence
}

/** ln(e^a + e^b). */
function logSum(a: number, b: number): number {
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))
}

/** Least just at the values of `few`, less the shift: up to there it falls with none of `many` to make it rise. */
function leastEvidence(many: Side, few: Side, shift: number): number {
  let least = at(many.evidence, 0) + at(few.evidence, 0)
  let below = 0
  for (let j = 1; j <= few.sorted.length; j++) {
    const x = at(few.sorted, j - 1) - shift
    while (below < many.sorted.length && at(many.sorted, below) < x) below++
    least = Math.min(least, at(few.evidence, j) + at(many.evidence, below))
  }
  return least
}

/** The least shift with evidence below the limit: for each value of `few`, how far down `many` allows it to go. */
function leastShift(many: Side, few: Side, limit: number): number {
  const n = many.sorted.length
  if (at(many.evidence, 0) + at(few.evidence, 0) < limit) return -Infinity
  let least = Infinity
  let allowed = -1
  for (let j = 1; j <= few.sorted.length; j++) {
    while (allowed < n && at(many.evidence, allowed + 1) + at(few.evidence, j) < limit) allowed++
    if (allowed === n) return -Infinity
    if (allowed >= 0) least = Math.min(least, at(few.sorted, j - 1) - at(many.sorted, allowed))
  }
  return least
}

function at(values: ArrayLike<number>, i: number): number {
  return values[i] ?? Number.NaN
}
