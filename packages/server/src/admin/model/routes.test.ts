import { PRICE_LIST_DATE } from '@weir/core/config'
import { expect, test } from 'vitest'
import { CONFIG } from '../fixtures/running-control.ts'
import { type Json, startResources } from '../resource/fixtures/resource-control.ts'

const path = '/api/v1/models'
const config = {
  ...CONFIG,
  providers: { ...CONFIG.providers, anthropic: { preset: 'anthropic' as const } },
  models: {
    ...CONFIG.models,
    'anthropic/claude-opus-4-6': {},
    'anthropic/*': {},
    'sim/large': { price: { input: 3, output: 15 } },
  },
}

test('a price of the config is shown as that, and cached input costs what input does', async () => {
  const { get } = await startResources({ config })
  expect((await get(`${path}/sim/large`)).json.facts).toMatchObject({
    price: { input: 3, cached_input: 3, output: 15, source: 'config', list_date: null },
  })
})

test('a price of the shipped list is shown with the date of the list', async () => {
  const { get } = await startResources({ config })
  const { json } = await get(`${path}/anthropic/claude-opus-4-6`)
  expect(json).not.toHaveProperty('price')
  expect(json.facts).toMatchObject({
    price: {
      input: expect.any(Number),
      output: expect.any(Number),
      source: 'list',
      list_date: PRICE_LIST_DATE,
    },
  })
})

test('a model without a price has none, and one that stands for many has none of its own', async () => {
  const { get } = await startResources({ config })
  expect((await get(`${path}/sim/small`)).json.facts).toMatchObject({ price: null })
  expect((await get(`${path}/anthropic/*`)).json.facts).toMatchObject({
    price: { input: null, cached_input: null, output: null, source: 'list' },
  })
})

test('a price of its own takes the place of the list, and `none` opts out', async () => {
  const { change } = await startResources({ config })
  const own = await change('PATCH', `${path}/anthropic/claude-opus-4-6`, { price: { input: 1, output: 2 } })
  expect(own.json.facts).toMatchObject({ price: { source: 'config', input: 1 } })
  const none = await change('PATCH', `${path}/anthropic/claude-opus-4-6`, { price: 'none' })
  expect([none.json.price, none.json.facts]).toMatchObject(['none', { price: null }])
})

test.each(['sim/org/new:1', 'sim%2Forg%2Fnew%3A1', 'sim/org%2Fnew:1'])(
  '%s is one path of a model',
  async spelled => {
    const { change, get } = await startResources()
    await change('POST', path, { id: 'sim/org/new:1' })
    expect((await get(`${path}/${spelled}`)).json.id).toBe('sim/org/new:1')
    expect((await change('PATCH', `${path}/${spelled}`, { enabled: false })).status).toBe(200)
    expect((await change('PUT', `${path}/${spelled}`, {})).status).toBe(200)
    expect((await change('DELETE', `${path}/${spelled}`)).status).toBe(204)
  },
)

test('a model that a variant uses is neither deleted nor disabled, and the answer says where it is used', async () => {
  const { change } = await startResources()
  const field = 'routers.chat.default_route.split.variants[0].model'
  const gone = await change('DELETE', `${path}/sim/large`)
  expect([gone.status, gone.json]).toMatchObject([409, { code: 'in_use', problems: [{ path: field }] }])
  const previewed = await change('DELETE', `${path}/sim/large?preview=true`)
  expect([previewed.status, previewed.json]).toMatchObject([409, { code: 'in_use' }])
  const off = await change('PATCH', `${path}/sim/large`, { enabled: false })
  expect([off.status, off.json]).toMatchObject([422, { problems: [{ path: field }] }])
})

test('a model of an unknown provider is refused with the nearest name', async () => {
  const { change } = await startResources()
  const { status, json } = await change('POST', path, { id: 'smi/large' })
  expect([status, json]).toMatchObject([
    422,
    { problems: [{ code: 'unknown_provider', path: 'models["smi/large"]' }] },
  ])
})

test('lists filter by provider, by what is enabled, and by where the price comes from', async () => {
  const { change, get } = await startResources({ config })
  await change('POST', path, { id: 'sim/off', enabled: false })
  const ids = async (query: string) =>
    ((await get(`${path}?${query}`)).json.items as Json[]).map(({ id }) => id)
  expect(await ids('provider=anthropic')).toEqual(['anthropic/*', 'anthropic/claude-opus-4-6'])
  expect(await ids('enabled=false')).toEqual(['sim/off'])
  expect(await ids('price=config')).toEqual(['sim/large'])
  expect(await ids('price=none&enabled=true')).toEqual(['sim/small'])
})
