// decide(): which variant serves a request and who stands in when it fails. Pure, synchronous, allocation-light:
// this is the function of the SDK and the heart of the gateway.
import { bucketOf } from '../assignment/index.ts'
import type { UnitSource } from '../config/index.ts'
import type { Attributes } from '../expression/index.ts'
import {
  type ActiveKeyRouting,
  type ActiveRoute,
  type ActiveRouter,
  type ActiveSnapshot,
  type ActiveVariant,
  planFor,
} from './active.ts'
import type { DecidedUnit, Decision, HeldState, PassedRoute, RoutingBypass, Undecided } from './decision.ts'
import type { DecideOptions, DecisionRequest, Issuer } from './request.ts'
import { findNamed, findRouter } from './resolve-model.ts'

/**
 * Decides one request against one snapshot. A router that the request names comes first; a model by its full name
 * second; a plain name goes to the key's active routing, else to the router the key is bound to, else to the model of
 * that name at the key's default provider.
 */
export function decide(
  active: ActiveSnapshot,
  request: DecisionRequest,
  options: DecideOptions,
): Decision | Undecided {
  const { model } = request
  const router = findRouter(active, model)
  if (router !== undefined) return decideRouter(active, router, request, null)
  if (model.includes('/')) return decideModel(active, model, request, null)
  const routing = options.key === null ? undefined : active.routings.get(options.key)
  if (routing === undefined) return decidePlainName(active, request, options, null)
  const bypassed = bypassOf(routing, request.endpoint)
  if (bypassed !== null) return decidePlainName(active, request, options, bypassed)
  return decideRoute(active, routing, routing.route, { passed: null, bypassed: null }, request)
}

/** A switched-off routing keeps everything it has; an active one splits what every model of it can answer. */
function bypassOf(routing: ActiveKeyRouting, endpoint: string): RoutingBypass | null {
  if (!routing.active) return { routing, cause: 'inactive' }
  return routing.endpoints.includes(endpoint) ? null : { routing, cause: 'endpoint' }
}

function decidePlainName(
  active: ActiveSnapshot,
  request: DecisionRequest,
  { boundRouter, defaultProvider }: DecideOptions,
  bypassed: RoutingBypass | null,
): Decision | Undecided {
  const router = boundRouter === null ? undefined : active.routers.get(boundRouter)
  if (router !== undefined) return decideRouter(active, router, request, bypassed)
  if (defaultProvider === null) return { kind: 'unknown_model', model: request.model, bypassed }
  return decideModel(active, `${defaultProvider}/${request.model}`, request, bypassed)
}

function decideModel(
  active: ActiveSnapshot,
  id: string,
  { model, issuer }: DecisionRequest,
  bypassed: RoutingBypass | null,
): Decision | Undecided {
  const variant = findNamed(active, id)
  if (variant === undefined) return { kind: 'unknown_model', model, bypassed }
  if (variant === 'disabled') return { kind: 'model_disabled', model }
  return {
    kind: 'decision',
    revision: active.snapshot.revision,
    reason: 'named',
    router: null,
    route: null,
    bypassed,
    passed: null,
    unit: null,
    bucket: null,
    propensity: 1,
    variant,
    plan: [variant],
    state: stateAt(variant, issuer),
  }
}

function decideRouter(
  active: ActiveSnapshot,
  router: ActiveRouter,
  request: DecisionRequest,
  bypassed: RoutingBypass | null,
): Decision | Undecided {
  let passed: PassedRoute[] | null = null
  let attributes: Attributes | undefined
  for (const route of router.routes) {
    if (route.condition !== null) {
      attributes ??= request.attributesFor(router)
      const outcome = route.condition.evaluate(attributes)
      if (outcome.kind !== 'true') {
        passed ??= []
        passed.push({ route, outcome })
        continue
      }
    }
    return decideRoute(active, router, route, { passed, bypassed }, request)
  }
  return { kind: 'no_route', router, passed: passed ?? [], bypassed }
}

/** What was tried before a route was taken. */
type Before = Pick<Decision, 'passed' | 'bypassed'>

