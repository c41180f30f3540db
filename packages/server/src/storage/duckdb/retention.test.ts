import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Retention } from '../event-store.ts'
import { requestEvent } from '../fixtures/request-events.ts'
import { DuckDbFile } from './connection.ts'
import { ingestBatch } from './ingest.ts'
import { migrate } from './migrations.ts'
import { retainEvents } from './retention.ts'

const DAY_MS = 86_400_000
const BEGIN = Date.UTC(2026, 4, 4)
const FOREVER: Retention = {
  request: null,
  assignment: null,
  outcome: null,
  shadow: null,
  revision: null,
  capture: null,
  size: null,
}

let home: string
let file: DuckDbFile

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'weir-retention-'))
  file = await DuckDbFile.open({ directory: join(home, 'store'), memoryLimit: 2 ** 28, threads: 2 })
  await migrate(file)
})

afterEach(async () => {
  await file.close()
  rmSync(home, { recursive: true, force: true })
})

/** Requests of one day, each with text of its own that does not compress. */
async function takeDay(day: number, requests: number): Promise<void> {
  const path = join(home, `${day}.ndjson`)
  const event = requestEvent({ metadata: { text: '' } })
  writeFileSync(path, `${JSON.stringify(event)}\n`)
  await ingestBatch(file, { id: `day ${day}`, path }, BEGIN + day * DAY_MS)
  await file.write(async statements => {
    await statements.run(
      `insert into request
       select request.* replace (seq + i as seq, request_id || i as request_id,
         epoch_ms($1::bigint) + to_milliseconds(i) as "at",
         ('{"text":"' || hash(i, $1) || hash(i + 1, $1) || hash(i + 2, $1) || '"}')::json as metadata)
       from request, range($2::bigint) numbers(i) where request_id = $3`,
      [BigInt(BEGIN + day * DAY_MS), BigInt(requests), event.request_id],
    )
    await statements.run('delete from request where request_id = $1', [event.request_id])
  })
}

async function days(): Promise<unknown[]> {
  const rows = await file.read(`select distinct "at"::date::varchar as day from request order by day`)
  return rows.map(row => row['day'])
}

test('a file that is written to and deleted from for long stays about as large as what it keeps', async () => {
  const sizes: number[] = []
  for (let day = 0; day < 12; day++) {
    await takeDay(day, 20_000)
    await retainEvents(file, { ...FOREVER, request: 3 * DAY_MS }, BEGIN + day * DAY_MS)
    sizes.push(statSync(file.path).size)
  }
  const [filled, last] = [sizes[6] as number, Math.max(...sizes.slice(-4))]
  expect(last / filled).toBeLessThan(1.5)
})

test('beyond its size the oldest requests give way, and the newest stay', async () => {
  for (let day = 0; day < 10; day++) await takeDay(day, 60_000)
  await file.maintain(statements => statements.run('checkpoint'))
  const limit = statSync(file.path).size / 2
  const gone = await retainEvents(file, { ...FOREVER, size: limit }, BEGIN + 10 * DAY_MS)
  const [row] = await file.read(
    'select count(*) as kept, (select used_blocks * block_size from pragma_database_size()) as used from request',
  )
  expect(Number(row?.['used'])).toBeLessThanOrEqual(limit)
  expect(gone + Number(row?.['kept'])).toBe(600_000)
  // Not more than had to.
  expect(Number(row?.['kept'])).toBeGreaterThan(180_000)
  expect((await days()).at(-1)).toBe('2026-05-13')
  expect((await days())[0]).not.toBe('2026-05-04')
})

test('within its size nothing gives way', async () => {
  await takeDay(0, 1000)
  expect(await retainEvents(file, { ...FOREVER, size: 2 ** 30 }, BEGIN)).toBe(0)
})
