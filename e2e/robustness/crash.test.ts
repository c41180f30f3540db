// kill -9 of the gateway under load: whatever answer a client has received whole, its event is there, once.
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { endWithFile } from '../support/clean-up.ts'
import { readEvents } from '../support/event-files.ts'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'

const ROUNDS = 4
/** One request every so many ms: 200 a second. */
const INTERVAL_MS = 5

interface Outcome {
  readonly id: string
  readonly how: 'whole' | 'broken'
}

/** Sends one request; resolves when its answer has come whole or the connection broke. */
function ask(url: string, agent: Agent, stream: boolean): Promise<Outcome> {
  const body = JSON.stringify({ model: 'demo', stream, messages: [{ role: 'user', content: 'Hello' }] })
  const headers = { authorization: `Bearer ${KEY}`, 'content-length': Buffer.byteLength(body) }
  return new Promise(resolve => {
    let id = ''
    const broken = () => resolve({ id, how: 'broken' })
    const call = request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers }, response => {
      id = String(response.headers['x-weir-request-id'])
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
      })
      response.once('error', broken)
      response.once('close', broken)
      // An answer is whole when its framing says so: `end` is not emitted for one that was cut.
      response.once('end', () =>
        resolve({ id, how: stream && !text.includes('[DONE]') ? 'broken' : 'whole' }),
      )
    })
    call.once('error', broken)
    call.end(body)
  })
}

it('has exactly one event for every answer received whole, however often it is killed', async () => {
  const sim = await startProvider()
  const config = {
    version: 1 as const,
    providers: { sim: { type: 'openai' as const, base_url: `${sim.url}/v1` } },
    models: { 'sim/large': {}, 'sim/small': {} },
    routers: {
      demo: {
        default_route: {
          split: {
            variants: [
              {
                id: 'large',
                model: 'sim/large',
                weight: 80,
                headers: { 'x-sim': 'output_tokens=20; speed=200' },
              },
              {
                id: 'small',
                model: 'sim/small',
                weight: 20,
                headers: { 'x-sim': 'output_tokens=5; speed=2000' },
              },
            ],
          },
        },
      },
    },
    keys: [testKey],
  }
  const outcomes: Outcome[] = []
  let dataDir: string | undefined
  for (let round = 0; round < ROUNDS; round++) {
    const gateway = await startGateway({ config, ...(dataDir === undefined ? {} : { dataDir }) })
    dataDir = gateway.dataDir
    const agent = new Agent({ keepAlive: true })
    endWithFile(() => agent.destroy())
    const asked: Promise<Outcome>[] = []
    const load = setInterval(() => asked.push(ask(gateway.url, agent, asked.length % 2 === 0)), INTERVAL_MS)
    // Each round dies at another moment of the load.
    await delay(700 + 37 * round)
    await gateway.stop('SIGKILL')
    clearInterval(load)
    outcomes.push(...(await Promise.all(asked)))
    agent.destroy()
  }
  const whole = outcomes.filter(outcome => outcome.how === 'whole').map(outcome => outcome.id)
  expect(whole.length).toBeGreaterThan(20 * ROUNDS)
  expect(outcomes.some(outcome => outcome.how === 'broken')).toBe(true)
  const recorded = readEvents(dataDir ?? '').map(event => event.request_id)
  expect(new Set(recorded).size).toBe(recorded.length)
  const known = new Set(recorded)
  expect(whole.filter(id => !known.has(id))).toEqual([])
})
