// The event store of a data directory that no program runs on, for as long as a command needs it.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { eventDirectory, storeDirectory } from '../event-plane/place.ts'
import { StoreKeeper } from '../event-plane/store-keeper.ts'
import { openDataDir } from '../snapshot/state.ts'
import { type EventStore, EventStoreUnavailableError } from '../storage/event-store.ts'
import { Collector } from '../storage/spool/collector.ts'
import { sealLeftovers } from '../storage/spool/seal-leftovers.ts'
import { lockDataDir } from '../storage/sqlite/data-dir-lock.ts'
import { ControlError, type ControlOptions, namesProgram } from './control-client.ts'
import { printError } from './output.ts'

/**
 * What the spool holds is taken into the store first. Nobody else may have the data directory.
 *
 * @throws EventStoreUnavailableError
 */
export async function withStoreOf<Result>(
  dataDir: string,
  use: (store: EventStore) => Promise<Result>,
): Promise<Result> {
  // Only here: a native library is loaded with it.
  const { openEventStore } = await import('../storage/duckdb/open-event-store.ts')
  const open = () => openEventStore({ directory: storeDirectory(dataDir) })
  const keeper = new StoreKeeper({
    open,
    onOpen: () => {},
    log: (_, message) => printError(`weir: ${message}`),
  })
  try {
    const store = await keeper.whenOpen()
    const directory = eventDirectory(dataDir)
    sealLeftovers(directory, 'all')
    await new Collector({ directory, store: keeper, observers: [], log: () => {} }).settle()
    return await use(store)
  } finally {
    await keeper.close()
  }
}

/** A data directory that is not there: `make` it, or `refuse`. */
export type MissingDirectory = 'make' | 'refuse'

/**
 * Hands over the store when no program runs on the data directory and none is named.
 *
 * @returns undefined when a program has the store: it is to be asked
 * @throws ControlError when the store cannot be used
 */
export async function tryLocalStore<Result>(
  options: ControlOptions,
  missing: MissingDirectory,
  use: (store: EventStore, dataDir: string) => Promise<Result>,
): Promise<Result | undefined> {
  if (namesProgram(options)) return undefined
  const dataDir = resolve(options.dataDir)
  if (missing === 'make') openDataDir(dataDir)
  else if (!existsSync(dataDir))
    throw new ControlError('no_data', `there is no ${options.dataDir}; --data-dir says where to look`)
  const lock = lockDataDir(dataDir)
  if (lock === undefined) return undefined
  try {
    return await withStoreOf(dataDir, store => use(store, dataDir))
  } catch (error) {
    if (!(error instanceof EventStoreUnavailableError)) throw error
    throw new ControlError('event_store_unavailable', `the event store cannot be used: ${error.message}`)
  } finally {
    lock.release()
  }
}
