import { hash } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CONFIG } from '../fixtures/running-control.ts'
import { type Json, startResources } from '../resource/fixtures/resource-control.ts'

const path = '/api/v1/keys'
const at = Date.parse('2026-11-21T00:00:00Z')
const digestOf = (secret: unknown) => hash('sha256', String(secret), 'hex')
const digest = `sha256:${'a'.repeat(64)}`
const routing = {
  variants: [
    { id: 'large', model: 'sim/large', weight: 80 },
    { id: 'small', model: 'sim/small', weight: 20 },
  ],
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the secret of a key', () => {
  test('is made and shown once, and the gateway knows its digest', async () => {
    const { change, get, revisions } = await startResources()
    const { status, json } = await change('POST', path, { id: 'app' })
    expect(status).toBe(201)
    expect(json.secret).toMatch(/^wk_/)
    expect(revisions.current().snapshot.keys[0]?.digest).toBe(digestOf(json.secret))
    const everywhere = await Promise.all(
      [path, `${path}/app`, '/api/v1/revisions/2', '/api/v1/audit', '/api/v1/config'].map(get),
    )
    for (const { text } of everywhere) expect(text).not.toContain(json.secret)
  })

  test('is not made for a preview, and none is shown for one that exists already', async () => {
    const { change } = await startResources()
    const preview = await change('POST', `${path}?preview=true`, { id: 'app' })
    expect(preview.text).not.toContain('wk_')
    const known = await change('POST', path, { id: 'app', digest })
    expect(known.json).not.toHaveProperty('secret')
    expect(known.text).not.toContain('a'.repeat(64))
  })

  test('is repeated to whoever sends the same create again', async () => {
    const { call } = await startResources()
    const send = () => call('POST', path, { body: { id: 'app' }, headers: { 'idempotency-key': 'k' } })
    const [first, again] = [await send(), await send()]
    expect(again.text).toBe(first.text)
    expect((first.json as Json).secret).toMatch(/^wk_/)
  })

  test('stays when the key is put or patched', async () => {
    const { change, revisions } = await startResources()
    await change('POST', path, { id: 'app', digest })
    await change('PUT', `${path}/app`, { tenant: 'acme' })
    await change('PATCH', `${path}/app`, { tags: ['x'] })
    expect(revisions.current().snapshot.keys[0]).toMatchObject({
      digest: 'a'.repeat(64),
      tenant: 'acme',
      tags: ['x'],
    })
  })

  test('is rotated with an overlap in which the old one works', async () => {
    const { change, revisions } = await startResources({ now: () => at })
    const { json: created } = await change('POST', path, { id: 'app', tenant: 'acme' })
    const { status, json, headers } = await change('POST', `${path}/app/rotate`, { overlap: '12h' })
    expect(status).toBe(200)
    expect(json.secret).toMatch(/^wk_/)
    expect(json.facts).toMatchObject({ previous_until: '2026-11-21T12:00:00.000Z' })
    expect(headers.get('x-weir-revision')).toBe('3')
    expect(revisions.current().snapshot.keys[0]).toMatchObject({
      digest: digestOf(json.secret),
      previous: { digest: digestOf(created.secret), until: at + 12 * 3_600_000 },
      tenant: 'acme',
    })
    await change('PATCH', `${path}/app`, { previous: null })
    expect(revisions.current().snapshot.keys[0]?.previous).toBeNull()
  })

  test('of the environment is rotated into one of its own', async () => {
    vi.stubEnv('APP_KEY', 'from-the-environment')
    const { change, get, revisions } = await startResources({
      config: { ...CONFIG, keys: [{ id: 'app', secret: { env: 'APP_KEY' } }] },
    })
    expect((await get(`${path}/app`)).json.secret).toEqual({ env: 'APP_KEY' })
    const { json } = await change('POST', `${path}/app/rotate`, {})
    expect(revisions.current().snapshot.keys[0]).toMatchObject({
      digest: digestOf(json.secret),
      previous: { digest: digestOf('from-the-environment') },
    })
  })

  test.each(['1w', '91d', '24'])('is not rotated with an overlap of %s', async overlap => {
    const { change } = await startResources()
    await change('POST', path, { id: 'app' })
    const { status, json } = await change('POST', `${path}/app/rotate`, { overlap })
    expect([status, json]).toMatchObject([422, { problems: [{ path: 'overlap' }] }])
  })

  test('of an unknown key is not rotated: 404', async () => {
    const { change } = await startResources()
    expect((await change('POST', `${path}/nobody/rotate`, {})).status).toBe(404)
  })
})

