import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Body, parseBody, readBody } from './read.ts'
import type { Refusal } from './refusal.ts'

const LIMIT = 1000
const PATIENCE = 60_000

let server: Server
let results: (Body | Refusal)[]
let arrived: (result: Body | Refusal) => void
let patience: number
const sockets: Socket[] = []

beforeEach(async () => {
  results = []
  patience = PATIENCE
  arrived = () => {}
  server = createServer((req, res) => {
    void Promise.resolve(readBody(req, LIMIT, patience)).then(result => {
      results.push(result)
      arrived(result)
      res.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.closeAllConnections()
  server.close()
})

/** Sends raw bytes, each part after the one before has left, and resolves with what was read. */
async function read(...parts: (string | Buffer)[]): Promise<Body | Refusal> {
  const { port } = server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  const result = new Promise<Body | Refusal>(resolve => {
    arrived = resolve
  })
  for (const part of parts) {
    await new Promise(resolve => socket.write(part, resolve))
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  return result
}

const head = (...headers: string[]) => ['POST /v1/x HTTP/1.1', 'host: x', ...headers, '', ''].join('\r\n')
const sized = (body: string | Buffer) => head(`content-length: ${Buffer.byteLength(body)}`)
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

describe('a body is read', () => {
  const text = '{"model":"demo","messages":[{"role":"user","content":"é😀"}]}'

  test.each<[string, (string | Buffer)[]]>([
    ['that comes with its head', [sized(text) + text]],
    ['that comes after its head', [sized(text), text]],
    [
      'in chunks',
      [head('transfer-encoding: chunked'), chunk(text.slice(0, 20)), chunk(text.slice(20)), '0\r\n\r\n'],
    ],
    [
      'cut inside a character',
      [sized(text), Buffer.from(text).subarray(0, 53), Buffer.from(text).subarray(53)],
    ],
    [
      'with the encoding that is none',
      [head(`content-length: ${Buffer.byteLength(text)}`, 'content-encoding: identity') + text],
    ],
    [
      'after leave to send it was asked for',
      [head(`content-length: ${Buffer.byteLength(text)}`, 'expect: 100-continue'), text],
    ],
  ])('%s', async (_, parts) => {
    expect(await read(...parts)).toMatchObject({
      kind: 'body',
      text,
      bytes: Buffer.byteLength(text),
      model: 'demo',
      json: JSON.parse(text),
    })
  })

  test('of exactly the limit', async () => {
    const body = `{"model":"${'m'.repeat(500)}","a":"`.padEnd(LIMIT - 2, 'x') + '"}'
    expect(await read(sized(body), body)).toMatchObject({ kind: 'body', bytes: LIMIT })
  })
})

describe('a body is refused', () => {
  const large = 'x'.repeat(LIMIT + 1)

  test.each<[string, (string | Buffer)[], string]>([
    ['compressed', [head('content-length: 2', 'content-encoding: gzip') + '{}'], 'body_encoding'],
    ['declared too large', [sized(large), large], 'body_too_large'],
    [
      'too large in chunks',
      [head('transfer-encoding: chunked'), chunk('x'.repeat(600)), chunk('x'.repeat(600)), '0\r\n\r\n'],
      'body_too_large',
    ],
    [
      'not UTF-8',
      [sized(Buffer.from([0x22, 0xc3, 0x28, 0x22])), Buffer.from([0x22, 0xc3, 0x28, 0x22])],
      'body_not_utf8',
    ],
    ['truncated JSON', [sized('{"model":"a"'), '{"model":"a"'], 'body_not_json'],
    ['absent', [head('content-length: 0')], 'body_not_json'],
  ])('%s', async (_, parts, code) => {
    expect(await read(...parts)).toMatchObject({ kind: 'refusal', code })
  })

  test('when the connection closes before it is complete', async () => {
    const result = read(sized('{"model":"a"}'), '{"mod')
    await once(server, 'request')
    sockets[0]?.destroy()
    expect(await result).toMatchObject({ code: 'body_incomplete' })
  })

  test('when the client stops sending', async () => {
    patience = 20
    expect(await read(sized('{"model":"a"}'), '{"mod')).toMatchObject({
      code: 'body_incomplete',
      message: 'No byte of the body came for 20 ms.',
    })
  })

  test('when a too large one does not end', async () => {
    patience = 20
    expect(await read(head('content-length: 5000'), 'x'.repeat(2000))).toMatchObject({
      code: 'body_too_large',
    })
  })

  test('once', async () => {
    await read(sized(large), large)
    expect(results).toHaveLength(1)
  })
})

describe('what must be in a body', () => {
  test.each<[string, string, string | null, string]>([
    ['', 'body_not_json', null, 'The body is not valid JSON: it is empty.'],
    ['[]', 'body_invalid', null, 'The body must be a JSON object.'],
    ['null', 'body_invalid', null, 'The body must be a JSON object.'],
    ['"demo"', 'body_invalid', null, 'The body must be a JSON object.'],
    ['{}', 'model_missing', 'model', 'The body has no `model`: name a router or a model.'],
    [
      '{"model":""}',
      'body_invalid',
      'model',
      '`model` must be a non-empty string: the name of a router or a model.',
    ],
    [
      '{"model":null}',
      'body_invalid',
      'model',
      '`model` must be a non-empty string: the name of a router or a model.',
    ],
    [
      '{"model":7}',
      'body_invalid',
      'model',
      '`model` must be a non-empty string: the name of a router or a model.',
    ],
    [`{"model":"${'m'.repeat(513)}"}`, 'body_invalid', 'model', '`model` is longer than 512 characters.'],
    ['{"model":"a","stream":"yes"}', 'body_invalid', 'stream', '`stream` must be true or false.'],
    ['{"model":"a","stream":1}', 'body_invalid', 'stream', '`stream` must be true or false.'],
  ])('%j is refused as %s', (text, code, param, message) => {
    expect(parseBody(Buffer.from(text))).toEqual({ kind: 'refusal', code, param, message })
  })

  test.each([
    '{"model":"a"}',
    '{"model":"a","stream":null}',
    '{"model":"a","stream":false}',
    ' {"model":"a"}\n',
  ])('%j is enough', text => {
    expect(parseBody(Buffer.from(text))).toMatchObject({ kind: 'body', model: 'a' })
  })
})
