// Stage 1: who is calling. The key is looked up by digest, so the gateway never compares secrets.
import type { ActiveSnapshot } from '@weir/core/routing'
import type { Exchange } from './exchange.ts'
import type { Key } from './gateway.ts'
import { singleHeader } from './header.ts'
import { digestOf } from './identity.ts'
import { type Refusal, refuse } from './refusal.ts'

/** What of a request tells who calls, and when. */
type Caller = Pick<Exchange, 'active' | 'headers' | 'at'>

/** The key of the request, from `authorization: Bearer` or `x-api-key`. */
export function authenticate(exchange: Caller): Key | Refusal {
  const secret = readSecret(exchange)
  if (secret === undefined) {
    return refuse(
      'key_missing',
      'No API key. Send a Weir key as `Authorization: Bearer wk_...` or `x-api-key`.',
    )
  }
  const known = findKey(exchange.active, secret)
  if (known === undefined) return refuse('key_unknown', 'This API key is not known to this gateway.')
  const { key, until } = known
  if (key.disabled) return refuse('key_disabled', 'This API key is disabled.')
  if (key.expiresAt !== null && key.expiresAt <= exchange.at)
    return refuse('key_expired', 'This API key has expired.')
  if (until !== null && until <= exchange.at)
    return refuse(
      'key_expired',
      'The secret of this API key was replaced, and the time to change over has passed.',
    )
  return key
}

interface KnownSecret {
  readonly key: Key
  /** When a replaced secret stops working, milliseconds since the epoch; null for the one in force. */
  readonly until: number | null
}

/** Keys that have been seen, by secret, as long as their snapshot is in force: a digest a request is not free. */
const seen = new WeakMap<ActiveSnapshot, Map<string, KnownSecret>>()

function findKey(active: ActiveSnapshot, secret: string): KnownSecret | undefined {
  let known = seen.get(active)
  if (known === undefined) {
    known = new Map()
    seen.set(active, known)
  }
  const found = known.get(secret) ?? lookUp(active, digestOf(secret))
  if (found !== undefined) known.set(secret, found)
  return found
}

function lookUp(active: ActiveSnapshot, digest: string): KnownSecret | undefined {
  const key = active.keys.get(digest)
  if (key !== undefined) return { key, until: null }
  const replaced = active.previousKeys.get(digest)
  return replaced?.previous == null ? undefined : { key: replaced, until: replaced.previous.until }
}

function readSecret(exchange: Caller): string | undefined {
  const authorization = singleHeader(exchange.headers, 'authorization')
  if (authorization !== undefined && /^bearer /i.test(authorization)) return authorization.slice(7).trim()
  return singleHeader(exchange.headers, 'x-api-key')
}
