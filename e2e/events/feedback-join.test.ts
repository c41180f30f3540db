// Feedback that comes with the end of an answer, while nothing is being ingested: it is accepted, and joined to its
// request once both are in the store.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigInput } from '@weir/core/config'
import { expect, it } from 'vitest'
import { openEventStore } from '../../packages/server/src/storage/duckdb/open-event-store.ts'
import { endWithFile } from '../support/clean-up.ts'
import { KEY, type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'
import { readOutcomes } from './outcome-files.ts'

const sim = await startProvider()

const config: ConfigInput = {
  version: 1,
  gateway: { record: { metadata: ['plan'] } },
  providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
  models: { 'sim/large': {} },
  routers: { demo: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } } },
  keys: [testKey],
}

const STREAMS = 40

/** The process of the event plane, which ingests: the gateway's only child. */
function childOf(pid: number): number | undefined {
  const children = readdirSync('/proc').filter(name => /^\d+$/.test(name) && parentOf(name) === pid)
  return children.length === 1 ? Number(children[0]) : undefined
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    // It ended while we looked.
    return undefined
  }
}

/** Also when a test fails half-way: a process that stands still cannot end with its parent. */
function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // It has ended.
  }
}

const post = (gateway: RunningGateway, path: string, body: object) =>
  fetch(`${gateway.baseUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** Asks for a stream and rates it as its last frame comes in, before its connection is known to be through. */
async function askAndRate(gateway: RunningGateway, rating: number) {
  const messages = [{ role: 'user', content: `Hello ${rating}` }]
  const metadata = { plan: rating % 2 === 0 ? 'gold' : 'free' }
  const response = await post(gateway, '/chat/completions', {
    model: 'demo',
    stream: true,
    messages,
    metadata,
  })
  const requestId = response.headers.get('x-weir-request-id') ?? ''
  let feedback: Promise<Response> | undefined
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.includes('[DONE]'))
      feedback ??= post(gateway, '/feedback', { request_id: requestId, name: 'rating', value: rating })
  }
  return { requestId, rating, status: (await feedback)?.status }
}

const hasProc = process.platform === 'linux'
if (!hasProc) console.log('skipped feedback while ingest is stopped: there is no /proc here')

it.skipIf(!hasProc)('is accepted while ingest stands still, and joined to its request later', async () => {
  const gateway = await startGateway({ config, workers: 2, args: ['--event-store', 'duckdb'] })
  const plane = await until('the event plane', () => childOf(gateway.program.process.pid ?? 0))
  process.kill(plane, 'SIGSTOP')
  endWithFile(() => resume(plane))
  const rated = await Promise.all(Array.from({ length: STREAMS }, (_, index) => askAndRate(gateway, index)))
  const [first] = rated
  // Whoever changes their mind meanwhile is heard, too.
  await post(gateway, '/feedback', { request_id: first?.requestId, name: 'rating', value: 1000 })
  const waiting = readOutcomes(gateway.dataDir)
  resume(plane)
  expect(rated.map(({ status }) => status)).toEqual(rated.map(() => 202))
  expect(waiting).toHaveLength(STREAMS + 1)
  await gateway.stop()

  const store = await openEventStore({ directory: join(gateway.dataDir, 'event-store') })
  try {
    for (const { requestId, rating } of rated) {
      expect(await store.request(requestId)).toMatchObject({ request_id: requestId, outcome: 'ok' })
      const value = requestId === first?.requestId ? 1000 : rating
      expect(await store.outcomes({ request_id: requestId })).toMatchObject([{ name: 'rating', value }])
    }
    const golden = await store.requests({
      filter: { metadata: { plan: 'gold' } },
      sort: 'at',
      order: 'ascending',
      limit: 500,
    })
    expect(new Set(golden.items.map(({ request_id }) => request_id))).toEqual(
      new Set(rated.filter(({ rating }) => rating % 2 === 0).map(({ requestId }) => requestId)),
    )
    expect((await store.state()).events).toMatchObject({ request: STREAMS, outcome: STREAMS + 1 })
  } finally {
    await store.close()
  }
})
