// The compiled, immutable form of a config: plain data, so that the same value crosses a function call, a worker
// boundary or the network. `routing/activate` turns it into what the request path reads.
import type { BucketTable } from '../assignment/index.ts'
import type { CaptureConfig } from './capture.ts'
import type { FailurePolicy, Timeouts } from './failure-policy.ts'
import type { GatewayConfig } from './gateway.ts'
import type { KeyLimits } from './key-limits.ts'
import type { Price } from './model.ts'
import type { Capabilities } from './model-facts.ts'
import type { PriceSource } from './model-price.ts'
import type { ProviderConfig } from './provider.ts'
import type { UnitSource } from './router.ts'
import type { SystemPrompt } from './split.ts'

export interface Snapshot {
  readonly revision: number
  readonly hashVersion: number
  readonly gateway: GatewayConfig
  readonly providers: Readonly<Record<string, ProviderConfig>>
  /** Declared models by `provider/model`; `provider/*` stands for all others of a provider. */
  readonly models: Readonly<Record<string, ModelSnapshot>>
  /** How requests that name a model themselves, and so have no route, are treated. */
  readonly named: { readonly failure: FailurePolicy; readonly timeouts: Timeouts }
  readonly routers: Readonly<Record<string, RouterSnapshot>>
  readonly keys: readonly KeySnapshot[]
}

/** One callable destination. */
export interface TargetSnapshot {
  /** `provider/model` as the config names it. */
  readonly id: string
  readonly provider: string
  /** The model as the provider names it. */
  readonly model: string
  readonly price: Price | null
  readonly priceSource: PriceSource
  /** What the config says or is known by the model's name; `provider/*` holds only what the config says. */
  readonly capabilities: Capabilities
}

/** A declared model. */
export interface ModelSnapshot extends TargetSnapshot {
  /** A disabled one is refused when a request names it; no variant has it. */
  readonly enabled: boolean
}

export interface RouterSnapshot {
  readonly id: string
  readonly units: readonly UnitSource[]
  readonly timeZone: string
  /** Null: no prompt or answer is kept. */
  readonly capture: CaptureConfig | null
  readonly routes: readonly RouteSnapshot[]
}

/** The default route is the last one and has no condition. */
export interface RouteSnapshot {
  readonly id: string
  readonly condition: string | null
  readonly variants: readonly VariantSnapshot[]
  /** Variants that share traffic, lowest priority first: each group is walked to when the one before has failed. */
  readonly groups: readonly GroupSnapshot[]
  readonly timeouts: Timeouts
  readonly failure: FailurePolicy
}

export interface GroupSnapshot {
  readonly priority: number
  readonly salt: string
  readonly table: BucketTable
}

export interface VariantSnapshot {
  readonly id: string
  readonly target: TargetSnapshot
  readonly priority: number
  readonly weight: number
  /** Fields to set in the body the provider gets, as JSON texts ready to be written into it. */
  readonly parameters: Readonly<Record<string, string>>
  readonly systemPrompt: SystemPrompt | null
  readonly headers: Readonly<Record<string, string>>
  /** Fields and types of content part that a translation may leave out although the answer is wrong without them. */
  readonly drop: readonly string[]
}

export interface KeySnapshot {
  readonly id: string
  /** SHA-256 of the key, lower-case hex. */
  readonly digest: string
  readonly tenant: string
  readonly tags: readonly string[]
  /** The secret that was replaced last: it works until `until`, milliseconds since the epoch. */
  readonly previous: { readonly digest: string; readonly until: number } | null
  readonly router: string | null
  readonly routing: KeyRoutingSnapshot | null
  /** Null when nothing is limited. */
  readonly limits: KeyLimits | null
  readonly allow: readonly string[] | null
  readonly defaultProvider: string | null
  readonly override: 'allowed' | 'denied'
  readonly disabled: boolean
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null
}

/** A split attached to a key, in place of plain model names. */
export interface KeyRoutingSnapshot {
  readonly active: boolean
  readonly units: readonly UnitSource[]
  /** Names of the endpoints that all its models serve; requests to others are not split. */
  readonly endpoints: readonly string[]
  /** Its id and its salt are `key.<id of the key>`. */
  readonly route: RouteSnapshot
}
