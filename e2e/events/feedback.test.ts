// Outcomes as applications report them: what is taken, what is refused and why, and what is written down of it before the
// answer leaves.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigInput } from '@weir/core/config'
import type { OutcomeEvent, RequestEvent } from '@weir/core/event'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { type Answered, callerOf } from '../support/caller.ts'
import { type GatewayOptions, KEY, OTHER_KEY, startGateway, testKey } from '../support/gateway.ts'
import { openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { readOutcomes } from './outcome-files.ts'

const SIBLING_KEY = 'wk_of_the_same_tenant'
const LIMITED_KEY = 'wk_with_a_limit'

const sim = await startProvider()

const config: ConfigInput = {
  version: 1,
  gateway: { record: { metadata: ['plan'] } },
  providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
  models: { 'sim/large': { price: { input: 1, output: 1 } } },
  routers: { demo: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } } },
  keys: [
    testKey,
    { id: 'sibling', secret: { env: 'WEIR_SIBLING_KEY' } },
    { id: 'other', secret: { env: 'WEIR_OTHER_KEY' }, tenant: 'other' },
    {
      id: 'limited',
      secret: { env: 'WEIR_LIMITED_KEY' },
      limits: { requests_per_minute: 2, budget: { day: { hard: 0.000001 } } },
    },
  ],
}

const env = { WEIR_SIBLING_KEY: SIBLING_KEY, WEIR_LIMITED_KEY: LIMITED_KEY }
/** Outcomes stay where they are written, to be looked at. */
const start = (config: ConfigInput, options: Partial<GatewayOptions> = {}) =>
  startGateway({ config, env, args: ['--event-store', 'none'], ...options })

const gateway = await start(config)
const caller = callerOf(gateway, openLedger())

const report = (body: object | string, key = KEY) => caller.post('/v1/feedback', body, { key })
const reportBatch = (outcomes: unknown, key = KEY) => caller.post('/v1/feedback/batch', { outcomes }, { key })

/** The outcome with this id, newest version last. */
const stored = (id: unknown): OutcomeEvent[] => readOutcomes(gateway.dataDir).filter(event => event.id === id)

/** The error of an answer. */
const errorOf = (answer: Answered) =>
  answer.json().error as {
    readonly code: string
    readonly message: string
    readonly param: string | null
    readonly type: string
    readonly problems?: readonly { readonly path: string; readonly message: string }[]
  }

/** The refused call's event, by the id in its answer. */
const refusedEvent = (answer: Answered): Promise<RequestEvent> => gateway.event(answer.id)