function decideRoute(
  active: ActiveSnapshot,
  owner: ActiveRouter | ActiveKeyRouting,
  route: ActiveRoute,
  { passed, bypassed }: Before,
  request: DecisionRequest,
): Decision | Undecided {
  const unit = findUnit(owner.units, request)
  const { override } = request
  const bucket = bucketOf(route.sharing.salt, unit.id)
  const assigned = override === undefined ? route.sharing.owners[bucket] : positionOf(route, override)
  const variant = assigned === undefined ? undefined : route.variants[assigned]
  if (variant === undefined) return { kind: 'unknown_variant', route, override: override ?? '' }
  const isOfRouter = owner.kind === 'router'
  const decision: Decision = {
    kind: 'decision',
    revision: active.snapshot.revision,
    reason: override !== undefined ? 'override' : isOfRouter ? 'split' : 'key_routing',
    router: isOfRouter ? owner : null,
    route,
    bypassed,
    passed,
    unit,
    bucket: override === undefined ? bucket : null,
    propensity: override === undefined ? (route.sharing.shares[variant.position] as number) : 1,
    variant,
    plan: route.plans?.[variant.position] ?? drawPlan(route, variant, unit),
    state: null,
  }
  return request.issuer === null ? decision : followState(decision, route, request.issuer)
}

/**
 * Keeps a request with the provider that holds what it builds on: no other can answer it. That is no draw, so it
 * counts in no split. A forced variant stays forced, and a route that has nobody at that provider decides as ever.
 */
function followState(decision: Decision, route: ActiveRoute, issuer: Issuer): Decision {
  if (issuer.kind === 'unknown') return { ...decision, state: 'unknown' }
  const isForced = decision.reason === 'override'
  if (isForced && stateAt(decision.variant, issuer) !== 'held') return { ...decision, state: 'elsewhere' }
  const plan = planAt(issuer.provider, decision.plan, route)
  const variant = plan[0]
  if (variant === undefined) return { ...decision, state: 'elsewhere' }
  if (isForced) return { ...decision, plan, state: 'held' }
  return { ...decision, reason: 'state', bucket: null, propensity: 1, variant, plan, state: 'held' }
}

/**
 * The variants of a plan at one provider. Where the plan has none, a variant that no plan of this request would walk
 * to still holds what it once began: one whose weight is 0 by now, or a sibling that may not stand in.
 */
function planAt(provider: string, plan: readonly ActiveVariant[], route: ActiveRoute): ActiveVariant[] {
  const isThere = (variant: ActiveVariant) => variant.target.provider === provider
  const held = plan.filter(isThere)
  if (held.length > 0) return held
  const sharing = route.sharing.members.map(position => route.variants[position] as ActiveVariant)
  return [...sharing, ...route.variants].filter(isThere).slice(0, 1)
}

function stateAt(variant: ActiveVariant, issuer: Issuer | null): HeldState | null {
  if (issuer === null) return null
  if (issuer.kind === 'unknown') return 'unknown'
  return variant.target.provider === issuer.provider ? 'held' : 'elsewhere'
}

function positionOf(route: ActiveRoute, id: string): number | undefined {
  return route.variants.find(variant => variant.id === id)?.position
}

/** The first unit source the request has. `request` always has one, and so does an empty result's stand-in. */
function findUnit(sources: readonly UnitSource[], request: DecisionRequest): DecidedUnit {
  for (const source of sources) {
    const id = request.unit(source)
    if (id !== undefined && id !== '') return { source, id }
  }
  return { source: 'request', id: request.unit('request') ?? '' }
}

/** In a fallback group of several, each unit has its own first stand-in, drawn by weight under the group's own salt. */
function drawPlan(route: ActiveRoute, assigned: ActiveVariant, unit: DecidedUnit): ActiveVariant[] {
  const order = route.fallbacks.flatMap(group => [
    group.owners[bucketOf(group.salt, unit.id)] as number,
    ...group.members,
  ])
  return planFor(route, assigned, order)
}
