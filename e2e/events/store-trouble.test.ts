// What can be amiss with the event store: another process has it, its file is damaged, its disk is full. Requests go on,
// health says what it is, and it is over by itself when the cause is gone.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfigInput } from '@weir/core/config'
import { expect, it, vi } from 'vitest'
import { openEventStore } from '../../packages/server/src/storage/duckdb/open-event-store.ts'
import { callerOf } from '../support/caller.ts'
import { endWithFile } from '../support/clean-up.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { childrenOf } from './event-plane-process.ts'
import { storedRequests } from './stored-events.ts'

const ADMIN_TOKEN = 'wat_tests_of_the_event_store_0123456789_01234'

const sim = await startProvider()
const config: ConfigInput = {
  version: 1,
  providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
  models: { 'sim/large': {} },
  routers: { demo: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } } },
  keys: [testKey],
}

interface Health {
  readonly status: string
  readonly reasons: readonly string[]
  readonly events: {
    readonly store: string
    readonly spool: {
      readonly files: number
      readonly bytes: number
      readonly oldest_age_seconds: number | null
    }
    readonly lost: number
  }
}

function newDataDir(): string {
  const home = mkdtempSync(join(tmpdir(), 'weir-events-'))
  endWithFile(() => rmSync(home, { recursive: true, force: true }))
  return join(home, 'data')
}

const start = (dataDir: string) =>
  startGateway({ config, dataDir, eventStore: 'duckdb', env: { WEIR_ADMIN_TOKEN: ADMIN_TOKEN } })

async function control(gateway: RunningGateway, method: string, path: string): Promise<Response> {
  const file = readFileSync(join(gateway.dataDir, 'connection.json'), 'utf8')
  const { controlUrl } = JSON.parse(file) as { controlUrl: string }
  return fetch(`${controlUrl}${path}`, { method, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })
}

async function healthOf(gateway: RunningGateway): Promise<Health> {
  return (await (await control(gateway, 'GET', '/api/v1/health')).json()) as Health
}

const storeOf = (gateway: RunningGateway) => async () => (await healthOf(gateway)).events.store

async function ask(gateway: RunningGateway, count: number): Promise<string[]> {
  const caller = callerOf(gateway, openLedger())
  const answers = await Promise.all(Array.from({ length: count }, () => caller.chat('demo')))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: count }, () => 200))
  return answers.map(({ id }) => id)
}

async function checkStored(dataDir: string, ids: readonly string[]): Promise<void> {
  const stored = (await storedRequests(dataDir)).map(event => event.request_id)
  expect(stored.toSorted()).toEqual(ids.toSorted())
}

const PATIENCE = { timeout: 20_000, interval: 100 }
// Longer than all that a test may wait for, so that it is the wait that tells what did not happen.
vi.setConfig({ testTimeout: 4 * PATIENCE.timeout })

it('waits while another process has the store, and takes everything when it lets go', async () => {
  const dataDir = newDataDir()
  const directory = join(dataDir, 'event-store')
  const other = await openEventStore({ directory })
  const gateway = await start(dataDir)
  const ids = await ask(gateway, 20)
  await expect.poll(storeOf(gateway), PATIENCE).toBe('unavailable')
  const health = await healthOf(gateway)
  expect(health).toMatchObject({ status: 'degraded', events: { lost: 0 } })
  expect(health.reasons).toEqual([expect.stringMatching(/^the event store cannot be used: .*lock/i)])
  expect(health.events.spool.files).toBeGreaterThan(0)
  expect(health.events.spool.oldest_age_seconds).toBeGreaterThan(0)
  const refused = await control(gateway, 'GET', '/api/v1/requests')
  expect([refused.status, await refused.json()]).toEqual([
    503,
    expect.objectContaining({ code: 'event_store_unavailable' }),
  ])
  await other.close()
  await expect.poll(storeOf(gateway), PATIENCE).toBe('ok')
  ids.push(...(await ask(gateway, 5)))
  expect(await healthOf(gateway)).toMatchObject({ status: 'ok', reasons: [] })
  await gateway.stop()
  await checkStored(dataDir, ids)
})

