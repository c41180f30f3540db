import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeEventQueries } from '../event-queries.contract.ts'
import { openEventStore } from './open-event-store.ts'

describeEventQueries('DuckDB', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-duckdb-'))
  const store = await openEventStore({ directory })
  return {
    store,
    remove: async () => {
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
})
