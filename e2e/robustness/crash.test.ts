// kill -9 of the gateway under load: whatever answer a client has received whole, its event is there, once.
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { readEvents } from '../support/event-files.ts'
import { startGateway, testKey } from '../support/gateway.ts'
import { type Outcome, startLoad } from '../support/load.ts'
import { startProvider } from '../support/simulated-provider.ts'

const ROUNDS = 4
const REQUESTS_PER_SECOND = 200

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
    const load = startLoad(gateway.url, REQUESTS_PER_SECOND)
    // Each round dies at another moment of the load.
    await delay(700 + 37 * round)
    await gateway.stop('SIGKILL')
    outcomes.push(...(await load.stop()))
  }
  const whole = outcomes.filter(outcome => outcome.how === 'whole').map(outcome => outcome.id)
  expect(whole.length).toBeGreaterThan(20 * ROUNDS)
  expect(outcomes.some(outcome => outcome.how === 'broken')).toBe(true)
  const recorded = readEvents(dataDir ?? '').map(event => event.request_id)
  expect(new Set(recorded).size).toBe(recorded.length)
  const known = new Set(recorded)
  expect(whole.filter(id => !known.has(id))).toEqual([])
})
