import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Rng, seededRng } from '../rng/rng.ts'
import type { Moments } from '../summary/moments.ts'
import { MomentsBuilder } from '../summary/moments-builder.ts'
import {
  doublyRobustRow,
  doublyRobustValue,
  importanceRow,
  ipsValue,
  type LoggedDecision,
  snipsValue,
} from './off-policy.ts'

const once = { level: 0.95, looks: { kind: 'one' } } as const
const means = [0.2, 0.5, 0.8]
const logging = [0.6, 0.3, 0.1]
const target = [0.1, 0.3, 0.6]
const truth = 0.02 + 0.15 + 0.48

/** A decision of the logging policy among three arms that succeed with probability 0.2, 0.5 and 0.8. */
function decide(
  rng: Rng,
  propensities: readonly number[] = logging,
): LoggedDecision & { readonly arm: number } {
  const u = rng.uniform()
  const arm = u < (propensities[0] ?? 0) ? 0 : u < (propensities[0] ?? 0) + (propensities[1] ?? 0) ? 1 : 2
  const reward = rng.uniform() < (means[arm] ?? 0) ? 1 : 0
  return { arm, propensity: propensities[arm] ?? 0, target: target[arm] ?? 0, reward }
}

function momentsOf(rows: Iterable<readonly number[]>): Moments {
  const listed = [...rows]
  const builder = new MomentsBuilder(listed[0]?.length ?? 3)
  for (const row of listed) builder.add(row)
  const moments = builder.moments()
  if ('kind' in moments) throw new Error(moments.expected)
  return moments
}

function firstThree({ n, means, comoments }: Moments): Moments {
  return { n, means: means.slice(0, 3), comoments: comoments.slice(0, 3).map(row => row.slice(0, 3)) }
}

function value(result: ReturnType<typeof ipsValue>) {
  if (result.kind !== 'policy_value') throw new Error(JSON.stringify(result))
  return result
}

function rowsOf(seed: number, n: number, row: (decision: ReturnType<typeof decide>) => readonly number[]) {
  const rng = seededRng(seed)
  return momentsOf(Array.from({ length: n }, () => row(decide(rng))))
}

/** Predictions, off by 0.1, of the arm taken and of the policy in question. */
const model = (arm: number) => ({ ofTaken: (means[arm] ?? 0) + 0.1, ofPolicy: truth + 0.1 })

const methods = [
  [
    'ips',
    (seed: number, n: number) =>
      value(
        ipsValue(
          rowsOf(seed, n, d => importanceRow(d, Infinity)),
          once,
        ),
      ),
  ],
  [
    'snips',
    (seed: number, n: number) =>
      value(
        snipsValue(
          rowsOf(seed, n, d => importanceRow(d, Infinity)),
          once,
        ),
      ),
  ],
  [
    'doubly robust',
    (seed: number, n: number) =>
      value(
        doublyRobustValue(
          rowsOf(seed, n, d => doublyRobustRow(d, model(d.arm), Infinity)),
          once,
        ),
      ),
  ],
] as const

