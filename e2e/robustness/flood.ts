// A provider that sends a stream of known bytes as fast as they are taken, and says how many were.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { endWithFile } from '../support/clean-up.ts'

export interface Flood {
  readonly url: string
  /** Bytes handed to the socket of the latest answer so far. */
  written(): number
  /** Answers whose client left before their end. */
  left(): number
}

export interface FloodOptions {
  readonly frames: number
  /** Bytes of text in each frame. */
  readonly size: number
}

/** Starts it; every answer holds `frames` numbered pieces of text. It ends with the test file. */
export async function startFlood(options: FloodOptions): Promise<Flood> {
  let written = 0
  let left = 0
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', chunk => chunks.push(chunk))
    req.on('end', () => {
      written = 0
      const count = (bytes: number) => (written += bytes)
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { stream?: boolean }
      if (body.stream === true) void pourStream(res, options, count)
      else res.setHeader('content-type', 'application/json').end(wholeAnswer(options))
    })
    res.once('close', () => {
      if (!res.writableFinished) left++
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endWithFile(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, written: () => written, left: () => left }
}

async function pourStream(
  res: ServerResponse,
  { frames, size }: FloodOptions,
  count: (bytes: number) => void,
): Promise<void> {
  res.setHeader('content-type', 'text/event-stream')
  for (let frame = 0; frame < frames && !res.destroyed; frame++) {
    const bytes = frameOf(`${frame} `.padEnd(size, '.'))
    const flows = res.write(bytes)
    count(bytes.length)
    if (!flows) await drained(res)
  }
  res.end(`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`)
}

function frameOf(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`
}

function wholeAnswer({ frames, size }: FloodOptions): string {
  const content = '.'.repeat(frames * size)
  return JSON.stringify({
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  })
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const go = () => {
      res.off('drain', go)
      res.off('close', go)
      resolve()
    }
    res.on('drain', go)
    res.on('close', go)
  })
}
