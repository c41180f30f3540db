import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { z } from '@hono/zod-openapi'
import { describe, expect, it, test } from 'vitest'
import { StoreUnavailableError } from '../../storage/control-store.ts'
import { startTestControl } from '../fixtures/running-control.ts'
import type { AdminApp } from './env.ts'
import { adminRoute, jsonAnswer, jsonBody, send } from './route.ts'

const thing = z.object({ id: z.string(), size: z.int().min(1).optional() })

const bug = adminRoute({
  method: 'get',
  path: '/api/v1/bug',
  role: 'viewer',
  tags: ['Test'],
  summary: 'Throws',
  responses: { 200: jsonAnswer(thing, 'never') },
})
const echo = adminRoute({
  method: 'post',
  path: '/api/v1/echo',
  role: 'editor',
  tags: ['Test'],
  summary: 'Answers what it gets',
  request: {
    query: z.object({ loud: z.enum(['yes']).optional() }),
    body: jsonBody(z.strictObject(thing.shape)),
  },
  responses: { 200: jsonAnswer(thing, 'the body') },
})

const ask = adminRoute({
  method: 'post',
  path: '/api/v1/ask',
  role: 'viewer',
  tags: ['Test'],
  summary: 'Changes nothing',
  intent: 'read',
  request: { body: jsonBody(thing) },
  responses: { 200: jsonAnswer(thing, 'the body') },
})

const resource = (app: AdminApp) => {
  app.openapi(bug, () => {
    throw new Error('secret detail wat_should_not_be_seen')
  })
  app.openapi(echo, c => send(c, thing, c.req.valid('json')))
  app.openapi(ask, c => send(c, thing, c.req.valid('json')))
}

const start = (options: Parameters<typeof startTestControl>[0] = {}) =>
  startTestControl({ resources: () => [resource], ...options })

describe('problems', () => {
  it('says no in problem documents', async () => {
    const { call } = await start()
    const { status, headers, json } = await call('GET', '/api/v1/nothing')
    expect(status).toBe(404)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(json).toEqual({
      type: '/api/docs#problem-not_found',
      title: 'There is no such thing',
      status: 404,
      detail: 'there is no /api/v1/nothing; see /api/docs',
      code: 'not_found',
    })
  })

  test.each([
    ['a body that is no JSON', '{"id":', {}, 400, 'body_not_json', undefined],
    [
      'a body of another type',
      '{}',
      { 'content-type': 'text/plain' },
      415,
      'unsupported_media_type',
      undefined,
    ],
    ['a missing field', {}, {}, 422, 'invalid_body', 'id'],
    ['a field of a wrong type', { id: 'a', size: 'x' }, {}, 422, 'invalid_body', 'size'],
  ])('names %s', async (_, body, headers, status, code, path) => {
    const { call } = await start()
    const answer = await call('POST', '/api/v1/echo', { body, headers })
    expect(answer).toMatchObject({ status, json: { code } })
    const { problems } = answer.json as { problems?: { path: string }[] }
    expect(problems?.map(problem => problem.path)).toEqual(path && [path])
  })

  it('refuses query parameters that it does not know, and names them all with the others', async () => {
    const { call } = await start()
    const { status, json } = await call('POST', '/api/v1/echo?lout=yes&loud=no', { body: { id: 'a' } })
    expect(status).toBe(400)
    expect(json).toMatchObject({
      code: 'invalid_request',
      problems: [{ path: 'query.loud' }, { path: 'query' }],
    })
  })

  it('answers other methods of a path with which it takes, and HEAD like GET', async () => {
    const { call } = await start()
    const put = await call('PUT', '/api/v1/echo', { body: {} })
    expect(put).toMatchObject({ status: 405, json: { code: 'method_not_allowed' } })
    expect(put.headers.get('allow')).toBe('POST, OPTIONS')
    const options = await call('OPTIONS', '/api/v1/echo', { token: null })
    expect(options).toMatchObject({ status: 204, text: '' })
    expect(options.headers.get('allow')).toBe('POST, OPTIONS')
    expect(await call('HEAD', '/healthz')).toMatchObject({ status: 200, text: '' })
    expect((await call('POST', '/healthz', { body: {} })).headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  })

  it('tells a bug to the log and not to the client', async () => {
    const { call, log } = await start()
    const { status, json, text, headers } = await call('GET', '/api/v1/bug')
    expect(status).toBe(500)
    expect(json).toMatchObject({ code: 'internal', detail: expect.stringContaining('in the log') })
    expect(text).not.toContain('secret')
    const id = headers.get('x-weir-request-id')
    expect(log).toMatchObject([{ level: 'error', fields: { requestId: id, err: expect.any(Error) } }])
  })

  it('refuses a body over the limit, declared or not', async () => {
    const { url, token, call } = await start()
    const body = `{"id":"${'x'.repeat(17 * 2 ** 20)}"}`
    expect(await call('POST', '/api/v1/echo', { body })).toMatchObject({
      status: 413,
      json: { code: 'body_too_large' },
    })
    expect(await sendChunked(url, token, body)).toBe(413)
    expect(await sendChunked(url, token, '{"id":"a"}')).toBe(200)
  })

  it('records a change that is refused for its body, and no question that is', async () => {
    const { call } = await start()
    const body = 'x'.repeat(17 * 2 ** 20)
    for (const path of ['/api/v1/ask', '/api/v1/echo?preview=true', '/api/v1/echo']) {
      expect(await call('POST', path, { body })).toMatchObject({ status: 413 })
    }
    const { json } = await call('GET', '/api/v1/audit')
    expect((json as { items: object[] }).items).toMatchObject([
      { action: 'POST /api/v1/echo', outcome: 'refused', status: 413 },
    ])
    expect((json as { items: object[] }).items).toHaveLength(1)
  })
})

describe('around every answer', () => {
  it('sets the security headers, on refusals too', async () => {
    const { call } = await start()
    for (const path of ['/healthz', '/api/v1/nothing', '/api/v1/bug']) {
      const { headers } = await call('GET', path)
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("default-src 'none'; frame-ancestors 'none'"),
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'x-weir-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      })
    }
  })

  it('is closed to pages of other origins', async () => {
    const { call } = await start()
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    for (const method of ['OPTIONS', 'GET']) {
      const answer = await call(method, '/api/v1/session', { headers })
      const names = [...answer.headers.keys()].filter(name => name.startsWith('access-control-'))
      expect(names).toEqual([])
    }
  })

  test.each([
    ['evil.example', 421],
    ['localhost', 200],
    ['weir.localhost:99', 200],
    ['127.0.0.1:1', 200],
    ['[::1]:8788', 200],
    ['weir.example.com', 200],
    ['weir.example.com.evil.example', 421],
    ['a b', 400],
  ])('on loopback, answers a request for host %s with %i', async (host, status) => {
    const { url } = await start({ publicUrls: ['https://weir.example.com/console'] })
    const sent = request(`${url}/healthz`, { headers: { host } })
    sent.end()
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }]
    response.resume()
    expect(response.statusCode).toBe(status)
  })
})

