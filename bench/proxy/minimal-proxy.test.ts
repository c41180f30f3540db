// The minimal proxy is a yardstick, so it must really relay: bodies both ways, failures, clients that leave.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type ManagedProcess, nextMessage, startModule } from './process/managed-process.ts'

let respond: (request: IncomingMessage, response: ServerResponse) => void
let upstream: Server
let proxy: ManagedProcess
let origin: string

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request)
  response
    .writeHead(201, { 'x-seen': `${request.method} ${request.url} ${String(request.headers['x-mine'])}` })
    .end(body)
}

beforeAll(async () => {
  upstream = createServer((request, response) => respond(request, response)).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  proxy = startModule('minimal-proxy.ts', [`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`])
  origin = `http://127.0.0.1:${await nextMessage<number>(proxy)}`
})
beforeEach(() => {
  respond = (request, response) => void echo(request, response)
})
afterAll(async () => {
  await proxy.stop()
  upstream.close()
})

it.each([
  { size: 'small', bytes: 600 },
  { size: 'large', bytes: 5_000_000 },
])('relays a $size body unchanged, with method, path, status and headers', async ({ bytes }) => {
  const body = Buffer.alloc(bytes, 'abcdefg')
  const response = await fetch(`${origin}/path?q=1`, { method: 'POST', body, headers: { 'x-mine': 'yes' } })
  expect(response.status).toBe(201)
  expect(response.headers.get('x-seen')).toBe('POST /path?q=1 yes')
  expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true)
})

it('answers 502 when the upstream breaks off before its answer', async () => {
  respond = request => request.socket.destroy()
  expect((await fetch(origin, { method: 'POST', body: 'x' })).status).toBe(502)
})

it('passes each chunk on before the next one is written', async () => {
  let finish = (): void => {}
  respond = (_request, response) => {
    response.write('first')
    finish = () => void response.end('second')
  }
  const response = await fetch(origin, { method: 'POST', body: 'x' })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('first')
  finish()
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('second')
})

it('cancels the upstream call when the client leaves', async () => {
  const closed = new Promise<void>(resolve => {
    respond = (_request, response) => {
      response.write('first')
      response.on('close', resolve)
    }
  })
  const leaving = new AbortController()
  await fetch(origin, { method: 'POST', body: 'x', signal: leaving.signal })
  leaving.abort()
  await expect(closed).resolves.toBeUndefined()
})
