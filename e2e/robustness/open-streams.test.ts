// Thousands of streams at once: each gets its bytes, and the gateway holds them in little memory.
import { Agent, request } from 'node:http'
import { expect, it } from 'vitest'
import { endWithFile } from '../support/clean-up.ts'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { until } from '../support/until.ts'
import { startDrip } from './drip.ts'
import { residentMebibytes } from './memory.ts'

const STREAMS = 2000
/** 250 MB, in MiB. */
const LIMIT = 250e6 / 2 ** 20
const BODY = JSON.stringify({ model: 'demo', stream: true, messages: [{ role: 'user', content: 'Hello' }] })

interface Reading {
  text: string
  how: 'open' | 'end' | 'error'
}

function openStream(url: string, agent: Agent): Reading {
  const reading: Reading = { text: '', how: 'open' }
  const fail = () => {
    reading.how = 'error'
  }
  const headers = { authorization: `Bearer ${KEY}`, 'content-length': BODY.length }
  const call = request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers }, response => {
    response.setEncoding('latin1')
    response.on('data', (text: string) => {
      reading.text += text
    })
    response.once('end', () => {
      reading.how = 'end'
    })
    response.once('error', fail)
  })
  call.once('error', fail)
  call.end(BODY)
  return reading
}

it('holds 2,000 open streams below 250 MB, and serves each', async () => {
  const provider = await startDrip()
  const config = {
    version: 1 as const,
    providers: { drip: { type: 'openai' as const, base_url: `${provider.url}/v1` } },
    models: { 'drip/large': {} },
    routers: { demo: { default_route: { split: { variants: [{ id: 'large', model: 'drip/large' }] } } } },
    keys: [testKey],
  }
  // The first start after a change compiles what changed, some 60 MB for as long as it runs: a later one is measured.
  await (await startGateway({ config })).stop()
  const gateway = await startGateway({ config })
  const agent = new Agent({ keepAlive: true, maxSockets: STREAMS })
  endWithFile(() => agent.destroy())
  const readings = Array.from({ length: STREAMS }, () => openStream(gateway.url, agent))
  const all = (what: string, holds: (reading: Reading) => boolean) =>
    until(what, () => readings.every(holds), 25_000)
  await all('every stream', reading => reading.text.includes('Hello'))
  expect(provider.open()).toBe(STREAMS)
  for (let piece = 1; piece <= 5; piece++) {
    provider.drip()
    await all(`piece ${piece}`, reading => reading.text.split(' there').length === piece + 1)
  }
  const mebibytes = residentMebibytes(gateway.program.process.pid)
  provider.finish()
  await all('every end', reading => reading.how === 'end')
  expect(readings.every(reading => reading.text.endsWith('data: [DONE]\n\n'))).toBe(true)
  const events = gateway.events()
  expect(events).toHaveLength(STREAMS)
  expect(events.every(event => event.outcome === 'ok')).toBe(true)
  if (mebibytes === undefined) console.log('skipped the measure of memory: there is no /proc here')
  else expect(mebibytes).toBeLessThan(LIMIT)
}, 90_000)
