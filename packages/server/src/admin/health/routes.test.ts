import { expect, it } from 'vitest'
import { NO_EVENTS, startTestControl } from '../fixtures/running-control.ts'
import type { EventHealth, HealthSource } from './routes.ts'

const degraded: HealthSource = {
  managedBy: 'file',
  health: () => ({ state: 'read_only', reasons: ['the control database is locked'] }),
  current: () => ({ number: 7, at: Date.now() - 5_000 }),
  workers: () => ({ wanted: 2, serving: 1 }),
  events: () => NO_EVENTS,
}

it('is alive and ready while a worker serves, however the store fares, and says what is amiss', async () => {
  const { call } = await startTestControl({ health: degraded })
  const state = { status: 'read_only', reasons: ['the control database is locked'] }
  for (const path of ['/healthz', '/readyz']) {
    expect(await call('GET', path, { token: null })).toMatchObject({ status: 200, json: state })
  }
})

it('is alive and not ready when no worker serves', async () => {
  const { call } = await startTestControl({
    health: { ...degraded, workers: () => ({ wanted: 2, serving: 0 }) },
  })
  expect(await call('GET', '/healthz')).toMatchObject({ status: 200 })
  expect(await call('GET', '/readyz')).toMatchObject({
    status: 503,
    json: { reasons: ['the control database is locked', 'no worker serves'] },
  })
})

it('tells more to whoever has a token', async () => {
  const { call } = await startTestControl({ health: degraded })
  const { json } = await call('GET', '/api/v1/health')
  expect(json).toMatchObject({
    status: 'read_only',
    managed_by: 'file',
    revision: 7,
    workers: { wanted: 2, serving: 1 },
  })
  const { revision_age_seconds, uptime_seconds } = json as Record<string, number>
  expect(revision_age_seconds).toBeGreaterThanOrEqual(5)
  expect(uptime_seconds).toBeGreaterThan(0)
})

it('is known of real revisions', async () => {
  const { call } = await startTestControl()
  expect(await call('GET', '/api/v1/health')).toMatchObject({
    json: { status: 'ok', reasons: [], managed_by: 'store', revision: 1 },
  })
})

it('says what is amiss with events, which keeps nobody from serving or changing anything', async () => {
  const events: EventHealth = {
    store: 'unavailable',
    reasons: ['the event store cannot be used: another program has it'],
    spool: { files: 3, bytes: 4_096, oldest_age_seconds: 12.5 },
    lost: 7,
    skipped: 1,
    rejected: 2,
  }
  const health: HealthSource = {
    ...degraded,
    health: () => ({ state: 'ok', reasons: [] }),
    events: () => events,
  }
  const { call } = await startTestControl({ health })
  const state = { status: 'degraded', reasons: events.reasons }
  for (const path of ['/healthz', '/readyz']) {
    expect(await call('GET', path, { token: null })).toMatchObject({ status: 200, json: state })
  }
  const { reasons: _, ...figures } = events
  expect(await call('GET', '/api/v1/health')).toMatchObject({ json: { ...state, events: figures } })
})
