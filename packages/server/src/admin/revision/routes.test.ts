import { describe, expect, test } from 'vitest'
import { CONFIG } from '../fixtures/running-control.ts'
import { type Json, type ResourceControl, startResources } from '../resource/fixtures/resource-control.ts'

const path = '/api/v1/revisions'
const weights = '/api/v1/routers/chat/routes/default/weights'
const MOVED = 'router chat, route default: large 80 -> 60, small 20 -> 40; moves 20.00 % of units'

async function withThree(): Promise<ResourceControl> {
  const control = await startResources()
  await control.change('PUT', `${weights}?reason=more+small`, { large: 60, small: 40 })
  await control.change('POST', '/api/v1/keys', { id: 'app' })
  return control
}

test('revisions are listed with who, why and what, the newest first, page by page', async () => {
  const { get } = await withThree()
  const { json: first } = await get(`${path}?limit=2`)
  expect(first.items).toEqual([
    { number: 3, at: expect.any(String), actor: 'bootstrap', reason: null, changes: ['key app: added'] },
    { number: 2, at: expect.any(String), actor: 'bootstrap', reason: 'more small', changes: [MOVED] },
  ])
  const { json: second } = await get(`${path}?limit=2&after=${String(first.next)}`)
  expect(second).toMatchObject({ items: [{ number: 1, actor: 'weir' }], next: null })
})

test('a revision is read with its config and bucket tables', async () => {
  const { get } = await withThree()
  const { json } = await get(`${path}/1`)
  expect(json).toMatchObject({
    number: 1,
    config: JSON.parse(JSON.stringify(CONFIG)),
    tables: { 'chat.default': 'large*8000 small*2000' },
  })
})

test('viewers see what has changed, and not the whole config with the digests of its keys', async () => {
  const { call, tokenOf } = await withThree()
  const token = await tokenOf('viewer')
  expect((await call('GET', path, { token })).status).toBe(200)
  expect((await call('GET', `${path}/1/diff/2`, { token })).status).toBe(200)
  expect((await call('GET', `${path}/1`, { token })).status).toBe(403)
})

test('what lies between two revisions is told both ways', async () => {
  const { get } = await withThree()
  const forwards = await get(`${path}/1/diff/3`)
  expect(forwards.json).toMatchObject({
    from: 1,
    to: 3,
    changes: [MOVED, 'key app: added'],
    moves: [{ router: 'chat', moved: 0.2 }],
  })
  const backwards = await get(`${path}/3/diff/1`)
  expect(backwards.json.changes).toContain('key app: removed')
  expect((await get(`${path}/2/diff/2`)).json).toMatchObject({ changes: [], moves: [] })
})

test.each([`${path}/99`, `${path}/1/diff/99`, `${path}/99/diff/1`])('%s is 404', async place => {
  const { get } = await withThree()
  expect((await get(place)).status).toBe(404)
})

test('a number that is none is 400', async () => {
  const { get } = await withThree()
  expect((await get(`${path}/latest`)).status).toBe(400)
})

describe('going back', () => {
  test('makes a new revision with the buckets of then', async () => {
    const { change, revisions } = await withThree()
    const { status, json, headers } = await change('POST', `${path}/1/revert?reason=worse`)
    expect(status).toBe(200)
    expect(json).toMatchObject({
      preview: false,
      number: 4,
      changes: [expect.stringContaining('large 60 -> 80'), 'key app: removed'],
      moves: [{ router: 'chat', moved: 0.2 }],
    })
    expect(headers.get('x-weir-revision')).toBe('4')
    expect(revisions.current().config).toEqual(JSON.parse(JSON.stringify(CONFIG)))
    expect(await revisions.get(4)).toMatchObject({
      reason: 'worse',
      tables: { 'chat.default': 'large*8000 small*2000' },
    })
  })

  test('to what is in force makes none', async () => {
    const { change } = await withThree()
    const { status, json } = await change('POST', `${path}/3/revert`)
    expect([status, json]).toMatchObject([200, { preview: false, number: 3, changes: [], moves: [] }])
  })

  test('is previewed without being done', async () => {
    const { change, revisions } = await withThree()
    const { json } = await change('POST', `${path}/1/revert?preview=true`)
    expect(json).toMatchObject({ preview: true, moves: [{ router: 'chat' }] })
    expect(revisions.current().number).toBe(3)
  })

  test('may say which revision it was decided at', async () => {
    const { call } = await withThree()
    const at = (tag: string) => call('POST', `${path}/1/revert`, { headers: { 'if-match': tag } })
    expect((await at('"r2"')).status).toBe(412)
    expect((await at('"r3"')).status).toBe(200)
  })

  test('to what never was is 404', async () => {
    const { change } = await withThree()
    expect((await change('POST', `${path}/99/revert`)).status).toBe(404)
  })
})

describe('validating a config', () => {
  const validate = async (body: unknown) => {
    const { change, revisions } = await startResources()
    const { status, json } = await change('POST', '/api/v1/config/validate', body)
    expect(status).toBe(200)
    expect(revisions.current().number).toBe(1)
    return json
  }

  test('tells what it would change', async () => {
    const json = await validate({ ...CONFIG, gateway: { region: 'eu' } })
    expect(json).toEqual({
      valid: true,
      problems: [],
      warnings: [],
      changes: ['gateway: region set to "eu"'],
      moves: [],
    })
  })

  test('tells all that is wrong with it', async () => {
    const json = await validate({ ...CONFIG, models: {}, keys: [{ id: 'a' }] })
    expect(json.valid).toBe(false)
    expect((json.problems as Json[]).map(found => found.path)).toEqual([
      'keys[0]',
      'routers.chat.default_route.split.variants[0].model',
      'routers.chat.default_route.split.variants[1].model',
    ])
  })

  test('tells where requests may not go', async () => {
    const providers = { sim: { type: 'openai', base_url: 'http://169.254.169.254' } }
    const json = await validate({ ...CONFIG, providers })
    expect(json).toMatchObject({ valid: false, problems: [{ path: 'providers.sim.base_url' }] })
  })
})
