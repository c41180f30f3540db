// Following requests live: what passes the filters comes, once each, until who follows goes away or may no longer.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { openEventStore } from '../../packages/server/src/storage/duckdb/open-event-store.ts'
import { controlOf } from '../control/control-client.ts'
import { ADMIN_TOKEN, type StoreGateway, startStoreGateway } from '../control/store-gateway.ts'
import { endWithFile } from '../support/clean-up.ts'
import { startGateway } from '../support/gateway.ts'
import { until } from '../support/until.ts'
import { childrenOf } from './event-plane-process.ts'
import { follow } from './live-client.ts'
import { type Account, sendTraffic, startTraffic } from './request-log-traffic.ts'

let gateway: StoreGateway

beforeAll(async () => {
  gateway = await startTraffic()
})

const idsOf = (accounts: readonly Account[]) => accounts.map(({ id }) => id).toSorted()

it('every request comes once, as the list has it, and a filter lets through what it does there', async () => {
  const all = await follow(gateway.controlUrl, ADMIN_TOKEN)
  const query = 'router=demo&metadata.tier=gold&unit=user:user-2&unit=user:user-1'
  const some = await follow(gateway.controlUrl, ADMIN_TOKEN, `?${query}`)
  expect(all.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const sent = await sendTraffic(gateway, 40)
  await until('every request', () => all.events.length >= sent.length)
  const seen = all.events.map(({ data }) => data)
  expect(all.events.every(({ event }) => event === 'request')).toBe(true)
  expect(seen.map(({ request_id }) => String(request_id)).toSorted()).toEqual(idsOf(sent))
  const { json } = await controlOf(gateway)('GET', '/requests?limit=500')
  const listed = json.items as { request_id: string }[]
  expect(new Map(seen.map(event => [event.request_id, event]))).toEqual(
    new Map(listed.map(event => [event.request_id, event])),
  )
  const filtered = await controlOf(gateway)('GET', `/requests?limit=500&${query}`)
  const wanted = (filtered.json.items as { request_id: string }[]).map(({ request_id }) => request_id)
  expect(wanted.length).toBeGreaterThan(0)
  await until('those that pass', () => some.events.length >= wanted.length)
  expect(some.events.map(({ data }) => String(data.request_id)).toSorted()).toEqual(wanted.toSorted())
  await Promise.all([all.close(), some.close()])
})

it('at most twenty follow at once, and who goes away makes room', async () => {
  const followers = await Promise.all(
    Array.from({ length: 20 }, () => follow(gateway.controlUrl, ADMIN_TOKEN)),
  )
  expect(followers.map(({ status }) => status)).toEqual(followers.map(() => 200))
  expect((await follow(gateway.controlUrl, ADMIN_TOKEN)).status).toBe(429)
  expect((await controlOf(gateway)('GET', '/requests/live')).json.code).toBe('too_many_live')
  await followers[0]?.close()
  const again = await untilRoom(gateway.controlUrl)
  const [sent] = await sendTraffic(gateway, 1)
  const others = [...followers.slice(1), again]
  await until('the request, with all', () => others.every(({ events }) => events.length > 0))
  for (const { events } of others) expect(events.map(({ data }) => data.request_id)).toEqual([sent?.id])
  await Promise.all(others.map(each => each.close()))
})

/** Asks until there is room, or the store is there: the other side learns of either when it has. */
async function untilRoom(controlUrl: string) {
  for (;;) {
    const client = await follow(controlUrl, ADMIN_TOKEN)
    if (client.status === 200) return client
    await delay(20)
  }
}

const hasProc = process.platform === 'linux'
if (!hasProc) console.log('skipped following over the death of the event plane: there is no /proc here')

it.skipIf(!hasProc)('goes on when the process of the event store dies and is started again', async () => {
  const client = await follow(gateway.controlUrl, ADMIN_TOKEN)
  const [before] = await sendTraffic(gateway, 1)
  await until('the first', () => client.events.length === 1)
  const [plane] = childrenOf(gateway.program.process.pid ?? 0)
  process.kill(plane ?? 0, 'SIGKILL')
  const [after] = await sendTraffic(gateway, 1)
  await until('the second', () => client.events.length === 2)
  expect(client.events.map(({ data }) => data.request_id)).toEqual([before?.id, after?.id])
  await client.close()
})

it('ends when the token is deleted or the session is over, and with no other', async () => {
  const { json } = await controlOf(gateway)('POST', '/tokens', { body: { name: 'short', role: 'viewer' } })
  const login = await controlOf(gateway, null)('POST', '/session', { body: { token: ADMIN_TOKEN } })
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
  const ofToken = await follow(gateway.controlUrl, String(json.token))
  const ofSession = await follow(gateway.controlUrl, { cookie })
  const other = await follow(gateway.controlUrl, ADMIN_TOKEN)
  expect([ofToken.status, ofSession.status, other.status]).toEqual([200, 200, 200])
  await controlOf(gateway)('DELETE', `/tokens/${String(json.id)}`)
  const headers = { cookie, 'x-csrf-token': String(login.json.csrf_token) }
  expect((await controlOf(gateway, null)('DELETE', '/session', { headers })).status).toBe(204)
  await Promise.all([ofToken.ended, ofSession.ended])
  const end = [{ event: 'end', data: { reason: 'unauthenticated' } }]
  expect([ofToken.events, ofSession.events, other.events]).toEqual([end, end, []])
  await other.close()
})

it('ends when the program stops, which does not wait for it', async () => {
  const client = await follow(gateway.controlUrl, ADMIN_TOKEN)
  gateway.program.process.kill('SIGTERM')
  await client.ended
  expect(client.events).toEqual([{ event: 'end', data: { reason: 'stopping' } }])
  expect(await gateway.program.ended).toMatchObject({ code: 0 })
})

it('is refused while the store cannot be had, with why, and begins again with it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'weir-live-'))
  endWithFile(() => rmSync(home, { recursive: true, force: true }))
  const dataDir = join(home, 'data')
  const other = await openEventStore({ directory: join(dataDir, 'event-store') })
  const { program } = await startGateway({
    config: { version: 1 },
    dataDir,
    eventStore: 'duckdb',
    env: { WEIR_ADMIN_TOKEN: ADMIN_TOKEN },
  })
  const file = readFileSync(join(dataDir, 'connection.json'), 'utf8')
  const { controlUrl } = JSON.parse(file) as { controlUrl: string }
  const control = controlOf({ controlUrl })
  // The first waits for the store, in vain.
  for (const path of ['/requests', '/requests/live'])
    expect(await control('GET', path)).toMatchObject({
      status: 503,
      json: { code: 'event_store_unavailable', detail: expect.stringMatching(/lock/i) },
    })
  await other.close()
  await (await untilRoom(controlUrl)).close()
  expect(program.process.exitCode).toBeNull()
})

it('needs an event store', async () => {
  const without = await startStoreGateway()
  const control = controlOf(without)
  for (const path of ['/requests', '/requests/groups', '/requests/live', '/requests/wr_1'])
    expect(await control('GET', path)).toMatchObject({
      status: 503,
      json: { code: 'event_store_unavailable', detail: expect.stringContaining('--event-store none') },
    })
})
