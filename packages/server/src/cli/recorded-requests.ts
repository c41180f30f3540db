// Where the requests of a data directory are, and how to read them from there: from the program that runs on it, else
// from the event store and what still waits in the spool; without a store, from the spool alone.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type RequestEvent, requestEventSchema } from '@weir/core/event'
import { z } from 'zod'
import { eventDirectory, storeDirectory } from '../event-plane/place.ts'
import { type EventStore, EventStoreUnavailableError, type RequestPage } from '../storage/event-store.ts'
import { readSpool } from '../storage/spool/read-spool.ts'
import { lockDataDir } from '../storage/sqlite/data-dir-lock.ts'
import { readConnection } from './connection.ts'
import { type ControlClient, type ControlOptions, namesProgram, withControl } from './control-client.ts'
import { withStoreOf } from './local-event-store.ts'

/** How many to read: the newest so many, or all. */
export type Wanted = number | 'all'

type Read = (requests: AsyncIterable<RequestEvent>) => Promise<void>

const PAGE = 500

/**
 * Hands over requests, oldest first.
 *
 * @returns why there are none to hand over
 */
export async function readRequests(
  options: ControlOptions,
  wanted: Wanted,
  read: Read,
): Promise<string | undefined> {
  const dataDir = resolve(options.dataDir)
  if (namesProgram(options)) return ofProgram(options, wanted, read)
  // A program that has just begun says so before it has made the directory.
  const kind = readConnection(dataDir)?.eventStore
  const hasStore = existsSync(storeDirectory(dataDir)) || kind === 'duckdb'
  if (!hasStore && !existsSync(eventDirectory(dataDir)))
    return `There are no events under ${options.dataDir}; --data-dir says where to look.`
  if (!hasStore) return ofSpool(dataDir, wanted, read)
  const lock = lockDataDir(dataDir)
  if (lock !== undefined) return ofStore(dataDir, wanted, read).finally(() => lock.release())
  return kind === 'none' ? ofSpool(dataDir, wanted, read) : ofProgram(options, wanted, read)
}

async function ofSpool(dataDir: string, wanted: Wanted, read: Read): Promise<undefined> {
  await read(lastOf(readSpool(eventDirectory(dataDir)), wanted))
}

async function* lastOf(events: AsyncIterable<RequestEvent>, wanted: Wanted): AsyncGenerator<RequestEvent> {
  if (wanted === 'all') return yield* events
  let last: RequestEvent[] = []
  for await (const event of events) {
    last.push(event)
    if (last.length >= 2 * wanted) last = last.slice(-wanted)
  }
  yield* last.slice(-wanted)
}

async function ofProgram(options: ControlOptions, wanted: Wanted, read: Read): Promise<undefined> {
  await withControl(options, async client => {
    await client.send({ method: 'POST', path: '/api/v1/events/settle' })
    await read(paged((sort, limit, after) => pageOfProgram(client, sort, limit, after), wanted))
  })
}

/** Nobody else has the data directory. */
async function ofStore(dataDir: string, wanted: Wanted, read: Read): Promise<string | undefined> {
  try {
    await withStoreOf(dataDir, store =>
      read(paged((sort, limit, after) => pageOfStore(store, sort, limit, after), wanted)),
    )
    return undefined
  } catch (error) {
    if (!(error instanceof EventStoreUnavailableError)) throw error
    return `weir: the event store cannot be used: ${error.message}`
  }
}

function pageOfStore(
  store: EventStore,
  sort: Sort,
  limit: number,
  after: string | undefined,
): Promise<RequestPage> {
  const order = sort === 'at' ? 'ascending' : 'descending'
  return store.requests({ filter: {}, sort: 'at', order, limit, ...(after !== undefined && { after }) })
}

type Sort = 'at' | '-at'
type PageSource = (sort: Sort, limit: number, after: string | undefined) => Promise<RequestPage>

async function* paged(page: PageSource, wanted: Wanted): AsyncGenerator<RequestEvent> {
  if (wanted === 'all') return yield* walk(page, 'at', Number.POSITIVE_INFINITY)
  const newest: RequestEvent[] = []
  for await (const event of walk(page, '-at', wanted)) newest.push(event)
  yield* newest.toReversed()
}

async function* walk(page: PageSource, sort: Sort, wanted: number): AsyncGenerator<RequestEvent> {
  let after: string | undefined
  for (let left = wanted; left > 0; ) {
    const { items, next } = await page(sort, Math.min(PAGE, left), after)
    yield* items
    left -= items.length
    if (next === null) return
    after = next
  }
}

const pageSchema = z.object({ items: z.array(requestEventSchema), next: z.string().nullable() })

async function pageOfProgram(
  client: ControlClient,
  sort: Sort,
  limit: number,
  after: string | undefined,
): Promise<RequestPage> {
  const query = { sort, limit: String(limit), after }
  const { value } = await client.sendFor(pageSchema, { method: 'GET', path: '/api/v1/requests', query })
  return value
}
