// The gateway's own limits: so many requests at once, so many waiting, and a clear 503 beyond.

import { setTimeout as delay } from 'node:timers/promises'
import type { ConfigInput } from '@weir/core/config'
import { expect, it } from 'vitest'
import { startGateway, testKey } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'
import { chat, requestIdOf } from './chat.ts'

/** Waits until the gateway says that so many requests run and wait. */
async function waitFor(url: string, wanted: { running: number; waiting: number }): Promise<void> {
  for (;;) {
    const health = (await (await fetch(`${url}/healthz`)).json()) as typeof wanted
    if (health.running === wanted.running && health.waiting === wanted.waiting) return
    await delay(5)
  }
}

const HANG = { 'x-sim': 'hang=headers' }

async function start(limits: NonNullable<NonNullable<ConfigInput['gateway']>['limits']>) {
  const sim = await startProvider()
  const gateway = await startGateway({
    config: {
      version: 1,
      gateway: { limits },
      providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
      models: { 'sim/large': {} },
      routers: { demo: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } } },
      keys: [testKey],
    },
  })
  /** Fills both places with requests that hang; the result empties them again, one by one. */
  async function occupy(): Promise<AbortController[]> {
    const before = sim.stats.requests
    const controllers = [new AbortController(), new AbortController()]
    for (const { signal } of controllers) chat(gateway.url, { headers: HANG, signal }).catch(() => {})
    await until('both calls', () => sim.stats.requests === before + 2)
    return controllers
  }
  return { sim, gateway, occupy }
}

it('lets so many requests run, so many wait, and refuses the rest with 503 and retry-after', async () => {
  const { gateway, occupy } = await start({ concurrent: 2, queue: 2, queue_timeout: '500ms' })
  const running = await occupy()
  const answers = await Promise.all(
    [1, 2, 3].map(async () => {
      const response = await chat(gateway.url)
      const { error } = (await response.json()) as { error: { code: string; type: string; message: string } }
      return { status: response.status, retryAfter: response.headers.get('retry-after'), ...error, response }
    }),
  )
  for (const answer of answers) {
    expect(answer).toMatchObject({
      status: 503,
      retryAfter: '1',
      code: 'overloaded',
      type: 'overloaded_error',
    })
    const event = await gateway.event(requestIdOf(answer.response))
    expect(event).toMatchObject({ status: 503, outcome: 'refused', error: 'overloaded', attempts: [] })
  }
  const messages = answers.map(answer => answer.message).toSorted()
  expect(messages).toEqual([
    expect.stringContaining('All places are taken and the queue is full.'),
    expect.stringContaining('No place became free within 500 ms.'),
    expect.stringContaining('No place became free within 500 ms.'),
  ])
  for (const controller of running) controller.abort()
})

it('serves those who wait, in order, when a place becomes free, and forgets those who have left', async () => {
  const { sim, gateway, occupy } = await start({ concurrent: 2, queue: 10, queue_timeout: '20s' })
  const running = await occupy()
  const calls = sim.stats.requests
  const impatient = new AbortController()
  const left = chat(gateway.url, { user: 'left', signal: impatient.signal }).catch(() => 'left')
  const waiting = ['a', 'b', 'c'].map(user => chat(gateway.url, { user }))
  await waitFor(gateway.url, { running: 2, waiting: 4 })
  impatient.abort()
  expect(await left).toBe('left')
  await waitFor(gateway.url, { running: 2, waiting: 3 })
  running[0]?.abort()
  const responses = await Promise.all(waiting)
  expect(responses.map(response => response.status)).toEqual([200, 200, 200])
  const events = await Promise.all(responses.map(response => gateway.event(requestIdOf(response))))
  for (const event of events) expect(event.queue_ms).toBeGreaterThan(0)
  const leaver = gateway.events().find(event => event.attempts.length === 0)
  expect(leaver).toMatchObject({ status: 499, outcome: 'cancelled', served: null })
  expect(sim.stats.requests).toBe(calls + 3)
  running[1]?.abort()
  await waitFor(gateway.url, { running: 0, waiting: 0 })
  // Both places are free again: none was lost to the one who left.
  const again = await occupy()
  for (const controller of again) controller.abort()
})

it('counts the places of requests that were refused, failed or cancelled as free', async () => {
  const { gateway } = await start({ concurrent: 2, queue: 0 })
  for (let round = 0; round < 3; round++) {
    const controller = new AbortController()
    const cancelled = chat(gateway.url, { headers: HANG, signal: controller.signal }).catch(() => {})
    expect((await chat(gateway.url, { model: 'nobody' })).status).toBe(404)
    expect((await chat(gateway.url, { headers: { 'x-sim': 'error=400' } })).status).toBe(400)
    controller.abort()
    await cancelled
    await until('a free gateway', () => gateway.events().length === 3 * (round + 1))
  }
  await waitFor(gateway.url, { running: 0, waiting: 0 })
})
