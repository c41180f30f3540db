import { expect, test } from 'vitest'
import { requestEvent } from '../../storage/fixtures/request-events.ts'
import { CONFIG, startTestControl } from '../fixtures/running-control.ts'
import { openTestEvents } from '../fixtures/stored-events.ts'
import type { Revisions } from '../revision/revisions.ts'
import { registerShares } from './routes.ts'

const NOW = Date.UTC(2026, 4, 11)
const MINUTE = 60_000

async function startShares() {
  const events = await openTestEvents()
  const control = await startTestControl({
    resources: revisions => [app => registerShares(app, { events: events.store, revisions, now: () => NOW })],
  })
  const shares = async (path: string) => {
    const { status, json } = await control.call('GET', `/api/v1/${path}`)
    return { status, ...(json as Record<string, unknown>) }
  }
  return { ...control, take: events.take, shares }
}

const chat = (unit: string, assigned: string, changes: object = {}) =>
  requestEvent({
    at: new Date(NOW - MINUTE).toISOString(),
    router: 'chat',
    salt: 'chat.default',
    unit,
    assigned,
    ...changes,
  })

function many(count: number, assigned: string, changes: object = {}) {
  return Array.from({ length: count }, (_, unit) => chat(`${assigned}-${unit}`, assigned, changes))
}

function publishWeights(revisions: Revisions, large: number) {
  const variants = [
    { id: 'large', model: 'sim/large', weight: large },
    { id: 'small', model: 'sim/small', weight: 100 - large },
  ]
  return revisions.publish(
    config => ({
      kind: 'config',
      config: { ...config, routers: { ...config.routers, chat: { default_route: { split: { variants } } } } },
    }),
    { actor: 'test', reason: null },
  )
}

test('compares with the bucket tables of the revisions, not with those of now', async () => {
  const { take, revisions, shares } = await startShares()
  await publishWeights(revisions, 50)
  await take([
    ...many(80, 'large', { revision: 1 }),
    ...many(20, 'small', { revision: 1 }),
    ...many(50, 'large', { revision: 2 }),
    ...many(50, 'small', { revision: 2 }),
  ])
  expect(await shares('routers/chat/shares')).toMatchObject({
    status: 200,
    since: new Date(NOW - 7 * 86_400_000).toISOString(),
    until: new Date(NOW).toISOString(),
    alpha: 0.001,
    level: 0.95,
    phases: [
      { revisions: [1], verdict: 'ok', total: 100, variants: [{ configured: 0.8 }, { configured: 0.2 }] },
      { revisions: [2], verdict: 'ok', total: 100, variants: [{ configured: 0.5 }, { configured: 0.5 }] },
    ],
  })
})

test('a unit that came under several revisions of equal shares counts once', async () => {
  const { take, revisions, shares } = await startShares()
  await publishWeights(revisions, 50)
  await publishWeights(revisions, 80)
  await revisions.publish(
    config => ({ kind: 'config', config: { ...config, models: { ...config.models, 'sim/new': {} } } }),
    { actor: 'test', reason: null },
  )
  await take(
    [3, 4].flatMap(revision => [...many(40, 'large', { revision }), ...many(10, 'small', { revision })]),
  )
  expect(await shares('routers/chat/shares')).toMatchObject({
    phases: [{ revisions: [3, 4], total: 50, requests: 100, verdict: 'ok', p: 1 }],
  })
})

test('finds a split that does not split as it should', async () => {
  const { take, shares } = await startShares()
  await take([...many(60, 'large'), ...many(60, 'small')])
  expect(await shares('routers/chat/shares')).toMatchObject({ phases: [{ verdict: 'mismatch' }] })
  const { phases } = (await shares('routers/chat/shares')) as unknown as { phases: { p: number }[] }
  expect(phases[0]?.p).toBeLessThan(1e-6)
})

test('takes the shares from the weights where the record has no bucket tables', async () => {
  const { take, store, revisions, shares } = await startShares()
  const { config } = revisions.current()
  await store.revisions.append(
    { number: 2, at: NOW, actor: 'restored', reason: null, changes: [], config, tables: {} },
    1,
  )
  await take([...many(80, 'large', { revision: 2 }), ...many(20, 'small', { revision: 2 })])
  expect(await shares('routers/chat/shares')).toMatchObject({
    phases: [{ revisions: [2], verdict: 'ok', variants: [{ configured: 0.8 }, { configured: 0.2 }] }],
  })
})

test('knows no shares of a revision that is gone', async () => {
  const { take, shares } = await startShares()
  await take(many(30, 'large', { revision: 99 }))
  expect(await shares('routers/chat/shares')).toMatchObject({
    phases: [{ revisions: [99], verdict: 'unknown' }],
  })
})

test('is of the window', async () => {
  const { take, shares } = await startShares()
  await take(many(5, 'large'))
  const at = (ms: number) => new Date(NOW - ms).toISOString()
  expect(await shares(`routers/chat/shares?until=${at(MINUTE)}`)).toMatchObject({ phases: [] })
  expect(await shares(`routers/chat/shares?since=${at(MINUTE)}`)).toMatchObject({ phases: [{ total: 5 }] })
  expect(await shares(`routers/chat/shares?since=${at(0)}&until=${at(MINUTE)}`)).toMatchObject({
    status: 400,
  })
})

test('of a key is that of its own split', async () => {
  const { take, shares } = await startShares()
  const ofKey = (key: string) => ({
    router: null,
    route: `key.${key}`,
    salt: `key.${key}`,
    reason: 'key_routing',
  })
  await take([...many(3, 'large', ofKey('app')), ...many(9, 'large', ofKey('web'))])
  expect(await shares('keys/app/shares')).toMatchObject({ phases: [{ route: 'key.app', total: 3 }] })
})

test('of what never was there is none', async () => {
  const { take, shares } = await startShares()
  await take(many(3, 'large', { router: 'former' }))
  expect(await shares('routers/nowhere/shares')).toMatchObject({ status: 404, code: 'not_found' })
  expect(await shares('keys/nowhere/shares')).toMatchObject({ status: 404 })
  expect(await shares('routers/former/shares')).toMatchObject({ status: 200, phases: [{ total: 3 }] })
  expect(CONFIG.routers).not.toHaveProperty('former')
})
