// How the store is, and what it holds.
import { existsSync, statSync } from 'node:fs'
import { type EventStoreState, EventStoreUnavailableError } from '../event-store.ts'
import type { DuckDbFile } from './connection.ts'
import { quoted } from './line-sql.ts'
import { ALL_TABLES } from './tables.ts'

const COUNTS = ALL_TABLES.map(
  ({ kind }) =>
    `select '${kind}' as kind, count(*) as events, epoch_ms(min("at")) as oldest from ${quoted(kind)}`,
).join(' union all ')

/** Never rejects because the store is unavailable: that is what it tells then. */
export async function stateOf(file: DuckDbFile): Promise<EventStoreState> {
  const bytes = bytesOf(file)
  try {
    const rows = await file.read(COUNTS)
    const oldest = rows.flatMap(row => (row['oldest'] === null ? [] : [Number(row['oldest'])]))
    return {
      state: 'ok',
      reason: null,
      bytes,
      events: Object.fromEntries(rows.map(row => [row['kind'], Number(row['events'])])),
      oldest_at: oldest.length === 0 ? null : Math.min(...oldest),
    }
  } catch (error) {
    if (!(error instanceof EventStoreUnavailableError)) throw error
    return { state: 'unavailable', reason: error.message, bytes, events: {}, oldest_at: null }
  }
}

/** Of the database and its write-ahead log on the disk. */
function bytesOf(file: DuckDbFile): number {
  const files = [file.path, `${file.path}.wal`].filter(path => existsSync(path))
  return files.reduce((sum, path) => sum + statSync(path).size, 0)
}
