// The request a provider gets: the client's own, with only what the variant and the provider change.
import type { ActiveVariant } from '@weir/core/routing'
import type { BodyEdit, Endpoint } from '../provider/wire-format.ts'
import type { Exchange } from './exchange.ts'
import { spliceJson } from './json-splice.ts'
import type { Body } from './read.ts'
import type { Upstream } from './targets.ts'

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
  'baggage',
])

/** The client's headers that go upstream, then the provider's and the variant's own. */
export function upstreamHeaders(
  exchange: Exchange,
  upstream: Upstream,
  variant: ActiveVariant | null,
): string[] {
  const own = new Map<string, string>()
  const set = (headers: readonly string[]) => {
    for (let i = 0; i < headers.length; i += 2) own.set(headers[i] as string, headers[i + 1] as string)
  }
  set(upstream.headers ?? [])
  set(Object.entries(variant?.settings?.headers ?? {}).flat())
  own.set('traceparent', exchange.traceparent)
  const baggage = [exchange.req.headers.baggage, ...weirBaggage(exchange)].filter(
    entry => entry !== undefined,
  )
  if (baggage.length > 0) own.set('baggage', baggage.join(','))
  const headers = forwardedHeaders(exchange.req.rawHeaders, exchange.req.headers.connection, own)
  for (const [name, value] of own) headers.push(name, value)
  return headers
}

function forwardedHeaders(
  raw: readonly string[],
  connection: string | undefined,
  own: ReadonlyMap<string, string>,
): string[] {
  const named =
    connection === undefined || connection === 'keep-alive'
      ? undefined
      : connection.toLowerCase().split(/\s*,\s*/)
  const headers: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase()
    if (NOT_FORWARDED.has(name) || own.has(name) || name.startsWith('x-weir-') || named?.includes(name))
      continue
    headers.push(name, raw[i + 1] as string)
  }
  return headers
}

function weirBaggage(exchange: Exchange): string[] {
  const { decision } = exchange
  if (decision?.router == null) return []
  return [`weir.router=${decision.router.id}`, `weir.variant=${decision.variant.id}`]
}

/** The client's headers for a parsed body: answers are asked for unencoded, because the tap has to read them. */
export function splitHeaders(exchange: Exchange, upstream: Upstream, variant: ActiveVariant): string[] {
  const headers = upstreamHeaders(exchange, upstream, variant)
  const at = headers.indexOf('accept-encoding')
  if (at >= 0) headers[at + 1] = 'identity'
  else headers.push('accept-encoding', 'identity')
  return headers
}

/** The body as the variant's target gets it. */
export function upstreamBody(
  exchange: Exchange,
  endpoint: Endpoint,
  body: Body,
  variant: ActiveVariant,
  upstream: Upstream,
): { readonly bytes: Buffer; readonly hideUsage: boolean } {
  const asked = exchange.facts?.stream === true ? endpoint.askForUsage(body.json) : []
  const usage = upstream.provider.stream_usage === 'ask' ? asked : []
  const edits: BodyEdit[] = [...bodyEdits(exchange, endpoint, body, variant, upstream), ...usage]
  return { bytes: spliceJson(body.bytes, edits), hideUsage: usage.length > 0 }
}

function bodyEdits(
  exchange: Exchange,
  endpoint: Endpoint,
  body: Body,
  variant: ActiveVariant,
  upstream: Upstream,
): BodyEdit[] {
  const edits: BodyEdit[] = []
  if (variant.target.model !== body.model)
    edits.push({ kind: 'set', key: 'model', json: JSON.stringify(variant.target.model) })
  const { settings } = variant
  for (const [key, json] of Object.entries(settings?.parameters ?? {})) edits.push({ kind: 'set', key, json })
  const prompt = settings?.systemPrompt
  if (prompt?.prepend !== undefined)
    edits.push(...endpoint.editSystemPrompt(body.json, { how: 'prepend', text: prompt.prepend }))
  if (prompt?.replace !== undefined)
    edits.push(...endpoint.editSystemPrompt(body.json, { how: 'replace', text: prompt.replace }))
  return [...edits, ...privacyEdits(exchange, endpoint, body, upstream)]
}

function privacyEdits(
  exchange: Exchange,
  endpoint: Endpoint,
  body: Body,
  upstream: Upstream,
): readonly BodyEdit[] {
  const { user } = upstream.provider
  const id = exchange.facts?.user
  if (user === 'forward' || id === undefined) return []
  return endpoint.editUser(
    body.json,
    user === 'drop' ? undefined : exchange.gateway.identity.unit('user', id),
  )
}
