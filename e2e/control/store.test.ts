// The config in its store: what was acknowledged is there after `kill -9`, and the gateway serves whatever becomes of
// the database.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ConfigInput } from '@weir/core/config'
import { describe, expect, it } from 'vitest'
import { chat, requestIdOf } from '../robustness/chat.ts'
import { endWithFile } from '../support/clean-up.ts'
import { readEvents } from '../support/event-files.ts'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { runProgram } from '../support/program.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'
import { seedStore } from './store-gateway.ts'
import { newDataDir, type RunningProgram, startOn } from './store-program.ts'

const KILLS = 50
/** Saves in flight when a program is killed. */
const SAVERS = 4

interface Health {
  readonly status: string
  readonly reasons: readonly string[]
}

/** What the control port says; the data port says the same without reasons, to whom it may concern. */
async function healthOf({ connection }: RunningProgram): Promise<Health> {
  const health = (await (await fetch(`${connection.controlUrl}/healthz`)).json()) as Health
  const ofData = await (await fetch(`${connection.dataUrl}/healthz`)).json()
  expect(ofData).toMatchObject({ status: 'ok', control: health.status })
  return health
}

const routerNamed = (id: string, large: number) => ({
  name: `routers/${id}`,
  defaultRoute: {
    route_id: 'default',
    variants: [
      { variant: { variant_id: 'large', model_id: 'sim/large' }, weight: large },
      { variant: { variant_id: 'small', model_id: 'sim/small' }, weight: 100 - large },
    ],
  },
})

