import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { SendingLimit } from './sending-limit.ts'

interface Sent {
  readonly client: Socket
  readonly req: IncomingMessage
}

/** A server that answers when a request is whole, or at once on `/at-once`. */
async function startServer() {
  const limit = new SendingLimit(path => path === '/files' || path === '/at-once')
  const server = createServer({ requestTimeout: 0 }, (req, res) => {
    limit.watch(req, res)
    server.emit('watched', req)
    if (req.url === '/at-once') res.end('no')
    else req.resume().on('end', () => res.end('done'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { limit, begin: (path: string, connection = 'close') => begin(port, path, connection) }

  /** The connection of a request of 4 bytes that has been begun, and the server's side of it. */
  async function begin(to: number, path: string, connection: string): Promise<Sent> {
    const client = connect(to, '127.0.0.1')
    const watched = once(server, 'watched') as Promise<[IncomingMessage]>
    client.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\nconnection: ${connection}\r\n\r\n`)
    return { client, req: (await watched)[0] }
  }
}

/** Sends bytes, and waits until the server has them. */
async function sendOn({ client, req }: Sent, bytes: string) {
  const before = req.socket.bytesRead
  client.write(bytes)
  while (req.socket.bytesRead === before) await new Promise(setImmediate)
}

test('a request that is not whole at the second check is cut off', async () => {
  const { limit, begin } = await startServer()
  const sent = await begin('/other')
  limit.check()
  await sendOn(sent, 'ab')
  limit.check()
  expect(await text(sent.client)).toMatch(/^HTTP\/1\.1 408 /)
})

test('a file may take as long as it goes on', async () => {
  const { limit, begin } = await startServer()
  const sent = await begin('/files?x=1')
  for (const byte of 'abc') {
    limit.check()
    await sendOn(sent, byte)
  }
  limit.check()
  sent.client.write('d')
  expect(await text(sent.client)).toMatch(/^HTTP\/1\.1 200 [^]*done/)
})

test('a file that goes on no more is cut off', async () => {
  const { limit, begin } = await startServer()
  const sent = await begin('/files')
  limit.check()
  await sendOn(sent, 'a')
  limit.check()
  limit.check()
  expect(await text(sent.client)).toMatch(/^HTTP\/1\.1 408 /)
})

test('nobody goes on with a file that has had its answer', async () => {
  const { limit, begin } = await startServer()
  const sent = await begin('/at-once', 'keep-alive')
  limit.check()
  await sendOn(sent, 'a')
  limit.check()
  expect(await text(sent.client)).toMatch(/^HTTP\/1\.1 200 [^]*no$/)
})

test('a whole request is answered whenever it is', async () => {
  const limit = new SendingLimit(() => false)
  const server = createServer((req, res) => {
    limit.watch(req, res)
    req.resume().on('end', () => {
      for (let checks = 0; checks < 3; checks++) limit.check()
      res.end('done')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'abcd' })
  expect(await answer.text()).toBe('done')
})
