import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from './clock.ts'
import { fakeKey, listModels, startFakeGateway } from './fixtures/fake-gateway.ts'
import { connectGateway } from './gateway.ts'
import { fetchRoutes } from './splits.ts'

async function fetchFrom(models: unknown, model: string, key = fakeKey) {
  const fake = await startFakeGateway({ models: () => models })
  onTestFinished(() => fake.close())
  const gateway = connectGateway({
    url: fake.url,
    key,
    connections: 1,
    timeoutMs: 60_000,
    clock: systemClock,
  })
  onTestFinished(() => gateway.pool.destroy())
  return fetchRoutes(gateway, model)
}

describe('the routes of a router', () => {
  it.each(['demo', 'routers/demo', 'weir/demo'])('are found by %s', async model => {
    expect(await fetchFrom(listModels(0.8, 0.2), model)).toEqual([
      {
        route: 'default',
        variants: [
          {
            variant: 'large',
            model: 'sim/large',
            share: 0.8,
            price: { input: 2.5, cached_input: 0.25, output: 10 },
          },
          { variant: 'small', model: 'sim/small', share: 0.2, price: { input: 0.15, output: 0.6 } },
          { variant: 'spare', model: 'sim/spare', share: null, price: null },
        ],
      },
    ])
  })

  it('are none for a plain model, or a gateway that is not Weir', async () => {
    expect(await fetchFrom(listModels(1, 0), 'sim/large')).toEqual([])
    expect(await fetchFrom({ data: [{ id: 'gpt', object: 'model' }] }, 'gpt')).toEqual([])
  })

  it.each([
    [
      'an unknown model',
      listModels(1, 0),
      'demos',
      fakeKey,
      /does not list the model "demos"; it lists: demo, sim\/large/,
    ],
    ['a model by its last part', listModels(1, 0), 'routers/large', fakeKey, /does not list/],
    [
      'a refused key',
      listModels(1, 0),
      'demo',
      'wk_wrong',
      /answered GET \/v1\/models with 401: no such key/,
    ],
    ['another kind of answer', { models: [] }, 'demo', fakeKey, /list of models is not as expected/],
  ])('are not to be had with %s, and the message says why', async (_what, models, model, key, message) => {
    await expect(fetchFrom(models, model, key)).rejects.toThrow(message)
  })

  it('are not to be had when nobody listens', async () => {
    const url = new URL('http://127.0.0.1:1')
    const gateway = connectGateway({ url, key: 'k', connections: 1, timeoutMs: 60_000, clock: systemClock })
    onTestFinished(() => gateway.pool.destroy())
    await expect(fetchRoutes(gateway, 'demo')).rejects.toThrow(
      /no gateway answers at the given URL: .*ECONNREFUSED/,
    )
  })
})
