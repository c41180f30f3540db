// Every way in which a target can fail before its first content: the next target answers, and the client sees nothing
// of it but the headers that say so.
import type { FailureKind } from '@weir/core/config'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatText } from '../support/caller.ts'
import {
  type FailureCase,
  type FailureGateway,
  SECOND,
  SECOND_COST,
  startFailureGateway,
} from './failure-gateway.ts'

interface Row extends FailureCase {
  readonly kind: FailureKind
  /** The provider's status as the event has it. */
  readonly status: number | null
  readonly modes?: readonly ('plain' | 'stream')[]
}

/** Long enough for any healthy answer on a busy machine; the cases that wait for it run side by side. */
const timeouts = { first_token: '2s', total: '2s' }

const rows: Record<string, Row> = {
  'connect-refused': { first: '', provider: 'closed', kind: 'connect', status: null },
  'break-before-headers': { first: 'break=before_headers', kind: 'reset', status: null },
  'break-after-headers': { first: 'break=after_headers', kind: 'reset', status: 200 },
  'hang-at-headers': { first: 'hang=headers', timeouts, kind: 'timeout', status: null },
  'hang-at-first-token': { first: 'hang=first_token', timeouts, kind: 'timeout', status: 200 },
  'no-headers-till-first-token': {
    first: 'hang=headers',
    timeouts: { first_token: '2s' },
    kind: 'timeout',
    status: null,
    modes: ['stream'],
  },
  'slow-first-token': { first: 'ttft_ms=600000; speed=1', timeouts, kind: 'timeout', status: null },
  'status-408': { first: 'error=408', kind: 'request_timeout', status: 408 },
  'status-409': { first: 'error=409', kind: 'conflict', status: 409 },
  'status-429': { first: 'error=429', kind: 'rate_limited', status: 429 },
  'status-429-wait': { first: 'error=429; retry_after=30', kind: 'rate_limited', status: 429 },
  'status-500': { first: 'error=500', kind: 'server_error', status: 500 },
  'status-503': { first: 'error=503', kind: 'server_error', status: 503 },
  'status-529': { first: 'error=529', kind: 'server_error', status: 529 },
  'status-401': { first: 'error=401', kind: 'credential', status: 401 },
  'status-402': { first: 'error=402', kind: 'credential', status: 402 },
  'status-403': { first: 'error=403', kind: 'credential', status: 403 },
  'status-404': { first: 'error=404', kind: 'model_gone', status: 404 },
  'model-gone': { first: 'model_gone', kind: 'model_gone', status: 404 },
  'no-credential': { first: '', provider: 'keyless', kind: 'credential', status: null },
  'error-in-200': { first: 'ok_error_body', kind: 'server_error', status: 200 },
  'error-event-first': { first: 'error_event=first', kind: 'server_error', status: 200, modes: ['stream'] },
  html: { first: 'html', kind: 'bad_answer', status: 200 },
  empty: { first: 'empty', kind: 'bad_answer', status: 200 },
  'truncated-json': { first: 'truncate', kind: 'bad_answer', status: 200, modes: ['plain'] },
  'broken-json': { first: 'break=mid', kind: 'reset', status: 200, modes: ['plain'] },
  'gzip-error': { first: 'error=500; encoding=gzip', kind: 'server_error', status: 500 },
  'brotli-html': { first: 'html; encoding=br', kind: 'bad_answer', status: 200 },
}

/** What each wire format has to see in its own way: an error event, an error in a 200, a beginning without content. */
const endpointRows: Record<string, Row> = {
  'error-event': { first: 'error_event=first', kind: 'server_error', status: 200 },
  'error-in-200': { first: 'ok_error_body', kind: 'server_error', status: 200 },
  'opening-only': { first: 'hang=first_token', timeouts, kind: 'timeout', status: 200 },
  overloaded: { first: 'error=529', kind: 'server_error', status: 529 },
}

let setup: FailureGateway

beforeAll(async () => {
  const cases = (['plain', 'stream'] as const).flatMap(mode =>
    rowsFor(mode).map(([id, row]): [string, FailureCase] => [`${id}-${mode}`, row]),
  )
  for (const endpoint of ['messages', 'responses', 'completions'] as const)
    for (const [id, row] of Object.entries(endpointRows)) {
      const provider = endpoint === 'messages' ? 'anthropic' : 'sim'
      cases.push([`${endpoint}-${id}`, { ...row, provider }])
    }
  setup = await startFailureGateway(Object.fromEntries(cases), sim => ({
    providers: { other: { type: 'anthropic', base_url: `${sim.url}/v1` } },
    models: { 'other/large': {}, 'sim/small': { price: { input: 0.15, output: 0.6 } } },
    routers: {
      'other-format': {
        default_route: {
          split: {
            variants: [
              { id: 'first', model: 'other/large' },
              { id: 'second', model: 'sim/small', priority: 1, headers: { 'x-sim': `text=x` } },
            ],
          },
        },
      },
    },
  }))
})

