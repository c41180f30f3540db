// What decide() wants to know of a request. The gateway implements it; costly facts are computed only when asked.
import type { UnitSource } from '../config/index.ts'
import type { Attributes } from '../expression/index.ts'
import type { ActiveRouter } from './active.ts'

/** Who holds the state that a request builds on: a stored response, a conversation, a file, a container. */
export type Issuer =
  /** Nobody here issued the ids that it names. */
  { readonly kind: 'unknown' } | { readonly kind: 'known'; readonly provider: string }

export interface DecisionRequest {
  /** The model as the client named it. */
  readonly model: string
  /** Name of the endpoint that was called, such as `chat`. */
  readonly endpoint: string
  /** The variant an authorised client forces. */
  readonly override: string | undefined
  /** Who issued what the request builds on; null when it builds on nothing. */
  readonly issuer: Issuer | null
  /** The facts that the router's conditions may read; asked for only when a route has a condition. */
  attributesFor(router: ActiveRouter): Attributes
  /** The id of the unit of this kind, or undefined (or empty) when the request has none. */
  unit(source: UnitSource): string | undefined
}

/** What the caller's key says about plain model names: those without a slash that are no router's. */
export interface DecideOptions {
  /** Id of the key. Its routing, if it has an active one, comes before the other two. */
  readonly key: string | null
  /** The router the key is bound to: it serves plain model names. */
  readonly boundRouter: string | null
  /** The provider that plain model names belong to otherwise. */
  readonly defaultProvider: string | null
}
