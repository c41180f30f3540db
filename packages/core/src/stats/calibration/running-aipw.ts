// The state of `aipwSequence` of the absolute effect, unit by unit and in place: what looks after every unit can afford.
import { normalQuantile } from '../distribution/normal.ts'
import { lyapunovLogE } from '../sequential/always-valid/asymptotic/lyapunov.ts'
import { sequenceRho } from '../sequential/always-valid/asymptotic/radius.ts'
import { LEAST_EVENTS } from '../sequential/always-valid/asymptotic/sparse.ts'
import { refuseUnseen } from '../sequential/always-valid/propensity/aipw-sequence.ts'
import { RunningArm } from './running-arm.ts'
import { TUNED_FOR } from './watch.ts'

const ALPHA = 0.05
const LOG_LIMIT = -Math.log(ALPHA)
/** No sequence rejects what not even a single look would, one-sided. */
const LEAST_Z = -normalQuantile(ALPHA)
const RHO = {
  two_sided: sequenceRho(TUNED_FOR, ALPHA, 'two_sided'),
  one_sided: sequenceRho(TUNED_FOR, ALPHA, 'one_sided'),
}

/** Sums of the terms' differences, with the outcomes of both variants. */
export class RunningAipw {
  readonly arms = [new RunningArm(), new RunningArm()] as const
  readonly #burnIn: number
  readonly #leastEvents: number
  #n = 0
  #sum = 0
  #squares = 0
  /** The terms' variance at the end of the burn-in; 0 before. */
  #unitOfVariance = 0
  #isNonNegative = true

  constructor(burnIn: number, leastEvents = LEAST_EVENTS) {
    this.#burnIn = burnIn
    this.#leastEvents = leastEvents
  }

  /**
   * @param which - 0 for the control, 1 for the variant
   * @param share - propensity of the variant; that of the control is the rest
   * @param units - alike, all with the means before the first of them as predictions
   */
  add(which: 0 | 1, outcome: number, share: number, units = 1): void {
    const [control, variant] = this.arms
    if (control.n > 0 && variant.n > 0) this.#addTerms(which, outcome, share, units)
    this.arms[which].addAlike(outcome, units)
    this.#isNonNegative &&= outcome >= 0
    if (this.#unitOfVariance === 0 && this.isReady()) this.#unitOfVariance = this.#variance()
  }

  #addTerms(which: 0 | 1, outcome: number, share: number, units: number): void {
    const [a, b] = [this.arms[0].mean, this.arms[1].mean]
    const correction = which === 1 ? (outcome - b) / share : (a - outcome) / (1 - share)
    const term = b - a + correction
    this.#n += units
    this.#sum += units * term
    this.#squares += units * term * term
  }

  /** Whether burn-in and rare events let it answer. */
  isReady(): boolean {
    const [control, variant] = this.arms
    if (Math.min(control.n, variant.n) < this.#burnIn || this.#isUnseen()) return false
    const outcomes = { control: outcomesOf(control), variant: outcomesOf(variant) }
    const [leastEvents, isNonNegative] = [this.#leastEvents, this.#isNonNegative]
    return refuseUnseen({ ...outcomes, leastEvents, isNonNegative }) === null
  }

  /** What `refuseUnseen` refuses for sure, in no time: its events of a small variant are (sum x)^2 / sum x^2. */
  #isUnseen(): boolean {
    const [control, variant] = this.arms
    const isSmall = this.#isNonNegative && 2 * variant.n < control.n
    return isSmall && variant.sum * variant.sum < this.#leastEvents * variant.squares * (1 - 1e-9)
  }

  #variance(): number {
    return (this.#squares - (this.#sum * this.#sum) / this.#n) / this.#n
  }

  /** The effect less `nullEffect`, in standard errors. */
  z(nullEffect = 0): number {
    return (this.#sum / this.#n - nullEffect) / Math.sqrt(this.#variance() / this.#n)
  }

  /** @param direction - 1: against no effect or a lower one than `nullEffect`; -1: a higher one */
  rejects(sides: 'two_sided' | 'one_sided', direction: 1 | -1 = 1, nullEffect = 0): boolean {
    if (this.#unitOfVariance === 0) return false
    const z = this.z(nullEffect)
    if (direction * z < LEAST_Z && !(sides === 'two_sided' && Math.abs(z) > LEAST_Z)) return false
    const rho = RHO[sides] / Math.sqrt(this.#unitOfVariance)
    const distance = direction * (this.#sum / this.#n - nullEffect)
    const logE = lyapunovLogE(distance, this.#n, this.#variance(), rho, sides)
    return logE > LOG_LIMIT && this.isReady()
  }
}

function outcomesOf({ n, mean, variance }: RunningArm) {
  return { n, mean, m2: variance * (n - 1) }
}
