// The life of a request, whole, on one screen: authenticate, admit, read, decide, call, relay, record. Each stage is
// a function of its own in a file of its own; each can end the request with a Refusal.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { decide } from '@weir/core/routing'
import { admit } from './admit.ts'
import { GatewayRequest } from './attributes.ts'
import { authenticate } from './authenticate.ts'
import { callPlan } from './call.ts'
import { drawCapture, identitiesIn } from './capture/capture.ts'
import { capturePrompt } from './capture/record-capture.ts'
import { checkDecision, keyOptions, policyOf } from './check-decision.ts'
import { Exchange } from './exchange.ts'
import { readRequest } from './extra-body.ts'
import { isDeclined } from './failure.ts'
import { passedOn, refusalOf } from './failure-answer.ts'
import { isFeedback, serveFeedback } from './feedback.ts'
import type { Gateway, Key } from './gateway.ts'
import { holdStream } from './hold.ts'
import { findIssuer } from './issuer.ts'
import { reserve } from './limit/reserve.ts'
import { servePassThrough } from './pass-through.ts'
import { readBody } from './read.ts'
import { record } from './record.ts'
import { refuse } from './refusal.ts'
import { type Finish, relayRefusal, relayStream, relayUpstreamError, relayWhole } from './relay.ts'
import { serveModels } from './serve-models.ts'

/** Serves one request of the data API. Never rejects. */
export async function serve(gateway: Gateway, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const exchange = new Exchange(gateway, req, res)
  const key = authenticate(exchange)
  exchange.requestId = gateway.identity.requestId(exchange.at, 'kind' in key ? '' : key.tenant)
  if ('kind' in key) return record(exchange, relayRefusal(exchange, key))
  exchange.key = key

  const admitted = await admit(exchange, key)
  exchange.queueMs = exchange.elapsed()
  if (admitted !== 'admitted') return record(exchange, relayRefusal(exchange, admitted))
  try {
    if (isFeedback(exchange.path)) await serveFeedback(exchange, key)
    else record(exchange, await answer(exchange, key))
  } catch (bug) {
    gateway.reportBug(bug)
    record(
      exchange,
      relayRefusal(exchange, refuse('internal', 'The gateway made a mistake; it has been logged.')),
    )
  } finally {
    gateway.admission.release()
  }
}

async function answer(exchange: Exchange, key: Key): Promise<Finish> {
  const { endpoint, gateway, req } = exchange
  if (req.method === 'GET' && exchange.path === '/v1/models') return serveModels(exchange, key)
  if (endpoint === undefined) return servePassThrough(exchange, key)
  if (req.method !== 'POST')
    return relayRefusal(exchange, refuse('method_not_allowed', `${endpoint.path} takes POST.`))

  const { limits } = exchange.active.snapshot.gateway
  const sent = await readBody(req, limits.body, limits.slow_client)
  if (sent.kind === 'refusal') return relayRefusal(exchange, sent)
  exchange.model = sent.model
  const { body, facts } = readRequest(endpoint, sent)
  exchange.stream = facts.stream
  exchange.metadata = facts.metadata

  const issuer = findIssuer(gateway.issuers, endpoint, body.json, key.tenant)
  const request = new GatewayRequest(exchange, key, body, facts, issuer)
  const decision = checkDecision(decide(exchange.active, request, keyOptions(key)), request, key)
  if (decision.kind === 'refusal') return relayRefusal(exchange, decision)
  exchange.decision = decision
  const plan = reserve(exchange, body, decision.plan)
  if ('kind' in plan) return relayRefusal(exchange, plan)

  const policy = policyOf(exchange.active, decision)
  const release = facts.stream ? holdStream(exchange, policy.timeouts.hold) : () => {}
  exchange.capture = drawCapture(decision, body.text.length, gateway.captures)
  const calling = callPlan({ exchange, endpoint, body, facts, policy }, plan)
  // While the target answers, so that nobody waits for it.
  if (exchange.capture !== null) capturePrompt(exchange, body.text, identitiesIn(decision, facts.user))
  const result = await calling.finally(release)
  switch (result.kind) {
    case 'whole':
      return relayWhole(exchange, result)
    case 'stream':
      return relayStream(exchange, result)
    case 'failure': {
      const response = passedOn(result, policy.failure)
      if (response !== null && isDeclined(result)) return relayWhole(exchange, response)
      if (response !== null) return relayUpstreamError(exchange, response, result)
      return relayRefusal(exchange, refusalOf(result, exchange))
    }
  }
}
