// The data port: one HTTP server a worker, sharing the port with the others.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Gateway } from './gateway.ts'
import { Malformed } from './malformed.ts'
import { serve } from './serve.ts'

/** Not imported: that would make Node load its own fetch and WebSocket as well, some 15 MB. */
const { createServer } = process.getBuiltinModule('node:http')

export interface DataServer {
  readonly port: number
  /** Takes no new connections, lets open requests finish within `timeout` ms, then closes what is left. */
  drain(timeout: number): Promise<void>
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
}

export async function listen(gateway: Gateway, options: ListenOptions): Promise<DataServer> {
  const { limits } = gateway.active.snapshot.gateway
  const server = createServer({
    maxHeaderSize: limits.headers,
    headersTimeout: limits.slow_client,
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: Math.min(5_000, Math.max(50, limits.slow_client)),
    // A missing host harms nobody here, and Node would refuse it without a word.
    requireHostHeader: false,
  })
  const malformed = new Malformed(gateway, limits)
  server.on('request', (req, res) => {
    malformed.follow(res)
    respond(gateway, req, res)
  })
  server.on('clientError', (error, socket) => malformed.handle(error, socket as Socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: options.host, port: options.port, reusePort: true, backlog: 4096 }, () => resolve())
  })
  return { port: portOf(server), drain: timeout => drain(gateway, server, timeout) }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function respond(gateway: Gateway, req: IncomingMessage, res: ServerResponse): void {
  if (req.url === '/healthz') return respondHealth(gateway, res)
  serve(gateway, req, res).catch(gateway.reportBug)
}

function respondHealth(gateway: Gateway, res: ServerResponse): void {
  const { revision } = gateway.active.snapshot
  const ejected = gateway.ejection.ejected(Date.now())
  const body = {
    status: 'ok',
    revision,
    control: gateway.control,
    running: gateway.admission.running,
    waiting: gateway.admission.waiting,
    ejected,
    events_lost: gateway.sink.lost,
  }
  res.writeHead(200, { 'content-type': 'application/json' })
  res.end(JSON.stringify(body))
}

/** How often connections that have fallen idle are closed during a drain: ms. */
const SWEEP_MS = 50
/** What exchanges may take, once their connections are closed, to record that: ms. */
const LAST_WORDS_MS = 2_000

async function drain(gateway: Gateway, server: Server, timeout: number): Promise<void> {
  const idle = gateway.admission.drain()
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  // A client that keeps its connection after its answer would hold the drain up to the end.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
  const cut = setTimeout(() => server.closeAllConnections(), timeout)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
  await Promise.race([idle, delay(LAST_WORDS_MS, undefined, { ref: false })])
}
