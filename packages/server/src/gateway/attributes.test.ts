import type { IncomingHttpHeaders } from 'node:http'
import type { UnitSource } from '@weir/core/config'
import { activate } from '@weir/core/routing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wireFormats } from '../provider/registry.ts'
import { loadConfigText } from '../snapshot/load.ts'
import { GatewayRequest } from './attributes.ts'
import { parseBody } from './read.ts'

interface Example {
  readonly body?: object
  readonly headers?: IncomingHttpHeaders
  readonly zone?: string
  readonly units?: readonly string[]
  readonly at?: number
  readonly path?: string
}

const DIGEST = 'a'.repeat(64)

function activeWith(example: Example) {
  const loaded = loadConfigText(
    JSON.stringify({
      version: 1,
      gateway: { region: 'eu', attribute_headers: ['X-Team', 'X-Twice'] },
      providers: { p: { type: 'openai', base_url: 'http://localhost' } },
      models: { 'p/a': {} },
      routers: {
        r: {
          time_zone: example.zone ?? 'UTC',
          ...(example.units === undefined ? {} : { units: example.units }),
          default_route: { split: { variants: [{ id: 'a', model: 'p/a' }] } },
        },
      },
      keys: [{ id: 'k', digest: `sha256:${DIGEST}`, tenant: 'acme', tags: ['beta'] }],
    }),
    { revision: 1, tables: new Map() },
  )
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.problems))
  return activate(loaded.snapshot)
}

function requestOf(example: Example) {
  const active = activeWith(example)
  const path = example.path ?? '/v1/chat/completions'
  const endpoint = wireFormats.endpoints.get(path)
  const body = parseBody(Buffer.from(JSON.stringify({ model: 'r', ...example.body })))
  const key = active.keys.get(DIGEST)
  const router = active.routers.get('r')
  if (endpoint === undefined || body.kind !== 'body' || key === undefined || router === undefined)
    throw new Error('bad example')
  const origin = { active, headers: example.headers ?? {}, endpoint, requestId: 'wr_1', at: example.at ?? 0 }
  const request = new GatewayRequest(origin, key, body, endpoint.readRequest(body.json), null)
  return { request, attributes: request.attributesFor(router) }
}

const unitOf = (source: string, example: Example) => requestOf(example).request.unit(source as UnitSource)

describe('units', () => {
  const metadata = {
    conversation_id: 'c1',
    account: { id: 'acme', 'a.b': 'x', number: 7, list: ['x'], flag: true },
  }

  test.each<[string, Example, string | undefined]>([
    ['user', { body: { user: 'ada' } }, 'ada'],
    ['user', { body: { safety_identifier: 'ada' } }, 'ada'],
    ['user', { body: {} }, undefined],
    ['user', { body: { user: 7 } }, undefined],
    ['conversation_id', { body: { metadata } }, 'c1'],
    ['conversation_id', { body: { conversation: 'conv_1' }, path: '/v1/responses' }, 'conv_1'],
    ['conversation_id', { body: { conversation: { id: 'conv_2' } }, path: '/v1/responses' }, 'conv_2'],
    ['key', {}, 'k'],
    ['metadata.account.id', { body: { metadata } }, 'acme'],
    ['metadata.account.number', { body: { metadata } }, '7'],
    ['metadata.account', { body: { metadata } }, undefined],
    ['metadata.account.list', { body: { metadata } }, undefined],
    ['metadata.account.flag', { body: { metadata } }, undefined],
    ['metadata.account.missing.deep', { body: { metadata } }, undefined],
    ['metadata.account.id.length', { body: { metadata } }, undefined],
    ['metadata.__proto__.toString', { body: { metadata } }, undefined],
    ['metadata.constructor.name', { body: { metadata } }, undefined],
    ['metadata.account.id', {}, undefined],
    ['header:X-Session', { headers: { 'x-session': 's1' } }, 's1'],
    ['header:X-Session', {}, undefined],
    ['cookie:sid', { headers: { cookie: 'a=1; sid=s%201; b=2' } }, 's%201'],
    ['cookie:sid', { headers: { cookie: 'sid=first;sid=second' } }, 'first'],
    ['cookie:sid', { headers: { cookie: 'xsid=1; sid2=2' } }, undefined],
    ['cookie:sid', { headers: { cookie: 'sid=a=b' } }, 'a=b'],
    ['cookie:sid', {}, undefined],
    ['request', {}, 'wr_1'],
    ['request', { headers: { 'x-weir-request-id': 'mine' } }, 'mine'],
    ['request', { headers: { 'idempotency-key': 'i1', 'x-weir-request-id': 'mine' } }, 'i1'],
  ])('%s of %j is %j', (source, example, id) => {
    expect(unitOf(source, example)).toBe(id)
  })
})

