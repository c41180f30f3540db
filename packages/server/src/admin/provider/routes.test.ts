import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConfigInput } from '@weir/core/config'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { CONFIG } from '../fixtures/running-control.ts'
import { type Json, startResources } from '../resource/fixtures/resource-control.ts'

const path = '/api/v1/providers'
const openai = { id: 'openai', preset: 'openai' }

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('where requests may go', () => {
  test.each([
    ['http://169.254.169.254/v1', /metadata/],
    ['http://2852039166/v1', /169\.254\.169\.254/],
    ['http://[fe80::1]/v1', /link-local/],
    ['http://metadata.google.internal/v1', /metadata/],
    ['https://half.example.com/v1', /half\.example\.com \(169\.254\.169\.254\)/],
    ['http://localhost:11434/v1', /private network.*private_networks: allow/],
    ['https://intranet.example.com/v1', /intranet\.example\.com \(10\.1\.2\.3\)/],
  ])('%s is refused, in a preview too', async (base_url, message) => {
    const { change, revisions } = await startResources()
    for (const query of ['', '?preview=true']) {
      const answer = await change('POST', `${path}${query}`, { id: 'p', type: 'openai', base_url })
      expect(answer.status).toBe(422)
      expect(answer.json.problems).toMatchObject([
        { code: 'address_refused', path: 'providers.p.base_url', message: expect.stringMatching(message) },
      ])
    }
    expect(revisions.current().number).toBe(1)
  })

  test('a preset for a server on this machine is refused like its URL', async () => {
    const { change } = await startResources()
    const answer = await change('POST', path, { id: 'p', preset: 'ollama' })
    expect(answer.json.problems).toMatchObject([{ code: 'address_refused', path: 'providers.p.preset' }])
  })

  test('a URL among the settings of a package is looked at too', async () => {
    const { change } = await startResources()
    const body = {
      id: 'p',
      type: 'ai-sdk',
      package: '@ai-sdk/google',
      options: { baseURL: 'http://10.0.0.1' },
    }
    const answer = await change('POST', path, body)
    expect(answer.json.problems).toMatchObject([{ path: 'providers.p.options.baseURL' }])
  })

  test('private networks are allowed by an admin and nobody else', async () => {
    const { call, change, tokenOf } = await startResources()
    const allow = { private_networks: 'allow' }
    const editor = { token: await tokenOf('editor'), headers: { 'if-match': '*' } }
    const denied = await call('PATCH', '/api/v1/gateway', { ...editor, body: allow })
    expect([denied.status, denied.json]).toMatchObject([403, { problems: [{ code: 'admin_needed' }] }])
    expect((await change('PATCH', '/api/v1/gateway', allow)).status).toBe(200)
    const local = { id: 'p', type: 'openai', base_url: 'http://127.0.0.1:9/v1' }
    expect((await change('POST', path, local)).status).toBe(201)
    const metadata = { ...local, id: 'q', base_url: 'http://169.254.169.254/v1' }
    expect((await change('POST', path, metadata)).status).toBe(422)
  })

  test('spans are sent where an admin says, and to no private network unless they are allowed', async () => {
    const { call, change, tokenOf } = await startResources()
    const spansTo = (host: string) => ({ telemetry: { otlp: { endpoint: `https://${host}/v1/traces` } } })
    const editor = { token: await tokenOf('editor'), headers: { 'if-match': '*' } }
    const denied = await call('PATCH', '/api/v1/gateway', { ...editor, body: spansTo('203.0.113.7') })
    expect([denied.status, denied.json]).toMatchObject([403, { problems: [{ code: 'admin_needed' }] }])
    expect((await change('PATCH', '/api/v1/gateway', spansTo('8.8.8.8'))).status).toBe(200)
    const refused = await change('PATCH', '/api/v1/gateway', spansTo('127.0.0.1'))
    expect([refused.status, refused.json]).toMatchObject([
      422,
      { problems: [{ code: 'address_refused', path: 'gateway.telemetry.otlp.endpoint' }] },
    ])
    const logging = { ...editor, body: { telemetry: { log: 'requests' } } }
    expect((await call('PATCH', '/api/v1/gateway', logging)).status).toBe(200)
  })

  test('closing private networks is refused while a provider is there', async () => {
    const { change } = await startResources({ config: { ...CONFIG, gateway: { private_networks: 'allow' } } })
    const answer = await change('PATCH', '/api/v1/gateway', { private_networks: 'refuse' })
    expect([answer.status, answer.json]).toMatchObject([
      422,
      { problems: [{ path: 'providers.sim.base_url' }] },
    ])
  })

  test('what a provider was started with may stay, whatever else changes', async () => {
    const { change } = await startResources()
    expect((await change('PATCH', `${path}/sim`, { user: 'drop' })).status).toBe(200)
  })

  test('going back to a revision that allows them takes an admin as well', async () => {
    const { call, change, tokenOf } = await startResources({
      config: { ...CONFIG, gateway: { private_networks: 'allow' } },
    })
    await change('PATCH', `${path}/sim`, { base_url: 'https://api.example.com/v1' })
    await change('PATCH', '/api/v1/gateway', { private_networks: 'refuse' })
    const token = await tokenOf('editor')
    expect((await call('POST', '/api/v1/revisions/1/revert', { token })).status).toBe(403)
    expect((await call('POST', '/api/v1/revisions/1/revert')).status).toBe(200)
  })
})

