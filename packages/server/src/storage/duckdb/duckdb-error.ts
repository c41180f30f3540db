// DuckDB's errors as the store's: what a caller may try again later, told from what is a bug.
import { EventStoreUnavailableError } from '../event-store.ts'

/**
 * DuckDB's classes of error that are of the file, the disk, memory, or a database that gave up. A transaction fails only
 * when it cannot be written.
 */
const UNAVAILABLE =
  /^(IO|FATAL|INTERNAL|Out of Memory|TransactionContext|Serialization|Connection|Interrupt) Error:/

/** What is amiss and what to do, by what DuckDB or the system says of it: their own words name paths of the machine. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/could not set lock/i, 'it is locked by another program, which has to end first'],
  [
    /not a valid DuckDB database|corrupt database file|could not read enough bytes/i,
    'it is damaged: move event-store/events.duckdb of the data directory away, and a new one is begun',
  ],
  [/no space left/i, 'the disk is full'],
  [
    /permission denied|operation not permitted|read-only file system/i,
    'permission to use its files is denied',
  ],
  [/^Out of Memory Error:/, 'what was asked takes more memory than it may have'],
]

/** Rejects with EventStoreUnavailableError for what is no fault of the statement; the cause has the words of DuckDB. */
export async function asUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EventStoreUnavailableError || !isUnavailable(error)) throw error
    throw new EventStoreUnavailableError(meaningOf(error as Error), { cause: error })
  }
}

/** Where there is no meaning, their words, with names of files instead of paths. */
function meaningOf({ message }: Error): string {
  const meaning = MEANINGS.find(([words]) => words.test(message))?.[1]
  return meaning ?? message.replaceAll(/(["'])\/(?:[^"']*\/)?([^"'/]*)\1/g, '$1$2$1')
}

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (error as NodeJS.ErrnoException).code !== undefined || UNAVAILABLE.test(error.message)
}
