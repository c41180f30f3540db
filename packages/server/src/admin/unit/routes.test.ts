import { expect, test } from 'vitest'
import { requestEvent } from '../../storage/fixtures/request-events.ts'
import { startTestControl } from '../fixtures/running-control.ts'
import { openTestEvents } from '../fixtures/stored-events.ts'
import { recordedFormsOf } from './named-unit.ts'
import { registerUnits } from './routes.ts'

const pseudonym = (kind: string, id: string) => `hmac(${kind},${id})`

async function startUnits() {
  const { store } = await openTestEvents([
    requestEvent({ unit_kind: 'user', unit: 'hmac(user,ada)' }),
    requestEvent({ unit_kind: 'user', unit: 'hmac(user,ada)' }),
    requestEvent({ unit_kind: 'user', unit: 'ada' }),
    requestEvent({ unit_kind: 'key', unit: 'ada' }),
    requestEvent({ unit_kind: 'user', unit: 'hmac(user,bob)' }),
  ])
  const control = await startTestControl({
    resources: () => [
      app =>
        registerUnits(app, {
          events: store,
          pseudonym,
          forget: units => store.forget(units.flatMap(unit => recordedFormsOf(unit, pseudonym))),
        }),
    ],
  })
  const forget = async (units: readonly string[], query = '', token = control.token) => {
    const { status, json } = await control.call('POST', `/api/v1/units/forget${query}`, {
      body: { units },
      token,
    })
    return { status, ...(json as object) }
  }
  const held = async () => (await store.state()).events.request
  return { ...control, forget, held }
}

test('erases a unit under all that it is recorded by, and no other kind of the same name', async () => {
  const { forget, held } = await startUnits()
  expect(await forget(['user:ada'])).toEqual({ status: 200, preview: false, requests: 3, events: 3 })
  expect(await held()).toBe(2)
  expect(await forget(['user:ada'])).toMatchObject({ requests: 0, events: 0 })
})

test('takes units as events have them, too, and several', async () => {
  const { forget, held } = await startUnits()
  expect(await forget(['hmac(user,bob)', 'key:ada'])).toMatchObject({ requests: 2, events: 2 })
  expect(await held()).toBe(3)
})

test('says first what it would be about, and erases nothing', async () => {
  const { forget, held, call } = await startUnits()
  expect(await forget(['user:ada'], '?preview=true')).toEqual({
    status: 200,
    preview: true,
    requests: 3,
    events: null,
  })
  expect(await held()).toBe(5)
  expect((await call('GET', '/api/v1/audit')).json).toEqual({ items: [], next: null })
})

test('takes an admin, and is in the audit log without a name', async () => {
  const { forget, call, tokenOf } = await startUnits()
  expect(await forget(['user:ada'], '', await tokenOf('editor'))).toMatchObject({ status: 403 })
  await forget(['user:ada'])
  const { json, text } = await call('GET', '/api/v1/audit?limit=1')
  expect(json).toMatchObject({ items: [{ action: 'POST /api/v1/units/forget', outcome: 'done' }] })
  expect(text).not.toContain('ada')
  expect(await forget([])).toMatchObject({ status: 422 })
})
