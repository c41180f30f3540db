// What crosses between the main thread and the event plane's process: plain data, by structured clone.
import type { Snapshot } from '@weir/core/config'
import type { RequestEvent } from '@weir/core/event'
import type { EventQueries, EventStore } from '../storage/event-store.ts'
import type { CollectorTally } from '../storage/spool/collector.ts'

/** What can be asked of the event plane. */
export interface EventCalls extends EventQueries, Pick<EventStore, 'export' | 'import' | 'forget'> {
  /** Takes everything that is sealed by now into the store. */
  settle(): Promise<void>
  /** Of what events say, in Prometheus' text format. */
  metrics(): Promise<string>
}

export interface EventPlaneStart {
  readonly dataDir: string
  readonly version: string
  /** Undefined: the config says whether requests are logged. */
  readonly requestLog: 'requests' | undefined
  readonly snapshot: Snapshot
}

/** From the main thread. `start` is the first and comes once. */
export type ToEventPlane =
  | { readonly kind: 'start'; readonly start: EventPlaneStart }
  | { readonly kind: 'configure'; readonly snapshot: Snapshot }
  | {
      readonly kind: 'call'
      readonly id: number
      readonly method: keyof EventCalls
      readonly args: unknown[]
    }
  | { readonly kind: 'tail'; readonly state: 'on' | 'off' }
  | { readonly kind: 'close' }

/** To the main thread. */
export type FromEventPlane =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: CrossedError }
  | { readonly kind: 'status'; readonly status: EventPlaneStatus }
  /** For the live tail; `missed` were left out before them. */
  | { readonly kind: 'requests'; readonly events: readonly RequestEvent[]; readonly missed: number }

/** An error's class is lost on the way; its name is not. */
export interface CrossedError {
  readonly name: string
  readonly message: string
}

export interface StoreStatus {
  /** `starting`: it is being opened for the first time. */
  readonly state: 'starting' | 'ok' | 'unavailable'
  /** Why it is unavailable. */
  readonly reason: string | null
}

export interface EventPlaneStatus {
  readonly store: StoreStatus
  readonly tally: CollectorTally
}
