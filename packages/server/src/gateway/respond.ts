// Writes heads and bodies to the client: our own headers, the provider's without what belongs to its connection.
import type { ServerResponse } from 'node:http'
import type { IncomingHttpHeaders } from 'undici/types/header.js'
import { errorTable } from './error-table.ts'
import type { Exchange } from './exchange.ts'
import { connectionHeaders } from './header.ts'
import { stateOf } from './issuer.ts'
import { hideSecrets } from './redact.ts'
import type { Refusal } from './refusal.ts'

/** Hop-by-hop headers, lengths that are computed anew, and cookies of the provider's domain. */
const NOT_RETURNED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'set-cookie',
  'date',
])

/** Headers of the answer: the provider's, then what happened here. */
export function answerHeaders(exchange: Exchange, upstream: IncomingHttpHeaders): string[] {
  const headers: string[] = []
  const named = connectionHeaders(upstream.connection)
  const secrets = exchange.gateway.targets.secretsOf(exchange.served?.target.provider ?? '')
  for (const name in upstream) {
    if (NOT_RETURNED.has(name) || name.startsWith('x-weir-') || named?.includes(name)) continue
    // The key's own limits are what its client has to keep to.
    if (exchange.spending !== null && name.startsWith('x-ratelimit-')) continue
    const value = upstream[name]
    if (typeof value === 'string') headers.push(name, hideSecrets(value, secrets))
    else for (const one of value ?? []) headers.push(name, hideSecrets(one, secrets))
  }
  return addWeirHeaders(headers, exchange)
}

/** `x-weir-*`: what happened to this request. */
export function addWeirHeaders(headers: string[], exchange: Exchange): string[] {
  const { decision, requestId, served, attempts, dropped } = exchange
  headers.push('x-weir-request-id', requestId)
  if (decision !== null && decision.route !== null) {
    if (decision.router !== null) headers.push('x-weir-router', decision.router.id)
    headers.push('x-weir-route', decision.route.id, 'x-weir-variant', decision.variant.id)
    if (decision.unit !== null) headers.push('x-weir-unit', decision.unit.source)
  }
  if (served !== null) headers.push('x-weir-served', served.id)
  if (attempts.length > 0) headers.push('x-weir-attempts', String(attempts.length))
  const state = stateOf(exchange)
  if (state !== null) headers.push('x-weir-state', state)
  if (dropped.length > 0) headers.push('x-weir-dropped', dropped.join(', '))
  exchange.spending?.addHeaders(headers)
  return headers
}

/**
 * A complete answer in one write: node joins head and body only when the body is a string, and Latin-1 keeps every
 * byte of a Buffer as it is.
 */
export function sendWhole(
  res: ServerResponse,
  status: number,
  headers: string[],
  body: Buffer | string,
): void {
  headers.push('content-length', String(Buffer.byteLength(body)))
  res.writeHead(status, headers)
  if (typeof body === 'string' || body.length > ONE_WRITE) res.end(body)
  else res.end(body.toString('latin1'), 'latin1')
}

/** Above this a copy costs more than a second buffer in the same write: bytes. */
const ONE_WRITE = 16_384

/** The gateway's own error in the words of the API being spoken. */
export function sendRefusal(exchange: Exchange, refusal: Refusal): void {
  const { res } = exchange
  const headers = addWeirHeaders(['content-type', 'application/json'], exchange)
  if (refusal.retryAfter !== undefined) addRetryAfter(headers, refusal.retryAfter)
  // A body that was not read to its end would be taken for the next request.
  if (!exchange.req.complete) headers.push('connection', 'close')
  sendWhole(res, exchange.status, headers, wireFormatOf(exchange).errorBody(wireError(exchange, refusal)))
}

/**
 * OpenAI's SDK takes no pause longer than a minute and would ask again at once; Anthropic's would sleep for hours.
 *
 * @param after - seconds
 */
function addRetryAfter(headers: string[], after: number): void {
  headers.push('retry-after', String(after))
  if (after > LONGEST_PAUSE) headers.push('x-should-retry', 'false')
}

const LONGEST_PAUSE = 60

/** The same as the last event of a stream that has already begun. */
export function refusalFrame(exchange: Exchange, refusal: Refusal): string {
  return wireFormatOf(exchange).errorFrame(wireError(exchange, refusal), exchange.path)
}

export function statusOf(refusal: Refusal): number {
  return refusal.status ?? errorTable[refusal.code].status
}

function wireFormatOf(exchange: Exchange) {
  const { byName } = exchange.gateway.formats
  if (exchange.endpoint !== undefined) return byName[exchange.endpoint.format]
  return exchange.req.headers['anthropic-version'] === undefined ? byName.openai : byName.anthropic
}

function wireError(exchange: Exchange, refusal: Refusal) {
  const { code, message, param, problems } = refusal
  const { requestId, attempts } = exchange
  // A provider's own status says more than the code: clients wait when a service is overloaded.
  const isOverloaded = code === 'upstream_error' && refusal.status === wireFormatOf(exchange).overloadedStatus
  const category = isOverloaded ? 'overloaded' : errorTable[code].category
  return { category, code, message, param, problems, requestId, attempts }
}
