// A provider that is light enough to hold thousands of streams open: each gets content at once and then one more
// piece whenever the test says so.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { endWithFile } from '../support/clean-up.ts'

export interface Drip {
  readonly url: string
  /** Streams now open. */
  open(): number
  /** Sends one more piece of content on every open stream. */
  drip(): void
  /** Ends every open stream as a stream should end. */
  finish(): void
}

const frame = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`

const ENDING = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

/** Starts it; it ends with the test file. */
export async function startDrip(): Promise<Drip> {
  const streams = new Set<ServerResponse>()
  const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0 }, (req, res) => {
    req.resume()
    req.once('end', () => {
      streams.add(res)
      res.once('close', () => streams.delete(res))
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write(frame('Hello'))
    })
  })
  await new Promise<void>(resolve => server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve))
  endWithFile(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    open: () => streams.size,
    drip: () => {
      for (const res of streams) res.write(frame(' there'))
    },
    finish: () => {
      for (const res of streams) res.end(ENDING)
    },
  }
}
