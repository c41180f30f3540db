// Clients that take their answers slowly or not at all: the provider is held back rather than the answer collected,
// and those who take nothing are cut off while others go on.

import { setTimeout as delay } from 'node:timers/promises'
import type { ConfigInput } from '@weir/core/config'
import { expect, it } from 'vitest'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'
import { chat, requestIdOf } from './chat.ts'
import { startFlood } from './flood.ts'
import { connectRaw, rawRequest } from './raw-client.ts'

const MEBIBYTE = 2 ** 20
/** Sockets on the way hold this much at most, as the kernel grows their buffers. */
const IN_FLIGHT = 40 * MEBIBYTE

const sim = await startProvider()
const flood = await startFlood({ frames: 2000, size: 65_536 })

const config = (slowClient: string): ConfigInput => ({
  version: 1,
  gateway: { limits: { slow_client: slowClient, answer: '256MiB' } },
  providers: {
    sim: { type: 'openai', base_url: `${sim.url}/v1` },
    flood: { type: 'openai', base_url: `${flood.url}/v1` },
  },
  models: { 'sim/large': {}, 'flood/large': {} },
  routers: {
    demo: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } },
    flood: { default_route: { split: { variants: [{ id: 'large', model: 'flood/large' }] } } },
  },
  keys: [{ ...testKey, default_provider: 'flood' }],
})

const ask = (stream: boolean) =>
  rawRequest(
    '/v1/chat/completions',
    { authorization: `Bearer ${KEY}` },
    JSON.stringify({ model: 'flood', stream, messages: [] }),
  )

/** Waits until the provider has made no progress for a while. */
async function stalled(): Promise<number> {
  for (;;) {
    const before = flood.written()
    await delay(700)
    if (before > 0 && flood.written() === before) return before
  }
}

it('holds the provider back while the client does not read, and loses nothing when it reads on', async () => {
  const gateway = await startGateway({ config: config('60s') })
  const response = await chat(gateway.url, { model: 'flood', stream: true })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  expect(await stalled()).toBeLessThan(IN_FLIGHT)
  const numbers: number[] = []
  let rest = ''
  const decoder = new TextDecoder()
  for (let part = await reader.read(); part.value !== undefined; part = await reader.read()) {
    const lines = (rest + decoder.decode(part.value, { stream: true })).split('\n\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const number = /"content":"(\d+) /.exec(line)?.[1]
      if (number !== undefined) numbers.push(Number(number))
    }
  }
  expect(numbers).toEqual(Array.from({ length: 2000 }, (_, index) => index))
  expect(await gateway.event(requestIdOf(response))).toMatchObject({
    outcome: 'ok',
    output_length: 2000 * 65_536,
  })
})

it('cuts a stream nobody reads after slow_client, tells the provider, and serves others meanwhile', async () => {
  const gateway = await startGateway({ config: config('700ms') })
  const left = flood.left()
  const client = await connectRaw(gateway.url)
  client.socket.pause()
  client.write(ask(true))
  await until('the flood', () => flood.written() > 0)
  const other = await chat(gateway.url, { stream: true, headers: { 'x-sim': 'output_tokens=50' } })
  expect(await other.text()).toContain('[DONE]')
  await until('the end of the call', () => flood.left() === left + 1)
  const event = await until('the event', () => gateway.events().find(entry => entry.router === 'flood'))
  expect(event).toMatchObject({ outcome: 'cancelled', stream: true, attempts: [{ target: 'flood/large' }] })
  client.socket.resume()
  await client.closed
  expect(client.received()).not.toContain('[DONE]')
})

it('cuts a passed-on answer nobody reads after slow_client', async () => {
  const gateway = await startGateway({ config: config('700ms') })
  const left = flood.left()
  const client = await connectRaw(gateway.url)
  client.socket.pause()
  client.write(rawRequest('/v1/other', { authorization: `Bearer ${KEY}` }, '{"stream":true}'))
  await until('the end of the call', () => flood.left() === left + 1)
  const event = await until('the event', () => gateway.events()[0])
  expect(event).toMatchObject({ outcome: 'cancelled', reason: 'pass_through', endpoint: '/v1/other' })
})

it('answers 408 when the body of a passed-on request stops coming', async () => {
  const gateway = await startGateway({ config: config('700ms') })
  const client = await connectRaw(gateway.url)
  const headers = { authorization: `Bearer ${KEY}`, 'content-length': '1000' }
  client.write(rawRequest('/v1/files', headers, 'only so much'))
  const answer = await client.answer()
  expect(answer.status).toBe(408)
  expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'body_incomplete' } })
  expect(await gateway.event(answer.headers['x-weir-request-id'] ?? '')).toMatchObject({ status: 408 })
})

it('lets go of a whole answer that nobody takes', async () => {
  const gateway = await startGateway({ config: config('700ms') })
  const client = await connectRaw(gateway.url)
  client.socket.pause()
  client.write(ask(false))
  await until('the event', () => gateway.events().some(event => event.router === 'flood'))
  await delay(4000)
  client.socket.resume()
  await client.closed
  expect(client.received().length).toBeLessThan(IN_FLIGHT)
})
