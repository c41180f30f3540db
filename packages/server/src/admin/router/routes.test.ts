import { describe, expect, test } from 'vitest'
import { explainRequest } from '../../cli/explain-request.ts'
import { CONFIG } from '../fixtures/running-control.ts'
import { type Json, startResources } from '../resource/fixtures/resource-control.ts'

const path = '/api/v1/routers'
const weights = `${path}/chat/routes/default/weights`
const key = { id: 'app', digest: `sha256:${'a'.repeat(64)}` }

describe('the weights of a route', () => {
  test('are read and set alone, under the ETag of the router', async () => {
    const { call, get, revisions } = await startResources()
    const read = await get(weights)
    expect(read.json).toEqual({ large: 80, small: 20 })
    expect(read.headers.get('etag')).toBe((await get(`${path}/chat`)).headers.get('etag'))
    const headers = { 'if-match': read.headers.get('etag') ?? '' }
    const set = await call('PUT', weights, { headers, body: { large: 60, small: 40 } })
    expect(set.status).toBe(200)
    expect(set.json).toMatchObject({
      id: 'chat',
      facts: { routes: [{ id: 'default', shares: { large: 0.6, small: 0.4 } }] },
    })
    expect((await get(weights)).json).toEqual({ large: 60, small: 40 })
    const late = await call('PUT', weights, { headers, body: { large: 50, small: 50 } })
    expect(late.status).toBe(412)
    expect(revisions.current().number).toBe(2)
  })

  test('that are not named stay', async () => {
    const { change, get } = await startResources({
      config: {
        ...CONFIG,
        routers: {
          chat: {
            routes: [
              { id: 'first', condition: 'stream', split: { mode: 'proportional', variants: three(1, 2, 3) } },
            ],
            default_route: { id: 'last', split: { mode: 'proportional', variants: three(5, 5, 5) } },
          },
        },
      },
    })
    expect((await change('PUT', `${path}/chat/routes/first/weights`, { b: 7 })).status).toBe(200)
    expect((await get(`${path}/chat/routes/first/weights`)).json).toEqual({ a: 1, b: 7, c: 3 })
    expect((await get(`${path}/chat/routes/last/weights`)).json).toEqual({ a: 5, b: 5, c: 5 })
  })

  const three = (a: number, b: number, c: number) => [
    { id: 'a', model: 'sim/large', weight: a },
    { id: 'b', model: 'sim/small', weight: b },
    { id: 'c', model: 'sim/small', weight: c },
  ]

  test('that do not sum to 100 are refused with the route and the sum', async () => {
    const { change, get } = await startResources()
    const { status, json } = await change('PUT', weights, { large: 70 })
    expect(status).toBe(422)
    expect(json.problems).toMatchObject([
      {
        code: 'weights_sum',
        path: 'routers.chat.default_route.split.variants',
        message: expect.stringContaining('70 + 20 = 90'),
      },
    ])
    expect((await get(weights)).json).toEqual({ large: 80, small: 20 })
  })

  test('of an unknown variant are refused with the known ones, and negative or broken ones by place', async () => {
    const { change } = await startResources()
    const unknown = await change('PUT', weights, { huge: 100 })
    expect([unknown.status, unknown.json]).toMatchObject([
      422,
      { problems: [{ path: 'huge', message: 'the route has no variant "huge"; it has large, small' }] },
    ])
    const broken = await change('PUT', weights, { large: 79.5 })
    expect([broken.status, broken.json]).toMatchObject([422, { problems: [{ path: 'large' }] }])
  })

  test('of an unknown route or router are 404', async () => {
    const { change, get } = await startResources()
    expect((await get(`${path}/chat/routes/other/weights`)).status).toBe(404)
    expect((await get(`${path}/other/routes/default/weights`)).status).toBe(404)
    expect((await change('PUT', `${path}/chat/routes/other/weights`, { large: 1 })).status).toBe(404)
    expect((await change('PUT', `${path}/other/routes/default/weights`, { large: 1 })).status).toBe(404)
  })

  test('are previewed with the share of units that would move', async () => {
    const { change, revisions } = await startResources()
    const { json } = await change('PUT', `${weights}?preview=true`, { large: 50, small: 50 })
    expect(json).toEqual({
      preview: true,
      changes: ['router chat, route default: large 80 -> 50, small 20 -> 50; moves 30.00 % of units'],
      moves: [
        {
          router: 'chat',
          route: 'default',
          key: null,
          draw: 'kept',
          moved: 0.3,
          shares: [
            { variant: 'large', before: 0.8, after: 0.5 },
            { variant: 'small', before: 0.2, after: 0.5 },
          ],
        },
      ],
      warnings: [],
    })
    expect(revisions.current().number).toBe(1)
  })
})

