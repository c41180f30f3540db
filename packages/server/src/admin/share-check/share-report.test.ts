import { parseTable } from '@weir/core/assignment'
import { describe, expect, test } from 'vitest'
import type { ShareCount, SplitRevision } from '../../storage/event-store.ts'
import { type Phase, phasesOf, reportPhase } from './share-report.ts'

const revision = (number: number, route = 'default'): SplitRevision => ({
  route,
  revision: number,
  salt: `demo.${route}`,
  first_at: number * 1000,
  last_at: number * 1000 + 1500,
})

const tablesBy = (runs: Readonly<Record<number, string>>) => (split: SplitRevision) => {
  const text = runs[split.revision]
  return text === undefined ? undefined : parseTable(text)
}

describe('phases', () => {
  const revisionsOf = (phases: readonly Phase[]) =>
    phases.map(({ route, revisions }) => [route, ...revisions])

  test('are revisions of equal shares that follow each other, wherever the buckets lie', () => {
    const tableOf = tablesBy({
      1: 'large*8000 small*2000',
      2: 'large*4000 small*2000 large*4000',
      3: 'large*5000 small*5000',
      7: 'large*8000 small*2000',
    })
    const phases = phasesOf(
      [1, 2, 3, 7].map(number => revision(number)),
      tableOf,
    )
    expect(revisionsOf(phases)).toEqual([
      ['default', 1, 2],
      ['default', 3],
      ['default', 7],
    ])
    expect(phases[0]).toMatchObject({ first_at: 1000, last_at: 3500 })
    expect(Object.fromEntries(phases[0]?.configured ?? [])).toEqual({ large: 0.8, small: 0.2 })
  })

  test('are of one route each, and of one revision where nobody knows the shares', () => {
    const tableOf = tablesBy({ 1: 'large*10000' })
    const revisions = [revision(1), revision(1, 'vip'), revision(2, 'vip'), revision(3, 'vip')]
    expect(revisionsOf(phasesOf(revisions, tableOf))).toEqual([
      ['default', 1],
      ['vip', 1],
      ['vip', 2],
      ['vip', 3],
    ])
  })
})

describe('the report of a phase', () => {
  const phase = (configured: Readonly<Record<string, number>> | null): Phase => ({
    route: 'default',
    revisions: [1],
    configured: configured === null ? null : new Map(Object.entries(configured)),
    first_at: 0,
    last_at: 1000,
  })
  const split = phase({ large: 0.8, small: 0.2 })
  const count = (variant: string, units: number, requests = 3 * units, single_requests = 0): ShareCount => ({
    phase: 0,
    variant,
    requests,
    units,
    single_requests,
  })

  test('has the binomial interval of each count', () => {
    expect(reportPhase(split, [count('large', 36), count('small', 14)])).toMatchObject({
      counted: 'units',
      total: 50,
      requests: 150,
      verdict: 'ok',
      // SciPy 1.10.1: chisquare([36, 14], [40, 10]) has p = 0.157299..., binom.interval(0.95, 50, 0.8) is 34 to 45.
      p: expect.closeTo(0.15729920705028513, 12),
      chi_square: expect.closeTo(2, 12),
      degrees_of_freedom: 1,
      variants: [
        {
          variant: 'large',
          configured: 0.8,
          observed: 0.72,
          count: 36,
          expected: 40,
          expected_low: 34,
          expected_high: 45,
        },
        {
          variant: 'small',
          configured: 0.2,
          observed: 0.28,
          count: 14,
          expected: 10,
          expected_low: 5,
          expected_high: 16,
        },
      ],
    })
  })

  test('is a mismatch when chance alone does that to less than one in a thousand', () => {
    expect(reportPhase(split, [count('large', 700), count('small', 300)])).toMatchObject({
      verdict: 'mismatch',
    })
    expect(reportPhase(split, [count('large', 765), count('small', 235)])).toMatchObject({ verdict: 'ok' })
  })

  test('is a leak when a variant without a share has any', () => {
    expect(reportPhase(split, [count('large', 800), count('small', 200), count('gone', 1)])).toMatchObject({
      verdict: 'leak',
      reason: '1 units are on gone, which had no share',
      p: null,
      variants: [{}, {}, { variant: 'gone', configured: 0, expected: 0, expected_low: 0, expected_high: 0 }],
    })
  })

  test('has too few when the test cannot be trusted, and says how many it takes', () => {
    expect(reportPhase(split, [count('large', 20), count('small', 4)])).toMatchObject({
      verdict: 'too_few',
      reason: '24 of the 25 units that a verdict takes',
      p: null,
    })
    const nothing = reportPhase(split, [])
    expect(nothing).toMatchObject({
      verdict: 'too_few',
      total: 0,
      variants: [{ observed: null, count: 0 }, {}],
    })
  })

  test('is fine where one variant has all, and knows nothing where nobody knows the shares', () => {
    expect(reportPhase(phase({ large: 1 }), [count('large', 3)])).toMatchObject({ verdict: 'ok', p: null })
    expect(reportPhase(phase(null), [count('large', 30), count('small', 9)])).toMatchObject({
      verdict: 'unknown',
      p: null,
      variants: [{ configured: null, expected: null, expected_low: null, count: 30 }, { count: 9 }],
    })
  })

  test('says that it counts requests only where each is drawn anew', () => {
    const drawn = [count('large', 36, 36, 36), count('small', 14, 14, 14)]
    expect(reportPhase(split, drawn)).toMatchObject({ counted: 'requests', total: 50 })
    expect(reportPhase(split, [count('large', 36, 36, 35), count('small', 14, 14, 14)])).toMatchObject({
      counted: 'units',
    })
  })
})
