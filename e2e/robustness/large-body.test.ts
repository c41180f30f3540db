// Bodies beyond the limit: the client that only reads once it has written everything gets to see the 413.

import { request } from 'node:http'
import { Readable } from 'node:stream'
import type { ConfigInput } from '@weir/core/config'
import { expect, it } from 'vitest'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'

const MEBIBYTE = 2 ** 20
const sim = await startProvider()

const config: ConfigInput = {
  version: 1,
  providers: {
    sim: { type: 'openai', base_url: `${sim.url}/v1` },
    claude: { type: 'anthropic', base_url: `${sim.url}/v1`, credential: { env: 'CLAUDE_KEY' } },
  },
  models: { 'sim/large': {}, 'claude/large': {} },
  routers: {
    demo: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } },
    claude: { default_route: { split: { variants: [{ id: 'large', model: 'claude/large' }] } } },
  },
  keys: [testKey],
}

const gateway = await startGateway({ config, env: { CLAUDE_KEY: 'provider-key' } })

/** A chat request of `size` bytes and a little more, in pieces of 64 KiB. */
function* bodyOf(router: string, size: number): Generator<Buffer> {
  yield Buffer.from(`{"model":"${router}","max_tokens":5,"messages":[{"role":"user","content":"`)
  const piece = Buffer.alloc(65_536, 'w')
  for (let left = size; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length))
  yield Buffer.from('"}]}')
}

interface Sent {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
  /** Whether the whole body was written before the answer came. */
  readonly wrote: 'all' | 'not all'
}

/** Sends a body and reads the answer; rejects when the connection breaks before it is whole. */
function send(path: string, router: string, size: number, how: 'with its length' | 'chunked'): Promise<Sent> {
  const parts = [...bodyOf(router, size)]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return new Promise((resolve, reject) => {
    const sizeHeader = how === 'chunked' ? { 'transfer-encoding': 'chunked' } : { 'content-length': length }
    const headers = { authorization: `Bearer ${KEY}`, 'anthropic-version': '2023-06-01', ...sizeHeader }
    const call = request(gateway.url + path, { method: 'POST', headers, agent: false })
    call.once('error', reject)
    call.once('response', response => {
      const wrote = call.writableFinished ? 'all' : 'not all'
      response.setEncoding('utf8')
      let body = ''
      response.on('data', text => (body += text))
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, wrote }),
      )
    })
    Readable.from(parts).pipe(call)
  })
}

it.each([
  { path: '/v1/chat/completions', router: 'demo', how: 'with its length' },
  { path: '/v1/chat/completions', router: 'demo', how: 'chunked' },
  { path: '/v1/messages', router: 'claude', how: 'with its length' },
  { path: '/v1/messages', router: 'claude', how: 'chunked' },
] as const)('answers 50 MB sent to $path $how with 413, which arrives', async ({ path, router, how }) => {
  const sent = await send(path, router, 50 * MEBIBYTE, how)
  expect(sent).toMatchObject({ status: 413, wrote: 'all' })
  const answer = JSON.parse(sent.body) as { error: { code: string; message: string; type: string } }
  expect(answer.error).toMatchObject({
    code: 'body_too_large',
    message: 'The body is larger than the limit of 33554432 bytes.',
    type: path === '/v1/messages' ? 'request_too_large' : 'invalid_request_error',
  })
  const event = await gateway.event(String(sent.headers['x-weir-request-id']))
  expect(event).toMatchObject({ status: 413, outcome: 'refused', error: 'body_too_large', attempts: [] })
  const next = await send(path, router, 10, how)
  expect(next.status).toBe(200)
})

it('gives up on a client that sends without end, and still answers', async () => {
  const sent = send('/v1/chat/completions', 'demo', 400 * MEBIBYTE, 'chunked')
  // The answer may be lost with the connection that the client goes on writing to; the event is not.
  await sent.catch(() => {})
  expect(gateway.events().at(-1)).toMatchObject({ error: 'body_too_large', total_ms: expect.any(Number) })
  expect((await send('/v1/chat/completions', 'demo', 10, 'chunked')).status).toBe(200)
})

it.each([
  { over: 0, status: 200, name: 'serves a body of exactly the limit' },
  { over: 1, status: 413, name: 'refuses a body one byte larger' },
])('$name', async ({ over, status }) => {
  const frame = [...bodyOf('demo', 0)].reduce((sum, part) => sum + part.length, 0)
  const size = 32 * MEBIBYTE - frame + over
  expect((await send('/v1/chat/completions', 'demo', size, 'with its length')).status).toBe(status)
  expect((await send('/v1/chat/completions', 'demo', size, 'chunked')).status).toBe(status)
})
