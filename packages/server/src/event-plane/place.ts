// Where events are, below the data directory.
import { join } from 'node:path'

/** Of the spool. */
export function eventDirectory(dataDir: string): string {
  return join(dataDir, 'events')
}

/** Of the event store. */
export function storeDirectory(dataDir: string): string {
  return join(dataDir, 'event-store')
}
