// kill -9 of the program, and of the process of its event store, under load: whatever answer a client has received whole,
// the store has its event, once.
import { once } from 'node:events'
import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ConfigInput } from '@weir/core/config'
import { expect, it } from 'vitest'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type Outcome, startLoad } from '../support/load.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'
import { childrenOf } from './event-plane-process.ts'
import { storedCounts, storedRequests } from './stored-events.ts'

const ROUNDS = 20
const REQUESTS_PER_SECOND = 100

const sim = await startProvider()
const config: ConfigInput = {
  version: 1,
  providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
  models: { 'sim/large': {} },
  routers: {
    demo: {
      default_route: {
        split: {
          variants: [
            { id: 'large', model: 'sim/large', headers: { 'x-sim': 'output_tokens=10; speed=200' } },
          ],
        },
      },
    },
  },
  keys: [testKey],
}

const start = (dataDir?: string): Promise<RunningGateway> =>
  startGateway({ config, eventStore: 'duckdb', ...(dataDir !== undefined && { dataDir }) })

/** Does not wait for what the program leaves behind: the next one is to meet it. */
async function kill({ program }: RunningGateway): Promise<void> {
  const exited = once(program.process, 'exit')
  program.process.kill('SIGKILL')
  await exited
}

async function checkBooks(dataDir: string, outcomes: readonly Outcome[]): Promise<void> {
  const whole = outcomes.filter(({ how }) => how === 'whole').map(({ id }) => id)
  const recorded = (await storedRequests(dataDir)).map(event => event.request_id)
  const known = new Set(recorded)
  expect(known.size).toBe(recorded.length)
  expect(whole.filter(id => !known.has(id))).toEqual([])
  expect(whole.length).toBeGreaterThan(0)
}

const spooled = (dataDir: string) => readdirSync(join(dataDir, 'events'))

it(`has exactly one event for every answer received whole, killed ${ROUNDS} times under load`, async () => {
  const outcomes: Outcome[] = []
  let gateway = await start()
  const { dataDir } = gateway
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) gateway = await start(dataDir)
    const load = startLoad(gateway.url, REQUESTS_PER_SECOND)
    // Each round dies at another moment: before the first batch, while one is made, taken or deleted.
    await delay(300 + 53 * round)
    await kill(gateway)
    outcomes.push(...(await load.stop()))
  }
  const last = await start(dataDir)
  expect(await last.stop()).toMatchObject({ code: 0 })
  expect(spooled(dataDir)).toEqual([])
  await checkBooks(dataDir, outcomes)
  expect(outcomes.some(({ how }) => how === 'broken')).toBe(true)
  // The config came into force once; every later start went on with it.
  expect(await storedCounts(dataDir)).toMatchObject({ revision: 1 })
}, 240_000)

it('loses and doubles nothing when the process of the store is killed again and again', async () => {
  const gateway = await start()
  const { dataDir, program } = gateway
  const pid = program.process.pid ?? 0
  const load = startLoad(gateway.url, REQUESTS_PER_SECOND)
  const killed = new Set<number>()
  for (let round = 0; round < 5; round++) {
    const child = await until('the process of the store', () => childrenOf(pid).find(id => !killed.has(id)))
    await delay(150 + 97 * round)
    process.kill(child, 'SIGKILL')
    killed.add(child)
  }
  const outcomes = await load.stop()
  // Nobody notices but the log.
  expect(outcomes.filter(({ how }) => how === 'broken')).toEqual([])
  await until('the process of the store', () => childrenOf(pid).some(id => !killed.has(id)))
  expect(await gateway.stop()).toMatchObject({ code: 0 })
  expect(program.stderr()).toContain('the process of the event store ended (SIGKILL)')
  expect(spooled(dataDir)).toEqual([])
  await checkBooks(dataDir, outcomes)
  expect(await storedRequests(dataDir)).toHaveLength(outcomes.length)
}, 120_000)

it('leaves out the line that a crash tore, and keeps everything before it', async () => {
  const gateway = await start()
  const { dataDir } = gateway
  const load = startLoad(gateway.url, REQUESTS_PER_SECOND)
  await delay(300)
  // What comes from here on waits in the spool, for nobody takes it.
  const children = childrenOf(gateway.program.process.pid ?? 0)
  for (const child of children) process.kill(child, 'SIGSTOP')
  await delay(300)
  const outcomes = await load.stop()
  await kill(gateway)
  for (const child of children) process.kill(child, 'SIGKILL')
  const left = spooled(dataDir)
  expect(left.length).toBeGreaterThan(0)
  for (const name of left)
    appendFileSync(join(dataDir, 'events', name), '{"kind":"request","version":2,"requ')
  const last = await start(dataDir)
  const { stderr } = await last.stop()
  expect(stderr).toContain('lines of the spool were no events')
  expect(spooled(dataDir)).toEqual([])
  await checkBooks(dataDir, outcomes)
  expect(await storedRequests(dataDir)).toHaveLength(outcomes.length)
}, 60_000)