describe('the value of a policy from decisions of another', () => {
  it.each(methods)('has no bias and covers the truth: %s (seeded, 2,000 logs of 300)', (_name, estimate) => {
    const runs = 2000
    let total = 0
    let missed = 0
    let squares = 0
    for (let run = 0; run < runs; run++) {
      const { value: found, interval } = estimate(run, 300)
      total += found - truth
      squares += (found - truth) ** 2
      if ((interval.lower ?? 0) > truth || (interval.upper ?? 0) < truth) missed++
    }
    const error = Math.sqrt(squares / runs) / Math.sqrt(runs)
    expect(Math.abs(total / runs)).toBeLessThan(3.5 * error)
    // At most 6.5 % for a nominal 5 %: 99.9 % of counts at 5 % lie below 132 of 2,000.
    expect(missed).toBeLessThan(132)
  })

  it('is the plain mean when the policy in question is the one that logged', () => {
    const rewards = Array.from({ length: 40 }, (_, i) => (i % 3) / 2)
    const moments = momentsOf(
      rewards.map(reward => importanceRow({ propensity: 0.3, target: 0.3, reward }, Infinity)),
    )
    const mean = rewards.reduce((a, b) => a + b) / 40
    const spread = Math.sqrt(rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / 39 / 40)
    for (const result of [ipsValue(moments, once), snipsValue(moments, once)]) {
      const { value: found, standardError, effectiveSize } = value(result)
      expect(found).toBeCloseTo(mean, 13)
      expect(standardError).toBeCloseTo(spread, 13)
      expect(effectiveSize).toBeCloseTo(40, 10)
    }
  })

  it('is worked out by hand for two kinds of decisions', () => {
    // 30 with weight 2 and reward 1, 30 with weight 0.5 and reward 0: IPS = 1, SNIPS = 0.8.
    const rows = Array.from({ length: 60 }, (_, i) =>
      i % 2 === 0
        ? importanceRow({ propensity: 0.25, target: 0.5, reward: 1 }, Infinity)
        : importanceRow({ propensity: 0.5, target: 0.25, reward: 0 }, Infinity),
    )
    expect(value(ipsValue(momentsOf(rows), once)).value).toBeCloseTo(1, 13)
    const snips = value(snipsValue(momentsOf(rows), once))
    expect(snips.value).toBeCloseTo(0.8, 13)
    expect(snips.effectiveSize).toBeCloseTo((60 * 1.25 ** 2) / 2.125, 10)
    // Residuals w (r - v): 0.4 and -0.4.
    expect(snips.standardError).toBeCloseTo(Math.sqrt((60 * 0.16) / 59 / 60) / 1.25, 13)
  })

  it('does not move by SNIPS but for the shift when rewards are shifted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        (seed, shift) => {
          const of = (by: number) =>
            value(
              snipsValue(
                rowsOf(seed, 200, d => importanceRow({ ...d, reward: d.reward + by }, Infinity)),
                once,
              ),
            )
          expect(of(shift).value - of(0).value).toBeCloseTo(shift, 9)
          expect(of(shift).standardError).toBeCloseTo(of(0).standardError, 9)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('is narrower by a good model than by IPS', () => {
    const [ips, robust] = [methods[0][1](9, 1000), methods[2][1](9, 1000)]
    expect(robust.standardError).toBeLessThan(ips.standardError)
  })

  it('covers at all looks at once by a sequence, and at one look does not (seeded, 200 logs, a look after every decision)', () => {
    const everyLook = { level: 0.95, looks: { kind: 'every', tunedFor: 300 } } as const
    const ever = { one: 0, every: 0 }
    for (let run = 0; run < 200; run++) {
      const rng = seededRng(run)
      const builder = new MomentsBuilder(3)
      const missed = { one: false, every: false }
      for (let i = 1; i <= 1000; i++) {
        builder.add(importanceRow(decide(rng), Infinity))
        const moments = builder.moments()
        if (i < 200 || 'kind' in moments) continue
        const { value: found, standardError, interval } = value(ipsValue(moments, everyLook))
        if ((interval.lower ?? 0) > truth || (interval.upper ?? 0) < truth) missed.every = true
        if (Math.abs(found - truth) > 1.96 * standardError) missed.one = true
      }
      if (missed.one) ever.one++
      if (missed.every) ever.every++
    }
    // 99.9 % of counts at 5 % lie below 21 of 200.
    expect(ever.every).toBeLessThan(21)
    expect(ever.one).toBeGreaterThan(30)
  })

  it('says how much clipping took away, which bounds how much too low it is', () => {
    const clipped = value(
      ipsValue(
        rowsOf(3, 20_000, d => importanceRow(d, 3)),
        once,
      ),
    )
    const unclipped = value(
      ipsValue(
        rowsOf(3, 20_000, d => importanceRow(d, Infinity)),
        once,
      ),
    )
    expect(clipped.clippedWeight).toBeCloseTo(0.1 * 3, 1)
    expect(unclipped.value - clipped.value).toBeGreaterThan(0.1)
    expect(unclipped.value - clipped.value).toBeLessThanOrEqual(clipped.clippedWeight + 1e-12)
    expect(clipped.assumptions).toContainEqual({ what: 'no weight was clipped', state: 'doubtful' })
    expect(unclipped.assumptions).toContainEqual({ what: 'no weight was clipped', state: 'holds' })
  })

  it.each([
    [99, 'doubtful'],
    [101, 'holds'],
  ])('with %d rewards of 10,000 decisions of the policy itself is %s', (rewarded, state) => {
    const rows = Array.from({ length: 10_000 }, (_, i) => [i < rewarded ? 1 : 0, 1, 0])
    expect(value(ipsValue(momentsOf(rows), once)).assumptions.at(-1)?.state).toBe(state)
  })

  it('doubts propensities that do not make weights average one', () => {
    const wrong = ipsValue(
      rowsOf(4, 5000, d => importanceRow({ ...d, propensity: 1 / 3 }, Infinity)),
      once,
    )
    expect(value(wrong).assumptions[0]?.state).toBe('doubtful')
    expect(methods[0][1](4, 5000).assumptions[0]?.state).toBe('holds')
  })

  it.each([
    [
      'a few large weights',
      momentsOf(Array.from({ length: 500 }, (_, i) => (i < 5 ? [100, 100, 0] : [0, 0.01, 0]))),
      {},
      { reason: 'too_few_units' },
    ],
    [
      'weights that are all 0',
      momentsOf(Array.from({ length: 500 }, () => [0, 0, 0])),
      {},
      { reason: 'too_few_units' },
    ],
    [
      'rewards that do not vary',
      momentsOf(
        Array.from({ length: 80 }, (_, i) =>
          importanceRow({ propensity: 0.5, target: i % 2, reward: 0 }, Infinity),
        ),
      ),
      {},
      { kind: 'insufficient', reason: 'no_variance' },
    ],
    [
      'rewards that hardly vary, at every look',
      momentsOf(
        Array.from({ length: 400 }, (_, i) =>
          importanceRow({ propensity: 0.5, target: i % 2, reward: i < 28 ? 1 : 0 }, Infinity),
        ),
      ),
      { looks: { kind: 'every', tunedFor: 300 } as const },
      { kind: 'insufficient', reason: 'too_few_events' },
    ],
    [
      'failures that hardly vary, at every look',
      momentsOf(
        Array.from({ length: 400 }, (_, i) =>
          importanceRow({ propensity: 0.5, target: i % 2, reward: i < 28 ? 0 : 1 }, Infinity),
        ),
      ),
      { looks: { kind: 'every', tunedFor: 300 } as const },
      { kind: 'insufficient', reason: 'too_few_events' },
    ],
    [
      'a least effective size of 1',
      momentsOf([]),
      { leastEffectiveSize: 1 },
      { argument: 'leastEffectiveSize' },
    ],
    ['no decisions', momentsOf([]), {}, { reason: 'too_few_units' }],
    ['a level of 95', momentsOf([]), { level: 95 }, { argument: 'level' }],
    [
      'a sequence tuned for nothing',
      momentsOf([]),
      { looks: { kind: 'every', tunedFor: 0 } as const },
      { argument: 'tunedFor' },
    ],
    ['other columns', { n: 9, means: [1], comoments: [[1]] }, {}, { argument: 'moments' }],
  ])('is refused for %s', (_what, moments, changed, refusal) => {
    expect(ipsValue(moments, { ...once, ...changed })).toMatchObject(refusal)
  })

  it('has no width of 0 by any method where rewards do not vary', () => {
    const decisions = Array.from({ length: 80 }, (_, i) => ({ propensity: 0.5, target: i % 2 }))
    const rows = (reward: number) => momentsOf(decisions.map(d => importanceRow({ ...d, reward }, Infinity)))
    const robust = momentsOf(
      decisions.map(d => doublyRobustRow({ ...d, reward: 0 }, { ofTaken: 0, ofPolicy: 0 }, Infinity)),
    )
    const refusal = { kind: 'insufficient', reason: 'no_variance' }
    expect(snipsValue(rows(0), once)).toMatchObject(refusal)
    expect(snipsValue(rows(1), once)).toMatchObject(refusal)
    expect(doublyRobustValue(robust, once)).toMatchObject(refusal)
  })

  it.each(['ips', 'snips', 'doubly_robust'] as const)(
    'with rare rewards covers at all looks at once: %s (seeded, 1,000 logs, a look after every 20 decisions)',
    method => {
      const options = { level: 0.95, looks: { kind: 'every', tunedFor: 1000 } } as const
      const guess = { ofTaken: 0.03, ofPolicy: 0.03 }
      let missed = 0
      for (let run = 0; run < 1000; run++) {
        const rng = seededRng(run)
        const builder = new MomentsBuilder(4)
        let isMissed = false
        for (let i = 1; i <= 1500 && !isMissed; i++) {
          const decision = {
            propensity: 0.5,
            target: rng.uniform() < 0.5 ? 1 : 0,
            reward: rng.uniform() < 0.05 ? 1 : 0,
          }
          const robust = doublyRobustRow(decision, guess, Infinity)
          builder.add(method === 'doubly_robust' ? robust : [...importanceRow(decision, Infinity), 0])
          if (i % 20 > 0) continue
          const all = builder.moments()
          if ('kind' in all) throw new Error(all.expected)
          const moments = method === 'doubly_robust' ? all : firstThree(all)
          const estimate = { ips: ipsValue, snips: snipsValue, doubly_robust: doublyRobustValue }[method]
          const result = estimate(moments, options)
          if (result.kind !== 'policy_value') continue
          isMissed = (result.interval.lower ?? 0) > 0.05 || (result.interval.upper ?? 1) < 0.05
        }
        if (isMissed) missed++
      }
      // 99.9 % of counts at 5 % lie below 73 of 1,000.
      expect(missed).toBeLessThan(73)
    },
  )

  it.each([
    { propensity: 2, target: 0.5, reward: 1 },
    { propensity: 0, target: 0.5, reward: 1 },
    { propensity: 0.5, target: 1.5, reward: 1 },
    { propensity: 0.5, target: -1, reward: 1 },
  ])('is not had from a decision such as %o', decision => {
    const builder = new MomentsBuilder(3)
    for (let i = 0; i < 100; i++) builder.add(importanceRow(decide(seededRng(i)), Infinity))
    builder.add(importanceRow(decision, Infinity))
    expect(builder.moments()).toMatchObject({ kind: 'invalid' })
  })

  it('takes a smaller effective size when it is told to', () => {
    const moments = rowsOf(1, 60, d => importanceRow(d, Infinity))
    expect(ipsValue(moments, once)).toMatchObject({ reason: 'too_few_units', needed: 30 })
    const { guarantee } = value(ipsValue(moments, { ...once, leastEffectiveSize: 5 }))
    expect(guarantee).toEqual({ kind: 'asymptotic', burnIn: 5 })
  })

  it('is not had at a level that 1 less it rounds to 1', () => {
    const moments = rowsOf(1, 60, d => importanceRow(d, Infinity))
    const looks = { kind: 'every', tunedFor: 100, leastEvents: 0 } as const
    for (const estimate of [ipsValue, snipsValue]) {
      const result = estimate(moments, { level: 1e-300, looks, leastEffectiveSize: 5 })
      expect(result).toMatchObject({ kind: 'invalid', argument: 'level' })
    }
  })
})
