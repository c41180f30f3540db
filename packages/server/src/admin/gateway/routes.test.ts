import { expect, test } from 'vitest'
import { startResources } from '../resource/fixtures/resource-control.ts'

const path = '/api/v1/gateway'

test('settings are read as they are written, and patched field by field', async () => {
  const { change, get } = await startResources()
  expect((await get(path)).json).toEqual({})
  const patched = await change('PATCH', path, { region: 'eu', limits: { body: '1MiB' } })
  expect(patched.json).toEqual({ region: 'eu', limits: { body: '1MiB' }, warnings: [] })
  await change('PATCH', path, { limits: { concurrent: 10 }, region: null })
  const read = await get(path)
  expect(read.json).toEqual({ limits: { body: '1MiB', concurrent: 10 } })
  const again = await change('PATCH', path, read.json)
  expect(again.headers.get('etag')).toBe(read.headers.get('etag'))
})

test('a patch says which state it changes: 428 and 412', async () => {
  const { call } = await startResources()
  const body = { region: 'eu' }
  expect((await call('PATCH', path, { body })).status).toBe(428)
  expect((await call('PATCH', path, { body, headers: { 'if-match': '"x"' } })).status).toBe(412)
})

test('what is not valid is 422 with the path of the field', async () => {
  const { change } = await startResources()
  const { status, json } = await change('PATCH', path, { limits: { body: 'large' } })
  expect([status, json]).toMatchObject([422, { problems: [{ path: 'gateway.limits.body' }] }])
})

test('a preview saves nothing', async () => {
  const { change, get } = await startResources()
  const { json } = await change('PATCH', `${path}?preview=true`, { region: 'eu' })
  expect(json).toMatchObject({ preview: true, changes: ['gateway: region set to "eu"'] })
  expect((await get(path)).json).toEqual({})
})
