// Tokens, roles and sessions over the real port.
import { describe, expect, it, test } from 'vitest'
import { type Answer, type RunningControl, startTestControl } from '../fixtures/running-control.ts'
import { startResources } from '../resource/fixtures/resource-control.ts'
import { digestOf } from './secret.ts'

interface Item {
  readonly id: string
  readonly [field: string]: unknown
}

interface Page {
  readonly items: readonly Item[]
  readonly next: string | null
}

async function auditOf(control: RunningControl): Promise<Page['items']> {
  return ((await control.call('GET', '/api/v1/audit?limit=500')).json as Page).items
}

describe('the first token', () => {
  it('is made for a store that has none, is an admin, and is stored as its digest', async () => {
    const control = await startTestControl()
    expect(control.token).toMatch(/^wat_[\w-]{43}$/)
    const { items } = await control.store.tokens.list({ limit: 10 })
    expect(items).toMatchObject([
      { name: 'bootstrap', role: 'admin', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ])
    expect(JSON.stringify(items)).not.toContain(control.token)
    expect(await control.call('GET', '/api/v1/session')).toMatchObject({
      status: 200,
      json: { name: 'bootstrap', role: 'admin', via: 'token', expires_at: null, csrf_token: null },
    })
  })

  it('is not made when the environment has one, which is an admin too', async () => {
    const adminToken = 'environment-token-of-32-characters'
    const control = await startTestControl({ adminToken })
    expect((await control.store.tokens.list({ limit: 10 })).items).toEqual([])
    expect(await control.call('GET', '/api/v1/session')).toMatchObject({
      json: { name: 'environment', role: 'admin' },
    })
    expect(await control.call('GET', '/api/v1/session', { token: `${adminToken}x` })).toMatchObject({
      status: 401,
    })
  })

  it('from the environment must be long', async () => {
    await expect(startTestControl({ adminToken: 'short' })).rejects.toThrow('at least 32 characters')
  })
})

describe('tokens', () => {
  it('are shown once, listed without the token, and refused when deleted', async () => {
    const control = await startTestControl()
    const body = { name: 'ci', role: 'editor', expires_at: '2999-01-01T00:00:00+02:00' }
    const created = await control.call('POST', '/api/v1/tokens', { body })
    expect(created).toMatchObject({
      status: 201,
      json: { name: 'ci', role: 'editor', expires_at: '2998-12-31T22:00:00.000Z', last_used_at: null },
    })
    const { id, token } = created.json as { id: string; token: string }
    expect(await control.call('GET', '/api/v1/session', { token })).toMatchObject({ json: { name: 'ci' } })
    const list = await control.call('GET', '/api/v1/tokens?role=editor')
    expect(list).toMatchObject({ status: 200, json: { items: [{ id, name: 'ci' }], next: null } })
    expect(list.text).not.toContain(token)
    expect(await control.call('DELETE', `/api/v1/tokens/${id}`)).toMatchObject({ status: 204, text: '' })
    expect(await control.call('GET', '/api/v1/session', { token })).toMatchObject({ status: 401 })
    expect(await control.call('DELETE', `/api/v1/tokens/${id}`)).toMatchObject({ status: 404 })
  })

  it('have names of their own, and a future', async () => {
    const { call } = await startTestControl()
    const create = (body: object) => call('POST', '/api/v1/tokens', { body })
    await create({ name: 'ci', role: 'viewer' })
    for (const name of ['ci', 'weir', 'anonymous']) {
      expect(await create({ name, role: 'viewer' })).toMatchObject({
        status: 409,
        json: { code: 'already_exists' },
      })
    }
    const past = { name: 'old', role: 'viewer', expires_at: '2001-01-01T00:00:00Z' }
    expect(await create(past)).toMatchObject({ status: 422, json: { problems: [{ path: 'expires_at' }] } })
  })

  it('of which several with one name are asked for at once are made once', async () => {
    const { call } = await startTestControl()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        call('POST', '/api/v1/tokens', { body: { name: 'ci', role: 'viewer' } }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4)
  })

  it('of the last admin cannot be deleted', async () => {
    const control = await startTestControl()
    const { items } = (await control.call('GET', '/api/v1/tokens')).json as Page
    expect(await control.call('DELETE', `/api/v1/tokens/${items[0]?.id}`)).toMatchObject({
      status: 409,
      json: { code: 'in_use' },
    })
    const second = await control.tokenOf('admin')
    expect(await control.call('DELETE', `/api/v1/tokens/${items[0]?.id}`, { token: second })).toMatchObject({
      status: 204,
    })
  })

  it('are no longer good once they have expired', async () => {
    const control = await startTestControl()
    const token = 'wat_expired'
    const record = { id: 'tok_x', name: 'x', role: 'admin', createdAt: 0, lastUsedAt: null } as const
    await control.store.tokens.insert({ ...record, digest: digestOf(token), expiresAt: Date.now() - 1 })
    expect(await control.call('GET', '/api/v1/session', { token })).toMatchObject({ status: 401 })
  })
})

describe('roles', () => {
  test.each([
    ['viewer', 'GET', '/api/v1/health', 200],
    ['viewer', 'GET', '/api/v1/audit', 200],
    ['viewer', 'GET', '/api/v1/tokens', 403],
    ['editor', 'GET', '/api/v1/tokens', 403],
    ['admin', 'GET', '/api/v1/tokens', 200],
  ] as const)('a %s who sends %s %s gets %i', async (role, method, path, status) => {
    const control = await startTestControl()
    const token = await control.tokenOf(role)
    expect(await control.call(method, path, { token })).toMatchObject({ status })
  })

  it('are asked before the body is looked at', async () => {
    const control = await startTestControl()
    const token = await control.tokenOf('viewer')
    const answer = await control.call('POST', '/api/v1/tokens', { token, body: '{"broken' })
    expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } })
  })

  it('are needed by everything but health, login and the documentation', async () => {
    const { call } = await startTestControl()
    const { paths } = (await call('GET', '/api/openapi.json', { token: null })).json as {
      paths: Record<string, Record<string, { 'x-weir-role': string }>>
    }
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const isOpen = operation['x-weir-role'] === 'anyone'
        const { status, headers } = await call(method.toUpperCase(), path.replaceAll(/[{}]/g, ''), {
          token: null,
          ...(method === 'post' && { body: {} }),
        })
        expect([path, method, status === 401]).toEqual([path, method, !isOpen])
        if (!isOpen) expect(headers.get('www-authenticate')).toBe('Bearer realm="weir"')
      }
    }
  })
})

