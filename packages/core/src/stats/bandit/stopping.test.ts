import { describe, expect, it } from 'vitest'
import { drawNormal, type Rng, seededRng } from '../rng/rng.ts'
import fixture from './fixtures/stopping.json' with { type: 'json' }
import {
  checkStop,
  priceOfAnyTime,
  type StopOptions,
  type StopRule,
  type StopThreshold,
  stopRule,
} from './stopping.ts'
import type { RewardArm } from './thompson.ts'

function arms(
  n: readonly number[],
  means: readonly number[],
  variances: readonly number[],
): readonly RewardArm[] {
  return means.map((mean, i) => ({ n: n[i] ?? n[0] ?? 0, mean, variance: variances[i] ?? variances[0] ?? 0 }))
}

const tensorZero: StopOptions = {
  epsilon: 0,
  delta: 0.05,
  minimumUnits: 10,
  varianceFloor: 1e-12,
  threshold: 'ln_ln',
}

function rule(changed: Partial<StopOptions>, k: number): StopRule {
  const made = stopRule({ ...tensorZero, ...changed }, k)
  if (made.kind !== 'stop_rule') throw new Error(made.expected)
  return made
}

function check(
  rewards: readonly RewardArm[],
  changed: Partial<StopOptions> = {},
  winner: number | null = null,
) {
  const result = checkStop(rewards, rule(changed, rewards.length), winner)
  if (result.kind !== 'stop_check') throw new Error(JSON.stringify(result))
  return result
}

describe('stopping when the best arm is found', () => {
  it.each([
    ['clear_winner_should_stop', arms([1000], [0.3, 0.9, 0.5], [0.1]), {}, 1],
    ['close_competition_should_not_stop', arms([50], [0.5, 0.52, 0.51], [0.2]), {}, null],
    ['delta_affects_threshold, strict', arms([150], [0.45, 0.65, 0.5], [0.15]), { delta: 0.01 }, null],
    ['delta_affects_threshold, lenient', arms([150], [0.45, 0.65, 0.5], [0.15]), { delta: 0.2 }, 1],
    ['two_arms', arms([100], [0.3, 0.8], [0.1]), {}, 1],
    ['many_arms', arms([200], [0.3, 0.9, 0.5, 0.4, 0.6], [0.1]), { minimumUnits: 50 }, 1],
    ['increasing_samples, small', arms([80], [0.55, 0.7], [0.25]), {}, null],
    ['increasing_samples, large', arms([1000], [0.55, 0.7], [0.25]), {}, 1],
  ])('decides as TensorZero, test_check_stopping_%s', (_name, rewards, changed, winner) => {
    expect(check(rewards, changed).winner).toBe(winner)
  })

  it('has the evidence of the nearest challenger', () => {
    const { evidence, leader } = check(arms([100, 200, 50], [0.7, 0.3, 0.6], [0.1, 0.2, 0.3]), {
      epsilon: 0.02,
    })
    expect(leader).toBe(0)
    expect(evidence).toBeCloseTo(0.12 ** 2 / (2 * (0.001 + 0.006)), 12)
  })

  it('waits for the least units of every arm', () => {
    expect(checkStop(arms([5, 15, 25], [0.3, 0.7, 0.5], [0.1]), rule({}, 3), null)).toEqual({
      kind: 'insufficient',
      reason: 'too_few_units',
      needed: 10,
    })
  })

  it('stays with a winner once it is found, whatever the numbers say since', () => {
    expect(check(arms([100], [0.9, 0.1], [0.1]), {}, 1).winner).toBe(1)
  })

  it.each(fixture.price)(`has C(%d) = %d of Kaufmann and Koolen (source: ${fixture.source})`, (x, value) => {
    expect(Math.abs(priceOfAnyTime(x ?? 0) / (value ?? 0) - 1)).toBeLessThan(1e-10)
  })

  it('asks for more evidence by the proved threshold, and for more with more arms', () => {
    const of = (k: number, threshold: StopThreshold) =>
      check(arms([100], Array(k).fill(0), [1]), { threshold }).threshold
    expect(of(2, 'kaufmann_koolen')).toBeGreaterThan(of(2, 'ln_ln'))
    expect(of(5, 'kaufmann_koolen')).toBeGreaterThan(of(2, 'kaufmann_koolen'))
  })

  it('names a wrong arm less often than delta, looking after every unit (seeded, 300 runs)', () => {
    const rng = seededRng(61)
    const strict = rule({ delta: 0.1, threshold: 'kaufmann_koolen', minimumUnits: 20 }, 2)
    let wrong = 0
    for (let run = 0; run < 300; run++) if (firstWinner(rng, strict, 1000) === 0) wrong++
    expect(wrong).toBeLessThanOrEqual(30)
  })

  it.each([
    ['arms', {}, 1],
    ['epsilon', { epsilon: Number.NaN }, 2],
    ['delta', { delta: 1 }, 2],
    ['varianceFloor', { varianceFloor: 0 }, 2],
    ['minimumUnits', { minimumUnits: -1 }, 2],
  ])('has no rule that is invalid by %s', (argument, changed, k) => {
    expect(stopRule({ ...tensorZero, ...changed }, k)).toMatchObject({ kind: 'invalid', argument })
  })

  it('has a finite price for the least delta there is', () => {
    expect(rule({ delta: Number.MIN_VALUE }, 100).price).toBeLessThan(1000)
  })

  it.each([
    ['another number of arms', arms([100], [1, 2, 3], [1])],
    ['a mean that is no number', arms([100], [1, Number.NaN], [1])],
    ['means whose squares overflow', arms([100], [1e200, 0], [1])],
  ])('is invalid with %s', (_what, rewards) => {
    expect(checkStop(rewards, rule({}, 2), null)).toMatchObject({ kind: 'invalid', argument: 'arms' })
  })
})

/** Two arms with means 0 and 0.05, taken in turn: the hardest case is the one hardly told apart. */
function firstWinner(rng: Rng, given: StopRule, looks: number): number | null {
  const sums = [
    { n: 0, mean: 0, m2: 0 },
    { n: 0, mean: 0, m2: 0 },
  ]
  for (let look = 0; look < looks; look++) {
    sums.forEach((arm, i) => {
      const reward = 0.05 * i + drawNormal(rng)
      const delta = reward - arm.mean
      arm.n++
      arm.mean += delta / arm.n
      arm.m2 += delta * (reward - arm.mean)
    })
    const rewards = sums.map(({ n, mean, m2 }) => ({ n, mean, variance: n < 2 ? 0 : m2 / (n - 1) }))
    const result = look < 20 ? null : checkStop(rewards, given, null)
    if (result?.kind === 'stop_check' && result.winner !== null) return result.winner
  }
  return null
}
