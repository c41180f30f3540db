// The connection to the gateway a trace is replayed through.
import { Pool } from 'undici'
import type { Clock } from './clock.ts'

interface GatewaySettings {
  /** Base URL of the gateway, with or without a closing `/v1`. */
  readonly url: URL
  readonly key: string
  /** The most connections, one request on each. */
  readonly connections: number
  /** Milliseconds of silence after which an answer is given up. */
  readonly timeoutMs: number
  readonly clock: Clock
}

export interface Gateway {
  readonly pool: Pool
  /** Path before `/chat/completions`. */
  readonly basePath: string
  readonly key: string
  readonly clock: Clock
}

export function connectGateway({ url, key, connections, timeoutMs, clock }: GatewaySettings): Gateway {
  const pool = new Pool(url.origin, {
    connections,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })
  const basePath = `${url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`
  return { pool, basePath, key, clock }
}
