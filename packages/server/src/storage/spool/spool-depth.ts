// How much waits in a spool to be collected.
import { sizeOf, spoolEntries } from './spool-name.ts'

export interface SpoolDepth {
  readonly files: number
  readonly bytes: number
  /** When the oldest file was begun: ms since the epoch; null when nothing waits. */
  readonly oldest_at: number | null
}

/** @throws the error of the operating system, but not when there is no directory yet */
export function spoolDepth(directory: string): SpoolDepth {
  const entries = spoolEntries(directory)
  return {
    files: entries.length,
    bytes: entries.reduce((sum, { path }) => sum + sizeOf(path), 0),
    oldest_at: entries[0]?.began ?? null,
  }
}
