// Ids and pseudonyms: request ids that verify themselves, hashed units.
import { createHmac, createSecretKey, hash, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'

const CACHED_UNITS = 10_000

const REQUEST_ID = /^wr_[0-9a-f]{44}$/
/** Where its parts begin, after `wr_`. */
const PLAIN_AT = 3
const MAC_AT = 31
const TIME_DIGITS = 12

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
   * these and the tenant, so that a forged id or another tenant's is told apart without looking anything up.
   *
   * The MAC is SHA-256 with the secret first, cut to a quarter. What is cut off leaves nothing to extend a hash from, all
   * before the tenant is of fixed length, so no two inputs read alike, and a guess, which only the gateway can check, is
   * right once in 2^64. It costs a fifth of an HMAC, once per request.
   */
  requestId(now: number, tenant: string): string {
    this.#counter = (this.#counter + 1) >>> 0
    const time = now.toString(16).padStart(12, '0')
    const plain = time + this.#prefix + this.#counter.toString(16).padStart(8, '0')
    return flat('wr_', plain, this.#mac(plain, tenant))
  }

  /**
   * When a request arrived, by its id: milliseconds since the epoch. Undefined unless this installation gave the id to a
   * request of the tenant. How long it takes says nothing of how close a guess was.
   */
  arrivalOf(requestId: string, tenant: string): number | undefined {
    if (!REQUEST_ID.test(requestId)) return undefined
    const plain = requestId.slice(PLAIN_AT, MAC_AT)
    const isGenuine = timingSafeEqual(
      Buffer.from(requestId.slice(MAC_AT), 'latin1'),
      Buffer.from(this.#mac(plain, tenant), 'latin1'),
    )
    return isGenuine ? Number.parseInt(plain.slice(0, TIME_DIGITS), 16) : undefined
  }

  #mac(plain: string, tenant: string): string {
    return hash('sha256', `${this.#secret}:${plain}:${tenant}`, 'hex').slice(0, 16)
  }

  /** No unit is in memory any more, nor what its pseudonym is. */
  forgetUnits(): void {
    this.#units.clear()
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
