import { describe, expect, it, test } from 'vitest'
import type { QuantileSummary, Summary } from '../summary/summary.ts'
import { compare } from './compare.ts'
import { testEquivalence, testNonInferiority } from './margins.ts'

const moments = (columns: number) => ({
  n: 50,
  means: Array.from({ length: columns }, (_, i) => 10 + i),
  comoments: Array.from({ length: columns }, (_, i) =>
    Array.from({ length: columns }, (__, j) => (i === j ? 50 : 20)),
  ),
})
const summaries: readonly (Summary | QuantileSummary)[] = [
  { kind: 'mean', n: 50, mean: 10, m2: 50 },
  { kind: 'proportion', n: 50, successes: 20 },
  { kind: 'count', events: 20, exposure: 300 },
  { kind: 'ratio', moments: moments(2) },
  { kind: 'cuped', moments: moments(2) },
  { kind: 'cuped_ratio', moments: moments(4) },
  { kind: 'quantile', probability: 0.5, n: 50, nStar: 50, value: 1, lower: 0.9, upper: 1.1, clusters: null },
]
const methods = [
  'welch_t',
  'two_proportion_z',
  'rate_score_z',
  'ratio_delta',
  'cuped_t',
  'cuped_ratio_t',
  'quantile_t',
]

describe('comparing summaries', () => {
  test.each(summaries.map((summary, i) => [summary.kind, summary, methods[i]] as const))(
    'of kind %s of themselves has no effect',
    (_kind, summary, method) => {
      expect(compare(summary, summary)).toMatchObject({ kind: 'estimate', method, effect: 0, p: 1 })
      const half = { alternative: 'greater' } as const
      expect(compare(summary, summary, half)).toMatchObject({ p: 0.5, interval: { upper: null } })
    },
  )

  test.each(summaries.flatMap(a => summaries.filter(b => b !== a).map(b => [a.kind, b.kind, a, b] as const)))(
    'of kinds %s and %s is a mistake',
    (_a, _b, control, variant) => {
      expect(compare(control, variant)).toMatchObject({ kind: 'invalid', argument: 'variant' })
    },
  )

  it('refuses values that were winsorised on each variant by itself', () => {
    const capped = (upper: number): Summary => ({
      kind: 'cuped',
      moments: moments(2),
      caps: [
        { kind: 'cap', lower: null, upper },
        { kind: 'cap', lower: null, upper: 5 },
      ],
    })
    expect(compare(capped(20), capped(21))).toMatchObject({
      kind: 'invalid',
      expected: "cut to the control's caps",
    })
    expect(compare(capped(20), capped(20))).toMatchObject({ kind: 'estimate' })
  })
})

describe('margins', () => {
  const control: Summary = { kind: 'mean', n: 400, mean: 10, m2: 400 }
  const variant: Summary = { kind: 'mean', n: 400, mean: 9.9, m2: 400 }
  const comparison = (options: object) => compare(control, variant, options)

  it('show a variant not to be worse when its bound is within the margin', () => {
    const wide = testNonInferiority(comparison, { margin: 0.3, better: 'higher' })
    const narrow = testNonInferiority(comparison, { margin: 0.11, better: 'higher' })
    if (wide.kind !== 'estimate' || narrow.kind !== 'estimate') throw new Error('refused')
    expect(wide.p).toBeLessThan(0.05)
    expect(wide.interval.lower).toBeGreaterThan(-0.3)
    expect(narrow.p).toBeGreaterThan(0.05)
    expect(narrow.interval.lower).toBeLessThan(-0.11)
    expect(wide.interval.upper).toBeNull()
  })

  it('look the other way when lower is better', () => {
    const result = testNonInferiority(comparison, { margin: 0.02, better: 'lower' })
    expect(result.kind === 'estimate' && (result.p ?? 9) < 0.05).toBe(true)
    expect(result).toMatchObject({ interval: { lower: null } })
  })

  it('show equivalence exactly when the interval of level 1 - 2 alpha lies within them', () => {
    for (const reach of [0.1, 0.2, 0.22, 0.25, 0.4]) {
      const result = testEquivalence(comparison, { lower: -reach, upper: reach })
      if (result.kind !== 'estimate') throw new Error('refused')
      const within = (result.interval.lower ?? -9) > -reach && (result.interval.upper ?? 9) < reach
      expect(within).toBe((result.p ?? 9) < 0.05)
    }
  })

  test.each([
    [testNonInferiority(comparison, { margin: 0, better: 'higher' }), 'margin'],
    [testNonInferiority(comparison, { margin: 1, better: 'higher', alpha: 2 }), 'alpha'],
    [testEquivalence(comparison, { lower: 1, upper: 1 }), 'lower'],
    [testEquivalence(comparison, { lower: -1, upper: 1, alpha: 0.5 }), 'alpha'],
  ])('are checked: %j', (result, argument) => {
    expect(result).toMatchObject({ kind: 'invalid', argument })
  })
})
