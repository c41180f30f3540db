// The floor for a proxy on this runtime: node:http in, an undici Pool out, back-pressure both ways, hop-by-hop
// headers dropped, a client that leaves cancels the call. It reads nothing and decides nothing.
// Argument: the upstream's origin. Sends its port to the parent process.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Dispatcher, Pool } from 'undici'

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
])
const SMALL_BODY = 65_536
const pool = new Pool(process.argv[2] ?? '', { connections: null, pipelining: 1 })

function kept(headers: NodeJS.Dict<string | string[]>): string[] {
  const pairs: string[] = []
  for (const name in headers) {
    if (name !== 'host' && !HOP_BY_HOP.has(name)) pairs.push(name, headers[name] as string)
  }
  return pairs
}

function relayTo(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      response.once('close', () => response.writableFinished || controller.abort(new Error('client left')))
    },
    onResponseStart: (_controller, status, headers) => void response.writeHead(status, kept(headers)),
    onResponseData(controller, chunk) {
      if (response.write(chunk)) return
      controller.pause()
      response.once('drain', () => controller.resume())
    },
    onResponseEnd: () => void response.end(),
    onResponseError: () => void (response.headersSent ? response.destroy() : response.writeHead(502).end()),
  }
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer | IncomingMessage | null,
): void {
  const { url: path = '/', method = 'GET', headers } = request
  const options = { path, method, headers: kept(headers), body }
  pool.dispatch(options, relayTo(response))
}

/** A small body is handed over in one piece, which costs undici a fifth less than a stream does. */
const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const length = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  if (request.method === 'GET') return forward(request, response, null)
  if (length > SMALL_BODY) return forward(request, response, request)
  const parts: Buffer[] = []
  request.on('data', part => parts.push(part))
  request.on('end', () => forward(request, response, Buffer.concat(parts)))
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.((server.address() as AddressInfo).port),
)
process.on('disconnect', () => process.exit())
