// The harness itself: what every other end-to-end test relies on.
import { expect, it } from 'vitest'
import { KEY, startGateway, testKey } from './gateway.ts'
import { startProvider } from './simulated-provider.ts'

it('starts the whole program, calls it, reads its event and stops it', async () => {
  const sim = await startProvider()
  const gateway = await startGateway({
    config: {
      version: 1,
      providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
      models: { 'sim/large': { price: { input: 2.5, output: 10 } } },
      routers: { demo: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } } },
      keys: [testKey],
    },
  })
  const response = await fetch(`${gateway.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'Hello' }] }),
  })
  expect(response.status).toBe(200)
  await response.text()
  const event = await gateway.event(response.headers.get('x-weir-request-id') ?? '')
  expect(event).toMatchObject({ outcome: 'ok', served: 'large', target: 'sim/large' })
  expect(await gateway.stop()).toMatchObject({ code: 0, signal: null })
})
