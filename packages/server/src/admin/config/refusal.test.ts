import { expect, test } from 'vitest'
import { CONFIG, DIGEST, variant } from './fixtures/config.ts'
import { controlPlane } from './fixtures/control-plane.ts'

test('finds all problems at once, in the places of what was sent', async () => {
  const plane = await controlPlane(CONFIG)
  const before = plane.revisions.current()
  const { status, headers, json } = await plane.put({
    version: 1,
    models: { 'sim/small': { enabled: false } },
    routers: {
      new: { default_route: { split: { variants: [variant('large', 70), variant('medium', 20)] } } },
      odd: {
        routes: [{ id: 'a', condition: 'tier ==', split: CONFIG.routers?.other?.default_route?.split }],
      },
    },
    keys: [
      { id: 'third', digest: `sha256:${'c'.repeat(64)}`, router: 'nowhere' },
      { id: 'second', digest: DIGEST },
    ],
  })
  expect(status).toBe(422)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(json).toMatchObject({ code: 'invalid_config' })
  const found = json.problems as { code: string; path: string; offset?: number }[]
  expect(found.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      'routers.new.default_route.split.variants',
      'keys[0].router',
      'routers.odd.routes[0].condition',
    ]),
  )
  expect(found.find(({ code }) => code === 'condition')?.offset).toBeTypeOf('number')
  expect(plane.revisions.current()).toBe(before)
})

test('names a key that was not sent by its id, and one that was by its place', async () => {
  const plane = await controlPlane(CONFIG)
  const gone = await plane.diff({
    version: 1,
    models: { 'sim/large': { enabled: false } },
    keys: [{ id: 'second', digest: DIGEST }],
  })
  const paths = (gone.json.problems as { path: string }[]).map(({ path }) => path)
  expect(paths).toEqual(
    expect.arrayContaining([
      'keys[0]',
      'keys.app.routing.variants[0].model',
      'routers.chat.default_route.split.variants[0].model',
    ]),
  )
})

test.each([
  ['routers that are none', { version: 1, routers: 5 }, 'routers'],
  ['an empty section', { version: 1, providers: null }, 'providers'],
  ['keys that are none', { version: 1, keys: { app: {} } }, 'keys'],
  ['a key that is none', { version: 1, keys: [5] }, 'keys[0]'],
  [
    'a key twice',
    {
      version: 1,
      keys: [
        { id: 'x', digest: DIGEST },
        { id: 'x', digest: DIGEST },
      ],
    },
    'keys[1].id',
  ],
  [
    'a split that is none',
    { version: 1, routers: { chat: { default_route: { split: 1 } } } },
    'routers.chat.default_route.split',
  ],
  [
    'no table',
    {
      version: 1,
      routers: { chat: { default_route: { split: { variants: [variant('large', 100)], buckets: 7 } } } },
    },
    'routers.chat.default_route.split.buckets',
  ],
  ['an unknown section', { version: 1, rooters: {} }, 'rooters'],
  ['no version', {}, 'version'],
])('refuses %s as a whole', async (_, body, path) => {
  const plane = await controlPlane(CONFIG)
  const { status, json } = await plane.put(body)
  expect(status).toBe(422)
  expect((json.problems as { path: string }[]).map(found => found.path)).toContain(path)
})
