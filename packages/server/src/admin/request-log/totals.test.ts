import { z } from '@hono/zod-openapi'
import { expect, test } from 'vitest'
import type { RequestTotals } from '../../storage/event-store.ts'
import { dimensions, writeTotals } from './totals.ts'

const TOTALS: RequestTotals = {
  requests: 3,
  share: 1,
  errors: 1,
  input_tokens: 5,
  cached_input_tokens: 0,
  output_tokens: 7,
  reasoning_tokens: 0,
  cost_nano_usd: null,
  unpriced: 2,
  latency_p50_ms: 157.07389999999998,
  latency_p95_ms: 0.0004,
  latency_p99_ms: null,
  first_token_p50_ms: 12.3456,
  first_token_p95_ms: 1e9,
  first_token_p99_ms: 13.342500000000001,
}

test('times are written to the microsecond, and all else as it is', () => {
  const { error_rate, ...written } = writeTotals(TOTALS)
  expect(error_rate).toBeCloseTo(1 / 3)
  expect(written).toEqual({
    ...TOTALS,
    latency_p50_ms: 157.074,
    latency_p95_ms: 0,
    first_token_p50_ms: 12.346,
    first_token_p99_ms: 13.343,
  })
})

test.each([
  ['router', ['router']],
  ['router,status', ['router', 'status']],
  [
    ['router', 'status'],
    ['router', 'status'],
  ],
])('dimensions %j are %j', (sent, named) => {
  expect(z.object({ by: dimensions(3) }).parse({ by: sent })).toEqual({ by: named })
})

test.each(['', 'router,router', 'router,route,key,tenant', 'colour'])('dimensions %j are refused', sent => {
  expect(z.object({ by: dimensions(3) }).safeParse({ by: sent }).success).toBe(false)
})
