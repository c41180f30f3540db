// Track-and-Stop as a whole: shares that follow the rewards, and the rule that says when the best arm is found.
import { checkStop, type StopRule, stopRule } from '../bandit/stopping.ts'
import type { RewardArm } from '../bandit/thompson.ts'
import { type TrackOptions, trackingShares } from '../bandit/track-and-stop.ts'
import type { Rng } from '../rng/rng.ts'
import { rejects, type Scenario } from './law.ts'
import type { Measurement } from './measurement.ts'
import { normalDraws } from './normal-draws.ts'
import { RunningArm } from './running-arm.ts'

const DELTA = 0.05
const TRACKING: TrackOptions = { epsilon: 0, leastShare: 0.1, regularisation: 0, varianceFloor: 1e-12 }
/** On each arm, before shares follow anything and before anything is decided. */
const FIRST = 30
const EVEN = [1 / 3, 1 / 3, 1 / 3]
/** Units between two checks. */
const BATCH = 10

function ruleOf(): StopRule {
  const options = { epsilon: 0, delta: DELTA, minimumUnits: FIRST, varianceFloor: 1e-12 }
  const rule = stopRule({ ...options, threshold: 'kaufmann_koolen' }, EVEN.length)
  if (rule.kind === 'invalid') throw new Error(rule.argument)
  return rule
}

function rewardsOf(arms: readonly RunningArm[]): readonly RewardArm[] {
  return arms.map(({ n, mean, variance }) => ({ n, mean, variance }))
}

function tracked(arms: readonly RunningArm[]): readonly number[] {
  const result = trackingShares(rewardsOf(arms), TRACKING)
  if (result.kind !== 'shares') throw new Error(result.kind)
  return result.shares
}

/** The arm furthest behind its share. */
function furthestBehind(arms: readonly RunningArm[], shares: readonly number[], units: number): number {
  let [most, which] = [-Infinity, 0]
  arms.forEach(({ n }, i) => {
    const behind = (shares[i] ?? 0) * (units + 1) - n
    if (behind > most) [most, which] = [behind, i]
  })
  return which
}

/** How shares are found, at which numbers of units. */
type Allocation = 'tracking' | 'even'

/** Units at which they are: twice, as each time takes as long as hundreds of units do. */
const RESHARED: readonly number[] = [90, 200]

/** Runs until `isOver`, which is asked at every tenth unit from the first ninety on. */
function run(
  rng: Rng,
  means: readonly number[],
  allocation: Allocation,
  isOver: (arms: readonly RewardArm[], units: number) => boolean,
): void {
  const draw = normalDraws(rng)
  const arms = means.map(() => new RunningArm())
  let shares: readonly number[] = EVEN
  for (let units = 0; ; ) {
    if (units >= FIRST * means.length && isOver(rewardsOf(arms), units)) return
    if (allocation === 'tracking' && RESHARED.includes(units)) shares = tracked(arms)
    for (let i = 0; i < BATCH; i++, units++) {
      const taken = furthestBehind(arms, shares, units)
      arms[taken]?.add((means[taken] ?? 0) + draw())
    }
  }
}

const UNITS = 400

const alike: Scenario = {
  name: 'bandit, stopping under tracking shares',
  data: `three arms alike, normal, shares by trackingShares at ${RESHARED.join(' and ')} units; checked at every tenth of ${UNITS}`,
  seed: 310,
  laws: [
    rejects('track_and_stop: any arm named', 'holds', DELTA),
    rejects('evidence of one look: 1.96^2 / 2', 'broken', DELTA),
  ],
  prepare: () => {
    const rule = ruleOf()
    return rng => {
      let [isNamed, isShown] = [false, false]
      run(rng, [0, 0, 0], 'tracking', (arms, units) => {
        const check = checkStop(arms, rule, null)
        if (check.kind !== 'stop_check') throw new Error(check.kind)
        isNamed ||= check.winner !== null
        isShown ||= check.evidence > 1.96 ** 2 / 2
        return units >= UNITS
      })
      return [isNamed, isShown]
    }
  },
}

export const identificationScenarios: readonly Scenario[] = [alike]

/** The second arm is the hard one; the third needs next to no units, and even shares waste a third on it. */
const MEANS = [0, -0.7, -2] as const

/**
 * Units that a nat of evidence takes at the best shares.
 *
 * Source: Garivier and Kaufmann (2016), COLT, theorem 1, arXiv:1602.04589: no way of choosing arms does with less.
 */
function unitsPerNat(): number {
  const arms = MEANS.map(mean => ({ n: 1, mean, variance: 1 }))
  const result = trackingShares(arms, { ...TRACKING, leastShare: 1e-3 })
  if (result.kind !== 'shares') throw new Error(result.kind)
  const [first = 0, ...rest] = result.shares
  return Math.max(
    ...rest.map((share, i) => (2 * (1 / first + 1 / share)) / ((MEANS[0] ?? 0) - (MEANS[i + 1] ?? 0)) ** 2),
  )
}

/** Units until an arm is named, by those that as much evidence takes at the best shares, and whether the arm is another. */
function identify(rng: Rng, allocation: Allocation, rule: StopRule) {
  let found = { units: 0, nats: 0, isWrong: false }
  run(rng, MEANS, allocation, (arms, units) => {
    const check = checkStop(arms, rule, null)
    if (check.kind !== 'stop_check') throw new Error(check.kind)
    found = { units, nats: check.threshold, isWrong: check.winner !== 0 }
    return check.winner !== null
  })
  return found
}

/** Of the units at the best shares: the first ninety are even, and the shares that follow are estimates. */
const NEARLY_BEST = { low: 0.8, high: 1.25 }

export const identification: Measurement = {
  name: 'bandit, units until the best arm is found',
  data: `three normal arms with means ${MEANS.join(', ')} and deviation 1; shares by trackingShares at ${RESHARED.join(' and ')} units, or even ones; checked at every tenth`,
  seed: 311,
  quantities: [
    { what: 'tracking shares: another arm is named', expected: { kind: 'within', low: 0, high: DELTA } },
    { what: 'tracking shares: units', expected: { kind: 'reported' } },
    {
      what: 'tracking shares: units by those at the best shares',
      expected: { kind: 'within', ...NEARLY_BEST },
    },
    { what: 'units that tracking shares save', expected: { kind: 'outside', low: -1000, high: 0 } },
    { what: 'even shares: units by those at the best shares', expected: { kind: 'outside', ...NEARLY_BEST } },
  ],
  prepare: () => {
    const [rule, perNat] = [ruleOf(), unitsPerNat()]
    return rng => {
      const [tracking, even] = [identify(rng, 'tracking', rule), identify(rng, 'even', rule)]
      return [
        tracking.isWrong ? 1 : 0,
        tracking.units,
        tracking.units / (tracking.nats * perNat),
        even.units - tracking.units,
        even.units / (even.nats * perNat),
      ]
    }
  },
}
