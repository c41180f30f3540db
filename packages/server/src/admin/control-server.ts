// The control port: an HTTP server whose app is loaded with the first request.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { StoreUnavailableError } from '../storage/control-store.ts'
import { MIN_ADMIN_TOKEN, makeFirstToken } from './access/access.ts'
import type { ControlOptions, Listener, Listening } from './control-app.ts'
import { SendingLimit } from './http/sending-limit.ts'

/** Not imported: that would make Node load its own fetch and WebSocket as well, some 15 MB. */
const { createServer } = process.getBuiltinModule('node:http')

export interface Control {
  /** `http://127.0.0.1:8788`. */
  readonly url: string
  /** The admin token of a store that had none: to be shown once, and nowhere else. */
  readonly firstToken: string | undefined
  /** Takes no new requests, lets open ones finish within `timeout` ms, then closes what is left. */
  close(timeout?: number): Promise<void>
}

/** What keeps the control plane from starting; the message says what to do. */
export class ControlStartError extends Error {}

/** Opens the control port. Rejects with a ControlStartError, or with the error of listening. */
export async function startControl(options: ControlOptions): Promise<Control> {
  const { adminToken } = options
  if (adminToken !== undefined && adminToken.length < MIN_ADMIN_TOKEN) {
    throw new ControlStartError(`WEIR_ADMIN_TOKEN must have at least ${MIN_ADMIN_TOKEN} characters`)
  }
  const stopping = new AbortController()
  const fileRoutes = new Set<string>()
  const limit = new SendingLimit(path => fileRoutes.has(path))
  const server = createServer(TIMEOUTS, listenerOf(options, { stopping: stopping.signal, limit, fileRoutes }))
  await listen(server, options)
  const checking = setInterval(() => limit.check(), SENDING_CHECK_MS).unref()
  const firstToken = adminToken === undefined ? await firstTokenOf(options) : undefined
  const stop = (timeout?: number) => {
    stopping.abort()
    clearInterval(checking)
    return close(server, timeout)
  }
  return { url: urlOf(server, options.host), firstToken, close: stop }
}

/** Times for a client to send: ms. Answers are not limited, for a publish takes what it takes. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 0, keepAliveTimeout: 65_000 }
/** Of the limit for whole requests, which is up to twice as long. */
const SENDING_CHECK_MS = 15_000

function listenerOf(options: ControlOptions, listening: Listening) {
  let loading: Promise<Listener> | undefined
  return (req: IncomingMessage, res: ServerResponse): void => {
    listening.limit.watch(req, res)
    loading ??= import('./control-app.ts').then(app => app.controlListener(options, listening))
    void loading.then(listener => listener(req, res))
  }
}

async function listen(server: Server, { host, port }: ControlOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** A store that cannot be used has no token to make; the log and the health say what is wrong with it. */
async function firstTokenOf({ store }: ControlOptions): Promise<string | undefined> {
  try {
    return await makeFirstToken(store.tokens)
  } catch (error) {
    if (error instanceof StoreUnavailableError) return undefined
    throw error
  }
}

function urlOf(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

async function close(server: Server, timeout = 5_000): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeIdleConnections()
  await Promise.race([closed, delay(timeout, undefined, { ref: false })])
  server.closeAllConnections()
  await closed
}