describe('the unit of a conversation', () => {
  const opening = [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'hello' },
  ]
  const turns = [...opening, { role: 'assistant', content: 'hi' }, { role: 'user', content: 'and now?' }]
  const ofChat = (messages: readonly object[]) => unitOf('conversation', { body: { messages } })

  test('is the same at every later turn of a chat', () => {
    const first = ofChat(opening)
    expect(first).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(ofChat(turns)).toBe(first)
    expect(ofChat([...turns, { role: 'system', content: 'a late instruction' }])).toBe(first)
  })

  test.each<[string, object[]]>([
    ['another first message', [opening[0] as object, { role: 'user', content: 'Hello' }]],
    ['another system prompt', [{ role: 'system', content: 'be long' }, opening[1] as object]],
    [
      'an image',
      [
        opening[0] as object,
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] },
      ],
    ],
  ])('differs by %s', (_, messages) => {
    expect(ofChat(messages)).not.toBe(ofChat(opening))
  })

  test('is the same when a response’s text becomes the first of a list of items', () => {
    const path = '/v1/responses'
    const first = unitOf('conversation', { path, body: { instructions: 'x', input: 'hello' } })
    const items = [
      { role: 'user', content: 'hello' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] },
      { role: 'user', content: 'more' },
    ]
    expect(unitOf('conversation', { path, body: { instructions: 'x', input: items } })).toBe(first)
  })

  test('is the same at every later turn of Anthropic’s messages', () => {
    const path = '/v1/messages'
    const first = unitOf('conversation', { path, body: { system: 'x', messages: [opening[1]] } })
    const later = { system: 'x', messages: [opening[1], turns[2], turns[3]] }
    expect(unitOf('conversation', { path, body: later })).toBe(first)
  })
})

describe('attributes', () => {
  test('are those of the request, the key and the gateway', () => {
    const { attributes } = requestOf({
      body: { stream: true, tools: [{ type: 'function' }], metadata: { tier: 'gold' }, messages: [] },
      headers: { 'x-team': 'red', 'x-other': 'no', authorization: 'Bearer wk_secret' },
    })
    expect(attributes).toMatchObject({
      model: 'r',
      endpoint: 'chat',
      stream: true,
      region: 'eu',
      metadata: { tier: 'gold' },
    })
    expect([attributes.has_tools, attributes.has_images]).toEqual([true, false])
    expect(attributes.key).toMatchObject({ id: 'k', tenant: 'acme', tags: ['beta'] })
    expect(attributes.headers).toEqual({ 'x-team': 'red' })
  })

  test.each<[string, Example]>([
    ['/v1/chat/completions', { body: { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] } }],
    ['/v1/responses', { body: { input: [{ role: 'user', content: [{ type: 'input_image' }] }] } }],
    ['/v1/messages', { body: { messages: [{ role: 'user', content: [{ type: 'image' }] }] } }],
  ])('see images at %s', (path, example) => {
    expect(requestOf({ ...example, path }).attributes.has_images).toBe(true)
  })

  test('estimate tokens by the size of the body', () => {
    const { attributes } = requestOf({ body: { messages: [{ role: 'user', content: 'x'.repeat(4000) }] } })
    expect(Number(attributes.prompt_tokens_estimate)).toBeGreaterThan(1000)
    expect(Number(attributes.prompt_tokens_estimate)).toBeLessThan(1050)
  })

  test('name the unit that decides', () => {
    const example = { units: ['user', 'header:x-session'], headers: { 'x-session': 's1' } }
    expect(requestOf(example).attributes.unit).toEqual({ kind: 'header:x-session', id: 's1' })
    expect(requestOf({ ...example, body: { user: 'ada' } }).attributes.unit).toEqual({
      kind: 'user',
      id: 'ada',
    })
  })

  test('name the same unit as the decision when the request has none of the list', () => {
    const { request, attributes } = requestOf({ units: ['user'], headers: { 'idempotency-key': 'i1' } })
    expect(attributes.unit).toEqual({ kind: 'request', id: request.unit('request') })
  })
})

describe('the clock', () => {
  // 2026-03-29 00:30 UTC is a Sunday; at 01:00 UTC Europe goes to summer time.
  const at = Date.UTC(2026, 2, 29, 0, 30)

  test.each([
    ['UTC', at, 0, 'sunday'],
    ['Europe/Berlin', at, 1, 'sunday'],
    ['Europe/Berlin', at + 3_600_000, 3, 'sunday'],
    ['America/Los_Angeles', at, 17, 'saturday'],
    ['Asia/Kolkata', at, 6, 'sunday'],
    ['Pacific/Auckland', at, 13, 'sunday'],
    ['UTC', at + 23.4 * 3_600_000, 23, 'sunday'],
    ['UTC', at + 23.6 * 3_600_000, 0, 'monday'],
  ])('in %s at %i shows %i on %s', (zone, time, hour, weekday) => {
    expect(requestOf({ zone, at: time }).attributes.now).toEqual({ hour, weekday })
  })
})

describe('the device', () => {
  const deviceOf = (agent: string | undefined) =>
    requestOf({ headers: agent === undefined ? {} : { 'user-agent': agent } }).attributes.device

  test.each<[string, string | undefined, object]>([
    [
      'a phone',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
      { type: 'mobile', os: 'ios', browser: 'safari' },
    ],
    [
      'a desktop',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
      { type: 'desktop', os: 'windows', browser: 'chrome' },
    ],
    [
      'a tablet',
      'Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
      { type: 'tablet', os: 'android', browser: 'chrome' },
    ],
    ['no agent', undefined, { type: undefined, os: undefined, browser: undefined }],
    ['an empty agent', '', { type: undefined, os: undefined, browser: undefined }],
  ])('of %s', (_, agent, device) => {
    expect(deviceOf(agent)).toEqual(device)
  })

  test('of an SDK has no type', () => {
    expect(deviceOf('OpenAI/Python 1.30.1')).toMatchObject({ type: undefined, os: undefined })
  })

  test('of whatever a client sends is read without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), agent => {
        expect(Object.keys(deviceOf(agent))).toEqual(['type', 'os', 'browser'])
      }),
      { numRuns: 50 },
    )
  })
})
