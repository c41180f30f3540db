// decide(): which variant serves a request and who stands in when it fails. Pure, synchronous, allocation-light:
// this is the function of the SDK and the heart of the gateway.
import { bucketOf } from '../assignment/index.ts'
import type { UnitSource } from '../config/index.ts'
import type { Attributes } from '../expression/index.ts'
import {
  type ActiveRoute,
  type ActiveRouter,
  type ActiveSnapshot,
  type ActiveVariant,
  planFor,
} from './active.ts'
import type { DecidedUnit, Decision, HeldState, PassedRoute, Undecided } from './decision.ts'
import type { DecideOptions, DecisionRequest, Issuer } from './request.ts'
import { resolveModel } from './resolve-model.ts'

/** Decides one request against one snapshot. */
export function decide(
  active: ActiveSnapshot,
  request: DecisionRequest,
  options: DecideOptions,
): Decision | Undecided {
  const named = resolveModel(active, request.model, options)
  if (named === undefined) return { kind: 'unknown_model', model: request.model }
  if ('target' in named) return decideNamed(active, named, request.issuer)
  return decideRouter(active, named, request)
}

function decideNamed(active: ActiveSnapshot, variant: ActiveVariant, issuer: Issuer | null): Decision {
  return {
    kind: 'decision',
    revision: active.snapshot.revision,
    reason: 'named',
    router: null,
    route: null,
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
    return decideRoute(active, router, route, passed, request)
  }
  return { kind: 'no_route', router, passed: passed ?? [] }
}

function decideRoute(
  active: ActiveSnapshot,
  router: ActiveRouter,
  route: ActiveRoute,
  passed: PassedRoute[] | null,
  request: DecisionRequest,
): Decision | Undecided {
  const unit = findUnit(router.units, request)
  const { override } = request
  const bucket = bucketOf(route.sharing.salt, unit.id)
  const assigned = override === undefined ? route.sharing.owners[bucket] : positionOf(route, override)
  const variant = assigned === undefined ? undefined : route.variants[assigned]
  if (variant === undefined) return { kind: 'unknown_variant', route, override: override ?? '' }
  const decision: Decision = {
    kind: 'decision',
    revision: active.snapshot.revision,
    reason: override === undefined ? 'split' : 'override',
    router,
    route,
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
