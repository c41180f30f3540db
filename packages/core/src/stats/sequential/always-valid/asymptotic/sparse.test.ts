import { describe, expect, it } from 'vitest'
import { type Rng, seededRng } from '../../../rng/rng.ts'
import type { MeanSummary, ProportionSummary, RatioSummary, Summary } from '../../../summary/summary.ts'
import { checkGuardrail } from '../guardrail.ts'
import { compareSequentially } from './compare.ts'

const of = (successes: number, n: number): ProportionSummary => ({ kind: 'proportion', successes, n })

/** So many values of 1, the rest 0. */
const ones = (count: number, n: number): MeanSummary => ({
  kind: 'mean',
  n,
  mean: count / n,
  m2: (count * (n - count)) / n,
})

/** The same by a request each. */
const ratioOfOnes = (count: number, n: number): RatioSummary => ({
  kind: 'ratio',
  moments: {
    n,
    means: [count / n, 1],
    comoments: [
      [(count * (n - count)) / n, 0],
      [0, 0],
    ],
  },
})

describe('values that are rare', () => {
  const around = (n: number): MeanSummary => ({ kind: 'mean', n, mean: 0.001, m2: n })

  it.each<[string, Summary, Summary, string | null]>([
    ['a canary without any', of(38, 1900), of(0, 100), 'no_variance'],
    ['a control without any', of(0, 1900), of(30, 100), 'no_variance'],
    ['a canary with fewer than its part', of(380, 19_000), of(10, 1000), 'too_few_events'],
    ['a canary with more than its part', of(38, 1900), of(9, 100), null],
    ['an even split', of(3, 1000), of(40, 1000), null],
    ['15 on each', of(380, 19_000), of(15, 1000), null],
    ['failures among successes', of(18_620, 19_000), of(990, 1000), 'too_few_events'],
    ['means', ones(380, 19_000), ones(10, 1000), 'too_few_events'],
    ['ratios', ratioOfOnes(380, 19_000), ratioOfOnes(10, 1000), 'too_few_events'],
    ['ratios of none', ratioOfOnes(380, 19_000), ratioOfOnes(0, 1000), 'no_variance'],
    ['means of both signs', around(19_000), around(1000), null],
  ])('are asked for where the split is uneven: %s', (_what, control, variant, reason) => {
    const result = compareSequentially(control, variant)
    if (reason === null) expect(result.kind).toBe('estimate')
    else expect(result).toMatchObject({ kind: 'insufficient', reason })
  })

  it('are asked for as often as the caller says, and not less than once', () => {
    const [control, variant] = [of(380, 19_000), of(10, 1000)]
    expect(compareSequentially(control, variant, { leastEvents: 10 }).kind).toBe('estimate')
    expect(compareSequentially(control, of(0, 1000), { leastEvents: 0 })).toMatchObject({
      reason: 'no_variance',
    })
    expect(compareSequentially(control, variant, { leastEvents: -1 })).toMatchObject({
      argument: 'leastEvents',
    })
  })
})

/** Looks after every 50 units, both variants with the same rate, until one says so. */
function isAlarmed(
  rng: Rng,
  [share, rate, units]: readonly [number, number, number],
  alarm: (control: ProportionSummary, variant: ProportionSummary) => boolean,
): boolean {
  const [control, variant] = [
    { n: 0, successes: 0 },
    { n: 0, successes: 0 },
  ]
  for (let i = 1; i <= units; i++) {
    const arm = rng.uniform() < share ? variant : control
    arm.n++
    if (rng.uniform() < rate) arm.successes++
    const isLook = i % 50 === 0
    if (isLook && alarm(of(control.successes, control.n), of(variant.successes, variant.n))) return true
  }
  return false
}

describe('a canary with rare events', () => {
  const runs = 2000
  // 99.9 % of counts at 5 % lie below 132 of 2,000.
  const most = 132
  it.each([
    [0.05, 0.02, 5000, 'two_sided'],
    [0.1, 0.02, 4000, 'less'],
    [0.05, 0.005, 10_000, 'two_sided'],
  ] as const)(
    'of share %d and rate %d, looked at to %d units, gives false alarms no more often than alpha (%s, seeded)',
    (share, rate, units, alternative) => {
      let alarms = 0
      for (let run = 0; run < runs; run++) {
        const isFalse = isAlarmed(seededRng(run), [share, rate, units], (control, variant) => {
          const result = compareSequentially(control, variant, { alternative })
          return result.kind === 'estimate' && (result.p ?? 1) < 0.05
        })
        if (isFalse) alarms++
      }
      expect(alarms).toBeLessThan(most)
    },
  )

  it('is not called safe at the margin in more than 5 % of runs (seeded)', () => {
    let alarms = 0
    for (let run = 0; run < runs; run++) {
      const rng = seededRng(run)
      const [control, variant] = [
        { n: 0, successes: 0 },
        { n: 0, successes: 0 },
      ]
      let isCalledSafe = false
      for (let i = 1; i <= 4000 && !isCalledSafe; i++) {
        const isVariant = rng.uniform() < 0.05
        const arm = isVariant ? variant : control
        arm.n++
        if (rng.uniform() < (isVariant ? 0.02 : 0.01)) arm.successes++
        if (i % 50 > 0) continue
        const check = checkGuardrail(
          asked =>
            compareSequentially(of(control.successes, control.n), of(variant.successes, variant.n), asked),
          { margin: 0.01, better: 'lower' },
        )
        isCalledSafe = check.kind === 'guardrail' && check.verdict === 'safe'
      }
      if (isCalledSafe) alarms++
    }
    expect(alarms).toBeLessThan(most)
  })
})
