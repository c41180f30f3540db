import type { ConfigInput } from '@weir/core/config'
import { beforeEach, describe, expect, test } from 'vitest'
import { bareApp } from '../http/app.ts'
import type { Actor } from '../http/role.ts'
import { configHistory } from './fixtures/config-history.ts'
import { EXAMPLE_ROUTER, USER_AWARE_ROUTER } from './fixtures/documented-routers.ts'
import { inworldShape, type RouterRevisions, registerInworldRouters } from './routes.ts'

type Json = Record<string, unknown>
interface Operation {
  name: string
  metadata: { revision: number; changes: string[]; warnings: { field: string; description: string }[] }
  done: boolean
  response: Json
}

const OURS: ConfigInput = {
  version: 1,
  providers: { sim: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' } },
  models: { 'sim/large': {}, 'sim/small': {} },
  routers: {
    demo: {
      description: 'Ours',
      units: ['key'],
      default_route: {
        split: {
          mode: 'proportional',
          variants: [
            { id: 'large', model: 'sim/large', weight: 3 },
            { id: 'small', model: 'sim/small', weight: 1 },
          ],
        },
      },
    },
  },
}

let revisions: RouterRevisions

beforeEach(() => {
  revisions = configHistory(OURS)
})

function appFor(role: Actor['role'] | undefined) {
  const app = bareApp()
  app.use(async (c, next) => {
    c.set('problemShape', inworldShape)
    if (role === undefined) c.set('denial', { code: 'unauthenticated', detail: 'send a token' })
    else c.set('actor', { id: 't', name: 'ada', role, via: 'token' })
    await next()
  })
  registerInworldRouters(app, revisions)
  return app
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  role: Actor['role'] | undefined = 'editor',
) {
  const init =
    body === undefined ? { method } : { method, body: typeof body === 'string' ? body : JSON.stringify(body) }
  const response = await appFor(role).request(`/router/v1/${path}`, init)
  return { status: response.status, headers: response.headers, json: (await response.json()) as never }
}

const create = async (body: unknown, query = '') => {
  const { status, json } = await call('POST', `routers${query}`, body)
  return { status, operation: json as Operation }
}
const read = async (id: string) => (await call('GET', `routers/${id}`)).json as Json

const variant = (id: string, weight: number) => ({
  variant: { variant_id: id, model_id: `sim/${id}` },
  weight,
})
const simple = (name: string, ...variants: Json[]) => ({
  name,
  defaultRoute: { route_id: 'default', variants },
})

describe('create', () => {
  test("takes the documentation's example unchanged and gives it back", async () => {
    const { status, operation } = await create(EXAMPLE_ROUTER)
    expect(status).toBe(200)
    expect(operation).toMatchObject({
      name: 'operations/2.example-router',
      metadata: { '@type': expect.stringMatching(/^type\.googleapis\.com\//), revision: 2 },
      done: true,
      response: { '@type': expect.stringMatching(/^type\.googleapis\.com\//), ...EXAMPLE_ROUTER },
    })
    expect(await read('example-router')).toEqual(EXAMPLE_ROUTER)
  })

  test('configures services that are known by name, and warns that their credentials are missing', async () => {
    const { operation } = await create(EXAMPLE_ROUTER)
    const { config } = revisions.current()
    expect(config.providers?.openai).toEqual({ preset: 'openai', credential: { stored: true } })
    expect(Object.keys(config.models ?? {})).toEqual(
      expect.arrayContaining(['openai/gpt-4o', 'openai/gpt-4o-mini']),
    )
    expect(operation.metadata.warnings).toContainEqual({
      field: expect.stringMatching(/^providers\.openai/),
      description: expect.stringContaining('credential'),
    })
  })

  test('names a router after its display name', async () => {
    const { operation } = await create(USER_AWARE_ROUTER)
    expect(operation.response.name).toBe('routers/user-aware')
  })

  test.each<[string, Json, string]>([
    ['in the query', {}, '?router_id=given'],
    ['in the query, in the other casing', {}, '?routerId=given'],
    ['in the body', { router_id: 'given' }, ''],
    ['in the body, in the other casing', { routerId: 'given' }, ''],
    ['as the name', { name: 'given' }, ''],
  ])('takes the id %s', async (_, more, query) => {
    const { name: _name, ...router } = simple('', variant('large', 100))
    const { operation } = await create({ ...router, ...more }, query)
    expect(operation.response.name).toBe('routers/given')
  })

  test('refuses [70, 20], naming the route and the sum', async () => {
    const { status, operation } = await create(
      simple('routers/ab', variant('large', 70), variant('small', 20)),
    )
    expect(status).toBe(400)
    const description =
      'the weights of route "default" are 70 + 20 = 90; in each route they must sum to exactly 100'
    expect(operation).toEqual({
      code: 3,
      message: `defaultRoute.variants: ${description}`,
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ field: 'defaultRoute.variants', description }],
        },
      ],
    })
    expect(revisions.current().number).toBe(1)
  })

  test.each<[string, unknown, number, number, string]>([
    [
      'an id that is taken',
      { ...EXAMPLE_ROUTER, name: 'routers/demo' },
      409,
      6,
      'there is already a router "demo"',
    ],
    [
      'an id that cannot be',
      { ...EXAMPLE_ROUTER, name: 'routers/a b' },
      400,
      3,
      'name: "a b" must be made of letters',
    ],
    ['two ids', { ...EXAMPLE_ROUTER, router_id: 'other' }, 400, 3, 'are different routers'],
    ['no id', { defaultRoute: EXAMPLE_ROUTER.defaultRoute }, 400, 3, 'name: is missing'],
    ['no routes', { name: 'empty' }, 400, 3, 'it could never answer'],
    ['no JSON', '{"name"', 400, 3, 'the body must be a router, in JSON'],
    [
      'a provider nobody knows',
      simple('x', { variant: { variant_id: 'a', model_id: 'acme/one' }, weight: 100 }),
      400,
      3,
      'defaultRoute.variants[0].variant.model_id: there is no provider "acme"',
    ],
    [
      "a server of somebody's own, which is theirs to add",
      simple('x', { variant: { variant_id: 'a', model_id: 'ollama/one' }, weight: 100 }),
      400,
      3,
      'there is no provider "ollama"',
    ],
    [
      "a parameter the provider's format lacks",
      simple('x', {
        variant: { variant_id: 'a', model_id: 'anthropic/claude', text_generation_config: { seed: 1 } },
        weight: 100,
      }),
      400,
      3,
      'defaultRoute.variants[0].variant.text_generation_config.seed: cannot be expressed',
    ],
    [
      'a condition that is no CEL, with its field',
      { ...EXAMPLE_ROUTER, routes: [{ ...EXAMPLE_ROUTER.routes[0], condition: { cel_expression: 'a ==' } }] },
      400,
      3,
      'routes[0].condition.cel_expression: ',
    ],
    [
      'an id twice, with its field',
      simple('x', variant('large', 50), variant('large', 50)),
      400,
      3,
      'defaultRoute.variants[1].variant.variant_id: ',
    ],
  ])('refuses %s', async (_, body, status, code, message) => {
    const answer = await call('POST', 'routers', body)
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({ code, message: expect.stringContaining(message) })
    expect(revisions.current().number).toBe(1)
  })

  test('notes conditions on names that are attributes here', async () => {
    const routes = [{ ...EXAMPLE_ROUTER.routes[0], condition: { cel_expression: 'region == "eu"' } }]
    const { operation } = await create({ ...EXAMPLE_ROUTER, routes })
    expect(operation.metadata.warnings).toContainEqual({
      field: 'routes[0].condition.cel_expression',
      description:
        "`region` is an attribute of Weir's own; for the request's metadata write `metadata.region`",
    })
  })

  test('saves nothing in a preview, and says what would change', async () => {
    const { operation } = await create(EXAMPLE_ROUTER, '?validate_only=true')
    expect(operation.response).toMatchObject(EXAMPLE_ROUTER)
    expect(operation.metadata.changes).not.toEqual([])
    expect(revisions.current().number).toBe(1)
    expect((await call('GET', 'routers/example-router')).status).toBe(404)
  })
})

describe('patch', () => {
  beforeEach(async () => {
    await create(EXAMPLE_ROUTER)
  })

  test("the documentation's example: the display name alone", async () => {
    const body = { name: 'example-router', displayName: 'Example Router (updated)' }
    const { status, json } = await call('PATCH', 'routers/example-router?update_mask=displayName', body)
    expect(status).toBe(200)
    const updated = { ...EXAMPLE_ROUTER, displayName: 'Example Router (updated)' }
    expect(json).toMatchObject({ name: 'operations/3.example-router', done: true, response: updated })
    expect(await read('example-router')).toEqual(updated)
  })

  test('takes a mask in either casing, and nested', async () => {
    const variants = [
      { variant: { variant_id: 'a', model_id: 'openai/gpt-4o' }, weight: 80 },
      { variant: { variant_id: 'b', model_id: 'anthropic/claude-sonnet-4-6' }, weight: 20 },
    ]
    await call('PATCH', 'routers/example-router?updateMask=default_route.variants', {
      defaultRoute: { variants },
    })
    expect((await read('example-router')).defaultRoute).toEqual({ route_id: 'default', variants })
  })

  test('changes what variants have from the defaults', async () => {
    const defaults = { message_templates: [{ role: 'system', content: 'Be brief.' }] }
    await call('PATCH', 'routers/example-router', { defaults })
    expect(await read('example-router')).toEqual({ ...EXAMPLE_ROUTER, defaults })
    const { routes, default_route } = revisions.current().config.routers?.['example-router'] ?? {}
    const prompts = [routes?.[0], default_route].map(route => route?.split.variants[0]?.system_prompt)
    expect(prompts).toEqual([{ prepend: 'Be brief.' }, { prepend: 'Be brief.' }])
  })

  test('leaves to the letter what its mask does not name, though the shape cannot say it', async () => {
    const before = revisions.current().config.routers?.demo
    await call('PATCH', 'routers/demo?update_mask=display_name', { display_name: 'Still ours' })
    expect(revisions.current().config.routers?.demo).toEqual({ ...before, description: 'Still ours' })
  })

  test('makes no revision when nothing changes', async () => {
    const { json } = await call('PATCH', 'routers/example-router', EXAMPLE_ROUTER)
    expect(json).toMatchObject({ name: 'operations/2.example-router', metadata: { changes: [] } })
    expect(revisions.current().number).toBe(2)
  })

  test.each<[string, string, unknown, number, string]>([
    ['an unknown router', 'routers/nobody', { displayName: 'x' }, 404, 'there is no router "nobody"'],
    ['another name', 'routers/example-router', { name: 'routers/other' }, 400, 'name: cannot be changed'],
    [
      'a field nobody knows',
      'routers/example-router',
      { strategy: {} },
      400,
      'strategy: is not a known field',
    ],
    [
      'a path nobody knows',
      'routers/example-router?update_mask=strategy',
      {},
      400,
      '"strategy" is no field of a router',
    ],
    ['no object', 'routers/example-router', [], 400, 'the body must be a router'],
    [
      'weights that do not sum to 100',
      'routers/example-router?update_mask=defaultRoute.variants',
      { default_route: { variants: [variant('large', 70), variant('small', 20)] } },
      400,
      '70 + 20 = 90',
    ],
    [
      'the removal of all routes',
      'routers/example-router?update_mask=routes,defaultRoute',
      {},
      400,
      'it could never answer',
    ],
  ])('refuses %s', async (_, path, body, status, message) => {
    const answer = await call('PATCH', path, body)
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({ message: expect.stringContaining(message) })
    expect(revisions.current().number).toBe(2)
  })
})

describe('get, list and delete', () => {
  test('an operation can be asked for later, and shows the router of its time', async () => {
    await create(EXAMPLE_ROUTER)
    await call('PATCH', 'routers/example-router', { displayName: 'Later' })
    const { json } = await call('GET', 'operations/2.example-router')
    expect(json).toMatchObject({ done: true, response: { displayName: 'Example Router' } })
    for (const name of ['1.example-router', '9.example-router', 'example-router']) {
      expect((await call('GET', `operations/${name}`)).status).toBe(404)
    }
  })

  test('lists by page, by id, and with routers made elsewhere', async () => {
    for (const name of ['c', 'a', 'b']) await create(simple(name, variant('large', 100)))
    const pages: string[][] = []
    let token = ''
    do {
      const { json } = await call('GET', `routers?page_size=3&page_token=${token}`)
      const page = json as { routers: { name: string }[]; next_page_token: string }
      pages.push(page.routers.map(router => router.name))
      token = page.next_page_token
    } while (token !== '')
    expect(pages).toEqual([['routers/a', 'routers/b', 'routers/c'], ['routers/demo']])
  })

  test.each(['page_size=-1', 'pageSize=many', 'page_token=nonsense'])('refuses %s', async query => {
    expect((await call('GET', `routers?${query}`)).status).toBe(400)
  })

  test('deletes once', async () => {
    await create(EXAMPLE_ROUTER)
    expect(await call('DELETE', 'routers/example-router')).toMatchObject({ status: 200, json: {} })
    expect(await call('DELETE', 'routers/example-router')).toMatchObject({ status: 404, json: { code: 5 } })
    expect((await call('GET', 'routers/example-router')).status).toBe(404)
  })

  test('does not delete what a key names', async () => {
    revisions = configHistory({
      ...OURS,
      keys: [{ id: 'app', digest: `sha256:${'a'.repeat(64)}`, router: 'demo' }],
    })
    const { status, json } = await call('DELETE', 'routers/demo')
    expect(status).toBe(400)
    expect(json).toMatchObject({ code: 9, message: 'the key "app" names the router "demo"' })
  })
})

describe('names that every object has', () => {
  test.each(['constructor', 'toString', '__proto__'])('%s is no router until it is made', async id => {
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { displayName: 'x' } : undefined
      expect((await call(method, `routers/${id}`, body)).status).toBe(404)
    }
    const field = { ...simple('x', variant('large', 100)), [id]: 1 }
    expect(await call('POST', 'routers', JSON.stringify(field))).toMatchObject({
      status: 400,
      json: { message: expect.stringMatching(/: is not a known field$/) as string },
    })
    const made = await call('POST', 'routers', simple(id, variant('large', 100)))
    expect([200, 400]).toContain(made.status)
    expect((await call('GET', `routers/${id}`)).status).toBe(made.status === 200 ? 200 : 404)
  })

  test('a body that never ends is refused', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(await call('POST', 'routers', deep)).toMatchObject({ status: 400, json: { code: 3 } })
  })
})

describe('who may', () => {
  test.each<[string, string, Actor['role'] | undefined, number, number]>([
    ['POST', 'routers', undefined, 401, 16],
    ['GET', 'routers', undefined, 401, 16],
    ['POST', 'routers', 'viewer', 403, 7],
    ['PATCH', 'routers/demo', 'viewer', 403, 7],
    ['DELETE', 'routers/demo', 'viewer', 403, 7],
  ])('%s %s as %s is %i, in the shape of the API', async (method, path, role, status, code) => {
    const app = appFor(role)
    const response = await app.request(`/router/v1/${path}`, { method })
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ code, message: expect.any(String), details: [] })
  })

  test.each(['routers', 'routers/demo'])('viewers read %s', async path => {
    expect((await call('GET', path, undefined, 'viewer')).status).toBe(200)
  })
})
