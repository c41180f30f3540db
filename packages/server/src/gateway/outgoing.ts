// One call as it will be made: where to, with which body, and how its answer is to be understood. A target that
// speaks the client's format gets the client's own bytes; any other gets a translation.
import type { ActiveVariant } from '@weir/core/routing'
import type { AnswerFacts, Endpoint } from '../provider/wire-format.ts'
import { nativeReading } from './answer-reading.ts'
import { type Failure, failure } from './failure.ts'
import { prepareVariant } from './prepared-variant.ts'
import type { WireUpstream } from './targets.ts'
import { prepareTranslated } from './translated-call.ts'
import type { Call, Outgoing } from './upstream-call.ts'
import { splitHeaders, upstreamBody } from './upstream-request.ts'

/** Prepares the call of one target; a Failure when it cannot serve the request. */
export function prepareCall(
  call: Call,
  variant: ActiveVariant,
  upstream: WireUpstream,
  facts: AnswerFacts,
): Outgoing | Failure {
  const { endpoint } = call
  if (isNative(endpoint, upstream)) return prepareNative(call, variant, upstream, facts)
  if (endpoint.client !== null && canTranslate(call, upstream))
    return prepareTranslated(call, endpoint.client, variant, upstream, facts)
  const message = `${variant.target.id} cannot serve ${endpoint.path}`
  return failure('unsupported', message, 'endpoint')
}

function isNative(endpoint: Endpoint, upstream: WireUpstream): boolean {
  return upstream.format === endpoint.format && upstream.provider.endpoints.includes(endpoint.name)
}

function canTranslate(call: Call, upstream: WireUpstream): boolean {
  const { provider } = call.exchange.gateway.formats.byName[upstream.format]
  return upstream.provider.endpoints.includes(provider.endpoint)
}

function prepareNative(
  call: Call,
  variant: ActiveVariant,
  upstream: WireUpstream,
  facts: AnswerFacts,
): Outgoing {
  const { endpoint, exchange } = call
  const body = upstreamBody(call, variant, upstream)
  return {
    kind: 'outgoing',
    path: upstream.prefix + endpoint.path.slice('/v1'.length),
    headers: splitHeaders(exchange, prepareVariant(upstream, variant)),
    body: body.text,
    reading: nativeReading(endpoint, facts, body.hideUsage ? 'hide' : 'show'),
    dropped: body.dropped,
  }
}

/** What the config says a model cannot do is not tried. */
export function missingCapability(call: Call, variant: ActiveVariant): Failure | undefined {
  const { tools, images } = variant.target.capabilities
  const missing =
    tools === false && call.facts.hasTools
      ? 'tools'
      : images === false && call.facts.hasImages
        ? 'images'
        : undefined
  if (missing === undefined) return undefined
  const message = `${variant.target.id} takes no ${missing}`
  return { ...failure('unsupported', message, `no_${missing}`), param: missing }
}
