import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeEventFiles } from '../event-files.contract.ts'
import { describeEventShares } from '../event-shares.contract.ts'
import { describeEventStore } from '../event-store.contract.ts'
import type { EventStore } from '../event-store.ts'
import type { EventStoreUnderTest } from '../fixtures/event-store-under-test.ts'
import { openEventStore } from './open-event-store.ts'

describeEventStore('DuckDB', create)
describeEventFiles('DuckDB', create)
describeEventShares('DuckDB', create)

async function create(): Promise<EventStoreUnderTest> {
  const home = mkdtempSync(join(tmpdir(), 'weir-duckdb-'))
  const opened: EventStore[] = []
  const open = async (name: string) => {
    const store = await openEventStore({ directory: join(home, name) })
    opened.push(store)
    return store
  }
  return {
    open: () => open('store'),
    openOther: () => open('other'),
    remove: async () => {
      await Promise.all(opened.map(store => store.close()))
      rmSync(home, { recursive: true, force: true })
    },
  }
}
