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
import type { DecidedUnit, Decision, PassedRoute, Undecided } from './decision.ts'
import type { DecideOptions, DecisionRequest } from './request.ts'
import { resolveModel } from './resolve-model.ts'

/** Decides one request against one snapshot. */
export function decide(
  active: ActiveSnapshot,
  request: DecisionRequest,
  options: DecideOptions,
): Decision | Undecided {
  const named = resolveModel(active, request.model, options)
  if (named === undefined) return { kind: 'unknown_model', model: request.model }
  if ('target' in named) return decideNamed(active, named)
  return decideRouter(active, named, request)
}

function decideNamed(active: ActiveSnapshot, variant: ActiveVariant): Decision {
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
  return {
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
  }
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
