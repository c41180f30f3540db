// What exchanges tell the circuit breaker, and what it tells them. Health is of a target at an endpoint: a provider
// without embeddings answers 404 to them, and that must not take its chat out of plans.
import type { ActiveVariant } from '@weir/core/routing'
import type { Answer } from './attempt.ts'
import { policyOf } from './check-decision.ts'
import type { Exchange } from './exchange.ts'
import { type Failure, isUncalled } from './failure.ts'
import type { Gateway } from './gateway.ts'

/** Whether a plan may use the variant's target now; asking commits to calling it. */
export function admitsTarget(exchange: Exchange, variant: ActiveVariant): boolean {
  return exchange.gateway.ejection.admits(keyOf(exchange, variant), Date.now())
}

/** Whether any of the variants could be called now; asking commits to nothing. */
export function hasHealthyTarget(exchange: Exchange, variants: readonly ActiveVariant[]): boolean {
  const ejected = exchange.gateway.ejection.ejected(Date.now())
  return variants.some(variant => !ejected.includes(keyOf(exchange, variant)))
}

export function observeAttempt(exchange: Exchange, variant: ActiveVariant, result: Answer | Failure): void {
  if (!isTracked(exchange, variant)) return
  const { ejection } = exchange.gateway
  const key = keyOf(exchange, variant)
  const policy = ejectionPolicy(exchange)
  if (result.kind === 'whole') ejection.succeeded(key, Date.now(), policy)
  else if (result.kind === 'stream') ejection.answering(key)
  else if (result.failure === 'cancelled' || isUncalled(result) || isOutdated(exchange, variant, result))
    ejection.released(key)
  else ejection.failed(key, result.failure, Date.now(), policy)
}

/** Providers get another credential now: targets that were out for the one before are called again. */
export function credentialsChanged(
  { ejection }: Pick<Gateway, 'ejection'>,
  providers: readonly string[],
): void {
  const prefixes = providers.map(provider => `${provider}/`)
  ejection.mended('credential', target => prefixes.some(prefix => target.startsWith(prefix)))
}

/** A request that began before its provider's credential was another may have carried the one before. */
function isOutdated(exchange: Exchange, variant: ActiveVariant, { failure }: Failure): boolean {
  if (failure !== 'credential') return false
  return exchange.gateway.targets.credentialSince(variant.target.provider) > exchange.startedAt
}

/** Whether a target is healthy shows at a stream's end. A client that left has told nothing of it. */
export function observeStreamEnd(exchange: Exchange, end: 'complete' | 'broken'): void {
  const { served, gateway } = exchange
  if (served === null || !isTracked(exchange, served)) return
  const key = keyOf(exchange, served)
  if (end === 'complete') gateway.ejection.completed(key, Date.now(), ejectionPolicy(exchange))
  else gateway.ejection.failed(key, 'reset', Date.now(), ejectionPolicy(exchange))
}

function keyOf(exchange: Exchange, variant: ActiveVariant): string {
  return `${variant.target.id} ${exchange.endpoint?.name ?? ''}`
}

/** Names that only `provider/*` stands for are the client's to invent: keeping health for them would have no end. */
function isTracked(exchange: Exchange, variant: ActiveVariant): boolean {
  return exchange.decision?.reason !== 'named' || exchange.active.models.has(variant.target.id)
}

function ejectionPolicy(exchange: Exchange) {
  const { active, decision } = exchange
  return decision === null
    ? active.snapshot.named.failure.ejection
    : policyOf(active, decision).failure.ejection
}