describe('a list of keys', () => {
  test('tells and filters by state, tenant, tag and routing', async () => {
    const { change, get } = await startResources({ now: () => at })
    await change('POST', path, { id: 'on', tags: ['a', 'b'] })
    await change('POST', path, { id: 'off', disabled: true, tenant: 'acme' })
    await change('POST', path, { id: 'late', expires: '2026-11-20T23:59:59Z' })
    await change('POST', path, { id: 'split', routing: { ...routing, active: false } })
    const ids = async (query: string) =>
      ((await get(`${path}?${query}`)).json.items as Json[]).map(({ id }) => id)
    expect(await ids('state=active')).toEqual(['on', 'split'])
    expect(await ids('state=disabled')).toEqual(['off'])
    expect(await ids('state=expired')).toEqual(['late'])
    expect(await ids('tenant=acme')).toEqual(['off'])
    expect(await ids('tags=b')).toEqual(['on'])
    expect(await ids('routing=inactive')).toEqual(['split'])
  })
})

describe('limits', () => {
  test('are read back as they are written, and a soft limit above the hard one is refused', async () => {
    const { change } = await startResources()
    const limits = { requests_per_minute: 60, budget: { day: { soft: 1, hard: 2 } } }
    expect((await change('POST', path, { id: 'app', limits })).json.limits).toEqual(limits)
    const { status, json } = await change('PATCH', `${path}/app`, {
      limits: { budget: { day: { soft: 3 } } },
    })
    expect([status, json]).toMatchObject([422, { problems: [{ path: 'keys[0].limits.budget.day.soft' }] }])
  })
})

describe("a key's routing", () => {
  test('is attached, read, switched off and on with its weights, and taken away', async () => {
    const { change, get, revisions } = await startResources()
    await change('POST', path, { id: 'app' })
    expect((await get(`${path}/app/routing`)).status).toBe(404)
    const put = await change('PUT', `${path}/app/routing`, routing)
    expect([put.status, put.json]).toMatchObject([200, { id: 'app', routing, facts: { routing: 'active' } }])
    const read = await get(`${path}/app/routing`)
    expect(read.json).toEqual(routing)
    expect(read.headers.get('etag')).toBe(put.headers.get('etag'))
    const table = revisions.current().snapshot.keys[0]?.routing?.route.groups[0]?.table

    const off = await change('POST', `${path}/app/routing/deactivate`)
    expect(off.json).toMatchObject({ routing: { ...routing, active: false }, facts: { routing: 'inactive' } })
    const on = await change('POST', `${path}/app/routing/activate`)
    expect(on.json).toMatchObject({ routing: { ...routing, active: true }, facts: { routing: 'active' } })
    expect(revisions.current().snapshot.keys[0]?.routing?.route.groups[0]?.table).toEqual(table)

    expect((await change('DELETE', `${path}/app/routing`)).json.facts).toMatchObject({ routing: 'none' })
    expect((await change('DELETE', `${path}/app/routing`)).status).toBe(404)
  })

  test('is changed only by who says which state of the key is meant', async () => {
    const { call, change } = await startResources()
    await change('POST', path, { id: 'app' })
    expect((await call('PUT', `${path}/app/routing`, { body: routing })).status).toBe(428)
    const stale = await call('PUT', `${path}/app/routing`, { body: routing, headers: { 'if-match': '"x"' } })
    expect(stale.status).toBe(412)
  })

  test('without a variant of priority 0 is refused', async () => {
    const { change } = await startResources()
    await change('POST', path, { id: 'app' })
    const spare = { variants: [{ model: 'sim/large', priority: 1 }] }
    const { status, json } = await change('PUT', `${path}/app/routing`, spare)
    expect([status, json]).toMatchObject([
      422,
      { problems: [{ code: 'priority_empty', path: 'keys[0].routing.variants' }] },
    ])
  })

  test.each(['activate', 'deactivate'])('that is not there cannot be %sd: 404', async action => {
    const { change } = await startResources()
    await change('POST', path, { id: 'app' })
    expect((await change('POST', `${path}/app/routing/${action}`)).status).toBe(404)
    expect((await change('POST', `${path}/nobody/routing/${action}`)).status).toBe(404)
  })
})
