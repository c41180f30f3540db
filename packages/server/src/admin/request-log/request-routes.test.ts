import { expect, test } from 'vitest'
import { requestEvent } from '../../storage/fixtures/request-events.ts'
import { startTestControl } from '../fixtures/running-control.ts'
import { openTestEvents } from '../fixtures/stored-events.ts'
import type { RequestLog } from './request-log.ts'
import { registerRequest } from './request-routes.ts'

const request = requestEvent({ captured: true })
const { request_id, at } = request
const capture = {
  kind: 'capture' as const,
  version: 1 as const,
  request_id,
  at,
  tenant: 'acme',
  router: 'demo',
  unit: 'ada',
  prompt: '{"messages":[]}',
  answer: 'Hello',
  truncated: [],
  redactions: 0,
}

async function startDetail() {
  const { store: events, take } = await openTestEvents([request, capture])
  const control = await startTestControl({
    resources: revisions => [app => registerRequest(app, { events, revisions } as unknown as RequestLog)],
  })
  return { ...control, take }
}

test.each([
  ['viewer', null],
  ['editor', { prompt: capture.prompt, answer: capture.answer }],
  ['admin', { prompt: capture.prompt, answer: capture.answer }],
] as const)('what was captured is shown as it may be to: %s', async (role, expected) => {
  const { call, tokenOf } = await startDetail()
  const { status, json } = await call('GET', `/api/v1/requests/${request_id}`, { token: await tokenOf(role) })
  expect([status, json]).toMatchObject([200, { request, capture: expected }])
})

test('a request of a revision that is gone is told by what was recorded, and why no more', async () => {
  const { call, take } = await startDetail()
  const old = requestEvent({ revision: 99 })
  await take([old])
  const { json } = await call('GET', `/api/v1/requests/${old.request_id}`)
  const why = 'revision 99 is not in the store'
  expect(json).toMatchObject({ decision: { revision: { number: 99, known: false, why } } })
})

test('an id of any form is looked for', async () => {
  const { call } = await startDetail()
  for (const id of ['wr_1', '%27%20or%20true', '%00', 'x'.repeat(256)])
    expect((await call('GET', `/api/v1/requests/${id}`)).status).toBe(404)
  expect((await call('GET', `/api/v1/requests/${'x'.repeat(257)}`)).status).toBe(400)
})
