// When a bandit has found the best arm, and that it then stays found.
import type { Better } from '../bayes/best.ts'
import { argMin } from '../numeric/golden-section.ts'
import { sum } from '../numeric/sum.ts'
import { zeta } from '../numeric/zeta.ts'
import { type Guarantee, type Invalid, insufficient, invalid, type Result } from '../result.ts'
import { signOf } from './shares.ts'
import type { RewardArm } from './thompson.ts'
import { leaderOf } from './track-and-stop.ts'

/**
 * How much evidence is asked for. `kaufmann_koolen` is proved for normal rewards of known variance, under any way of
 * choosing arms; `ln_ln`, ln((1 + ln t) / delta), is TensorZero's: smaller, not proved, kept for comparison.
 */
export type StopThreshold = 'kaufmann_koolen' | 'ln_ln'

export interface StopOptions {
  /** Which way is better: `lower` for costs and latencies; `higher` unless told. */
  readonly better?: Better
  /** Arms within this of the best are good enough, >= 0. */
  readonly epsilon: number
  /** Chance, in (0, 1), to ever name an arm that is not. */
  readonly delta: number
  /** Of each arm, before stopping is thought of: estimated variances then stand for known ones. */
  readonly minimumUnits: number
  /** Variances below count as this, > 0. */
  readonly varianceFloor: number
  readonly threshold: StopThreshold
}

/** The options, and what of the threshold does not change from look to look. Plain data. */
export interface StopRule extends StopOptions {
  readonly kind: 'stop_rule'
  /** Number of arms. */
  readonly arms: number
  /** Evidence asked for, in nats, but for the part that grows with the units. */
  readonly price: number
}

/**
 * The rule for a bandit, made once and used at every look.
 *
 * @param arms - how many, whole number >= 2
 */
export function stopRule(options: StopOptions, arms: number): StopRule | Invalid {
  const wrong = invalidOptions(options)
  if (wrong !== null) return wrong
  if (!Number.isSafeInteger(arms) || arms < 2) return invalid('arms', 'a whole number >= 2')
  const { delta, threshold } = options
  const price =
    threshold === 'ln_ln' ? -Math.log(delta) : 2 * priceOfAnyTime((Math.log(arms - 1) - Math.log(delta)) / 2)
  return { ...options, kind: 'stop_rule', arms, price }
}

export interface StopCheck {
  readonly kind: 'stop_check'
  /** Index of the arm found to be the best, or null: go on. Give it to the next check. */
  readonly winner: number | null
  readonly leader: number
  /** Generalised log likelihood ratio of the leader against its nearest challenger, in nats, >= 0. */
  readonly evidence: number
  readonly threshold: number
  readonly guarantee: Guarantee
}

/**
 * Whether the leader is the best arm, at any look, however the arms were chosen.
 *
 * Formula: evidence = min over challengers (|mean_L - mean_a| + epsilon)^2 / (2 (s_L^2 / n_L + s_a^2 / n_a)); stops when
 * it exceeds 2 C(ln((K - 1) / delta) / 2) + 4 ln(4 + ln(t / 2)), t units in all, C(x) = min over l in (1/2, 1) of
 * (g(l) + x) / l, g(l) = 2 l - 2 l ln(4 l) + ln zeta(2 l) - ln(1 - l) / 2.
 *
 * @param arms - as many as the rule is for; one look costs as much as there are arms
 * @param rule - of `stopRule`
 * @param winner - of an earlier check: once found it stays, whatever the numbers say since
 *
 * Assumes means near normal with variances near their estimates, hence `minimumUnits`; rewards alike over time.
 * Source: Garivier and Kaufmann (2016), COLT, section 3.2, arXiv:1602.04589, for the statistic; Kaufmann and Koolen
 * (2021), Mixture Martingales Revisited, JMLR 22(246), for the threshold, here as Jourdan et al. (2022), Top Two
 * Algorithms Revisited, NeurIPS, state it; TensorZero `check_stopping`. Reference: mpmath for C (`fixtures/stopping.py`).
 */
export function checkStop(
  arms: readonly RewardArm[],
  rule: StopRule,
  winner: number | null,
): Result<StopCheck> {
  if (arms.length !== rule.arms || !arms.every(isSane)) {
    return invalid('arms', `${rule.arms}, finite, with variances >= 0`)
  }
  const needed = Math.max(2, rule.minimumUnits)
  if (winner === null && arms.some(arm => arm.n < needed)) return insufficient('too_few_units', needed)
  const leader = leaderOf(arms, rule.better)
  const evidence = evidenceFor(arms, leader, rule)
  if (!Number.isFinite(evidence)) return invalid('arms', 'of means that can be squared without overflow')
  const threshold = rule.price + priceOfTime(sum(arms.map(arm => arm.n)), rule.threshold)
  return {
    kind: 'stop_check',
    winner: winner ?? (evidence > threshold ? leader : null),
    leader,
    evidence,
    threshold,
    guarantee: { kind: 'asymptotic', burnIn: needed },
  }
}

function isSane({ n, mean, variance }: RewardArm): boolean {
  return n >= 0 && n < Infinity && Number.isFinite(mean) && variance >= 0 && variance < Infinity
}

function evidenceFor(
  arms: readonly RewardArm[],
  leader: number,
  { better, epsilon, varianceFloor }: StopOptions,
): number {
  const best = arms[leader]
  if (best === undefined) return 0
  const ofMean = ({ n, variance }: RewardArm) => (n === 0 ? Infinity : Math.max(variance, varianceFloor) / n)
  const against = arms.map((arm, i) =>
    i === leader
      ? Infinity
      : (signOf(better) * (best.mean - arm.mean) + epsilon) ** 2 / (2 * (ofMean(best) + ofMean(arm))),
  )
  return Math.min(...against)
}

function priceOfTime(units: number, threshold: StopThreshold): number {
  const total = Math.max(2, units)
  return threshold === 'ln_ln' ? Math.log(1 + Math.log(total)) : 4 * Math.log(4 + Math.log(total / 2))
}

/** C of Kaufmann and Koolen for normal rewards: about x + ln x. x >= 0. */
export function priceOfAnyTime(x: number): number {
  const price = (l: number) =>
    (2 * l - 2 * l * Math.log(4 * l) + Math.log(zeta(2 * l)) - Math.log(1 - l) / 2 + x) / l
  return price(argMin(price, 0.5 + 1e-9, 1 - 1e-9))
}

function invalidOptions({ epsilon, delta, varianceFloor, minimumUnits }: StopOptions) {
  if (!(epsilon >= 0 && epsilon < Infinity)) return invalid('epsilon', '>= 0')
  if (!(delta > 0 && delta < 1)) return invalid('delta', 'in (0, 1)')
  if (!(minimumUnits >= 0 && minimumUnits < Infinity)) return invalid('minimumUnits', '>= 0')
  return varianceFloor > 0 && varianceFloor < Infinity ? null : invalid('varianceFloor', 'in (0, inf)')
}
