// What holds of providers, models, routers and keys alike.
import { describe, expect, test } from 'vitest'
import type { Json } from './fixtures/resource-control.ts'
import { startResources } from './fixtures/resource-control.ts'

const split = (large: number, small: number) => ({
  split: {
    variants: [
      { id: 'large', model: 'sim/large', weight: large },
      { id: 'small', model: 'sim/small', weight: small },
    ],
  },
})

interface Case {
  readonly path: string
  readonly created: Json & { readonly id: string }
  readonly put: Json
  readonly patch: Json
  /** What the patch makes of what was put. */
  readonly patched: Json
  readonly broken: Json
  readonly problem: string
}

const CASES: Readonly<Record<string, Case>> = {
  provider: {
    path: '/api/v1/providers',
    created: { id: 'other', type: 'openai', base_url: 'https://api.example.com/v1' },
    put: { type: 'anthropic', base_url: 'https://api.example.com/v1', user: 'drop' },
    patch: { user: null, headers: { 'x-team': 'blue' } },
    patched: { type: 'anthropic', base_url: 'https://api.example.com/v1', headers: { 'x-team': 'blue' } },
    broken: { user: 'keep' },
    problem: 'providers.other.user',
  },
  model: {
    path: '/api/v1/models',
    created: { id: 'sim/org/new:1', price: { input: 1, output: 2 } },
    put: { name: 'new-2026', enabled: false },
    patch: { enabled: null, capabilities: { tools: true } },
    patched: { name: 'new-2026', capabilities: { tools: true } },
    broken: { capabilities: { context: 0 } },
    problem: 'models["sim/org/new:1"].capabilities.context',
  },
  router: {
    path: '/api/v1/routers',
    created: { id: 'second', default_route: split(70, 30) },
    put: { description: 'new', default_route: split(50, 50) },
    patch: { description: null, time_zone: 'Europe/Berlin' },
    patched: { time_zone: 'Europe/Berlin', default_route: split(50, 50) },
    broken: { default_route: split(70, 20) },
    problem: 'routers.second.default_route.split.variants',
  },
  key: {
    path: '/api/v1/keys',
    created: { id: 'app', tags: ['beta'], tenant: 'acme', digest: `sha256:${'a'.repeat(64)}` },
    put: { tenant: 'other', router: 'chat' },
    patch: { router: null, disabled: true },
    patched: { tenant: 'other', disabled: true },
    broken: { router: 'nowhere' },
    problem: 'keys[0].router',
  },
}

/** Keys never show their digest. */
function shown(item: Json): Json {
  return without(item, ['digest'])
}

/** Two keys cannot have one secret. */
function ownDigest(created: Json, digit: number): Json {
  return 'digest' in created ? { digest: `sha256:${String(digit).repeat(64)}` } : {}
}

function written(item: Json): Json {
  return without(item, ['facts', 'warnings'])
}

function without(item: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)))
}

