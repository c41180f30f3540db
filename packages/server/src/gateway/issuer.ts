// State that providers hold: which of them issued what a request builds on, and remembering what answers issue.
import type { HeldState, Issuer } from '@weir/core/routing'
import type { Endpoint, JsonObject } from '../provider/wire-format.ts'
import type { IssuerLookup } from '../storage/issuers.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './failure.ts'
import type { Key } from './gateway.ts'

const UNKNOWN: Issuer = { kind: 'unknown' }

/** Who issued what the request builds on; null when it builds on nothing, as most do. */
export function findIssuer(
  issuers: IssuerLookup,
  endpoint: Endpoint,
  body: JsonObject,
  tenant: string,
): Issuer | null {
  const ids = endpoint.heldIds?.(body) ?? null
  if (ids === null) return null
  const provider = issuers.find(tenant, ids)
  return provider === undefined ? UNKNOWN : { kind: 'known', provider }
}

/**
 * Remembers what the answer has issued so far and was not remembered yet. Only readers of a provider's own format find
 * such ids: those of a translated answer are ours, and nobody holds anything under them.
 */
export function rememberIssued(exchange: Exchange): void {
  const { issued } = exchange.answer
  const { key, served } = exchange
  if (issued === null || key === null || served === null || issued.length === exchange.remembered) return
  const fresh = issued.slice(exchange.remembered)
  exchange.remembered = issued.length
  exchange.gateway.issuers.remember(key.tenant, fresh, served.target.provider)
}

/** What became of the state that the request builds on; null when it builds on nothing. */
export function stateOf(exchange: Pick<Exchange, 'decision' | 'passedState'>): HeldState | null {
  return exchange.decision?.state ?? exchange.passedState
}

/**
 * A 404 that does not speak of the model is about what the request builds on: the client's to mend, and no reason to
 * take the target out of plans, which anybody could bring about by naming an id that does not exist.
 */
export function blameState(exchange: Pick<Exchange, 'decision' | 'passedState'>, failed: Failure): Failure {
  if (failed.failure !== 'model_gone' || stateOf(exchange) === null) return failed
  const { code, param, message } = failed
  const isModel = code === 'model_not_found' || param === 'model' || /\bmodel\b/i.test(message)
  return isModel ? failed : { ...failed, failure: 'invalid_request' }
}

/**
 * Where a request that is not split goes: to the provider that issued the id in its path, else to the key's default.
 * Null when there is neither.
 */
export function passedProvider(exchange: Exchange, key: Key): string | null {
  const { gateway, path } = exchange
  const id = idIn(path, gateway.formats.collections)
  const issuer = id === undefined ? undefined : gateway.issuers.find(key.tenant, [id])
  if (issuer === undefined) return key.defaultProvider
  const isConfigured = gateway.targets.get(issuer) !== undefined
  exchange.passedState = isConfigured ? 'held' : 'elsewhere'
  return isConfigured ? issuer : key.defaultProvider
}

/** Whether a request makes something that a provider keeps, so that its answer has an id to remember. */
export function isIssuing(exchange: Exchange): boolean {
  const { collections } = exchange.gateway.formats
  if (exchange.req.method !== 'POST') return false
  return collections.has(exchange.path) || idIn(exchange.path, collections) !== undefined
}

/** The path segment behind a collection: `file-1` of `/v1/files/file-1/content`. */
function idIn(path: string, collections: ReadonlySet<string>): string | undefined {
  for (const collection of collections) {
    if (path[collection.length] !== '/' || !path.startsWith(collection)) continue
    const end = path.indexOf('/', collection.length + 1)
    return path.slice(collection.length + 1, end < 0 ? undefined : end)
  }
  return undefined
}