describe('an outcome of a request', () => {
  it('is accepted with its id, and written down before the answer is there', async () => {
    const { id: request_id } = await caller.chat('demo')
    const answer = await report({ request_id, name: 'thumbs', value: 'up' })
    expect(answer.status).toBe(202)
    const { id } = answer.json()
    expect(stored(id)).toEqual([
      {
        kind: 'outcome',
        version: 1,
        id,
        at: expect.any(String),
        observed_at: expect.any(String),
        node: 'w0',
        key: 'test',
        tenant: 'default',
        request_id,
        unit_kind: null,
        unit: null,
        name: 'thumbs',
        value: 1,
        source: 'feedback',
      },
    ])
    expect(answer.json()).toMatchObject({ object: 'outcome', id, request_id, name: 'thumbs', value: 1 })
  })

  it('is replaced by another of the same name, and both are kept', async () => {
    const { id: request_id } = await caller.chat('demo')
    const first = await report({ request_id, name: 'thumbs', value: 'up' })
    const second = await report({ request_id, name: 'thumbs', value: 'down' }, SIBLING_KEY)
    const rating = await report({ request_id, name: 'rating', value: 4 })
    expect(second.json().id).toBe(first.json().id)
    expect(rating.json().id).not.toBe(first.json().id)
    expect(stored(first.json().id).map(({ value, key }) => [value, key])).toEqual([
      [1, 'test'],
      [0, 'sibling'],
    ])
  })

  it('keeps the id and the time that the client gives it', async () => {
    const { id: request_id } = await caller.chat('demo')
    const observed = new Date(Date.now() + 2000)
    const body = { request_id, name: 'conversion', id: 'order:4711', observed_at: observed.toISOString() }
    expect((await report(body)).json()).toMatchObject({ id: 'order:4711', value: 1 })
    expect(stored('order:4711')).toMatchObject([{ observed_at: observed.toISOString(), value: 1 }])
  })

  it.each([
    ['in the future', 3_600_000, /`observed_at` is in the future/],
    ['before its request', -3_600_000, /`observed_at` is before the request/],
  ])('was not observed %s', async (_, after, words) => {
    const { id: request_id } = await caller.chat('demo')
    const observed_at = new Date(Date.now() + after).toISOString()
    const answer = await report({ request_id, name: 'thumbs', value: 'up', observed_at })
    expect(answer.status).toBe(400)
    expect(errorOf(answer)).toMatchObject({ code: 'body_invalid', param: 'observed_at' })
    expect(errorOf(answer).message).toMatch(words)
  })

  it('is accepted while the request is still being answered', async () => {
    const response = await fetch(`${gateway.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${KEY}`,
        'content-type': 'application/json',
        'x-sim': 'output_tokens=40; speed=100',
      },
      body: JSON.stringify({ model: 'demo', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
    })
    const request_id = response.headers.get('x-weir-request-id') ?? ''
    expect((await report({ request_id, name: 'rating', value: 5 })).status).toBe(202)
    await response.text()
    expect(await gateway.event(request_id)).toMatchObject({ outcome: 'ok' })
  })

  it('can be told with the id that OpenAI’s SDK has of an answer', async () => {
    const client = new OpenAI({ baseURL: gateway.baseUrl, apiKey: KEY })
    const { response } = await client.chat.completions
      .create({ model: 'demo', messages: [{ role: 'user', content: 'Hello' }] })
      .withResponse()
    const request_id = response.headers.get('x-weir-request-id')
    const answer = await client.post('/feedback', { body: { request_id, name: 'score:fluent', value: 0.5 } })
    expect(answer).toMatchObject({ object: 'outcome', name: 'score:fluent', value: 0.5 })
  })

  it('that is a correction counts as one, and its text is nowhere', async () => {
    const { id: request_id } = await caller.chat('demo')
    const answer = await report({ request_id, name: 'correction', value: 'canary-canberra' })
    expect(answer.text).not.toContain('canary')
    expect(stored(answer.json().id)).toMatchObject([{ name: 'correction', value: 1 }])
    expect(JSON.stringify(readOutcomes(gateway.dataDir))).not.toContain('canary')
  })
})