describe.each(Object.entries(CASES))(
  'a %s',
  (noun, { path, created, put, patch, patched, broken, problem }) => {
    const { id } = created
    const place = `${path}/${encodeURIComponent(id)}`

    test('is created, read, replaced, patched and deleted, and what is read back is what was written', async () => {
      const { change, get } = await startResources()
      const made = await change('POST', path, created)
      expect(made.status).toBe(201)
      expect(made.headers.get('location')).toBe(place)
      expect(made.headers.get('x-weir-revision')).toBe('2')
      expect(written(made.json)).toEqual(shown(created))

      const read = await get(place)
      expect(written(read.json)).toEqual(shown(created))
      expect(read.headers.get('etag')).toBe(made.headers.get('etag'))

      const replaced = await change('PUT', place, put)
      expect(replaced.status).toBe(200)
      expect(written(replaced.json)).toEqual({ id, ...put })
      expect(replaced.headers.get('etag')).not.toBe(made.headers.get('etag'))

      expect(written((await change('PATCH', place, patch)).json)).toEqual({ id, ...patched })
      expect(written((await get(place)).json)).toEqual({ id, ...patched })

      expect((await change('DELETE', place)).status).toBe(204)
      expect((await get(place)).status).toBe(404)
    })

    test('is refused when there is one already: 409', async () => {
      const { change } = await startResources()
      await change('POST', path, created)
      const again = await change('POST', path, created)
      expect(again.status).toBe(409)
      expect(again.json).toMatchObject({
        code: 'already_exists',
        detail: `there is a ${noun} "${id}" already`,
      })
    })

    test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('that is not there is 404 to %s', async method => {
      const { change } = await startResources()
      const answer = await change(method, place, method === 'PUT' || method === 'PATCH' ? put : undefined)
      expect(answer.status).toBe(404)
      expect(answer.json).toMatchObject({ code: 'not_found', detail: `there is no ${noun} "${id}"` })
    })

    test('is changed only by who says which state is meant: 428, 412, and then 200', async () => {
      const { call, change, revisions } = await startResources()
      await change('POST', path, created)
      const before = revisions.current().config
      for (const [method, body] of [
        ['PUT', put],
        ['PATCH', patch],
        ['DELETE', undefined],
      ] as const) {
        const bare = await call(method, place, body === undefined ? {} : { body })
        expect([bare.status, bare.json]).toMatchObject([428, { code: 'precondition_required' }])
        const headers = { 'if-match': '"another"' }
        const stale = await call(method, place, body === undefined ? { headers } : { headers, body })
        expect([stale.status, stale.json]).toMatchObject([412, { code: 'precondition_failed' }])
      }
      expect(revisions.current().config).toBe(before)
      const etag = (await call('GET', place)).headers.get('etag') ?? ''
      const fresh = await call('PATCH', place, { headers: { 'if-match': etag }, body: patch })
      expect(fresh.status).toBe(200)
      const outdated = await call('PATCH', place, { headers: { 'if-match': etag }, body: patch })
      expect(outdated.status).toBe(412)
    })

    test('that would not be valid is 422 with the path of the field, and not saved', async () => {
      const { change, get, revisions } = await startResources()
      const atCreation = await change('POST', path, { ...created, ...broken })
      expect(atCreation.status).toBe(422)
      expect(atCreation.json).toMatchObject({ code: 'invalid_config', problems: [{ path: problem }] })
      await change('POST', path, created)
      const later = await change('PATCH', place, broken)
      expect(later.status).toBe(422)
      expect((later.json.problems as Json[]).map(found => found.path)).toContain(problem)
      expect(written((await get(place)).json)).toEqual(shown(created))
      expect(revisions.current().number).toBe(2)
    })

    test('with an unknown field is refused with the field nearest to it', async () => {
      const { change } = await startResources()
      const answer = await change('POST', path, { ...created, no_such_field: 1 })
      expect(answer.json).toMatchObject({ code: 'invalid_config', problems: [{ code: 'unknown_field' }] })
    })

    test('without an id is refused: 422', async () => {
      const { change } = await startResources()
      const answer = await change('POST', path, put)
      expect([answer.status, answer.json]).toMatchObject([422, { problems: [{ path: 'id' }] }])
    })

    test('keeps its id', async () => {
      const { change } = await startResources()
      await change('POST', path, created)
      const answer = await change('PATCH', place, { id: 'renamed' })
      expect([answer.status, answer.json]).toMatchObject([422, { problems: [{ path: 'id' }] }])
    })

    test('is previewed without being saved', async () => {
      const { change, revisions } = await startResources()
      await change('POST', path, created)
      const { number } = revisions.current()
      for (const [method, where, body] of [
        ['POST', path, { ...created, ...ownDigest(created, 0), id: `${id}2` }],
        ['PUT', place, put],
        ['PATCH', place, patch],
        ['DELETE', place, undefined],
      ] as const) {
        const answer = await change(method, `${where}?preview=true`, body)
        expect([answer.status, answer.json]).toMatchObject([200, { preview: true }])
        expect(answer.json.changes).not.toEqual([])
      }
      expect(revisions.current().number).toBe(number)
    })

    test('that is read, and sent back as it came, makes no revision', async () => {
      const { change, get, revisions } = await startResources()
      await change('POST', path, created)
      const { number } = revisions.current()
      const answer = await change('PUT', place, (await get(place)).json)
      expect(answer.status).toBe(200)
      expect(revisions.current().number).toBe(number)
    })

    test('may be read by viewers and changed by editors', async () => {
      const { call, tokenOf } = await startResources()
      const viewer = await tokenOf('viewer')
      expect((await call('POST', path, { body: created, token: viewer })).status).toBe(403)
      expect((await call('GET', path, { token: viewer })).status).toBe(200)
      expect((await call('POST', path, { body: created, token: await tokenOf('editor') })).status).toBe(201)
      expect((await call('GET', path, { token: null })).status).toBe(401)
    })

    test('is listed page by page, in both orders', async () => {
      const { change, get } = await startResources()
      const ids = ['a', 'b', 'c'].map(letter => `${id}-${letter}`)
      for (const [index, each] of ids.entries()) {
        const digest = 'digest' in created ? { digest: `sha256:${String(index).repeat(64)}` } : {}
        await change('POST', path, { ...created, ...digest, id: each })
      }
      const all: string[] = []
      let after = ''
      for (;;) {
        const { json } = await get(`${path}?limit=2&sort=-id${after}`)
        const page = json as { items: Json[]; next: string | null }
        expect(page.items.length).toBeLessThanOrEqual(2)
        all.push(...page.items.map(item => String(item.id)))
        if (page.next === null) break
        after = `&after=${encodeURIComponent(page.next)}`
      }
      expect(all).toEqual([...all].toSorted((a, b) => (a < b ? 1 : -1)))
      expect(all).toEqual(expect.arrayContaining(ids))
    })

    test('sent twice with an idempotency key is created once', async () => {
      const { call, revisions } = await startResources()
      const send = () => call('POST', path, { body: created, headers: { 'idempotency-key': 'k1' } })
      const [first, second] = [await send(), await send()]
      expect([first.status, second.status]).toEqual([201, 201])
      expect(second.text).toBe(first.text)
      expect(revisions.current().number).toBe(2)
    })

    test('carries its reason into the revision', async () => {
      const { change, get } = await startResources()
      await change('POST', `${path}?reason=because`, created)
      expect((await get('/api/v1/revisions/2')).json).toMatchObject({ reason: 'because', actor: 'bootstrap' })
    })
  },
)
