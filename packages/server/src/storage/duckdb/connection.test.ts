import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type EventStore, EventStoreUnavailableError } from '../event-store.ts'
import { requestEvent } from '../fixtures/request-events.ts'
import { DuckDbFile } from './connection.ts'
import { ingestBatch } from './ingest.ts'
import { columnsOfLines, rowOfLine } from './line-sql.ts'
import { migrate, SCHEMA_VERSION } from './migrations.ts'
import { openEventStore } from './open-event-store.ts'
import { ALL_TABLES } from './tables.ts'

let home: string
let directory: string
const opened: Pick<EventStore, 'close'>[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-duckdb-'))
  directory = join(home, 'store')
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map(store => store.close()))
  rmSync(home, { recursive: true, force: true })
})

async function openFile(): Promise<DuckDbFile> {
  const file = await DuckDbFile.open({ directory, memoryLimit: 2 ** 28, threads: 2 })
  opened.push(file)
  await migrate(file)
  return file
}

function batchOf(events: readonly unknown[]) {
  const path = join(home, 'batch.ndjson')
  writeFileSync(path, events.map(event => `${JSON.stringify(event)}\n`).join(''))
  return { id: path, path }
}

/** Some seconds of work. */
const LONG_QUERY = 'select sum(hash(a.i, b.i) % 1000) as sum from range(30000) a(i), range(1000) b(i)'

describe('the database', () => {
  test('is for its owner only', async () => {
    const { path } = await openFile()
    expect([directory, path].map(each => statSync(each).mode & 0o777)).toEqual([0o700, 0o600])
  })

  test('that another process has is unavailable, and is free as soon as that has died', async () => {
    const holder = fork(new URL('./fixtures/hold-store.ts', import.meta.url), [directory], { silent: true })
    try {
      await once(holder, 'message')
      const refused = openEventStore({ directory })
      await expect(refused).rejects.toThrow(EventStoreUnavailableError)
      await expect(refused).rejects.toThrow('locked by another program')
    } finally {
      holder.kill('SIGKILL')
      await once(holder, 'exit')
    }
    opened.push(await openEventStore({ directory }))
  })

  test('that is damaged is unavailable, and is left as it is', async () => {
    const file = await openFile()
    await file.close()
    writeFileSync(file.path, 'no database at all'.repeat(1000))
    const damaged = readFileSync(file.path)
    const refused = openEventStore({ directory })
    await expect(refused).rejects.toThrow(EventStoreUnavailableError)
    await expect(refused).rejects.toThrow(/^it is damaged: move .* away, and a new one is begun$/)
    await expect(refused).rejects.toMatchObject({ cause: { message: expect.stringContaining(file.path) } })
    expect(readFileSync(file.path).equals(damaged)).toBe(true)
  })

  test('of a newer program is unavailable, and says so', async () => {
    const file = await openFile()
    await file.write(statements => statements.run('update schema_version set version = version + 1'))
    await file.close()
    await expect(openEventStore({ directory })).rejects.toThrow(
      new EventStoreUnavailableError(
        `the event database is of a newer weir (schema ${SCHEMA_VERSION + 1}, this one knows ${SCHEMA_VERSION}); ` +
          'start that version, or move the file aside',
      ),
    )
  })

  test('in a place that is no directory is unavailable', async () => {
    writeFileSync(directory, '')
    await expect(openEventStore({ directory })).rejects.toThrow(EventStoreUnavailableError)
  })
})

describe('tables', () => {
  test.each(ALL_TABLES)(
    'of $kind events have a column for everything that lines of them have',
    async table => {
      const file = await openFile()
      const path = join(home, 'empty.ndjson')
      writeFileSync(path, '')
      const row = rowOfLine(table).map(([column, sql]) => `${sql} as "${column}"`)
      const lines = `select 0::bigint as seq, ${row.join(', ')} from read_ndjson('${path}', columns = ${columnsOfLines(table)})`
      const shape = async (query: string) =>
        (await file.read(`describe ${query}`)).map(({ column_name, column_type }) => [
          column_name,
          column_type,
        ])
      expect(await shape(`select * from "${table.kind}"`)).toEqual(await shape(lines))
    },
  )

  test('list each attempt of a request', async () => {
    const file = await openFile()
    const attempt = { variant: 'a', target: 'x/a', status: 503, failure: 'server_error' as const, code: null }
    const timing = { began_ms: 1, ms: 2, span_id: null }
    const event = requestEvent({
      attempts: [
        { ...attempt, ...timing },
        { ...attempt, ...timing, target: 'x/b', failure: null, status: 200 },
      ],
    })
    await ingestBatch(file, batchOf([event, requestEvent()]), 0)
    const rows = await file.read('select request_id, position, target, status from attempt order by position')
    expect(rows).toEqual([
      { request_id: event.request_id, position: 0n, target: 'x/a', status: 503 },
      { request_id: event.request_id, position: 1n, target: 'x/b', status: 200 },
    ])
  })

  test('keep lines of unknown kinds as they were', async () => {
    const file = await openFile()
    const line = { kind: 'weather', version: 1, wind: [1.5, null, { gusts: '☁' }] }
    await ingestBatch(file, batchOf([requestEvent(), line]), 0)
    const [row] = await file.read('select line from unread')
    expect(JSON.parse(row?.['line'] as string)).toEqual(line)
  })
})

describe('queries and batches', () => {
  test('go on together: batches are taken while a long query runs, which sees none of them', async () => {
    const file = await openFile()
    const order: string[] = []
    const query = file
      .read(`select (${LONG_QUERY}) as sum, (select count(*) from request) as requests`)
      .then(([row]) => order.push(`query of ${String(row?.['requests'])}`))
    for (const name of ['first', 'second']) {
      await ingestBatch(file, { ...batchOf([requestEvent()]), id: name }, 0)
      order.push(name)
    }
    await query
    expect(order).toEqual(['first', 'second', 'query of 0'])
  })

  test('more queries than run at once wait for each other, and batches for none', async () => {
    const file = await openFile()
    const order: string[] = []
    const queries = Array.from({ length: 6 }, () => file.read(LONG_QUERY).then(() => order.push('query')))
    await ingestBatch(file, batchOf([requestEvent()]), 0)
    order.push('batch')
    await Promise.all(queries)
    expect(order[0]).toBe('batch')
  })

  test('that were under way are finished before the database is closed', async () => {
    const file = await openFile()
    const query = file.read('select count(*) as many from range(1000000)')
    const batch = ingestBatch(file, batchOf([requestEvent()]), 0)
    await file.close()
    await expect(query).resolves.toEqual([{ many: 1_000_000n }])
    expect((await batch).taken).toEqual({ request: 1 })
  })
})
