// Ids and pseudonyms: request ids that verify themselves, hashed units, trace ids.
import { createHmac, createSecretKey, hash, type KeyObject, randomBytes, randomFillSync } from 'node:crypto'

const CACHED_UNITS = 10_000

/** Makes ids with the installation's secret. One instance a worker; `node` tells them apart. */
export class Identity {
  readonly node: string
  readonly #key: KeyObject
  readonly #secret: string
  readonly #prefix: string
  readonly #units = new Map<string, string>()
  #counter = 0

  constructor(secret: Buffer, node: string) {
    this.#key = createSecretKey(secret)
    this.#secret = secret.toString('hex')
    this.node = node
    this.#prefix = randomBytes(4).toString('hex')
  }

  /**
   * A request id: 12 hex digits of time (ms), 8 that tell this worker's run, 8 that count, then 16 of a MAC over
   * these and the tenant, so that a forged id or another tenant's is told apart without looking anything up. The MAC
   * is SHA-256 over the secret first, cut to a quarter: what is cut off leaves nothing to extend, and it costs a fifth of
   * an HMAC, once per request.
   */
  requestId(now: number, tenant: string): string {
    this.#counter = (this.#counter + 1) >>> 0
    const time = now.toString(16).padStart(12, '0')
    const plain = time + this.#prefix + this.#counter.toString(16).padStart(8, '0')
    const mac = hash('sha256', `${this.#secret}:${plain}:${tenant}`, 'hex').slice(0, 16)
    return flat('wr_', plain, mac)
  }

  /** The pseudonym of a unit: HMAC-SHA-256, 128 bits, hex. Recent ones are kept, since a unit comes back. */
  unit(kind: string, id: string): string {
    const text = `unit:${kind}:${id}`
    const known = this.#units.get(text)
    if (known !== undefined) return known
    const pseudonym = createHmac('sha256', this.#key).update(text).digest().toString('hex', 0, 16)
    if (this.#units.size >= CACHED_UNITS) this.#units.clear()
    this.#units.set(text, pseudonym)
    return pseudonym
  }
}

/**
 * A string in one piece. What `+` and `slice` give are views of others, and a single one of those in an event makes
 * JSON.stringify take its slow path: three times the time for the whole event.
 */
function flat(...parts: string[]): string {
  return parts.join('')
}

/** SHA-256 in lower-case hex: how keys are looked up. */
export function digestOf(secret: string): string {
  return hash('sha256', secret, 'hex')
}

/** 22 characters that stand for any text: the unit of a conversation. */
export function fingerprint(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22)
}

const TRACE_BYTES = 24
const TRACE_ID_BYTES = 16
/** Random bytes for some hundred trace contexts: asking for them one by one costs more than all the rest of an id. */
const pool = Buffer.alloc(TRACE_BYTES * 256)
let poolAt = pool.length

/** A request's place in a distributed trace. */
export interface TraceContext {
  readonly traceparent: string
  /** Null when the client's `traceparent` is malformed. */
  readonly traceId: string | null
}

/** A W3C trace context of our own, for clients that sent none. */
export function newTraceContext(): TraceContext {
  if (poolAt === pool.length) {
    randomFillSync(pool)
    poolAt = 0
  }
  const spanAt = poolAt + TRACE_ID_BYTES
  const traceId = pool.toString('hex', poolAt, spanAt)
  poolAt += TRACE_BYTES
  return { traceparent: `00-${traceId}-${pool.toString('hex', spanAt, poolAt)}-01`, traceId }
}

/** The trace id inside a W3C `traceparent`, or null when it is malformed. */
export function traceIdOf(traceparent: string): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent)?.[1] ?? null
}
