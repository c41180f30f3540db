import { describe, expect, it } from 'vitest'
import type { CallResult } from './call.ts'
import type { ChatRequest } from './chat-request.ts'
import { reportRoutes, reportTraffic } from './report.ts'
import type { ListedRoute } from './splits.ts'
import { createTally, type Tally } from './tally.ts'

const price = { input: 2.5, cached_input: 0.25, output: 10 }

function routesOf(large: number, small: number): readonly ListedRoute[] {
  const variants = [
    { variant: 'large', model: 'sim/large', share: large, price },
    { variant: 'small', model: 'sim/small', share: small, price: { input: 0.15, output: 0.6 } },
    { variant: 'spare', model: 'sim/spare', share: null, price: null },
  ]
  return [{ route: 'default', variants }]
}

function requestOf(user: string): ChatRequest {
  return { body: '{}', simulation: '', stream: true, user, opening: '', metadata: null }
}

interface Changes {
  readonly variant?: string | null
  readonly served?: string
  readonly failure?: CallResult['failure']
  readonly usage?: CallResult['usage']
  readonly latencyMs?: number
}

function resultOf({ variant = 'large', served, failure = null, usage, latencyMs = 40 }: Changes): CallResult {
  const labels = { requestId: 'req', route: 'default', variant, served: served ?? variant, unit: 'user' }
  const reported = { input: 1000, cached_input: 400, output: 100, reasoning: null }
  return { labels, failure, usage: usage === undefined ? reported : usage, latencyMs, firstTokenMs: 7 }
}

function tallyOf(changes: readonly Changes[], routes = routesOf(0.5, 0.5)): Tally {
  const tally = createTally(routes)
  changes.forEach((change, i) => tally.record(requestOf(`unit-${i}`), resultOf(change)))
  return tally
}

function times<T>(n: number, value: T): T[] {
  return Array.from({ length: n }, () => value)
}

describe('the report of a route', () => {
  it('tells the share asked and seen over units, and how likely that is', () => {
    const routes = routesOf(0.8, 0.2)
    const tally = tallyOf([...times(79, {}), ...times(21, { variant: 'small' })], routes)
    const [route] = reportRoutes(tally, routes, routes)
    expect(route).toMatchObject({
      route: 'default',
      units: { total: 100, by_kind: { user: 100 }, crossed: 0 },
    })
    expect(route?.share_check).toMatchObject({ kind: 'checked', chi_square: 0.0625, degrees_of_freedom: 1 })
    expect(
      route?.variants.map(({ variant, share_asked, share_seen }) => [variant, share_asked, share_seen]),
    ).toEqual([
      ['large', 0.8, 0.79],
      ['small', 0.2, 0.21],
    ])
  })

  it('counts a busy unit once', () => {
    const tally = createTally(routesOf(0.5, 0.5))
    for (let i = 0; i < 1000; i++) tally.record(requestOf('busy'), resultOf({}))
    const [route] = reportRoutes(tally, routesOf(0.5, 0.5), routesOf(0.5, 0.5))
    expect(route?.units.total).toBe(1)
    expect(route?.share_check).toEqual({ kind: 'too_few_units', needed: 10 })
  })

  it('counts failed requests for the variant they were assigned to', () => {
    const failure = { class: 'http_500', detail: 'x' } as const
    const tally = tallyOf([{}, { failure }, { failure: { class: 'stream_cut', detail: 'y' } }])
    const [route] = reportRoutes(tally, routesOf(1, 0), routesOf(1, 0))
    expect(route?.variants[0]).toMatchObject({
      requests: 3,
      answered: 1,
      units: 3,
      errors: { http_500: 1, stream_cut: 1 },
    })
    expect(tally.errors.get('http_500')).toEqual({ count: 1, example: 'x' })
  })

  it('shows a variant nothing came to', () => {
    const [route] = reportRoutes(tallyOf([]), routesOf(0.5, 0.5), routesOf(0.5, 0.5))
    expect(route?.variants.map(entry => entry.requests)).toEqual([0, 0])
    expect(route?.variants[0]?.latency_ms).toEqual({ p50: null, p95: null, p99: null })
    expect(route?.variants[0]?.share_seen).toBeNull()
  })

  it('reports units assigned to a variant that has no share as a leak', () => {
    const tally = tallyOf([...times(20, {}), { variant: 'spare' }])
    const [route] = reportRoutes(tally, routesOf(0.5, 0.5), routesOf(0.5, 0.5))
    expect(route?.share_check).toEqual({ kind: 'leak', variants: ['spare'], leaked: 1 })
  })

  it('does not test a split that was changed meanwhile, or that the gateway does not tell', () => {
    const tally = tallyOf(times(100, {}))
    expect(reportRoutes(tally, routesOf(0.5, 0.5), routesOf(0.8, 0.2))[0]?.share_check).toEqual({
      kind: 'split_changed',
    })
    expect(reportRoutes(tally, [], [])[0]?.share_check).toEqual({ kind: 'split_unknown' })
  })

  it('has the exact percentiles of answered requests', () => {
    const slow = { failure: { class: 'timeout', detail: '' }, latencyMs: 60_000 } as const
    const tally = tallyOf([...Array.from({ length: 101 }, (_, i) => ({ latencyMs: 100 - i })), slow])
    const [route] = reportRoutes(tally, routesOf(1, 0), routesOf(1, 0))
    expect(route?.variants[0]?.latency_ms).toEqual({ p50: 50, p95: 95, p99: 99 })
    expect(route?.variants[0]?.first_token_ms).toEqual({ p50: 7, p95: 7, p99: 7 })
  })
})

describe('tokens and cost', () => {
  const trafficOf = (changes: readonly Changes[]) => {
    const [route] = reportRoutes(tallyOf(changes), routesOf(0.5, 0.5), routesOf(0.5, 0.5))
    return route?.variants[0]
  }

  it('are sums in whole nano-dollars, cached input at its own price', () => {
    // 600 * 2,500 + 400 * 250 + 100 * 10,000 nano-dollars an answer.
    expect(trafficOf([{}, {}])).toMatchObject({
      tokens: { input: 2000, cached_input: 800, output: 200 },
      cost_nano_usd: 2 * 2_600_000,
    })
  })

  it('leave out answers that reported none, and count them', () => {
    expect(trafficOf([{}, { usage: null }])).toMatchObject({
      answers_without_usage: 1,
      cost_nano_usd: 2_600_000,
    })
  })

  it('go by the price of the variant that served', () => {
    // 1,000 * 150 + 100 * 600: this price names no cached input.
    expect(trafficOf([{ served: 'small' }])).toMatchObject({ fallbacks: 1, cost_nano_usd: 210_000 })
  })

  it('are unknown, not zero, once an unpriced variant served', () => {
    expect(trafficOf([{}, { served: 'spare' }, {}])).toMatchObject({ fallbacks: 1, cost_nano_usd: null })
  })

  it('are kept apart for requests without a variant', () => {
    const tally = tallyOf([{ variant: null, failure: { class: 'http_401', detail: 'no such key' } }])
    expect(reportTraffic(tally.unassigned)).toMatchObject({
      requests: 1,
      answered: 0,
      errors: { http_401: 1 },
    })
    expect(tally.requestIds).toEqual(['req'])
  })
})