/** Saves a router; the revision when it was acknowledged. */
async function save(running: RunningProgram, id: string, large = 50): Promise<number> {
  const response = await running.control('POST', '/router/v1/routers', routerNamed(id, large))
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${text}`)
  return Number(response.headers.get('x-weir-revision'))
}

interface RouterPage {
  readonly routers: readonly { readonly name: string }[]
  /** Empty on the last page. */
  readonly next_page_token: string
}

async function routersOf(running: RunningProgram): Promise<string[]> {
  const ids: string[] = []
  for (let token = ''; ; ) {
    const path = `/router/v1/routers?page_size=100&page_token=${token}`
    const page = (await (await running.control('GET', path)).json()) as RouterPage
    ids.push(...page.routers.map(({ name }) => name.replace('routers/', '')))
    token = page.next_page_token
    if (token === '') return ids
  }
}

/** What one request is served by. */
async function served(running: RunningProgram, dataDir: string, model: string) {
  const { dataUrl, key = KEY } = running.connection
  const response = await chat(dataUrl, { model, key, user: 'ada' })
  await response.text()
  const id = requestIdOf(response)
  const event = await until(`the event of ${id}`, () =>
    readEvents(dataDir).find(({ request_id }) => request_id === id),
  )
  return {
    status: response.status,
    variant: response.headers.get('x-weir-variant'),
    revision: event.revision,
  }
}

/** What a program can serve without starting a simulated provider of its own each time. */
async function serving(): Promise<ConfigInput> {
  const { url } = await startProvider()
  return {
    version: 1,
    gateway: { private_networks: 'allow' },
    providers: { sim: { type: 'openai', base_url: `${url}/v1` } },
    models: { 'sim/large': {}, 'sim/small': {} },
    keys: [testKey],
  }
}

interface Acknowledged {
  readonly id: string
  readonly revision: number
}

/** Sees that a program that was killed has all that it had acknowledged, in its store and in what it serves. */
async function checkAll(running: RunningProgram, dataDir: string, acknowledged: readonly Acknowledged[]) {
  const last = acknowledged.at(-1)
  if (last === undefined) return
  const known = new Set(await routersOf(running))
  expect(acknowledged.filter(({ id }) => !known.has(id))).toEqual([])
  const now = await served(running, dataDir, last.id)
  expect(now.status).toBe(200)
  expect(now.revision).toBeGreaterThanOrEqual(last.revision)
  expect(await healthOf(running)).toMatchObject({ status: 'ok' })
}

/** Kills one program during saves so many times; how many saves that interrupted. */
async function killOften(kills: number, config: ConfigInput): Promise<number> {
  const dataDir = newDataDir()
  await seedStore(dataDir, config)
  const acknowledged: Acknowledged[] = []
  let interrupted = 0
  for (let round = 0; round < kills; round++) {
    const running = await startOn(dataDir, { env: { WEIR_KEY: KEY } })
    await checkAll(running, dataDir, acknowledged)
    // Where in a save the kill falls is left to chance: several savers keep the program at it all the while.
    const saving = Array.from({ length: SAVERS }, async (_, saver) => {
      for (let index = 0; ; index++) {
        const id = `r${round}-${saver}-${index}`
        try {
          acknowledged.push({ id, revision: await save(running, id) })
        } catch {
          interrupted++
          return
        }
      }
    })
    const before = acknowledged.length
    await until('a save', () => acknowledged.length > before + (round % 4))
    running.program.process.kill('SIGKILL')
    await Promise.all([...saving, running.program.ended])
    acknowledged.sort((a, b) => a.revision - b.revision)
  }
  const running = await startOn(dataDir, { env: { WEIR_KEY: KEY } })
  await checkAll(running, dataDir, acknowledged)
  await running.stop()
  const revisions = acknowledged.map(({ revision }) => revision)
  expect(new Set(revisions).size).toBe(revisions.length)
  return interrupted
}

it(`has every acknowledged revision after kill -9 during saves, ${KILLS} times`, {
  timeout: 900_000,
}, async () => {
  const config = await serving()
  // Most of the time a program starts, which is not what is tested: two at a time use the machine better.
  const interrupted = await Promise.all([0, 1].map(() => killOften(KILLS / 2, config)))
  expect(interrupted.reduce((sum, saves) => sum + saves, 0)).toBe(KILLS * SAVERS)
})

it('keeps revisions, key, token and the simulated provider over a restart', async () => {
  const dataDir = newDataDir()
  const first = await startOn(dataDir, { adminToken: null })
  const { adminToken, key } = first.connection
  expect(adminToken).toMatch(/^wat_/)
  expect(first.program.stdout()).toContain(adminToken)
  expect(await save(first, 'mine', 100)).toBe(2)
  expect(await served(first, dataDir, 'mine')).toEqual({ status: 200, variant: 'large', revision: 2 })
  await first.stop()

  const second = await startOn(dataDir, { adminToken: null })
  expect(second.connection).toMatchObject({ key, adminToken })
  expect(second.program.stdout()).toContain(key)
  expect(second.program.stdout()).not.toContain(adminToken)
  expect(await served(second, dataDir, 'mine')).toEqual({ status: 200, variant: 'large', revision: 2 })
  expect(await save(second, 'yours')).toBe(3)
})

it('follows with a revision of its own when another program has taken the simulated provider’s port', async () => {
  const dataDir = newDataDir()
  await (await startOn(dataDir)).stop()
  const { simPort } = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as { simPort: number }
  const squatter = createServer().listen(simPort, '127.0.0.1')
  endWithFile(() => squatter.close())
  await until('the port', () => squatter.listening)
  const running = await startOn(dataDir)
  expect(await served(running, dataDir, 'demo')).toMatchObject({ status: 200, revision: 2 })
  const database = new DatabaseSync(join(dataDir, 'control.db'), { readOnly: true })
  endWithFile(() => database.close())
  expect(database.prepare('select actor from revision where number = 2').get()).toEqual({ actor: 'weir' })
})

describe('the gateway serves, and /healthz says what is amiss,', () => {
  async function stoppedAfterSave() {
    const dataDir = newDataDir()
    const running = await startOn(dataDir)
    await save(running, 'mine', 100)
    await running.stop()
    return { dataDir, database: join(dataDir, 'control.db') }
  }

  it('with the database removed', async () => {
    const { dataDir, database } = await stoppedAfterSave()
    for (const suffix of ['', '-wal', '-shm']) rmSync(database + suffix, { force: true })
    const running = await startOn(dataDir)
    expect(await served(running, dataDir, 'mine')).toEqual({ status: 200, variant: 'large', revision: 3 })
    expect(await healthOf(running)).toEqual({
      status: 'degraded',
      reasons: [expect.stringMatching(/database was gone.*revision 2, served last, goes on/)],
    })
    expect(running.program.stderr()).toContain('database was gone')
    expect(await save(running, 'yours')).toBe(4)
  })

  it('with the database locked by another program', async () => {
    const { dataDir, database } = await stoppedAfterSave()
    const other = new DatabaseSync(database)
    endWithFile(() => other.isOpen && other.close())
    other.exec('begin exclusive')
    const running = await startOn(dataDir)
    expect(await served(running, dataDir, 'mine')).toEqual({ status: 200, variant: 'large', revision: 2 })
    expect(await healthOf(running)).toEqual({
      status: 'read_only',
      reasons: [expect.stringMatching(/locked by another program/)],
    })
    expect((await running.control('GET', '/router/v1/routers/mine')).status).toBe(200)
    const refused = await running.control('POST', '/router/v1/routers', routerNamed('yours', 50))
    expect(refused.status).toBe(503)
    other.close()
    await expect.poll(() => healthOf(running), { timeout: 20_000 }).toEqual({ status: 'ok', reasons: [] })
    expect(await save(running, 'yours')).toBe(3)
    expect(await served(running, dataDir, 'yours')).toMatchObject({ status: 200, revision: 3 })
    await running.stop()
    expect(await healthOf(await startOn(dataDir))).toEqual({ status: 'ok', reasons: [] })
  })

  it('with the database damaged', async () => {
    const { dataDir, database } = await stoppedAfterSave()
    for (const suffix of ['-wal', '-shm']) rmSync(database + suffix, { force: true })
    writeFileSync(database, 'no database at all. '.repeat(1000))
    const running = await startOn(dataDir)
    expect(await served(running, dataDir, 'mine')).toEqual({ status: 200, variant: 'large', revision: 2 })
    expect(await healthOf(running)).toEqual({
      status: 'read_only',
      reasons: [expect.stringMatching(/damaged: put a backup in place of control\.db .* or move it away/)],
    })
    expect(running.program.stderr()).toContain(database)
  })

  it('but not when there was never anything to serve', async () => {
    const dataDir = newDataDir()
    writeFileSync(join(dataDir, 'control.db'), 'no database at all. '.repeat(1000))
    const result = await runProgram(['start', '--data-dir', dataDir, '--port', '0', '--control-port', '0'])
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toMatch(/weir: the control database cannot be used: it is damaged/)
  })
})

describe('a data directory that a config file was used with', () => {
  it('goes on without the file with what it said last, and says so', async () => {
    const gateway = await startGateway({
      config: { version: 1, keys: [{ id: 'app', digest: `sha256:${'a'.repeat(64)}` }] },
    })
    await gateway.stop()
    const running = await startOn(gateway.dataDir)
    expect(running.program.stderr()).toContain('was read from a file in an earlier start')
    expect(existsSync(join(gateway.dataDir, 'demo.json'))).toBe(false)
    expect(await healthOf(running)).toMatchObject({ status: 'ok' })
    expect(await routersOf(running)).toEqual([])
  })

  it('is changed in the file alone while there is one', async () => {
    const gateway = await startGateway({
      config: { version: 1, keys: [testKey] },
      env: { WEIR_ADMIN_TOKEN: 'wat_tests_of_the_store_0123456789_0123456789' },
    })
    const { controlUrl } = JSON.parse(readFileSync(join(gateway.dataDir, 'connection.json'), 'utf8')) as {
      controlUrl: string
    }
    const response = await fetch(`${controlUrl}/router/v1/routers`, {
      method: 'POST',
      headers: { authorization: 'Bearer wat_tests_of_the_store_0123456789_0123456789' },
      body: JSON.stringify(routerNamed('mine', 50)),
    })
    expect([response.status, await response.text()]).toEqual([
      expect.any(Number),
      expect.stringContaining('file'),
    ])
    expect(response.ok).toBe(false)
  })
})

it('says that the control port is in use and ends with 1', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  endWithFile(() => server.close())
  await until('a port', () => server.listening)
  const { port } = server.address() as { port: number }
  const args = ['start', '--data-dir', newDataDir(), '--port', '0', '--control-port', String(port)]
  const result = await runProgram(args)
  expect(result).toMatchObject({ code: 1, stdout: '' })
  expect(result.stderr).toContain(
    `weir: 127.0.0.1:${port} is already in use; --control-port and --control-host choose another\n`,
  )
})

it('refuses a master key that anybody could guess', async () => {
  const args = ['start', '--data-dir', newDataDir(), '--port', '0', '--control-port', '0']
  const result = await runProgram(args, { env: { WEIR_MASTER_KEY: 'secret' } })
  expect(result).toMatchObject({ code: 1, stdout: '' })
  expect(result.stderr).toMatch(/^weir: WEIR_MASTER_KEY is too short: /)
})

it('has a save in force on every worker when it is acknowledged, and says how long that takes', async () => {
  const dataDir = newDataDir()
  const running = await startOn(dataDir, { args: ['--workers', '2'] })
  const times: number[] = []
  for (let index = 0; index < 100; index++) {
    const begun = performance.now()
    const revision = await save(running, `r${index}`, 100)
    times.push(performance.now() - begun)
    // A new connection each time, so that either worker can be met.
    const { dataUrl, key = '' } = running.connection
    const response = await chat(dataUrl, { model: `r${index}`, key, headers: { connection: 'close' } })
    expect([revision, response.status]).toEqual([index + 2, 200])
    await response.text()
  }
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => `${sorted[Math.ceil(share * sorted.length) - 1]?.toFixed(1)} ms`
  console.log(`a save, from request to the last worker serving it: p50 ${at(0.5)}, p99 ${at(0.99)}`)
})
