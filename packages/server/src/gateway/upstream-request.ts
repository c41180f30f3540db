// The request a provider gets: the client's own, with only what the variant and the provider change.
import type { ActiveVariant } from '@weir/core/routing'
import type { BodyEdit, Endpoint, JsonObject, WireFormat } from '../provider/wire-format.ts'
import type { Exchange } from './exchange.ts'
import { connectionHeaders } from './header.ts'
import { removePaths, spliceJson } from './json-splice.ts'
import { type PreparedVariant, prepareVariant } from './prepared-variant.ts'
import type { Body } from './read.ts'
import type { Upstream } from './targets.ts'
import { joinBaggage, traceparentOf } from './trace-context.ts'
import type { Call } from './upstream-call.ts'

/** Hop-by-hop (RFC 9110, 7.6.1), the client's credentials and cookies, and what is written anew. */
const NOT_FORWARDED = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
  'authorization',
  'x-api-key',
  'cookie',
  'traceparent',
  'tracestate',
  'baggage',
])

/** The client's headers that go upstream, then the provider's and the variant's own. */
export function splitHeaders(exchange: Exchange, prepared: PreparedVariant): string[] {
  const headers = forwardedHeaders(exchange, prepared.headerNames)
  headers.push(...prepared.headers)
  addTraceContext(headers, exchange)
  return headers
}

/**
 * The same for a target of another format: without the headers that only the client's API knows. `own` are those of
 * the target, as a flat list.
 */
export function foreignHeaders(
  exchange: Exchange,
  client: WireFormat['name'],
  own: readonly string[],
): string[] {
  const { ownHeaders } = exchange.gateway.formats.byName[client]
  const names = new Set(own.filter((_, index) => index % 2 === 0))
  const forwarded = forwardedHeaders(exchange, names)
  const headers: string[] = []
  for (let i = 0; i < forwarded.length; i += 2) {
    const name = forwarded[i] as string
    if (ABOUT_THE_BODY.has(name) || ownHeaders.some(prefix => name.startsWith(prefix))) continue
    headers.push(name, forwarded[i + 1] as string)
  }
  headers.push(...own)
  addTraceContext(headers, exchange)
  return headers
}

/** What a client says of its own body and of the answer it wants is not so of a translated one. */
const ABOUT_THE_BODY = new Set(['content-type', 'accept', 'accept-encoding'])

/** The same for a request that is passed through: no variant, and encodings as the client likes them. */
export function passThroughHeaders(exchange: Exchange, upstream: Upstream): string[] {
  const own = upstream.headers ?? []
  const headers = forwardedHeaders(exchange, new Set(own.filter((_, index) => index % 2 === 0)))
  headers.push(...own)
  addTraceContext(headers, exchange)
  return headers
}

function forwardedHeaders(exchange: Exchange, own: ReadonlySet<string>): string[] {
  const raw = exchange.req.rawHeaders
  const named = connectionHeaders(exchange.headers.connection)
  const headers: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase()
    if (NOT_FORWARDED.has(name) || own.has(name) || name.startsWith('x-weir-')) continue
    if (named?.includes(name) !== true) headers.push(name, raw[i + 1] as string)
  }
  return headers
}

/** Trace context and attribution survive the next service boundary. */
function addTraceContext(headers: string[], exchange: Exchange): void {
  const { trace } = exchange
  const { tracestate, baggage } = exchange.headers
  headers.push('traceparent', traceparentOf(trace, exchange.callSpanId))
  // Vendors' notes about a trace that is not gone on with mean nothing.
  if (tracestate !== undefined && trace.parentSpanId !== null) headers.push('tracestate', String(tracestate))
  const joined = joinBaggage(baggage === undefined ? undefined : String(baggage), attributionOf(exchange))
  if (joined !== undefined) headers.push('baggage', joined)
}

function attributionOf({ decision }: Exchange): string | undefined {
  if (decision?.router == null) return undefined
  const route = decision.route === null ? '' : `weir.route=${decision.route.id},`
  return `weir.router=${decision.router.id},${route}weir.variant=${decision.variant.id}`
}

export interface UpstreamBody {
  readonly text: string
  readonly hideUsage: boolean
  /** What of the request the target does not get. */
  readonly dropped: readonly string[]
}

/** The body as the variant's target gets it. */
export function upstreamBody(call: Call, variant: ActiveVariant, upstream: Upstream): UpstreamBody {
  const { endpoint, facts } = call
  const body = withoutForeign(call, upstream)
  const { edits } = prepareVariant(upstream, variant)
  const prompt = promptEdits(endpoint, body.json, variant)
  const user = privacyEdits(call, upstream)
  const asks = facts.stream && upstream.provider.stream_usage === 'ask'
  const usage = asks ? endpoint.askForUsage(body.json) : NO_EDITS
  const more = prompt.length + user.length + usage.length > 0
  const all = more ? [...edits, ...prompt, ...user, ...usage] : edits
  return {
    text: spliceJson(body.text, body.json, all),
    hideUsage: usage.length > 0,
    dropped: body === call.body ? NOTHING : REASONING,
  }
}

const NOTHING: readonly string[] = []
const REASONING: readonly string[] = ['reasoning']

/**
 * The client's body without the reasoning of other vendors that it repeats: all further edits are of what is left. A
 * body without the mark, as nearly all are, costs one search.
 */
function withoutForeign({ endpoint, body }: Call, upstream: Upstream): Pick<Body, 'text' | 'json'> {
  const { foreign } = endpoint
  if (foreign === undefined || !body.text.includes(foreign.mark)) return body
  const paths = foreign.find(body.json, upstream.provider.reasoning_field)
  if (paths.length === 0) return body
  const text = removePaths(body.text, paths)
  return { text, json: JSON.parse(text) as JsonObject }
}

const NO_EDITS: readonly BodyEdit[] = []

function promptEdits(endpoint: Endpoint, body: JsonObject, variant: ActiveVariant): readonly BodyEdit[] {
  const prompt = variant.settings?.systemPrompt
  if (prompt == null) return NO_EDITS
  const { prepend, replace } = prompt
  if (prepend !== undefined) return endpoint.editSystemPrompt(body, { how: 'prepend', text: prepend })
  if (replace !== undefined) return endpoint.editSystemPrompt(body, { how: 'replace', text: replace })
  return NO_EDITS
}

function privacyEdits(call: Call, upstream: Upstream): readonly BodyEdit[] {
  const { user } = upstream.provider
  const id = call.facts.user
  if (user === 'forward' || id === undefined) return NO_EDITS
  const { identity } = call.exchange.gateway
  return call.endpoint.editUser(call.body.json, user === 'drop' ? undefined : identity.unit('user', id))
}
