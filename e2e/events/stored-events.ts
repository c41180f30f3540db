// Reads the event store of a data directory that no program uses any more.
import { resolve } from 'node:path'
import type { RequestEvent } from '@weir/core/event'
import { storeDirectory } from '../../packages/server/src/event-plane/place.ts'
import { openEventStore } from '../../packages/server/src/storage/duckdb/open-event-store.ts'
import type { EventStore } from '../../packages/server/src/storage/event-store.ts'

/** Every request in the store, oldest first. */
export function storedRequests(dataDir: string): Promise<RequestEvent[]> {
  return withStore(dataDir, async store => {
    const requests: RequestEvent[] = []
    let after: string | undefined
    do {
      const page = await store.requests({
        filter: {},
        sort: 'at',
        order: 'ascending',
        limit: 500,
        ...(after !== undefined && { after }),
      })
      requests.push(...page.items)
      after = page.next ?? undefined
    } while (after !== undefined)
    return requests
  })
}

/** How many events of each kind are in the store. */
export function storedCounts(dataDir: string) {
  return withStore(dataDir, async store => (await store.state()).events)
}

async function withStore<Result>(
  dataDir: string,
  use: (store: EventStore) => Promise<Result>,
): Promise<Result> {
  const store = await openEventStore({ directory: storeDirectory(resolve(dataDir)) })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
