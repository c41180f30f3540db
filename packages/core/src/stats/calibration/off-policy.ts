// What another policy would have earned, from the log of one that was used.
import {
  doublyRobustRow,
  doublyRobustValue,
  importanceRow,
  ipsValue,
  type PolicyOptions,
  type PolicyValue,
  snipsValue,
} from '../bandit/off-policy.ts'
import type { Result } from '../result.ts'
import type { Rng } from '../rng/rng.ts'
import { MomentsBuilder } from '../summary/moments-builder.ts'
import { misses, type Scenario } from './law.ts'
import type { Measurement } from './measurement.ts'
import { normalDraws } from './normal-draws.ts'

import { RunningArm } from './running-arm.ts'

const UNITS = 2000

/** Rewards of two arms, in two kinds of contexts, and the chance with which the log has the second arm. */
const CONTEXTS = [
  { rewards: [0, 1], logged: 0.2 },
  { rewards: [1, 0.5], logged: 0.7 },
] as const

/** The policy in question takes the second arm in the first context with this chance, and in the second with the rest. */
const TARGET = 0.9
/** Of the policy in question: 0.9 in the first kind of context, 0.95 in the second, half of them of either. */
const TRUTH = 0.925

const OPTIONS: PolicyOptions = { level: 0.95, looks: { kind: 'one' } }

type Values = readonly [ips: Result<PolicyValue>, snips: Result<PolicyValue>, robust: Result<PolicyValue>]

interface Log {
  readonly values: Values
  /** The mean reward of decisions that the policy in question would most likely have taken, as if they were its own. */
  readonly matched: RunningArm
}

function logOf(rng: Rng): Log {
  const draw = normalDraws(rng)
  const [importance, robust] = [new MomentsBuilder(3), new MomentsBuilder(4)]
  const matched = new RunningArm()
  for (let i = 0; i < UNITS; i++) {
    const kind = rng.uniform() < 0.5 ? 0 : 1
    const { rewards, logged } = CONTEXTS[kind]
    const isSecond = rng.uniform() < logged
    const takesSecond = kind === 0 ? TARGET : 1 - TARGET
    const reward = rewards[isSecond ? 1 : 0] + draw()
    const target = isSecond ? takesSecond : 1 - takesSecond
    const decision = { propensity: isSecond ? logged : 1 - logged, target, reward }
    // A model that is half right: it knows the arms, and not the contexts.
    const model = { ofTaken: isSecond ? 0.75 : 0.5, ofPolicy: takesSecond * 0.75 + (1 - takesSecond) * 0.5 }
    importance.add(importanceRow(decision, Infinity))
    robust.add(doublyRobustRow(decision, model, Infinity))
    if (target > 0.5) matched.add(reward)
  }
  const [plain, doubly] = [importance.moments(), robust.moments()]
  if ('kind' in plain || 'kind' in doubly) throw new Error('no moments')
  return {
    values: [ipsValue(plain, OPTIONS), snipsValue(plain, OPTIONS), doublyRobustValue(doubly, OPTIONS)],
    matched,
  }
}

function misled(value: Result<PolicyValue>): boolean {
  if (value.kind !== 'policy_value') throw new Error(value.kind)
  return TRUTH < (value.interval.lower ?? -Infinity) || TRUTH > (value.interval.upper ?? Infinity)
}

const DATA = `${UNITS} decisions, two kinds of contexts, propensities of 0.2 to 0.8, normal rewards`

const intervals: Scenario = {
  name: 'off-policy, intervals',
  data: DATA,
  seed: 84,
  laws: [
    misses('ips', 'holds'),
    misses('snips', 'holds'),
    misses('doubly_robust', 'holds'),
    misses('mean of matching decisions -+ 1.96 standard errors', 'broken'),
  ],
  prepare: () => rng => {
    const { values, matched } = logOf(rng)
    const off = Math.abs(matched.mean - TRUTH) / Math.sqrt(matched.variance / matched.n)
    return [...values.map(misled), off > 1.96]
  },
}

export const offPolicyScenarios: readonly Scenario[] = [intervals]

const UNBIASED = { kind: 'within', low: 0, high: 0 } as const

export const bias: Measurement = {
  name: 'off-policy, bias',
  data: DATA,
  seed: 85,
  quantities: [
    { what: 'ips', expected: UNBIASED },
    { what: 'snips', expected: { kind: 'within', low: -0.002, high: 0.002 } },
    { what: 'doubly_robust', expected: UNBIASED },
    { what: 'mean of matching decisions', expected: { kind: 'outside', low: 0, high: 0 } },
  ],
  prepare: () => rng => {
    const { values, matched } = logOf(rng)
    const errors = values.map(value => (value.kind === 'policy_value' ? value.value - TRUTH : Number.NaN))
    return [...errors, matched.mean - TRUTH]
  },
}
