// The data port: one HTTP server a worker, sharing the port with the others.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { errorTable } from './error-table.ts'
import type { Gateway } from './gateway.ts'
import { refuse } from './refusal.ts'
import { serve } from './serve.ts'

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
    connectionsCheckingInterval: 5_000,
  })
  server.on('request', (req, res) => respond(gateway, req, res))
  server.on('clientError', (error, socket) => refuseConnection(gateway, error, socket as Socket))
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
    running: gateway.admission.running,
    ejected,
    events_lost: gateway.sink.lost,
  }
  res.writeHead(200, { 'content-type': 'application/json' })
  res.end(JSON.stringify(body))
}

/** A request that is not HTTP: too long, malformed or too slow. There is no exchange, so the answer is written raw. */
function refuseConnection(gateway: Gateway, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const code =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers_too_large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'body_incomplete'
        : 'headers_invalid'
  const refusal = refuse(code, `The request is not valid HTTP: ${error.message}.`)
  const { status, category } = errorTable[code]
  const body = gateway.formats.byName.openai.errorBody({ ...refusal, category, requestId: '', attempts: [] })
  const head = `HTTP/1.1 ${status} ${code}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`
  socket.end(head + body)
}

async function drain(gateway: Gateway, server: Server, timeout: number): Promise<void> {
  gateway.admission.drain()
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), timeout)
  await closed
  clearTimeout(timer)
}
