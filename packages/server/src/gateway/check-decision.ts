// Stage 4, the glue: turns what decide() could not decide into a refusal, and holds decisions against the key.
import type { Snapshot } from '@weir/core/config'
import type { ActiveSnapshot, DecideOptions, Decision, Undecided } from '@weir/core/routing'
import type { GatewayRequest } from './attributes.ts'
import type { Key } from './gateway.ts'
import { type Refusal, refuse } from './refusal.ts'

/** What a key says about plain model names. */
export function keyOptions({ id, router, defaultProvider }: Key): DecideOptions {
  return { key: id, boundRouter: router, defaultProvider }
}

/** The decision, if this key may have it. */
export function checkDecision(
  decided: Decision | Undecided,
  request: GatewayRequest,
  key: Key,
): Decision | Refusal {
  if (request.override !== undefined && key.override === 'denied') {
    return refuse('override_denied', 'This key may not force a variant with x-weir-variant.')
  }
  switch (decided.kind) {
    case 'unknown_model':
      return refuse(
        'model_not_found',
        `The model "${decided.model}" is neither a router nor a model of this gateway; GET /v1/models lists them.`,
        'model',
      )
    case 'model_disabled':
      return refuse('model_disabled', `The model "${decided.model}" is disabled on this gateway.`, 'model')
    case 'no_route':
      return refuse('no_route', 'No route matched. Configure a default route or adjust conditions.', 'model')
    case 'unknown_variant':
      return refuse(
        'unknown_variant',
        `The route "${decided.route.id}" has no variant "${decided.override}".`,
        'x-weir-variant',
      )
    case 'decision':
      if (isAllowed(decided, key.allow)) return decided
      return refuse('model_denied', `This key may not use "${request.model}".`, 'model')
  }
}

/**
 * Whether an allow-list names the router, the model, or all models of its provider. A key's own routing has been held
 * against its list when the config was compiled.
 */
export function isAllowed(decision: Decision, allow: readonly string[] | null): boolean {
  if (allow === null) return true
  if (decision.router !== null) return allow.includes(decision.router.id)
  if (decision.route !== null) return true
  const { id, provider } = decision.variant.target
  return allow.includes(id) || allow.includes(`${provider}/*`)
}

/** How to treat failures: the route's policy, or the snapshot's for a model that the request names itself. */
export function policyOf(active: ActiveSnapshot, decision: Decision): Snapshot['named'] {
  return decision.route?.settings ?? active.snapshot.named
}
