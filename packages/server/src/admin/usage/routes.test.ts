import type { RequestEvent } from '@weir/core/event'
import { expect, test } from 'vitest'
import { requestEvent } from '../../storage/fixtures/request-events.ts'
import { startTestControl } from '../fixtures/running-control.ts'
import { openTestEvents } from '../fixtures/stored-events.ts'
import { registerUsage } from './routes.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 4, 11)
const ago = (ms: number) => new Date(NOW - ms).toISOString()

async function startUsage(events: readonly RequestEvent[]) {
  const { store } = await openTestEvents(events)
  const pseudonym = (kind: string, id: string) => `${kind}-${id}`
  const control = await startTestControl({
    resources: () => [app => registerUsage(app, { events: store, pseudonym, now: () => NOW })],
  })
  const usage = async (query: string) => {
    const { status, json } = await control.call('GET', `/api/v1/usage${query}`)
    return { status, ...(json as Record<string, unknown>) }
  }
  return { ...control, usage }
}

const two = [
  requestEvent({ at: ago(2 * HOUR), cost_nano_usd: 300, usage: tokens(10, 5) }),
  requestEvent({ at: ago(2 * HOUR - 1), cost_nano_usd: 100, usage: tokens(2, 1), outcome: 'failed' }),
  requestEvent({ at: ago(HOUR), served: 'small', cost_nano_usd: null, usage: tokens(7, null) }),
]

function tokens(input: number, output: number | null): RequestEvent['usage'] {
  return { input, output, cached_input: null, reasoning: null }
}

test('adds requests up by bucket, and all of them, with the cost of a thousand', async () => {
  const { usage } = await startUsage(two)
  expect(await usage('?bucket=1h')).toMatchObject({
    status: 200,
    since: ago(24 * HOUR),
    until: ago(0),
    bucket: '1h',
    by: [],
    rows: [
      {
        at: ago(2 * HOUR),
        values: {},
        requests: 2,
        errors: 1,
        error_rate: 0.5,
        input_tokens: 12,
        output_tokens: 6,
        cost_nano_usd: 400,
        cost_nano_usd_per_1000_requests: 200_000,
        latency_p50_ms: 20,
      },
      {
        at: ago(HOUR),
        requests: 1,
        input_tokens: 7,
        cost_nano_usd: null,
        unpriced: 1,
        cost_nano_usd_per_1000_requests: null,
      },
    ],
    total: { requests: 3, share: 1, cost_nano_usd: 400, cost_nano_usd_per_1000_requests: 133_333 },
  })
})

test('goes by up to three dimensions, filters as the request log does, and takes units by name', async () => {
  const { usage } = await startUsage([...two, requestEvent({ at: ago(HOUR), unit: 'user-bob' })])
  const by = await usage('?by=served,router&bucket=1d')
  expect(by).toMatchObject({
    by: ['served', 'router'],
    rows: [
      { values: { served: 'large', router: 'demo' }, requests: 3 },
      { values: { served: 'small', router: 'demo' }, requests: 1 },
    ],
  })
  expect(await usage('?served=small')).toMatchObject({ total: { requests: 1 } })
  expect(await usage('?unit=user:bob')).toMatchObject({ total: { requests: 1 } })
  expect(await usage(`?until=${ago(HOUR)}`)).toMatchObject({ total: { requests: 2 }, until: ago(HOUR) })
  expect(await usage('?by=served,router,key,model')).toMatchObject({ status: 400 })
  expect(await usage('?verved=small')).toMatchObject({ status: 400 })
})

test('a window without requests has no rows, and nothing is made up', async () => {
  const { usage } = await startUsage([])
  expect(await usage('')).toMatchObject({
    rows: [],
    total: { requests: 0, cost_nano_usd: null, cost_nano_usd_per_1000_requests: null, latency_p95_ms: null },
    projection: {
      month: '2026-05',
      cost_nano_usd: null,
      reason: 'there were no requests in the last 7 days',
    },
  })
})

test('projects the month from the last seven days, whatever the window, of what the filter lets through', async () => {
  const days = Array.from({ length: 14 }, (_, day) =>
    requestEvent({ at: ago((day + 1) * 24 * HOUR), cost_nano_usd: 10 }),
  )
  const { usage } = await startUsage([
    ...days,
    requestEvent({ at: ago(HOUR), served: 'small', cost_nano_usd: 9e9 }),
  ])
  // Ten of the fourteen days are of May, of which 21 are left.
  expect(await usage(`?served=large&since=${ago(HOUR)}`)).toMatchObject({
    total: { requests: 0 },
    projection: { month: '2026-05', cost_nano_usd: 100 + 21 * 10, reason: null, basis: { days: 7 } },
  })
})

test('says what would be too much', async () => {
  const { usage } = await startUsage(two)
  expect(await usage('?bucket=1m')).toMatchObject({
    status: 400,
    code: 'invalid_request',
    detail: '1440 buckets of 1m, and at most 1000 are answered: take a wider `bucket` or a shorter window',
  })
})

test('answers the rows as CSV, in which nothing is a formula', async () => {
  const { call } = await startUsage([requestEvent({ at: ago(HOUR), model: '=1+1', cost_nano_usd: 5 })])
  const { headers, text } = await call('GET', '/api/v1/usage?by=model&bucket=1h', {
    headers: { accept: 'text/csv' },
  })
  expect(headers.get('content-type')).toContain('text/csv')
  const [head, row, ...more] = text.split('\r\n')
  expect(head).toMatch(/^at,model,requests,.*,cost_nano_usd_per_1000_requests$/)
  expect(row?.startsWith(`${ago(HOUR)},'=1+1,1,1,0,0,10,`)).toBe(true)
  expect(more).toEqual([''])
})
