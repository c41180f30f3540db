// Bytes that never become a request: not HTTP, too large a head, or one that does not end. There is no exchange, so
// the answer is written raw to the socket, and the event holds what little is known.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Limits } from '@weir/core/config'
import type { RequestEvent } from '@weir/core/event'
import { emptyFacts } from '../provider/wire-format.ts'
import { errorTable } from './error-table.ts'
import type { Gateway } from './gateway.ts'
import { type Refusal, refuse } from './refusal.ts'

/** What Node reports beside its message. */
interface ClientError extends Error {
  readonly code?: string
  readonly rawPacket?: Buffer
}

/** How long a refused client may go on sending before the connection is cut: closing at once would lose the answer. */
const LINGER_MS = 2_000

/** Refuses what one server's clients send wrong. */
export class Malformed {
  readonly #gateway: Gateway
  readonly #limits: Limits
  readonly #answering = new WeakMap<Socket, ServerResponse>()
  readonly #refused = new WeakSet<Socket>()

  /** @param limits those the server was started with */
  constructor(gateway: Gateway, limits: Limits) {
    this.#gateway = gateway
    this.#limits = limits
  }

  /** Remembers the last answer of a connection: what comes after it must not be refused before it is out. */
  follow(res: ServerResponse): void {
    this.#answering.set(res.req.socket, res)
  }

  handle(error: ClientError, socket: Socket): void {
    // The parser goes on complaining about every further chunk of the same connection.
    if (this.#refused.has(socket)) return
    const isSilent = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0
    if (error.code === 'ECONNRESET' || !socket.writable || isSilent) return void socket.destroy()
    this.#refused.add(socket)
    const last = this.#answering.get(socket)
    if (last === undefined || last.writableFinished) return this.#refuse(error, socket, 'record')
    if (last.req.complete) return void last.once('finish', () => this.#refuse(error, socket, 'record'))
    // The body of a request under way is broken: its exchange learns that from the closing, and records it.
    if (last.headersSent) socket.destroy()
    else this.#refuse(error, socket, 'recorded elsewhere')
  }

  #refuse(error: ClientError, socket: Socket, event: 'record' | 'recorded elsewhere'): void {
    if (!socket.writable) return void socket.destroy()
    const { formats, identity, sink } = this.#gateway
    const at = Date.now()
    const requestId = identity.requestId(at, '')
    const refusal = refusalFor(error, this.#limits)
    const endpoint = formats.endpoints.get(pathIn(error.rawPacket))
    const { category } = errorTable[refusal.code]
    const wireError = { ...refusal, category, requestId, attempts: [] }
    const body = formats.byName[endpoint?.format ?? 'openai'].errorBody(wireError)
    const answer = () => closeWith(socket, refusal, requestId, body)
    if (event === 'recorded elsewhere') answer()
    else
      sink.append(
        { ...this.#describe(refusal, requestId, at), endpoint: endpoint?.name ?? 'unreadable' },
        answer,
      )
  }

  #describe(refusal: Refusal, requestId: string, at: number): Omit<RequestEvent, 'endpoint'> {
    const { active, identity } = this.#gateway
    const { revision, hashVersion, gateway } = active.snapshot
    return {
      ...NOTHING_KNOWN,
      request_id: requestId,
      at: new Date(at).toISOString(),
      node: identity.node,
      revision,
      hash_version: hashVersion,
      usage: emptyFacts().usage,
      status: errorTable[refusal.code].status,
      error: refusal.code,
      region: gateway.region ?? null,
    }
  }
}

/** What an event says of bytes that never became a request. */
const NOTHING_KNOWN = {
  kind: 'request',
  version: 2,
  span_trace_id: null,
  span_id: null,
  parent_span_id: null,
  span_sampled: false,
  key: null,
  tenant: null,
  tags: [],
  dropped: [],
  format: null,
  stream: false,
  model: null,
  router: null,
  route: null,
  reason: null,
  state: null,
  unit_kind: null,
  unit: null,
  salt: null,
  bucket: null,
  propensity: null,
  assigned: null,
  served: null,
  target: null,
  attempts: [],
  outcome: 'refused',
  queue_ms: 0,
  first_token_ms: null,
  total_ms: 0,
  usage_estimated: false,
  cost_nano_usd: null,
  budget: null,
  finish_reason: null,
  output_length: 0,
  tool_calls: 0,
  tool_names: [],
  empty: false,
  refusal: false,
  refusal_by: null,
  json: null,
  repetition: null,
  captured: false,
  metadata: {},
} satisfies Partial<RequestEvent>

function refusalFor(error: ClientError, limits: Limits): Refusal {
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return refuse('headers_too_large', `The headers are larger than the limit of ${limits.headers} bytes.`)
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return refuse('headers_incomplete', `The headers did not come to an end within ${limits.slow_client} ms.`)
  }
  return refuse(
    'headers_invalid',
    `The request is not valid HTTP: ${error.message.replace('Parse Error: ', '')}.`,
  )
}

/** The path in a request line, when the packet at fault begins with one. */
function pathIn(packet: Buffer | undefined): string {
  return /^[A-Z]+ ([^ ?\r\n]+)/.exec(packet?.toString('latin1', 0, 256) ?? '')?.[1] ?? ''
}

function closeWith(socket: Socket, refusal: Refusal, requestId: string, body: string): void {
  const head = [
    `HTTP/1.1 ${errorTable[refusal.code].status} ${refusal.code}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-weir-request-id: ${requestId}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}
