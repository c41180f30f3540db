// Requests that are wrong in every way a client can get them wrong: each is answered at once, in the words of the API
// it speaks, is recorded once, and harms nobody else.
import type { ConfigInput } from '@weir/core/config'
import { describe, expect, it } from 'vitest'
import { KEY, OTHER_KEY, startGateway, testKey } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'

const sim = await startProvider()

const config: ConfigInput = {
  version: 1,
  providers: {
    sim: { type: 'openai', base_url: `${sim.url}/v1` },
    claude: { type: 'anthropic', base_url: `${sim.url}/v1`, credential: { env: 'CLAUDE_KEY' } },
  },
  models: { 'sim/large': {}, 'claude/large': {} },
  routers: {
    demo: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } },
    claude: { default_route: { split: { variants: [{ id: 'large', model: 'claude/large' }] } } },
    other: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } },
    never: {
      routes: [
        {
          id: 'vip',
          condition: 'tier == "vip"',
          split: { variants: [{ id: 'large', model: 'sim/large' }] },
        },
      ],
    },
  },
  keys: [
    testKey,
    { id: 'small', secret: { env: 'WEIR_OTHER_KEY' }, allow: ['demo', 'claude'] },
    { id: 'disabled', secret: { env: 'WEIR_DISABLED_KEY' }, disabled: true },
    { id: 'expired', secret: { env: 'WEIR_EXPIRED_KEY' }, expires: '2020-01-01T00:00:00Z' },
  ],
}

const gateway = await startGateway({
  config,
  env: { WEIR_DISABLED_KEY: 'wk_disabled', WEIR_EXPIRED_KEY: 'wk_expired', CLAUDE_KEY: 'provider-key' },
})

interface Case {
  readonly name: string
  readonly status: number
  readonly code: string
  /** What the message must say: what is wrong, and what would be right. */
  readonly says: RegExp
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  readonly param?: string
}

const messages = [{ role: 'user', content: 'Hello' }]
const valid = (model: string) => JSON.stringify({ model, max_tokens: 5, messages })

