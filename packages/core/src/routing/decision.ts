// The result of decide(): who serves this request, who stands in, and why, as plain facts without prose.
import type { UnitSource } from '../config/index.ts'
import type { ConditionOutcome } from '../expression/index.ts'
import type { ActiveKeyRouting, ActiveRoute, ActiveRouter, ActiveVariant } from './active.ts'

export interface Decision {
  readonly kind: 'decision'
  readonly revision: number
  /**
   * `split`: by a router. `key_routing`: by the routing of the key. `named`: the request named a model, so nothing was
   * split. `state`: only one provider can answer.
   */
  readonly reason: 'split' | 'key_routing' | 'override' | 'named' | 'state'
  /** Null when the key's routing decided, or nothing was split. */
  readonly router: ActiveRouter | null
  /** Null when nothing was split. */
  readonly route: ActiveRoute | null
  /** Why the key's routing, which it has, did not decide; null when it did or was not asked. */
  readonly bypassed: RoutingBypass | null
  /** Routes tried before, in order, with why each was not taken; null when the first one was. */
  readonly passed: readonly PassedRoute[] | null
  readonly unit: DecidedUnit | null
  /** 0..9999; null when nothing was split. */
  readonly bucket: number | null
  /** Probability, 0..1, with which the split gives this variant to a unit; 1 when nothing was split. */
  readonly propensity: number
  /** The assigned variant. */
  readonly variant: ActiveVariant
  /** Whom to call, in order, starting with the assigned variant. */
  readonly plan: readonly ActiveVariant[]
  /** What became of the state that the request builds on; null when it builds on nothing. */
  readonly state: HeldState | null
}

/**
 * `held`: everybody in the plan is of the provider that holds it. `unknown`: nobody here issued the ids. `elsewhere`:
 * the provider that holds it could not be chosen.
 */
export type HeldState = 'held' | 'unknown' | 'elsewhere'

/** `inactive`: it is switched off. `endpoint`: not all its models serve the endpoint that was called. */
export interface RoutingBypass {
  readonly routing: ActiveKeyRouting
  readonly cause: 'inactive' | 'endpoint'
}

export interface PassedRoute {
  readonly route: ActiveRoute
  readonly outcome: ConditionOutcome
}

/** What was hashed. */
export interface DecidedUnit {
  readonly source: UnitSource
  readonly id: string
}

/** Why no variant could be chosen. */
export type Undecided =
  | UnknownModel
  | { readonly kind: 'model_disabled'; readonly model: string }
  | NoRoute
  | { readonly kind: 'unknown_variant'; readonly route: ActiveRoute; readonly override: string }

export interface UnknownModel {
  readonly kind: 'unknown_model'
  readonly model: string
  readonly bypassed: RoutingBypass | null
}

export interface NoRoute {
  readonly kind: 'no_route'
  readonly router: ActiveRouter
  readonly passed: readonly PassedRoute[]
  readonly bypassed: RoutingBypass | null
}