afterAll(() => setup.ledger.check(setup.gateway))

function rowsFor(mode: 'plain' | 'stream') {
  return Object.entries(rows).flatMap(([id, row]) =>
    (row.modes ?? ['plain', 'stream']).includes(mode) ? [[id, row] as const] : [],
  )
}

function attemptsOf(row: Row) {
  return [
    { variant: 'first', failure: row.kind, status: row.status },
    { variant: 'second', failure: null, status: 200 },
  ]
}

describe.concurrent('without a stream', () => {
  it.each(rowsFor('plain'))('%s is invisible: the second target answers', async (id, row) => {
    const answer = await setup.caller.chat(`${id}-plain`)
    expect(answer.status).toBe(200)
    expect(answer.json()).toMatchObject({ choices: [{ message: { content: SECOND } }] })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-weir-variant': 'first',
      'x-weir-served': 'second',
      'x-weir-attempts': '2',
    })
    expect(await setup.gateway.event(answer.id)).toMatchObject({
      outcome: 'ok',
      status: 200,
      error: null,
      assigned: 'first',
      served: 'second',
      target: `sim/${id}-plain-2`,
      attempts: attemptsOf(row),
      cost_nano_usd: SECOND_COST,
    })
  })
})

describe.concurrent('in a stream', () => {
  it.each(rowsFor('stream'))('%s is invisible: the second target streams', async (id, row) => {
    const answer = await setup.caller.chat(`${id}-stream`, { stream: true })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(chatText(answer.sse())).toBe(SECOND)
    expect(answer.sse().at(-1)?.data).toBe('[DONE]')
    expect(answer.headers.get('x-weir-served')).toBe('second')
    expect(await setup.gateway.event(answer.id)).toMatchObject({
      outcome: 'ok',
      stream: true,
      error: null,
      assigned: 'first',
      served: 'second',
      attempts: attemptsOf(row),
      cost_nano_usd: SECOND_COST,
    })
  })
})

describe.concurrent('in the other wire formats', () => {
  const calls = {
    messages: {
      path: '/v1/messages',
      body: { max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] },
      text: /"text":" ?second"/,
    },
    responses: { path: '/v1/responses', body: { input: 'Hello' }, text: /"delta":" ?second"/ },
    completions: { path: '/v1/completions', body: { prompt: 'Hello' }, text: /"text":" ?second"/ },
  }
  const table = Object.entries(calls).flatMap(([endpoint, call]) =>
    Object.entries(endpointRows).map(([id, row]) => [endpoint, id, call, row] as const),
  )

  it.each(table)('a stream of %s falls back from %s', async (endpoint, id, { path, body, text }, row) => {
    const model = `${endpoint}-${id}`
    const headers = { 'anthropic-version': '2023-06-01' }
    const answer = await setup.caller.post(path, { ...body, model, stream: true }, { headers })
    expect(answer.status).toBe(200)
    expect(answer.text).toMatch(text)
    expect(answer.text).not.toContain('server_error')
    expect(await setup.gateway.event(answer.id)).toMatchObject({
      endpoint,
      outcome: 'ok',
      served: 'second',
      attempts: attemptsOf(row),
      usage: { input: 1, output: 3 },
      cost_nano_usd: SECOND_COST,
    })
  })
})

it('passes by a target whose provider does not have the endpoint', async () => {
  const answer = await setup.caller.post('/v1/embeddings', { model: 'other-format', input: 'Hello' })
  expect(answer.status).toBe(200)
  expect(await setup.gateway.event(answer.id)).toMatchObject({
    served: 'second',
    attempts: [{ failure: 'unsupported', code: 'endpoint', status: null }, { failure: null }],
  })
})

it('tells why an attempt failed by the provider’s code, and never in its words', async () => {
  const answer = await setup.caller.chat('status-503-plain')
  const event = await setup.gateway.event(answer.id)
  expect(event.attempts[0]).toMatchObject({ code: expect.any(String), ms: expect.any(Number) })
  expect(JSON.stringify(event)).not.toContain('overloaded, please')
})