describe('sessions', () => {
  async function login(control: RunningControl, headers: Record<string, string> = {}) {
    const options = { token: null, body: { token: control.token }, headers }
    const answer = await control.call('POST', '/api/v1/session', options)
    const cookies = answer.headers.getSetCookie()
    const cookie = cookies.map(each => each.split(';')[0]).join('; ')
    const secret = /weir_session=([\w-]+)/.exec(cookie)?.[1] ?? ''
    return { answer, cookies, cookie, secret, csrf: (answer.json as { csrf_token: string }).csrf_token }
  }

  it('begin with a token and live in a cookie that no script and no other site gets', async () => {
    const control = await startTestControl()
    const { answer, cookies, cookie } = await login(control)
    expect(answer.status).toBe(201)
    expect(cookies[0]).toMatch(/^weir_session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/)
    expect(cookies[1]).toMatch(/^weir_csrf=[\w-]{43}; Path=\/; Expires=[^;]+; SameSite=Strict$/)
    expect(answer.text).not.toContain(/weir_session=([\w-]+)/.exec(cookie)?.[1])
    const read = await control.call('GET', '/api/v1/session', { token: null, headers: { cookie } })
    expect(read).toMatchObject({ status: 200, json: { ...(answer.json as object), via: 'session' } })
  })

  it('have secure cookies tied to the host when the client speaks https', async () => {
    const control = await startTestControl({ publicUrls: ['https://weir.example.com'] })
    const { cookies } = await login(control, { 'x-forwarded-proto': 'https' })
    expect(cookies).toEqual([
      expect.stringMatching(/^__Host-weir_session=.*; HttpOnly; Secure; SameSite=Strict$/),
      expect.stringMatching(/^__Host-weir_csrf=.*; Secure; SameSite=Strict$/),
    ])
  })

  it('change nothing without the token against CSRF', async () => {
    const control = await startTestControl()
    const { cookie, csrf } = await login(control)
    const other = await login(control)
    const create = (headers: Record<string, string>) =>
      control.call('POST', '/api/v1/tokens', {
        token: null,
        headers: { cookie, ...headers },
        body: { name: 'ci', role: 'viewer' },
      })
    for (const headers of [{}, { 'x-csrf-token': '' }, { 'x-csrf-token': other.csrf }]) {
      expect(await create(headers as never)).toMatchObject({ status: 403, json: { code: 'csrf' } })
    }
    expect(await create({ 'x-csrf-token': csrf })).toMatchObject({ status: 201 })
  })

  it('cannot be begun by a page of another site', async () => {
    const control = await startTestControl()
    const { answer } = await login(control, { 'sec-fetch-site': 'cross-site' })
    expect(answer).toMatchObject({ status: 403, json: { code: 'csrf' } })
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it('end with a logout, and with their token', async () => {
    const control = await startTestControl()
    const { cookie, csrf } = await login(control)
    const headers = { cookie, 'x-csrf-token': csrf }
    const out = await control.call('DELETE', '/api/v1/session', { token: null, headers })
    expect(out.status).toBe(204)
    expect(out.headers.getSetCookie().join()).toContain('weir_session=; Max-Age=0')
    expect(await control.call('GET', '/api/v1/session', { token: null, headers })).toMatchObject({
      status: 401,
    })

    const second = await login(control)
    const [bootstrap] = ((await control.call('GET', '/api/v1/tokens')).json as Page).items
    const admin = await control.tokenOf('admin')
    await control.call('DELETE', `/api/v1/tokens/${bootstrap?.id}`, { token: admin })
    const after = await control.call('GET', '/api/v1/session', {
      token: null,
      headers: { cookie: second.cookie },
    })
    expect(after).toMatchObject({ status: 401 })
    expect(await control.store.sessions.find(digestOf(second.secret))).toBeUndefined()
  })

  it('end by themselves', async () => {
    const control = await startTestControl()
    const { cookie, secret } = await login(control)
    const session = await control.store.sessions.find(digestOf(secret))
    const lasts = (session?.expiresAt ?? 0) - (session?.createdAt ?? 0)
    expect(lasts).toBe(12 * 3_600_000)
    await control.store.sessions.remove(digestOf(secret))
    await control.store.sessions.insert({
      digest: '',
      tokenId: '',
      createdAt: 0,
      ...session,
      expiresAt: Date.now() - 1,
    })
    const read = await control.call('GET', '/api/v1/session', { token: null, headers: { cookie } })
    expect(read).toMatchObject({ status: 401 })
  })

  it('are slowed down after five failures, also with the right token, and the throttled tries are no record', async () => {
    const control = await startTestControl()
    const attempt = (token: string): Promise<Answer> =>
      control.call('POST', '/api/v1/session', { token: null, body: { token } })
    for (let index = 0; index < 5; index++) expect(await attempt('wat_guess')).toMatchObject({ status: 401 })
    const throttled = await attempt(control.token)
    expect(throttled).toMatchObject({ status: 429, json: { code: 'throttled' } })
    expect(Number(throttled.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect((await auditOf(control)).map(({ status, outcome }) => [status, outcome])).toEqual(
      Array.from({ length: 5 }, () => [401, 'denied']),
    )
    // Whoever has a token is not kept out by somebody else's guesses from the same address.
    expect(await control.call('GET', '/api/v1/session')).toMatchObject({ status: 200 })
  })
})

describe('guessed bearer tokens', () => {
  it('are answered 401, and after five of them 429', async () => {
    const { call } = await startTestControl()
    const statuses = []
    for (let index = 0; index < 7; index++) {
      statuses.push((await call('GET', '/api/v1/health', { token: `wat_${index}` })).status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    expect(await call('GET', '/healthz', { token: 'wat_x' })).toMatchObject({ status: 200 })
  })
})

describe('the audit log', () => {
  it('has every changing and every denied call, with who, what, why and how it ended', async () => {
    const control = await startTestControl()
    const viewer = await control.tokenOf('viewer')
    await control.call('POST', '/api/v1/tokens', { token: viewer, body: { name: 'x', role: 'admin' } })
    await control.call('GET', '/api/v1/tokens', { token: viewer })
    await control.call('GET', '/api/v1/health', { token: viewer })
    await control.call('GET', '/api/v1/health', { token: null })
    await control.call('POST', '/api/v1/tokens', {
      body: { name: 'ci', role: 'viewer' },
      headers: { 'x-weir-reason': 'for the pipeline' },
    })
    await control.call('DELETE', '/api/v1/tokens/tok_nobody')
    const log = await auditOf(control)
    const name = expect.stringMatching(/^viewer-/)
    expect(
      log.map(({ actor, action, outcome, status, reason }) => [actor, action, outcome, status, reason]),
    ).toEqual([
      ['bootstrap', 'DELETE /api/v1/tokens/tok_nobody', 'refused', 404, null],
      ['bootstrap', 'POST /api/v1/tokens', 'done', 201, 'for the pipeline'],
      ['anonymous', 'GET /api/v1/health', 'denied', 401, null],
      [name, 'GET /api/v1/tokens', 'denied', 403, null],
      [name, 'POST /api/v1/tokens', 'denied', 403, null],
      ['bootstrap', 'POST /api/v1/tokens', 'done', 201, null],
    ])
    expect(log[0]).toMatchObject({ role: 'admin', address: '127.0.0.1', revision: null })
  })

  it('has no call that only asks, and a connection test under its name', async () => {
    const explain = () => ({ decided: false, refused: null, decision: null, steps: [] })
    const control = await startResources({ explain })
    const config = { version: 1 }
    const asking = [
      ['/api/v1/config/diff', config],
      ['/api/v1/config/validate', config],
      ['/api/v1/routers/chat/explain', { request: { messages: [] } }],
      ['/api/v1/config/diff', { version: 2 }],
    ] as const
    const statuses = await Promise.all(
      asking.map(async ([path, body]) => (await control.call('POST', path, { body })).status),
    )
    expect(statuses).toEqual([200, 200, 200, 422])
    expect(await auditOf(control)).toEqual([])
    const viewer = await control.tokenOf('viewer')
    await control.call('POST', '/api/v1/providers/sim/test', { body: {} })
    await control.call('POST', '/api/v1/providers/sim/test', { body: {}, token: viewer })
    const log = await auditOf(control)
    expect(log.slice(0, 2).map(({ action, outcome }) => [action, outcome])).toEqual([
      ['connection test: POST /api/v1/providers/sim/test', 'denied'],
      ['connection test: POST /api/v1/providers/sim/test', 'done'],
    ])
  })

  it('is filtered by actor, outcome and time, and paged', async () => {
    const control = await startTestControl()
    for (let index = 0; index < 5; index++) await control.tokenOf('viewer')
    await control.call('GET', '/api/v1/health', { token: null })
    const read = async (query: string) => (await control.call('GET', `/api/v1/audit?${query}`)).json as Page
    expect((await read('outcome=denied')).items).toMatchObject([{ actor: 'anonymous' }])
    expect((await read('actor=bootstrap')).items).toHaveLength(5)
    expect((await read('to=2001-01-01T00:00:00Z')).items).toEqual([])
    expect((await read('from=2001-01-01T00:00:00Z')).items).toHaveLength(6)
    const first = await read('limit=4')
    const second = await read(`limit=4&after=${first.next}`)
    expect([first.items.length, second.items.length, second.next]).toEqual([4, 2, null])
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(6)
  })

  it('never holds a token, where one stands in a path or a reason by mistake', async () => {
    const control = await startTestControl()
    await control.call('DELETE', `/api/v1/tokens/${control.token}?reason=${control.token}`, {
      headers: { 'x-weir-reason': control.token },
    })
    await control.call('DELETE', `/api/v1/tokens/x`, { headers: { 'x-weir-reason': control.token } })
    const log = JSON.stringify(await control.store.audit.list({ limit: 10 }))
    expect(log).toContain('DELETE /api/v1/tokens/x')
    expect(log).not.toContain(control.token.slice(4))
  })
})