describe('a router', () => {
  test('shows its models, shares and fallbacks, and is found by a model that it uses', async () => {
    const { change, get } = await startResources()
    const variants = [
      { id: 'main', model: 'sim/large', weight: 100 },
      { id: 'spare', model: 'sim/small', priority: 1 },
    ]
    const { json } = await change('POST', path, { id: 'second', default_route: { split: { variants } } })
    expect(json.facts).toEqual({
      models: ['sim/large', 'sim/small'],
      routes: [
        { id: 'default', condition: null, salt: 'second.default', shares: { main: 1 }, fallbacks: ['spare'] },
      ],
    })
    await change('POST', path, { id: 'third', default_route: { split: { variants: variants.slice(0, 1) } } })
    const { json: found } = await get(`${path}?models=sim/small&sort=-id`)
    expect((found.items as Json[]).map(({ id }) => id)).toEqual(['second', 'chat'])
  })

  test('with declared buckets answers them as they are in force, and so does the next read', async () => {
    const { change, get } = await startResources()
    const split = { variants: variantsOf(80, 20), buckets: 'large*8000 small*2000' }
    await change('PATCH', `${path}/chat`, { default_route: { split } })
    const set = await change('PUT', weights, { large: 60, small: 40 })
    expect(set.json).toMatchObject({ default_route: { split: { buckets: 'large*6000 small*4000' } } })
    const read = await get(`${path}/chat`)
    expect(read.headers.get('etag')).toBe(set.headers.get('etag'))
  })

  const variantsOf = (large: number, small: number) => [
    { id: 'large', model: 'sim/large', weight: large },
    { id: 'small', model: 'sim/small', weight: small },
  ]

  test('that a key is bound to is not deleted', async () => {
    const { change } = await startResources({ config: { ...CONFIG, keys: [{ ...key, router: 'chat' }] } })
    const { status, json } = await change('DELETE', `${path}/chat`)
    expect([status, json]).toMatchObject([409, { code: 'in_use', problems: [{ path: 'keys[0].router' }] }])
  })

  test('has a condition with a problem that says where in it', async () => {
    const { change } = await startResources()
    const routes = [{ id: 'r', condition: 'tier = "x"', split: { variants: variantsOf(50, 50) } }]
    const { status, json } = await change('PATCH', `${path}/chat`, { routes })
    expect([status, json]).toMatchObject([422, { problems: [{ path: 'routers.chat.routes[0].condition' }] }])
  })
})

describe('explain', () => {
  test('tells which variant a request would get and every step to it', async () => {
    const { change } = await startResources({ config: { ...CONFIG, keys: [key] }, explain: explainRequest })
    const { status, json } = await change('POST', `${path}/chat/explain`, {
      request: { user: 'ada', messages: [] },
    })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      decided: true,
      refused: null,
      decision: {
        reason: 'split',
        router: 'chat',
        route: 'default',
        unit: { source: 'user', id: 'ada' },
        bucket: expect.any(Number),
        variant: expect.stringMatching(/^(large|small)$/),
      },
    })
    expect((json.steps as Json[]).map(({ stage }) => stage)).toContain('bucket')
  })

  test('says why a request would be refused', async () => {
    const { change } = await startResources({ explain: explainRequest })
    const { json } = await change('POST', `${path}/chat/explain`, { key: 'nobody' })
    expect(json).toEqual({
      decided: false,
      refused: { code: 'key_unknown', message: expect.stringContaining('nobody') },
      decision: null,
      steps: [],
    })
  })

  test('of an unknown router is 404', async () => {
    const { change } = await startResources({ explain: explainRequest })
    expect((await change('POST', `${path}/other/explain`, {})).status).toBe(404)
  })
})