describe('the store', () => {
  const broken = () => Promise.reject(new StoreUnavailableError('the database is locked'))

  it('is not needed for health and for what needs no token', async () => {
    const { call } = await start({
      store: store => ({ ...store, tokens: replacing(store.tokens, 'findByDigest', broken) }),
    })
    expect(await call('GET', '/healthz')).toMatchObject({ status: 200 })
    expect(await call('GET', '/api/v1/health')).toMatchObject({
      status: 503,
      json: { code: 'store_unavailable', detail: 'the database is locked' },
    })
  })

  it('is not needed for a token from the environment', async () => {
    const adminToken = 'an_admin_token_of_the_environment_1'
    const { call } = await start({
      adminToken,
      store: store => ({ ...store, tokens: replacing(store.tokens, 'findByDigest', broken) }),
    })
    expect(await call('GET', '/api/v1/health')).toMatchObject({ status: 200, json: { status: 'ok' } })
  })

  it('goes on answering when the audit log cannot be written, and says so in the log', async () => {
    const { call, log } = await start({
      store: store => ({ ...store, audit: replacing(store.audit, 'append', broken) }),
    })
    expect(await call('POST', '/api/v1/echo', { body: { id: 'a' } })).toMatchObject({ status: 200 })
    expect(log).toMatchObject([{ level: 'error', message: expect.stringContaining('audit log') }])
  })
})

it('closes while a connection is idle and after open requests have ended', async () => {
  const { url, stop } = await start()
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  await stop()
  await once(socket, 'close')
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
})

/** The status of a body that does not say how long it is. */
async function sendChunked(url: string, token: string, body: string): Promise<number> {
  const sent = request(`${url}/api/v1/echo`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  })
  sent.on('error', () => {})
  sent.write(body.slice(0, 3))
  sent.end(body.slice(3))
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }]
  response.resume()
  return response.statusCode
}

/** A store of which one method is another. */
function replacing<Store extends object>(store: Store, name: keyof Store, by: () => unknown): Store {
  return new Proxy(store, {
    get: (target, field) => {
      const method: unknown = field === name ? by : Reflect.get(target, field)
      return typeof method === 'function' ? method.bind(target) : method
    },
  })
}
