// The simulated provider: a real HTTP server in OpenAI's, Anthropic's and Gemini's wire formats, deterministic for a seed.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answer } from './answer.ts'
import { authenticate } from './auth.ts'
import type { SimConfig } from './config.ts'
import { deliver, type Exchange } from './delivery.ts'
import type { Reply, SimState } from './endpoint.ts'
import { errorAnswer, errorOfStatus } from './error.ts'
import { errorAsked } from './fault.ts'
import { readDirectives } from './header.ts'
import { countOccurrences, type Occurrences } from './occurrence.ts'
import { type Pacer, startPacer } from './pacer.ts'
import { type Random, randomFrom } from './random.ts'
import { openRequestLog, type RequestLog, type SimRequest, type SimStats, startStats } from './request-log.ts'
import { findRoute, type Match } from './routes.ts'
import { openStores } from './stores.ts'
import { multibyteCorpus, proseCorpus } from './text.ts'

/** Not imported: that would make Node load its own fetch and WebSocket as well, some 15 MB. */
const { createServer } = process.getBuiltinModule('node:http')

export type Sim = {
  /** `http://127.0.0.1:port`; the API's base URL is this with `/v1`. */
  readonly url: string
  readonly port: number
  /** Live counters. */
  readonly stats: Readonly<SimStats>
  /** The last 1,000 requests received, oldest first, with the bytes of their bodies; live. */
  readonly requests: readonly SimRequest[]
  /** Streams asked for and not over: neither ended, nor broken, nor left by the client. */
  openStreams(): number
  /** Streams whose client left before the end. */
  abortedStreams(): number
  /** Destroys every socket at once and stops listening. */
  close(): Promise<void>
}

export type SimOptions = {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
}

type Streams = { open: number; aborted: number }

type Running = {
  readonly state: SimState
  readonly log: RequestLog
  readonly occurrences: Occurrences
  readonly pacer: Pacer
  readonly streams: Streams
}

const BODY_LIMIT = 64 * 1024 * 1024
const BACKLOG = 4096

/** Rejects when the port cannot be listened on. */
export const startSim = async (config: SimConfig, options: SimOptions = {}): Promise<Sim> => {
  // Idle connections stay: a provider that closes them while a client reuses them is a fault nobody asked for.
  const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0 })
  await listen(server, options)
  const { port, address, family } = server.address() as AddressInfo
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  const running = startRunning(config, url)
  // No connection is read before this turn of the event loop ends, so none finds the server without it.
  server.on('request', (incoming, response) => {
    serve(running, incoming, response).catch((bug: unknown) => confess(response, bug))
  })
  const { state, log, streams, pacer } = running
  return {
    url,
    port,
    stats: state.stats,
    requests: log.requests,
    openStreams: () => streams.open,
    abortedStreams: () => streams.aborted,
    close: () => stop(server, pacer),
  }
}

/** A bug of the simulator itself must not look like one of the faults it plays. */
const confess = (response: ServerResponse, bug: unknown): void => {
  if (response.headersSent) return void response.destroy()
  const message = `bug in the simulated provider: ${bug instanceof Error ? bug.stack : String(bug)}`
  response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }))
}

const startRunning = (config: SimConfig, account: string): Running => ({
  state: {
    config,
    account,
    prose: proseCorpus(randomFrom(`${config.seed} prose`)),
    multibyte: multibyteCorpus(randomFrom(`${config.seed} multibyte`)),
    stores: openStores(),
    stats: startStats(),
  },
  log: openRequestLog(),
  occurrences: countOccurrences(),
  pacer: startPacer(),
  streams: { open: 0, aborted: 0 },
})

const listen = (server: Server, { host = '127.0.0.1', port = 0 }: SimOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })

const stop = (server: Server, pacer: Pacer): Promise<void> =>
  new Promise(resolve => {
    pacer.stop()
    server.close(() => resolve())
    server.closeAllConnections()
  })

const serve = async (
  running: Running,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { state, log, occurrences, pacer, streams } = running
  const body = await readBody(incoming)
  if (body === 'left') return
  const request: SimRequest = {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body: body === 'too large' ? Buffer.alloc(0) : body,
  }
  log.add(request)
  state.stats.requests++
  const identity = occurrences.identify(request.method, request.path, request.body)
  const random = randomFrom(`${state.config.seed} ${identity}`)
  const match = findRoute(request.method, request.path)
  const requestId = `req_${random.id(24)}`
  const { answer, directives } =
    body === 'too large' ? refuse(errorOfStatus(413)) : await reply(state, request, match, random)
  const exchange: Exchange = {
    response,
    wire: match.wire,
    requestId,
    directives,
    pacer,
    stats: state.stats,
  }
  watch(response, exchange, answer, streams)
  if (!response.destroyed) deliver(exchange, answer)
}

const refuse = (answer: Answer): Reply => ({ answer, directives: {} })

/** From a request to what is answered: key, header, then the endpoint. */
const reply = async (state: SimState, request: SimRequest, match: Match, random: Random): Promise<Reply> => {
  const { headers } = request
  const denied = authenticate(match.wire, headers, state.config.api_key)
  if (denied) return refuse(denied)
  const read = readDirectives([headers['x-sim']].flat().join(';'))
  if (read.kind === 'problem') return refuse(errorAnswer(400, read.message, { code: 'invalid_x_sim' }))
  const { directives } = read
  const asked = errorAsked(directives, match.wire, state.config.speed)
  if (asked) return { answer: asked, directives }
  if (match.kind === 'none') return { answer: match.error, directives }
  const now = Math.floor(Date.now() / 1000)
  const { wire, id, handler } = match
  return handler({ sim: state, request, wire, id, directives, random, now })
}

/** Counts the stream in and out, and the client that leaves before the end. */
const watch = (response: ServerResponse, exchange: Exchange, answer: Answer, streams: Streams): void => {
  const streamed = answer.kind === 'stream'
  if (streamed) streams.open++
  const count = () => {
    if (streamed) streams.open--
    if (response.writableFinished || exchange.directives.break !== undefined) return
    exchange.stats.aborted++
    if (streamed) streams.aborted++
  }
  if (response.destroyed) count()
  else response.once('close', count)
}

const readBody = async (incoming: IncomingMessage): Promise<Buffer | 'left' | 'too large'> => {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of incoming as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes <= BODY_LIMIT) parts.push(part)
    }
  } catch {
    return 'left'
  }
  return bytes > BODY_LIMIT ? 'too large' : Buffer.concat(parts)
}
