// Bytes that are not the HTTP they should be, and clients that send them too slowly, too soon or not at all: each gets
// a clear answer or a closed connection within the time the config allows, and an event.
import type { ConfigInput } from '@weir/core/config'
import { describe, expect, it } from 'vitest'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'
import { connectRaw, rawRequest } from './raw-client.ts'

const sim = await startProvider()

const config: ConfigInput = {
  version: 1,
  gateway: { limits: { slow_client: '800ms', headers: '8KiB' } },
  providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
  models: { 'sim/large': {} },
  routers: { demo: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } } },
  keys: [testKey],
}

const gateway = await startGateway({ config })

const PATH = '/v1/chat/completions'
const authorization = `Bearer ${KEY}`
const body = JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'Hello' }] })
const streamed = JSON.stringify({
  model: 'demo',
  stream: true,
  messages: [{ role: 'user', content: 'Hello' }],
})
const post = (headers: Readonly<Record<string, string>> = {}, text = body) =>
  rawRequest(PATH, { authorization, ...headers }, text)

const errorOf = (answer: { body: string }) =>
  (JSON.parse(answer.body) as { error: { code: string; message: string; request_id: string } }).error

const eventsOf = (code: string) => gateway.events().filter(event => event.error === code)

/** That the gateway goes on serving. */
async function expectServed(): Promise<void> {
  const client = await connectRaw(gateway.url)
  client.write(post())
  expect((await client.answer()).status).toBe(200)
  client.socket.destroy()
}