it('leaves a damaged store as it is, and takes everything once it is moved away', async () => {
  const dataDir = newDataDir()
  const file = join(dataDir, 'event-store', 'events.duckdb')
  mkdirSync(join(dataDir, 'event-store'), { recursive: true })
  const damage = 'no database at all. '.repeat(1_000)
  writeFileSync(file, damage)
  const gateway = await start(dataDir)
  const ids = await ask(gateway, 10)
  await expect.poll(storeOf(gateway), PATIENCE).toBe('unavailable')
  const { status, reasons } = await healthOf(gateway)
  expect([status, reasons]).toEqual(['degraded', [expect.stringMatching(/damaged: move .* away/)]])
  expect(reasons.join()).not.toContain(dataDir)
  await expect.poll(() => gateway.program.stderr(), PATIENCE).toContain(file)
  expect(readFileSync(file, 'utf8')).toBe(damage)
  renameSync(file, `${file}.away`)
  await expect.poll(storeOf(gateway), PATIENCE).toBe('ok')
  await gateway.stop()
  await checkStored(dataDir, ids)
  expect(readFileSync(`${file}.away`, 'utf8')).toBe(damage)
})

it('answers a question after the process of the store died, as soon as there is another', async () => {
  const gateway = await start(newDataDir())
  const ids = await ask(gateway, 3)
  await control(gateway, 'POST', '/api/v1/events/settle')
  for (const child of childrenOf(gateway.program.process.pid ?? 0)) process.kill(child, 'SIGKILL')
  const response = await control(gateway, 'GET', '/api/v1/requests')
  const page = (await response.json()) as { readonly items: readonly { readonly request_id: string }[] }
  expect(response.status).toBe(200)
  expect(page.items.map(({ request_id }) => request_id).toSorted()).toEqual(ids.toSorted())
  await gateway.stop()
})

it('shows everything answered so far after settling', async () => {
  const gateway = await start(newDataDir())
  for (let round = 1; round <= 5; round++) {
    await ask(gateway, 4)
    expect((await control(gateway, 'POST', '/api/v1/events/settle')).status).toBe(204)
    const page = (await (await control(gateway, 'GET', '/api/v1/requests?limit=500')).json()) as {
      readonly items: readonly unknown[]
    }
    expect(page.items).toHaveLength(4 * round)
  }
  await gateway.stop()
})

it('answers requests on a full disk, counts the events it loses, and is well again by itself', async context => {
  const dataDir = newDataDir()
  const why = mountSmallDisk(dataDir)
  if (why !== undefined) {
    console.log(`a full disk is not tried: ${why}`)
    context.skip()
  }
  const gateway = await start(dataDir)
  const before = await ask(gateway, 5)
  await control(gateway, 'POST', '/api/v1/events/settle')
  const ballast = join(dataDir, 'ballast')
  fillDisk(ballast)
  const during = await ask(gateway, 60)
  const lostSoFar = async () => (await healthOf(gateway)).events.lost
  await expect.poll(lostSoFar, PATIENCE).toBeGreaterThan(0)
  const { status, reasons } = await healthOf(gateway)
  expect(status).toBe('degraded')
  expect(reasons.join()).toMatch(/events could not be written: .*ENOSPC/)
  rmSync(ballast)
  const after = await ask(gateway, 5)
  await expect.poll(storeOf(gateway), PATIENCE).toBe('ok')
  expect((await control(gateway, 'POST', '/api/v1/events/settle')).status).toBe(204)
  const page = await control(gateway, 'GET', '/api/v1/requests?limit=500')
  const { items } = (await page.json()) as { readonly items: readonly { readonly request_id: string }[] }
  const stored = new Set(items.map(({ request_id }) => request_id))
  for (const id of [...before, ...after]) expect(stored).toContain(id)
  // Workers tell once a second what they lost.
  const asked = before.length + during.length + after.length
  await expect.poll(lostSoFar, PATIENCE).toBe(asked - stored.size)
  await gateway.stop()
})

/** A disk of 16 MiB in memory; the result is why there is none. */
function mountSmallDisk(directory: string): string | undefined {
  mkdirSync(directory, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', directory], { stdio: 'pipe' })
  } catch (error) {
    return `mounting a small disk takes root (${(error as Error).message.split('\n')[0]})`
  }
  endWithFile(() => execFileSync('umount', ['--lazy', directory]))
  return undefined
}

/** To the last byte. */
function fillDisk(file: string): void {
  for (const size of [2 ** 20, 2 ** 12, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}

it('keeps what it can of the store for its owner alone', async () => {
  const dataDir = newDataDir()
  const gateway = await start(dataDir)
  await ask(gateway, 1)
  await gateway.stop()
  expect(readdirSync(join(dataDir, 'event-store'))).toContain('events.duckdb')
  const modes = execFileSync('stat', ['-c', '%a', join(dataDir, 'events'), join(dataDir, 'event-store')])
  expect(modes.toString().trim().split('\n')).toEqual(['700', '700'])
})