describe('a request id', () => {
  const last = (id: string) => `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`

  it.each<[string, (id: string) => string, string]>([
    ['forged', last, KEY],
    ['of another time', id => `wr_0${id.slice(4, -1)}f`, KEY],
    ['malformed', () => 'wr_nonsense', KEY],
    ['empty', () => '', KEY],
    ["another tenant's", id => id, OTHER_KEY],
  ])('that is %s is 404, and nothing is written down', async (_, change, key) => {
    const { id } = await caller.chat('demo')
    const before = readOutcomes(gateway.dataDir).length
    const answer = await report({ request_id: change(id), name: 'thumbs', value: 'up' }, key)
    expect(answer.status).toBe(404)
    expect(errorOf(answer)).toMatchObject({ code: 'request_not_found', param: 'request_id' })
    expect(readOutcomes(gateway.dataDir)).toHaveLength(before)
    expect(await refusedEvent(answer)).toMatchObject({
      endpoint: '/v1/feedback',
      outcome: 'refused',
      error: 'request_not_found',
    })
  })

  it('of a request that was refused for want of a key is nobody’s', async () => {
    const { id: request_id } = await caller.chat('demo', {}, { key: 'wk_unknown' })
    expect((await report({ request_id, name: 'thumbs', value: 'up' })).status).toBe(404)
  })

  it('is every worker’s, and the next run’s as well', async () => {
    const before = await start(config)
    const { id: request_id } = await callerOf(before, openLedger()).chat('demo')
    await before.stop()
    const after = await start(config, { dataDir: before.dataDir, workers: 2 })
    const there = callerOf(after, openLedger())
    const body = { request_id, name: 'thumbs', value: 'up' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        there.post('/v1/feedback', body, { headers: { connection: 'close' } }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(readOutcomes(after.dataDir).map(({ node }) => node))).toEqual(new Set(['w0', 'w1']))
    await after.stop()
  })
})

describe('an outcome of a unit', () => {
  it('has the pseudonym that its requests have', async () => {
    const { id: request_id } = await caller.chat('demo', { user: 'ada' })
    const request = await gateway.event(request_id)
    const [short, long] = await Promise.all([
      report({ user: 'ada', name: 'conversion', value: 12.5 }),
      report({ unit: { kind: 'user', id: 'ada' }, name: 'conversion', value: 12.5 }),
    ])
    expect(short.json().id).toBe(long.json().id)
    expect(request.unit).toMatch(/^[0-9a-f]{32}$/)
    for (const outcome of stored(short.json().id))
      expect(outcome).toMatchObject({ request_id: null, unit_kind: 'user', unit: request.unit })
    expect(short.text).not.toContain(request.unit)
  })

  it('is kept raw where the config says so', async () => {
    const raw = { ...config, gateway: { record: { units: 'raw' as const } } }
    const other = await start(raw)
    const there = callerOf(other, openLedger())
    await there.post('/v1/feedback', { user: 'ada', name: 'thumbs', value: 'up' })
    expect(readOutcomes(other.dataDir)).toMatchObject([{ unit: 'ada' }])
    await other.stop()
  })
})

describe('a batch', () => {
  it('is taken item by item: what is wrong with one costs no other', async () => {
    const { id: request_id } = await caller.chat('demo')
    const answer = await reportBatch([
      { request_id, name: 'thumbs', value: 'up' },
      { request_id, name: 'thumbs', value: 'sideways', extra: true },
      { request_id: 'wr_nonsense', name: 'thumbs', value: 'up' },
      'not an object',
      { user: 'bob', name: 'rating', value: 3 },
    ])
    expect(answer.status).toBe(207)
    const { data, ...counts } = answer.json() as { data: { id?: string; status: number; error?: object }[] }
    expect(counts).toEqual({ object: 'list', accepted: 2, refused: 3 })
    expect(data.map(({ status }) => status)).toEqual([202, 400, 404, 400, 202])
    expect(data[1]?.error).toMatchObject({
      code: 'body_invalid',
      param: 'outcomes[1].extra',
      problems: [{ path: 'outcomes[1].extra' }, { path: 'outcomes[1].value' }],
    })
    expect(data[2]?.error).toMatchObject({ code: 'request_not_found', param: 'outcomes[2].request_id' })
    expect(stored(data[0]?.id)).toHaveLength(1)
    expect(stored(data[4]?.id)).toHaveLength(1)
    const event = gateway.events().findLast(({ endpoint }) => endpoint === '/v1/feedback/batch')
    expect(event).toMatchObject({ outcome: 'refused', status: 207, error: 'body_invalid' })
  })

  it('of 1,000 is taken whole, in order, and leaves no request event', async () => {
    const { id: request_id } = await caller.chat('demo')
    const before = gateway.events().length
    const outcomes = Array.from({ length: 1000 }, (_, value) => ({
      request_id,
      name: `n${value % 500}`,
      value,
    }))
    const answer = await reportBatch(outcomes)
    expect(answer.status).toBe(202)
    const values = readOutcomes(gateway.dataDir).filter(event => event.request_id === request_id)
    expect(values.map(({ value }) => value)).toEqual(outcomes.map(({ value }) => value))
    expect(new Set(values.map(({ id }) => id)).size).toBe(500)
    expect(gateway.events()).toHaveLength(before)
  })

  it.each([
    ['no list', {}],
    ['an empty list', { outcomes: [] }],
    ['more than 1,000', { outcomes: Array.from({ length: 1001 }, () => ({})) }],
    ['fields beside it', { outcomes: [{ user: 'a', name: 'thumbs', value: 'up' }], dry_run: true }],
  ])('with %s is 400', async (_, body) => {
    const answer = await caller.post('/v1/feedback/batch', body)
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'body_invalid'])
  })
})

