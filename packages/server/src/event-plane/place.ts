// Where events are, below the data directory.
import { join } from 'node:path'

/** Of the spool. */
export function eventDirectory(dataDir: string): string {
  return join(dataDir, 'events')
}

/** Of files on their way out of the store or into it. */
export function exchangeDirectory(dataDir: string): string {
  return join(dataDir, 'exchange')
}

/** Of the event store. */
export function storeDirectory(dataDir: string): string {
  return join(dataDir, 'event-store')
}
