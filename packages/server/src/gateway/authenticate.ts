// Stage 1: who is calling. The key is looked up by digest, so the gateway never compares secrets.
import type { ActiveSnapshot } from '@weir/core/routing'
import type { Exchange } from './exchange.ts'
import type { Key } from './gateway.ts'
import { singleHeader } from './header.ts'
import { digestOf } from './identity.ts'
import { type Refusal, refuse } from './refusal.ts'

/** The key of the request, from `authorization: Bearer` or `x-api-key`. */
export function authenticate(exchange: Exchange): Key | Refusal {
  const secret = readSecret(exchange)
  if (secret === undefined) {
    return refuse(
      'key_missing',
      'No API key. Send a Weir key as `Authorization: Bearer wk_...` or `x-api-key`.',
    )
  }
  const key = findKey(exchange.active, secret)
  if (key === undefined) return refuse('key_unknown', 'This API key is not known to this gateway.')
  if (key.disabled) return refuse('key_disabled', 'This API key is disabled.')
  if (key.expiresAt !== null && key.expiresAt <= exchange.at)
    return refuse('key_expired', 'This API key has expired.')
  return key
}

/** Keys that have been seen, by secret, as long as their snapshot is in force: a digest a request is not free. */
const seen = new WeakMap<ActiveSnapshot, Map<string, Key>>()

function findKey(active: ActiveSnapshot, secret: string): Key | undefined {
  let known = seen.get(active)
  if (known === undefined) {
    known = new Map()
    seen.set(active, known)
  }
  const key = known.get(secret) ?? active.keys.get(digestOf(secret))
  if (key !== undefined) known.set(secret, key)
  return key
}

function readSecret(exchange: Exchange): string | undefined {
  const authorization = singleHeader(exchange.headers, 'authorization')
  if (authorization !== undefined && /^bearer /i.test(authorization)) return authorization.slice(7).trim()
  return singleHeader(exchange.headers, 'x-api-key')
}
