// Activates a Snapshot: look-up maps, compiled conditions, bucket indexes and ready plans, so that a request only
// reads. Done once per publish and gateway, never per request.
import { BUCKETS, countBuckets, indexBuckets } from '../assignment/index.ts'
import type {
  CaptureConfig,
  GroupSnapshot,
  KeyRoutingSnapshot,
  KeySnapshot,
  ModelSnapshot,
  RouterSnapshot,
  RouteSnapshot,
  Snapshot,
  TargetSnapshot,
  UnitSource,
  VariantSnapshot,
} from '../config/index.ts'
import { type CompiledCondition, compileCondition } from '../expression/index.ts'
import { Redactor } from '../redaction/index.ts'

export interface ActiveSnapshot {
  readonly snapshot: Snapshot
  readonly routers: ReadonlyMap<string, ActiveRouter>
  /** Plans of one target, for requests that name a model; shared between requests. */
  readonly models: ReadonlyMap<string, ActiveVariant>
  /** Declared models that no request may name; `provider/*` stands for those that are not declared. */
  readonly disabledModels: ReadonlySet<string>
  /** Keys by the SHA-256 of their secret. */
  readonly keys: ReadonlyMap<string, KeySnapshot>
  /** Keys by the SHA-256 of the secret they had before; it works until `previous.until`. */
  readonly previousKeys: ReadonlyMap<string, KeySnapshot>
  /** The routings of keys by the id of the key, those that are switched off included. */
  readonly routings: ReadonlyMap<string, ActiveKeyRouting>
}

export interface ActiveRouter {
  readonly kind: 'router'
  readonly id: string
  readonly units: readonly UnitSource[]
  readonly timeZone: string
  /** Null: no prompt or answer is kept. */
  readonly capture: ActiveCapture | null
  readonly routes: readonly ActiveRoute[]
}

/** Keeping prompts and answers of some of a router's requests. */
export interface ActiveCapture {
  /** 0..1, of the requests. */
  readonly rate: number
  /** Bytes of each of the two. */
  readonly size: number
  readonly redactor: Redactor
}

/** A split attached to a key, in place of plain model names. */
export interface ActiveKeyRouting {
  readonly kind: 'key'
  /** Of the key. */
  readonly id: string
  readonly active: boolean
  readonly units: readonly UnitSource[]
  /** Names of the endpoints that all its models serve. */
  readonly endpoints: readonly string[]
  readonly route: ActiveRoute
}

export interface ActiveRoute {
  readonly id: string
  readonly condition: CompiledCondition | null
  readonly settings: RouteSnapshot
  readonly variants: readonly ActiveVariant[]
  readonly sharing: ActiveGroup
  readonly fallbacks: readonly ActiveGroup[]
  /** By position in `variants`: the whole plan when that variant is assigned and no fallback needs a draw. */
  readonly plans: readonly (readonly ActiveVariant[])[] | null
}

/** Variants of one priority and who owns which bucket among them. */
export interface ActiveGroup {
  readonly salt: string
  /** Position in `ActiveRoute.variants` for each of the 10,000 buckets. */
  readonly owners: Uint16Array
  /** Propensity by position in `ActiveRoute.variants`. */
  readonly shares: readonly number[]
  /** Positions of the variants that own buckets, in declared order. */
  readonly members: readonly number[]
}

export interface ActiveVariant {
  readonly id: string
  readonly target: TargetSnapshot
  readonly settings: VariantSnapshot | null
  readonly position: number
}

/** Makes a snapshot ready to decide with. The snapshot has been compiled, so nothing in it can be wrong. */
export function activate(snapshot: Snapshot): ActiveSnapshot {
  const { keys } = snapshot
  const models = Object.values(snapshot.models)
  const enabled = models.filter(model => model.enabled)
  const disabled = models.filter(model => !model.enabled)
  return {
    snapshot,
    routers: new Map(Object.values(snapshot.routers).map(router => [router.id, activateRouter(router)])),
    models: new Map(enabled.map(model => [model.id, namedVariant(withoutSwitch(model))])),
    disabledModels: new Set(disabled.map(model => model.id)),
    keys: new Map(keys.map(key => [key.digest, key])),
    previousKeys: new Map(keys.flatMap(key => (key.previous === null ? [] : [[key.previous.digest, key]]))),
    routings: new Map(
      keys.flatMap(({ id, routing }) => (routing === null ? [] : [[id, activateRouting(id, routing)]])),
    ),
  }
}

/** The target alone: whoever gets it may call it. */
function withoutSwitch({
  id,
  provider,
  model,
  price,
  priceSource,
  capabilities,
}: ModelSnapshot): TargetSnapshot {
  return { id, provider, model, price, priceSource, capabilities }
}

/** The one-target plan of a model that a request names itself. */
export function namedVariant(target: TargetSnapshot): ActiveVariant {
  return { id: target.id, target, settings: null, position: 0 }
}

function activateRouter(router: RouterSnapshot): ActiveRouter {
  const { capture } = router
  return {
    ...router,
    kind: 'router',
    capture: capture === null ? null : activateCapture(capture),
    routes: router.routes.map(activateRoute),
  }
}

function activateCapture({ rate, size, ...rules }: CaptureConfig): ActiveCapture {
  return { rate, size, redactor: new Redactor(rules) }
}

function activateRouting(id: string, { route, ...routing }: KeyRoutingSnapshot): ActiveKeyRouting {
  return { ...routing, kind: 'key', id, route: activateRoute(route) }
}

function activateRoute(route: RouteSnapshot): ActiveRoute {
  const variants = route.variants.map((settings, position) => ({
    id: settings.id,
    target: settings.target,
    settings,
    position,
  }))
  const ids = variants.map(variant => variant.id)
  const [sharing, ...fallbacks] = route.groups.map(group => activateGroup(group, ids))
  if (sharing === undefined) throw new Error(`route ${route.id} has no variant with a positive weight`)
  const compiled = {
    id: route.id,
    condition: route.condition === null ? null : compileCondition(route.condition),
    settings: route,
    variants,
    sharing,
    fallbacks,
  }
  const drawn = fallbacks.some(group => group.members.length > 1)
  return {
    ...compiled,
    plans: drawn
      ? null
      : variants.map(variant =>
          planFor(
            compiled,
            variant,
            fallbacks.flatMap(g => g.members),
          ),
        ),
  }
}

function activateGroup(group: GroupSnapshot, ids: readonly string[]): ActiveGroup {
  const counts = countBuckets(group.table)
  return {
    salt: group.salt,
    owners: indexBuckets(group.table, ids),
    shares: ids.map(id => (counts.get(id) ?? 0) / BUCKETS),
    members: ids.flatMap((id, position) => (counts.has(id) ? [position] : [])),
  }
}

/**
 * Whom to call, in order: the assigned variant, the fallbacks by priority, and last, unless the policy forbids it,
 * the other sharing variants, largest share first.
 */
export function planFor(
  route: Pick<ActiveRoute, 'variants' | 'sharing' | 'settings'>,
  assigned: ActiveVariant,
  fallbacks: readonly number[],
): ActiveVariant[] {
  const { shares, members } = route.sharing
  const siblings = members.toSorted((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0))
  const order = route.settings.failure.siblings === 'last' ? [...fallbacks, ...siblings] : fallbacks
  const standIns = new Set(order)
  standIns.delete(assigned.position)
  return [assigned, ...Array.from(standIns, position => route.variants[position] as ActiveVariant)]
}
