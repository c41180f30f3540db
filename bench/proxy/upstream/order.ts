// What the bench may ask of the upstream process, and the answer it always gets.

export type UpstreamOrder =
  | { readonly kind: 'count' }
  | { readonly kind: 'pace'; readonly ms: number }
  | { readonly kind: 'end streams' }

export type UpstreamModel = 'large' | 'small'

export interface UpstreamCounts {
  readonly ports: Readonly<Record<UpstreamModel, number>>
  /** Open now, and open just before the order was carried out. */
  readonly openStreams: number
  readonly openStreamsBefore: number
  /** Requests answered since the start, by model. */
  readonly served: Readonly<Record<UpstreamModel, number>>
}