describe('a call that is refused', () => {
  it('lists every problem with its path, in OpenAI’s shape', async () => {
    const answer = await report({ name: 'thumbs', value: 'sideways', comment: 'canary' })
    expect(answer.status).toBe(400)
    const { code, param, type, problems, message } = errorOf(answer)
    expect({ code, param, type }).toEqual({
      code: 'body_invalid',
      param: 'comment',
      type: 'invalid_request_error',
    })
    expect(problems?.map(({ path }) => path)).toEqual(['comment', 'request_id', 'value'])
    expect(message).toContain('`value` must be "up" or "down"')
    expect(JSON.stringify(await refusedEvent(answer))).not.toContain('canary')
  })

  it.each([
    ['of JSON that is none', '{"name":', 400, 'body_not_json'],
    ['of a list', '[]', 400, 'body_invalid'],
    ['of more than 4 MiB', JSON.stringify({ value: 'x'.repeat(5 * 2 ** 20) }), 413, 'body_too_large'],
  ])('because %s says so, and shows among the requests', async (_, body, status, code) => {
    const answer = await report(body)
    expect([answer.status, errorOf(answer).code]).toEqual([status, code])
    expect(await refusedEvent(answer)).toMatchObject({ outcome: 'refused', status, error: code })
  })

  it('for its method or its key is so', async () => {
    const answer = await fetch(`${gateway.baseUrl}/feedback`, { headers: { authorization: `Bearer ${KEY}` } })
    expect(answer.status).toBe(405)
    const stranger = await report({ user: 'a', name: 'thumbs', value: 'up' }, 'wk_unknown')
    expect([stranger.status, errorOf(stranger).code]).toEqual([401, 'key_unknown'])
  })

  it('counts for the limit of requests, and takes nothing of a budget', async () => {
    const body = { user: 'a', name: 'thumbs', value: 'up' }
    const answers = [await report(body, LIMITED_KEY), await report(body, LIMITED_KEY)]
    expect(answers.map(({ status }) => status)).toEqual([202, 202])
    expect(answers[1]?.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    const limited = await report(body, LIMITED_KEY)
    expect([limited.status, errorOf(limited).code]).toEqual([429, 'key_rate_limited'])
    expect(await refusedEvent(limited)).toMatchObject({ key: 'limited', error: 'key_rate_limited' })
  })
})

it('is not accepted when it cannot be written down, and is accepted again when it can', async () => {
  const broken = await start(config)
  const there = callerOf(broken, openLedger())
  const send = () => there.post('/v1/feedback', { user: 'a', name: 'thumbs', value: 'up' })
  const directory = join(broken.dataDir, 'events')
  // A file where the directory should be fails for root, too; permissions would not.
  rmSync(directory, { recursive: true, force: true })
  writeFileSync(directory, '')
  const refused = await send()
  expect([refused.status, errorOf(refused).code]).toEqual([503, 'not_recorded'])
  expect(refused.headers.get('retry-after')).toBe('1')
  rmSync(directory)
  expect((await send()).status).toBe(202)
  expect(readOutcomes(broken.dataDir)).toHaveLength(1)
  await broken.stop()
})

it('has metadata of its request beside it, where that is on the list', async () => {
  const { id } = await caller.chat('demo', { metadata: { plan: 'gold', name: 'canary' } })
  expect((await gateway.event(id)).metadata).toEqual({ plan: 'gold' })
})
