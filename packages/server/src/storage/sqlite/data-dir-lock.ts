// One program to a data directory: two would overwrite each other's bucket tables and delete each other's events.
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface DataDirLock {
  release(): void
}

const SQLITE_BUSY = 5

/**
 * Takes the lock of a data directory, or undefined when another process has it. It is a lock of the operating system
 * on a file, held by SQLite: it ends with the process however that ends, so none is ever left behind.
 */
export function lockDataDir(dataDir: string): DataDirLock | undefined {
  const file = join(dataDir, 'lock')
  closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined
    throw error
  }
  return { release: () => database.close() }
}
