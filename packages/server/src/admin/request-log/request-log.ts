// What the request log works with.
import type { EventQueries } from '../../storage/event-store.ts'
import type { Revisions } from '../revision/revisions.ts'
import type { Follow } from './live-stream.ts'
import type { Pseudonym } from './unit-reference.ts'

export interface RequestLog {
  readonly events: Pick<EventQueries, 'requests' | 'request' | 'outcomes' | 'groups' | 'capture'> & {
    /** Whatever was answered before is in the store when it resolves. */
    settle(): Promise<void>
  }
  /** @throws EventStoreUnavailableError without a store */
  readonly follow: Follow
  readonly revisions: Pick<Revisions, 'current' | 'get'>
  readonly pseudonym: Pseudonym
}
