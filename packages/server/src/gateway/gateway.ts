// What the stages of a request share: the gateway's parts, handed in by the composition root.
import type { KeySnapshot } from '@weir/core/config'
import type { ActiveSnapshot } from '@weir/core/routing'
import type { WireFormats } from '../provider/wire-format.ts'
import type { EventSink } from '../storage/event-sink.ts'
import type { Issuers } from '../storage/issuers.ts'
import type { Admission } from './admit.ts'
import type { CaptureMemory } from './capture/capture-memory.ts'
import type { Ejection } from './ejection.ts'
import type { Identity } from './identity.ts'
import type { Limiter } from './limit/limiter.ts'
import type { Targets } from './targets.ts'

export interface Gateway {
  /** Swapped whole when a config is published; a request reads it once and keeps what it read. */
  active: ActiveSnapshot
  /** How the control plane fares: told to whoever asks for health, without effect on any request. */
  control: 'ok' | 'degraded' | 'read_only'
  readonly formats: WireFormats
  readonly sink: EventSink
  readonly issuers: Issuers
  readonly targets: Targets
  readonly ejection: Ejection
  readonly admission: Admission
  readonly identity: Identity
  readonly limiter: Limiter
  readonly captures: CaptureMemory
  /** Bugs end up here, once each. */
  readonly reportBug: (error: unknown) => void
}

/** The key record of an authenticated request. */
export type Key = KeySnapshot
