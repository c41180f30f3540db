// The confidence sequence of an average treatment effect that confseq publishes (gostevehoward/confseq, MIT):
// demo/ate_data.csv, by demo/ate_demo.py, which checks its own numbers against it to 1e-4.
import { describe, expect, it } from 'vitest'
import { type BoundedSums, bernsteinMixture, bernsteinSequence } from '../bounded/empirical-bernstein.ts'
import { aipwTerms, NO_OUTCOMES, type RunningMean, withOutcome } from './logged-unit.ts'

/** The first 100 units: T and t of the treated, C and c of the others, with outcome 1 and 0. */
const units = [
  'TccCcTcctT',
  'tcctCcTctt',
  'CTTCCtCcct',
  'cTcTTttCct',
  'tttcTccTtt',
  'cctcttccTt',
  'tttccTcttt',
  'tcCCcCctct',
  'cccctTtccT',
  'cctccTCcCt',
].join('')

/** Sums of the terms, with the errors of the difference foretold by the plain means so far, 1/2 each before any unit. */
function sumsAfter(n: number): BoundedSums {
  let [control, variant]: [RunningMean, RunningMean] = [NO_OUTCOMES, NO_OUTCOMES]
  let [sum, squaredErrors] = [0, 0]
  for (const unit of units.slice(0, n)) {
    const outcome = unit === 'T' || unit === 'C' ? 1 : 0
    const assigned = unit.toUpperCase() === 'T' ? 'variant' : 'control'
    const before = control.n + variant.n === 0 ? 0.5 : 0
    const predicted = { control: control.mean + before, variant: variant.mean + before }
    const propensity = { control: 0.5, variant: 0.5 }
    const terms = aipwTerms({ assigned, outcome, propensity }, predicted)
    const term = terms.variant - terms.control
    sum += term
    squaredErrors += (term - (predicted.variant - predicted.control)) ** 2
    if (assigned === 'variant') variant = withOutcome(variant, outcome)
    else control = withOutcome(control, outcome)
  }
  return { lower: -2, upper: 2, n, sum, squaredErrors }
}

const options = { tunedFor: 50, expectedVariance: 0.2 * 0.8 * 4 }

describe('confseq demo/ate_data.csv', () => {
  it.each([
    [29, 0.17050832309453, 1, -0.978421045846818],
    [35, 0.26513797397256, 1, -0.728889514761246],
    [42, 0.114248658098172, 0.991453251801244, -0.762955935604901],
    [43, 0.0938729971678708, 0.955177672670138, -0.767431678334397],
    [50, 0.146713386260021, 0.915602270253082, -0.62217549773304],
    [60, 0.157080803746103, 0.820691817489557, -0.506530209997351],
    [73, 0.103706864783809, 0.676625020392934, -0.469211290825316],
    [86, 0.0987428543604582, 0.609061351314441, -0.411575642593524],
    [100, 0.106826716602117, 0.568673386057953, -0.355019952853719],
  ])('after %d units: %d, below %d and above %d', (n, point, upper, lower) => {
    const result = bernsteinSequence(sumsAfter(n), options)
    if (result.kind !== 'estimate') throw new Error(JSON.stringify(result))
    expect(result.value).toBeCloseTo(point, 13)
    expect(Math.min(1, result.interval.upper ?? 9)).toBeCloseTo(upper, 12)
    expect(Math.max(-1, result.interval.lower ?? -9)).toBeCloseTo(lower, 12)
  })

  it.each([
    [1, 0.983920078788205],
    [2, 0.803732245074608],
    [3, 0.654114340727266],
    [6, 0.94028246312668],
    [7, 0.75981171256372],
    [8, 0.612058899086761],
    [10, 0.888548290145229],
    [13, 0.937235361026443],
  ])('after %d units the p value of no benefit is %d', (n, p) => {
    const sums = sumsAfter(n)
    const mixture = bernsteinMixture(sums, options)
    if ('kind' in mixture) throw new Error('no mixture')
    expect(Math.exp(-mixture.logMartingale(sums.sum, sums.squaredErrors))).toBeCloseTo(p, 12)
  })
})
