// DuckDB's errors as the store's: what a caller may try again later, told from what is a bug.
import { EventStoreUnavailableError } from '../event-store.ts'

/**
 * DuckDB's classes of error that are of the file, the disk, memory, or a database that gave up. A transaction fails only
 * when it cannot be written.
 */
const UNAVAILABLE =
  /^(IO|FATAL|INTERNAL|Out of Memory|TransactionContext|Serialization|Connection|Interrupt) Error:/

/** Rejects with EventStoreUnavailableError for what is no fault of the statement. */
export async function asUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EventStoreUnavailableError || !isUnavailable(error)) throw error
    throw new EventStoreUnavailableError((error as Error).message, { cause: error })
  }
}

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (error as NodeJS.ErrnoException).code !== undefined || UNAVAILABLE.test(error.message)
}