describe('what takes an admin', () => {
  test.each([
    [
      'reading a variable',
      { credential: { env: 'SOME_SECRET', stored: null } },
      'providers.openai.credential.env',
    ],
    ['another place', { base_url: 'https://api.example.com/v1' }, 'providers.openai.base_url'],
    ['another preset', { preset: 'groq' }, 'providers.openai'],
  ])('%s is denied to editors when the provider has a credential', async (_, patch, field) => {
    const { call, change, tokenOf, revisions } = await startResources()
    await change('POST', path, openai)
    await change('POST', `${path}/openai/credentials`, { secret: 'sk-editor-may-not-move' })
    const { number } = revisions.current()
    const options = { token: await tokenOf('editor'), headers: { 'if-match': '*' }, body: patch }
    const denied = await call('PATCH', `${path}/openai`, options)
    expect([denied.status, denied.json]).toMatchObject([
      403,
      { problems: [{ code: 'admin_needed', path: field }] },
    ])
    expect(revisions.current().number).toBe(number)
    expect((await change('PATCH', `${path}/openai`, patch)).status).toBe(200)
  })

  test('a setting of a package that reads a variable is denied, too', async () => {
    const { call, tokenOf } = await startResources()
    const body = {
      id: 'g',
      type: 'ai-sdk',
      package: '@ai-sdk/google-vertex',
      options: { apiKey: { env: 'SOME_SECRET' } },
    }
    const denied = await call('POST', path, { token: await tokenOf('editor'), body })
    expect([denied.status, denied.json]).toMatchObject([
      403,
      { problems: [{ path: 'providers.g.options.apiKey.env' }] },
    ])
  })

  test('without a credential an editor may send requests elsewhere', async () => {
    const { call, change, tokenOf } = await startResources()
    await change('POST', path, openai)
    const body = { base_url: 'https://api.example.com/v1' }
    const options = { token: await tokenOf('editor'), headers: { 'if-match': '*' }, body }
    expect((await call('PATCH', `${path}/openai`, options)).status).toBe(200)
  })

  test('an editor cannot revert to a config that reads a variable', async () => {
    vi.stubEnv('SOME_SECRET', 'x')
    const { call, change, tokenOf } = await startResources()
    await change('POST', path, { ...openai, credential: { env: 'SOME_SECRET' } })
    await change('PATCH', `${path}/openai`, { credential: null })
    const token = await tokenOf('editor')
    expect((await call('POST', '/api/v1/revisions/2/revert', { token })).status).toBe(403)
    expect((await call('POST', '/api/v1/revisions/2/revert')).status).toBe(200)
  })
})

describe('the facts of a provider', () => {
  test('say what its preset settles, its models, and whether its credential is there', async () => {
    const { change, get } = await startResources()
    await change('POST', path, { ...openai, credential: { stored: true } })
    await change('POST', '/api/v1/models', { id: 'openai/gpt-5' })
    expect((await get(`${path}/openai`)).json.facts).toEqual({
      type: 'openai',
      base_url: 'https://api.openai.com/v1',
      endpoints: ['chat', 'completions', 'embeddings', 'responses'],
      credential: 'missing',
      models: ['openai/gpt-5'],
    })
    await change('POST', `${path}/openai/credentials`, { secret: 'sk-1' })
    expect((await get(`${path}/openai`)).json.facts).toMatchObject({ credential: 'set' })
  })

  test('lists filter by them', async () => {
    const { change, get } = await startResources()
    await change('POST', path, openai)
    await change('POST', path, { id: 'claude', preset: 'anthropic' })
    const ids = async (query: string) =>
      ((await get(`${path}?${query}`)).json.items as Json[]).map(({ id }) => id)
    expect(await ids('type=anthropic')).toEqual(['claude'])
    expect(await ids('preset=openai')).toEqual(['openai'])
    expect(await ids('sort=-id')).toEqual(['sim', 'openai', 'claude'])
    expect((await get(`${path}?typ=openai`)).status).toBe(400)
  })

  test('presets are listed with what is known of each', async () => {
    const { get } = await startResources()
    const { json } = await get('/api/v1/presets?limit=500')
    const items = json.items as Json[]
    expect(items.find(({ id }) => id === 'anthropic')).toEqual({
      id: 'anthropic',
      service: 'Anthropic',
      type: 'anthropic',
      base_url: 'https://api.anthropic.com/v1',
      form: null,
      credential: 'needed',
      endpoints: null,
    })
    expect(items.find(({ id }) => id === 'azure-openai')).toMatchObject({
      base_url: null,
      form: expect.stringContaining('<resource>'),
    })
  })
})

