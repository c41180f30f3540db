// SQLite's errors: those that say the database cannot be used now, in words for an operator. All others are bugs.
import { StoreUnavailableError } from '../control-store.ts'

const DAMAGED =
  'it is damaged: put a backup in place of control.db in the data directory, or move it away, and a new one is begun'

/** Primary result codes, https://www.sqlite.org/rescode.html. */
const UNAVAILABLE: ReadonlyMap<number, string> = new Map([
  [5, 'it is locked by another program'],
  [6, 'it is locked by another program'],
  [8, 'it cannot be written'],
  [10, 'it cannot be read or written: the disk reports an error'],
  [11, DAMAGED],
  [13, 'the disk is full'],
  [14, 'it cannot be opened'],
  [26, DAMAGED],
])

const SQLITE_BUSY = 5

function primaryCode(error: unknown): number | undefined {
  const { errcode } = error as { readonly errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}

export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY
}

/** The same error, or what it means for who uses the store. */
export function asUnavailable(error: unknown): unknown {
  const meaning = UNAVAILABLE.get(primaryCode(error) ?? -1)
  if (meaning === undefined) return error
  return new StoreUnavailableError(`the control database cannot be used: ${meaning}`, { cause: error })
}