describe('malformed requests', () => {
  it.each([
    { name: 'no HTTP at all', bytes: 'how are you?\r\n\r\n' },
    { name: 'a TLS handshake', bytes: Buffer.from('16030100c8010000c40303', 'hex') },
    {
      name: 'a header with a line break inside',
      bytes: `POST ${PATH} HTTP/1.1\r\nhost: weir\r\nx-user: a\r\nb c\r\n\r\n`,
    },
    {
      name: 'a header with a bare carriage return',
      bytes: `POST ${PATH} HTTP/1.1\r\nhost: weir\r\nx-user: a\rb: c\r\n\r\n`,
    },
    { name: 'a header with a NUL', bytes: `POST ${PATH} HTTP/1.1\r\nhost: weir\r\nx-user: a\0b\r\n\r\n` },
    {
      name: 'both a length and chunks',
      bytes: `POST ${PATH} HTTP/1.1\r\nhost: weir\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    },
    {
      name: 'two lengths',
      bytes: `POST ${PATH} HTTP/1.1\r\nhost: weir\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef`,
    },
    { name: 'a negative length', bytes: `POST ${PATH} HTTP/1.1\r\nhost: weir\r\ncontent-length: -1\r\n\r\n` },
  ])('answers $name with 400, closes the connection and records it', async ({ bytes }) => {
    const before = eventsOf('headers_invalid').length
    const client = await connectRaw(gateway.url)
    client.write(bytes)
    const answer = await client.answer()
    expect(answer).toMatchObject({ status: 400, headers: { connection: 'close' } })
    expect(errorOf(answer)).toMatchObject({
      code: 'headers_invalid',
      message: expect.stringMatching(/not valid HTTP/),
    })
    expect(await client.closed).toBe('end')
    await until('its event', () => eventsOf('headers_invalid').length === before + 1)
    expect(eventsOf('headers_invalid').at(-1)).toMatchObject({
      request_id: errorOf(answer).request_id,
      status: 400,
      outcome: 'refused',
    })
    await expectServed()
  })

  it('answers in the words of the API the malformed request names', async () => {
    const client = await connectRaw(gateway.url)
    client.write('POST /v1/messages HTTP/1.1\r\nhost: weir\r\nx-user: a\0b\r\n\r\n')
    const answer = await client.answer()
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'error', error: { code: 'headers_invalid' } })
  })

  it.each([
    { size: 10_000, name: 'a little too large' },
    { size: 2_000_000, name: 'far too large, written at once' },
  ])('answers headers $name with 431, which arrives', async ({ size }) => {
    const before = eventsOf('headers_too_large').length
    const client = await connectRaw(gateway.url)
    client.write(post({ 'x-padding': 'x'.repeat(size) }))
    const answer = await client.answer()
    expect(answer.status).toBe(431)
    expect(errorOf(answer)).toMatchObject({
      code: 'headers_too_large',
      message: expect.stringMatching(/8192 bytes/),
    })
    expect(await client.closed).toBe('end')
    await until('its event', () => eventsOf('headers_too_large').length === before + 1)
    await expectServed()
  })

  it('answers requests sent without waiting in order, then refuses the garbage after them', async () => {
    const client = await connectRaw(gateway.url)
    client.write(`${post()}${post({}, streamed)}garbage\r\n\r\n`)
    expect(await client.closed).toBe('end')
    const answers = client.answers()
    expect(answers.map(answer => answer.status)).toEqual([200, 200, 400])
    expect(answers[1]?.body).toContain('data: [DONE]')
    await expectServed()
  })

  it('does not let a second request hide in the body of the first', async () => {
    const client = await connectRaw(gateway.url)
    client.write(
      post({ connection: 'close' }, `${body}\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: weir\r\n\r\n`),
    )
    expect(await client.closed).toBe('end')
    expect(client.answers().map(answer => answer.status)).toEqual([400])
  })
})

describe('slow and half-open clients', () => {
  it('answers 408 when the headers do not come to an end', async () => {
    const client = await connectRaw(gateway.url)
    client.write(`POST ${PATH} HTTP/1.1\r\nhost: weir\r\n`)
    const answer = await client.answer()
    expect(answer.status).toBe(408)
    expect(errorOf(answer).code).toBe('headers_incomplete')
    expect(await client.closed).toBe('end')
    await until('its event', () => eventsOf('headers_incomplete').length === 1)
  })

  it('answers 408 when headers drip in byte by byte', async () => {
    const client = await connectRaw(gateway.url)
    client.write(`POST ${PATH} HTTP/1.1\r\nhost: weir\r\nx-drip: `)
    const drip = setInterval(() => client.write('x'), 50)
    expect((await client.answer()).status).toBe(408)
    clearInterval(drip)
    expect(await client.closed).toBe('end')
  })

  it('answers 408 when the body stops coming, and records it', async () => {
    const client = await connectRaw(gateway.url)
    client.write(post({ 'content-length': '10000' }))
    const answer = await client.answer()
    expect(answer).toMatchObject({ status: 408, headers: { connection: 'close' } })
    expect(errorOf(answer)).toMatchObject({
      code: 'body_incomplete',
      message: expect.stringMatching(/800 ms/),
    })
    expect(await client.closed).toBe('end')
    expect(await gateway.event(answer.headers['x-weir-request-id'] ?? '')).toMatchObject({ status: 408 })
  })

  it('waits for a body that comes slowly but keeps coming', async () => {
    const client = await connectRaw(gateway.url)
    const text = post()
    const headEnd = text.indexOf('\r\n\r\n') + 4
    client.write(text.slice(0, headEnd))
    for (const byte of text.slice(headEnd)) {
      client.write(byte)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    expect((await client.answer()).status).toBe(200)
  })

  it('records a client that closes in the middle of its body', async () => {
    const before = eventsOf('cancelled').length
    const client = await connectRaw(gateway.url)
    client.write(post({ 'content-length': '10000' }))
    client.socket.destroy()
    await until('its event', () => eventsOf('cancelled').length === before + 1)
    expect(eventsOf('cancelled').at(-1)).toMatchObject({ outcome: 'cancelled', status: 499, attempts: [] })
  })

  it('takes a client that half-closes while it waits for one that has gone', async () => {
    const before = gateway.events().filter(event => event.outcome === 'cancelled').length
    const client = await connectRaw(gateway.url)
    client.write(post({ 'x-sim': 'hang=headers' }))
    await until('the call', () => sim.requests.some(request => request.headers['x-sim'] === 'hang=headers'))
    client.halfClose()
    await client.closed
    const cancelled = await until('the event of the half-closed request', () => {
      const events = gateway.events().filter(event => event.outcome === 'cancelled')
      return events.length > before ? events.at(-1) : undefined
    })
    expect(cancelled).toMatchObject({ attempts: [{ failure: 'cancelled' }] })
    await expectServed()
  })
})