const cases: readonly Case[] = [
  {
    name: 'truncated JSON',
    status: 400,
    code: 'body_not_json',
    says: /not valid JSON/,
    body: '{"model":"demo","mess',
  },
  { name: 'an empty body', status: 400, code: 'body_not_json', says: /it is empty/, body: '' },
  {
    name: 'an array',
    status: 400,
    code: 'body_invalid',
    says: /must be a JSON object/,
    body: '[{"model":"demo"}]',
  },
  { name: 'a string', status: 400, code: 'body_invalid', says: /must be a JSON object/, body: '"demo"' },
  { name: 'null', status: 400, code: 'body_invalid', says: /must be a JSON object/, body: 'null' },
  {
    name: 'a model that is a number',
    status: 400,
    code: 'body_invalid',
    says: /`model` must be a non-empty string/,
    body: '{"model":7}',
    param: 'model',
  },
  {
    name: 'a model that is null',
    status: 400,
    code: 'body_invalid',
    says: /`model` must be a non-empty string/,
    body: '{"model":null}',
    param: 'model',
  },
  {
    name: 'an empty model',
    status: 400,
    code: 'body_invalid',
    says: /`model` must be a non-empty string/,
    body: '{"model":""}',
    param: 'model',
  },
  {
    name: 'a stream that is text',
    status: 400,
    code: 'body_invalid',
    says: /`stream` must be true or false/,
    body: '{"model":"demo","stream":"yes"}',
    param: 'stream',
  },
  {
    name: 'no model',
    status: 400,
    code: 'model_missing',
    says: /name a router or a model/,
    body: '{"messages":[]}',
    param: 'model',
  },
  {
    name: 'an unknown router',
    status: 404,
    code: 'model_not_found',
    says: /"demoo"/,
    body: valid('demoo'),
    param: 'model',
  },
  {
    name: 'a model name of 100,000 characters',
    status: 400,
    code: 'body_invalid',
    says: /longer than 512 characters/,
    body: valid('x'.repeat(100_000)),
    param: 'model',
  },
  {
    name: 'a router none of whose routes matches',
    status: 404,
    code: 'no_route',
    says: /No route matched/,
    body: valid('never'),
    param: 'model',
  },
  {
    name: 'invalid UTF-8',
    status: 400,
    code: 'body_not_utf8',
    says: /UTF-8/,
    body: Buffer.concat([
      Buffer.from('{"model":"demo","user":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]),
  },
  {
    name: 'a compressed body',
    status: 415,
    code: 'body_encoding',
    says: /uncompressed/,
    body: valid('demo'),
    headers: { 'content-encoding': 'gzip' },
  },
  {
    name: 'no key',
    status: 401,
    code: 'key_missing',
    says: /Authorization: Bearer/,
    headers: { authorization: '' },
  },
  {
    name: 'a key in another scheme',
    status: 401,
    code: 'key_missing',
    says: /Authorization: Bearer/,
    headers: { authorization: 'Basic d2VpcjprZXk=' },
  },
  {
    name: 'a wrong key',
    status: 401,
    code: 'key_unknown',
    says: /not known/,
    headers: { authorization: `Bearer ${KEY}x` },
  },
  {
    name: 'a disabled key',
    status: 401,
    code: 'key_disabled',
    says: /disabled/,
    headers: { authorization: 'Bearer wk_disabled' },
  },
  {
    name: 'an expired key',
    status: 401,
    code: 'key_expired',
    says: /expired/,
    headers: { authorization: 'Bearer wk_expired' },
  },
  {
    name: 'a router the key may not use',
    status: 403,
    code: 'model_denied',
    says: /may not use/,
    param: 'model',
    body: valid('other'),
    headers: { authorization: `Bearer ${OTHER_KEY}` },
  },
  {
    name: 'an override the key may not give',
    status: 403,
    code: 'override_denied',
    says: /x-weir-variant/,
    body: valid('demo'),
    headers: { authorization: `Bearer ${OTHER_KEY}`, 'x-weir-variant': 'large' },
  },
  {
    name: 'an override to a variant there is not',
    status: 400,
    code: 'unknown_variant',
    says: /huge/,
    param: 'x-weir-variant',
    body: valid('demo'),
    headers: { 'x-weir-variant': 'huge' },
  },
  {
    name: 'GET where POST is meant',
    status: 405,
    code: 'method_not_allowed',
    says: /takes POST/,
    method: 'GET',
  },
  {
    name: 'DELETE where POST is meant',
    status: 405,
    code: 'method_not_allowed',
    says: /takes POST/,
    method: 'DELETE',
  },
]

interface Api {
  readonly api: string
  readonly path: string
  readonly router: string
  readonly headers: Readonly<Record<string, string>>
  readonly errorType: Readonly<Record<number, string>>
}

const apis: readonly Api[] = [
  {
    api: 'OpenAI',
    path: '/chat/completions',
    router: 'demo',
    headers: { authorization: `Bearer ${KEY}` },
    errorType: { 401: 'authentication_error', 403: 'permission_error' },
  },
  {
    api: 'Anthropic',
    path: '/messages',
    router: 'claude',
    headers: { authorization: `Bearer ${KEY}`, 'anthropic-version': '2023-06-01' },
    errorType: { 401: 'authentication_error', 403: 'permission_error', 404: 'not_found_error' },
  },
]

const send = (api: Api, { method = 'POST', body, headers }: Partial<Case>) =>
  fetch(gateway.baseUrl + api.path, {
    method,
    headers: { 'content-type': 'application/json', ...api.headers, ...headers },
    ...(method === 'POST' ? { body: body ?? valid(api.router) } : {}),
  })

describe.each(apis)("in $api's format", api => {
  it.each(cases)('answers $name with $status $code', async wrong => {
    const response = await send(api, wrong)
    const answer = (await response.json()) as {
      type?: string
      request_id?: string
      error: { message: string; type: string; code: string; param?: string; request_id?: string }
    }
    expect(response.status).toBe(wrong.status)
    expect(answer.error.code).toBe(wrong.code)
    expect(answer.error.message).toMatch(wrong.says)
    expect(answer.error.type).toBe(api.errorType[wrong.status] ?? 'invalid_request_error')
    const requestId = response.headers.get('x-weir-request-id') ?? ''
    if (api.api === 'Anthropic') {
      expect(answer).toMatchObject({ type: 'error', request_id: requestId })
    } else {
      expect(answer.error).toMatchObject({ param: wrong.param ?? null, request_id: requestId })
    }
    expect(await gateway.event(requestId)).toMatchObject({
      outcome: 'refused',
      status: wrong.status,
      error: wrong.code,
      served: null,
      attempts: [],
    })
    const next = await send(api, {})
    expect(next.status).toBe(200)
    await next.text()
  })

  it('passes fields of wrong types on to the provider, whose business they are', async () => {
    const body = JSON.stringify({ model: api.router, max_tokens: 5, messages: 'not a list' })
    const response = await send(api, { body })
    expect(response.status).toBe(400)
    const event = await gateway.event(response.headers.get('x-weir-request-id') ?? '')
    expect(event).toMatchObject({
      outcome: 'failed',
      status: 400,
      attempts: [{ failure: 'invalid_request' }],
    })
  })
})

it('has recorded one event for each of all these requests', () => {
  const ids = gateway.events().map(event => event.request_id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBe(apis.length * (2 * cases.length + 1))
})