describe('the connection test', () => {
  type Handle = (req: IncomingMessage, res: ServerResponse, body: string) => void

  async function startProvider(handle: Handle): Promise<string> {
    const server: Server = createServer((req, res) => {
      let body = ''
      req.on('data', (chunk: Buffer) => (body += chunk.toString()))
      req.on('end', () => handle(req, res, body))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  }

  const local = (base_url: string, provider: Json = {}): ConfigInput => ({
    ...CONFIG,
    gateway: { private_networks: 'allow' },
    providers: { sim: { type: 'openai', base_url, ...provider } },
  })

  test('asks for the models with the credential in use, or with the one that is named', async () => {
    const seen: unknown[] = []
    const url = await startProvider((req, res) => {
      seen.push([req.method, req.url, req.headers.authorization, req.headers['x-team']])
      res.end('{"data":[]}')
    })
    const { change } = await startResources({ config: local(url, { headers: { 'x-team': 'blue' } }) })
    await change('POST', `${path}/sim/credentials`, { secret: 'sk-first' })
    const { json: second } = await change('POST', `${path}/sim/credentials`, { secret: 'sk-second' })
    const answer = await change('POST', `${path}/sim/test`, {})
    expect(answer.json).toEqual({ ok: true, status: 200, ms: expect.any(Number), error: null })
    await change('POST', `${path}/sim/test`, { credential: second.id })
    expect(seen).toEqual([
      ['GET', '/v1/models', 'Bearer sk-first', 'blue'],
      ['GET', '/v1/models', 'Bearer sk-second', 'blue'],
    ])
  })

  test("asks a named model for a few tokens, in the provider's format", async () => {
    let seen: unknown
    const url = await startProvider((req, res, body) => {
      seen = [
        req.method,
        req.url,
        req.headers['anthropic-version'],
        req.headers['x-api-key'],
        JSON.parse(body),
      ]
      res.end('{}')
    })
    const { change } = await startResources({ config: local(url, { type: 'anthropic' }) })
    await change('POST', `${path}/sim/credentials`, { secret: 'sk-ant' })
    const { json } = await change('POST', `${path}/sim/test`, { model: 'sim/large' })
    expect(json).toMatchObject({ ok: true, status: 200 })
    const body = { model: 'large', max_tokens: 16, messages: [{ role: 'user', content: expect.anything() }] }
    expect(seen).toMatchObject(['POST', '/v1/messages', '2023-06-01', 'sk-ant', body])
  })

  test.each([
    [302, 'redirected'],
    [401, 'credential'],
    [403, 'credential'],
    [404, 'no_model_list'],
    [429, 'rate_limited'],
    [422, 'rejected'],
    [503, 'server_error'],
  ])("an answer of %i is `%s`, without the provider's words", async (status, error) => {
    let calls = 0
    const url = await startProvider((_, res) => {
      calls += 1
      res.writeHead(status, { location: '/v1/elsewhere' }).end('the key sk-leaked is wrong')
    })
    const { change } = await startResources({ config: local(url) })
    const answer = await change('POST', `${path}/sim/test`, {})
    expect(answer.json).toEqual({ ok: false, status, ms: expect.any(Number), error })
    expect(answer.text).not.toContain('leaked')
    expect(calls).toBe(1)
  })

  test('nobody there is `unreachable`', async () => {
    const { change } = await startResources({ config: local('http://127.0.0.1:1/v1') })
    expect((await change('POST', `${path}/sim/test`, {})).json).toMatchObject({
      ok: false,
      error: 'unreachable',
    })
  })

  test('an address that may not be called is not called', async () => {
    const { change } = await startResources()
    expect((await change('POST', `${path}/sim/test`, {})).json).toMatchObject({ error: 'address_refused' })
  })

  test.each([
    ['a credential that is not there', { credential: { stored: true } }, 'no_credential'],
    ['a package', { type: 'ai-sdk', package: '@ai-sdk/google', base_url: undefined }, 'not_testable'],
  ])('%s is told without a call', async (_, provider, error) => {
    const { change } = await startResources({ config: local('http://127.0.0.1:1/v1', provider) })
    const { json } = await change('POST', `${path}/sim/test`, {})
    expect(json).toEqual({ ok: false, status: null, ms: null, error })
  })

  test('of an unknown provider or credential is 404, and of a model of another provider 422', async () => {
    const { change } = await startResources()
    expect((await change('POST', `${path}/nobody/test`, {})).status).toBe(404)
    expect((await change('POST', `${path}/sim/test`, { credential: 'cred_x' })).status).toBe(404)
    const other = await change('POST', `${path}/sim/test`, { model: 'openai/gpt-5' })
    expect([other.status, other.json]).toMatchObject([422, { problems: [{ path: 'model' }] }])
  })
})
