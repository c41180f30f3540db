// `weir events` beside a running program, after one was killed, and where events are kept in the spool; and that
// revisions are recorded beside requests.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigInput } from '@weir/core/config'
import { expect, it } from 'vitest'
import { callerOf } from '../support/caller.ts'
import { type GatewayOptions, type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { openLedger } from '../support/ledger.ts'
import { runProgram } from '../support/program.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'
import { storedCounts } from './stored-events.ts'

const ADMIN_TOKEN = 'wat_tests_of_the_event_store_0123456789_01234'

const sim = await startProvider()
const configWith = (weight: number): ConfigInput => ({
  version: 1,
  providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
  models: { 'sim/large': {}, 'sim/small': {} },
  routers: {
    demo: {
      default_route: {
        split: {
          variants: [
            { id: 'large', model: 'sim/large', weight },
            { id: 'small', model: 'sim/small', weight: 100 - weight },
          ],
        },
      },
    },
  },
  keys: [testKey],
})

const start = (options: Partial<GatewayOptions> = {}) =>
  startGateway({
    config: configWith(80),
    eventStore: 'duckdb',
    env: { WEIR_ADMIN_TOKEN: ADMIN_TOKEN },
    ...options,
  })

async function ask(gateway: RunningGateway, count: number): Promise<string[]> {
  const caller = callerOf(gateway, openLedger())
  const ids: string[] = []
  for (let index = 0; index < count; index++) ids.push((await caller.chat('demo')).id)
  return ids
}

async function printed(dataDir: string, ...args: string[]): Promise<string[]> {
  const env = { WEIR_TOKEN: ADMIN_TOKEN }
  const result = await runProgram(['events', '--data-dir', dataDir, '--json', ...args], { env })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  const lines = result.stdout.split('\n').slice(0, -1)
  return lines.map(line => (JSON.parse(line) as { request_id: string }).request_id)
}

it('prints what a running program has answered, up to the last request', async () => {
  const gateway = await start()
  const ids = await ask(gateway, 7)
  expect(await printed(gateway.dataDir)).toEqual(ids)
  ids.push(...(await ask(gateway, 1)))
  expect(await printed(gateway.dataDir, '--last', '3')).toEqual(ids.slice(-3))
  await gateway.stop()
})

it('prints what a program that was killed has answered, and leaves nothing in the spool', async () => {
  const gateway = await start()
  const ids = await ask(gateway, 7)
  await gateway.stop('SIGKILL')
  const { dataDir } = gateway
  expect(await printed(dataDir)).toEqual(ids)
  expect(readdirSync(join(dataDir, 'events'))).toEqual([])
  expect(await printed(dataDir, '--last', '2')).toEqual(ids.slice(-2))
})

it('prints what is in the spool of a program without a store, and needs no token for it', async () => {
  const gateway = await start({ eventStore: 'none' })
  const ids = await ask(gateway, 5)
  const result = await runProgram(['events', '--data-dir', gateway.dataDir, '--json'])
  expect(result).toMatchObject({ code: 0, stderr: '' })
  for (const id of ids) expect(result.stdout).toContain(id)
  await gateway.stop()
  expect(await printed(gateway.dataDir)).toEqual(ids)
})

it('says that it needs a token beside a running program', async () => {
  const gateway = await start()
  const result = await runProgram(['events', '--data-dir', gateway.dataDir], { env: { WEIR_TOKEN: '' } })
  expect(result).toMatchObject({ code: 1, stdout: '' })
  expect(result.stderr).toContain('a token is needed')
  await gateway.stop()
})

it('asks the program that the environment names, though there is a data directory at hand', async () => {
  const gateway = await start()
  const other = await start()
  const ids = await ask(gateway, 3)
  await ask(other, 1)
  const connection = readFileSync(join(gateway.dataDir, 'connection.json'), 'utf8')
  const { controlUrl } = JSON.parse(connection) as { controlUrl: string }
  const env = { WEIR_TOKEN: ADMIN_TOKEN, WEIR_CONTROL_URL: controlUrl }
  const result = await runProgram(['events', '--data-dir', other.dataDir], { env })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(result.stdout.match(/\bwr_\w+/g)).toEqual(ids)
  await Promise.all([gateway.stop(), other.stop()])
})

it('takes in what a run without a store has left in the spool', async () => {
  const before = await start({ eventStore: 'none' })
  const { dataDir } = before
  const ids = await ask(before, 5)
  await before.stop()
  const after = await start({ dataDir })
  ids.push(...(await ask(after, 2)))
  await after.stop()
  expect(await printed(dataDir)).toEqual(ids)
})

it('has an event for each revision that came into force', async () => {
  const gateway = await start()
  gateway.writeConfig(configWith(60))
  await until('revision 2', () => gateway.program.stderr().includes('published revision 2 '))
  await gateway.stop()
  expect(await storedCounts(gateway.dataDir)).toMatchObject({ revision: 2, request: 0 })
})
