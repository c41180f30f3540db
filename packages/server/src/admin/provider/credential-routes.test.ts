import { expect, test } from 'vitest'
import { type Json, type ResourceControl, startResources } from '../resource/fixtures/resource-control.ts'

const provider = '/api/v1/providers/openai'
const path = `${provider}/credentials`
const FIRST = 'sk-first-0123456789abcd'
const SECOND = 'sk-second-0123456789wxyz'

async function withProvider(): Promise<ResourceControl> {
  const control = await startResources()
  await control.change('POST', '/api/v1/providers', { id: 'openai', preset: 'openai' })
  return control
}

const statesOf = async ({ get }: ResourceControl) =>
  ((await get(path)).json.items as Json[]).map(({ state }) => state)

test('the first credential is used at once, and the config says that it is stored', async () => {
  const { change, revisions } = await withProvider()
  const added = await change('POST', `${path}?reason=day+one`, { secret: FIRST })
  expect(added.status).toBe(201)
  expect(added.json).toEqual({
    id: expect.stringMatching(/^cred_/),
    state: 'active',
    hint: 'abcd',
    created_at: expect.any(String),
  })
  expect(added.headers.get('x-weir-revision')).toBe('3')
  expect(revisions.current().config.providers?.openai).toEqual({
    preset: 'openai',
    credential: { stored: true },
  })
  expect(revisions.secrets).toEqual({ openai: FIRST })
})

test('a further one waits until it is activated: rotation without a new revision', async () => {
  const control = await withProvider()
  const { change, revisions } = control
  await change('POST', path, { secret: FIRST })
  const { json } = await change('POST', path, { secret: SECOND })
  expect(json.state).toBe('standby')
  expect(revisions.secrets).toEqual({ openai: FIRST })
  const { number } = revisions.current()
  const activated = await change('POST', `${path}/${String(json.id)}/activate`)
  expect([activated.status, activated.json]).toMatchObject([200, { id: json.id, state: 'active' }])
  expect(revisions.secrets).toEqual({ openai: SECOND })
  expect(revisions.current().number).toBe(number)
  expect(await statesOf(control)).toEqual(['standby', 'active'])
})

test('one that is to be used at once takes the place of the other', async () => {
  const control = await withProvider()
  await control.change('POST', path, { secret: FIRST })
  await control.change('POST', path, { secret: SECOND, activate: true })
  expect(control.revisions.secrets).toEqual({ openai: SECOND })
  expect(await statesOf(control)).toEqual(['standby', 'active'])
})

test('of two that are added at once, one is active', async () => {
  const control = await withProvider()
  await Promise.all([FIRST, SECOND].map(secret => control.change('POST', path, { secret })))
  expect(new Set(await statesOf(control))).toEqual(new Set(['active', 'standby']))
})

test('the active one is deleted only when no other could take its place', async () => {
  const { change, call, get, revisions } = await withProvider()
  const { json: first } = await change('POST', path, { secret: FIRST })
  const { json: second } = await change('POST', path, { secret: SECOND })
  const inUse = await change('DELETE', `${path}/${String(first.id)}`)
  expect([inUse.status, inUse.json]).toMatchObject([409, { code: 'in_use' }])
  const stale = await call('DELETE', `${path}/${String(second.id)}`, { headers: { 'if-match': '"x"' } })
  expect(stale.status).toBe(412)
  expect((await call('DELETE', `${path}/${String(second.id)}`)).status).toBe(428)
  const etag = (await get(`${path}/${String(second.id)}`)).headers.get('etag') ?? ''
  const gone = await call('DELETE', `${path}/${String(second.id)}`, { headers: { 'if-match': etag } })
  expect(gone.status).toBe(204)
  expect((await change('DELETE', `${path}/${String(first.id)}`)).status).toBe(204)
  expect(revisions.secrets).toEqual({})
})

test('the secret is in no answer, revision, log or audit record', async () => {
  const { change, get, log } = await withProvider()
  const { json, text } = await change('POST', path, { secret: FIRST })
  const answers = [text]
  for (const place of [
    path,
    `${path}/${String(json.id)}`,
    provider,
    '/api/v1/revisions',
    '/api/v1/revisions/3',
  ]) {
    answers.push((await get(place)).text)
  }
  answers.push((await get('/api/v1/audit')).text, (await get('/api/v1/config')).text, JSON.stringify(log))
  for (const answer of answers) expect(answer).not.toContain(FIRST)
})

test('what could not be sent in a header is refused, and not repeated', async () => {
  const { change } = await withProvider()
  for (const secret of ['', 'sk one', 'sk\r\nx-evil: 1', 'sk-\u00e9']) {
    const answer = await change('POST', path, { secret })
    expect([answer.status, answer.json]).toMatchObject([422, { problems: [{ path: 'secret' }] }])
    if (secret !== '') expect(answer.text).not.toContain(secret)
  }
})

test('a deleted provider takes its credentials along: one of the same name inherits nothing', async () => {
  const { change, get, revisions } = await withProvider()
  await change('POST', path, { secret: FIRST })
  expect((await change('DELETE', provider)).status).toBe(204)
  expect(revisions.secrets).toEqual({})
  await change('POST', '/api/v1/providers', { id: 'openai', preset: 'openai' })
  expect((await get(path)).json.items).toEqual([])
})

test('what is not there is 404', async () => {
  const { change, get } = await withProvider()
  expect((await get('/api/v1/providers/nobody/credentials')).status).toBe(404)
  expect((await change('POST', '/api/v1/providers/nobody/credentials', { secret: FIRST })).status).toBe(404)
  expect((await get(`${path}/cred_x`)).status).toBe(404)
  expect((await change('POST', `${path}/cred_x/activate`)).status).toBe(404)
  expect((await change('DELETE', `${path}/cred_x`)).status).toBe(404)
})

test('viewers see credentials and cannot add any', async () => {
  const { call, tokenOf } = await withProvider()
  const token = await tokenOf('viewer')
  expect((await call('GET', path, { token })).status).toBe(200)
  expect((await call('POST', path, { token, body: { secret: FIRST } })).status).toBe(403)
  expect((await call('POST', path, { token: await tokenOf('editor'), body: { secret: FIRST } })).status).toBe(
    201,
  )
})
