// What the control port of a running program works with.
import type { Pseudonym } from '../admin/request-log/unit-reference.ts'
import type { Revisions } from '../admin/revision/revisions.ts'
import type { EventPlane } from '../event-plane/event-plane.ts'
import type { Workers } from '../snapshot/workers.ts'
import type { ControlStore } from '../storage/control-store.ts'
import type { Sealer } from '../storage/seal.ts'
import type { Log } from './log.ts'

export interface ControlPlane {
  readonly dataDir: string
  readonly host: string
  readonly port: number
  readonly publicUrls: readonly string[]
  readonly store: ControlStore
  readonly sealer: Sealer
  readonly revisions: Revisions
  readonly workers: Workers
  readonly events: EventPlane
  /** What the gateway records of a unit. */
  readonly pseudonym: Pseudonym
  /** How many workers are to run. */
  readonly wanted: number
  readonly log: Log
}
