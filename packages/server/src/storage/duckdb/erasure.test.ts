import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordedEvent } from '@weir/core/event'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventStoreUnavailableError, type Retention } from '../event-store.ts'
import { eventsAbout } from '../fixtures/recorded-events.ts'
import { requestEvent } from '../fixtures/request-events.ts'
import { DuckDbFile } from './connection.ts'
import { forgetUnits } from './forget.ts'
import { ingestBatch } from './ingest.ts'
import { migrate } from './migrations.ts'
import { requestById } from './read-request.ts'
import { retainEvents } from './retention.ts'

const NOW = Date.UTC(2026, 4, 4)
const DAY_MS = 86_400_000
const ADA = 'ada0ada1ada2ada3ada4ada5ada6ada7'
const BOB = 'b0bb1bb2bb3bb4bb5bb6bb7bb8bb9bbb'
const SECRET = 'the quick brown canary jumps over the lazy gateway'

let home: string
let directory: string
let file: DuckDbFile

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'weir-erasure-'))
  directory = join(home, 'store')
  file = await DuckDbFile.open({ directory, memoryLimit: 2 ** 28, threads: 1 })
  await migrate(file)
  // So that every text is found in the bytes as it is.
  await file.maintain(statements => statements.run("set force_compression = 'uncompressed'"))
})

afterEach(async () => {
  await file.close()
  rmSync(home, { recursive: true, force: true })
})

let batches = 0
async function take(lines: readonly unknown[], at: number): Promise<void> {
  const path = join(home, `${batches++}.ndjson`)
  writeFileSync(path, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  await ingestBatch(file, { id: path, path }, at)
  rmSync(path)
}

function aboutAt(unit: string, requestId: string, at: number): RecordedEvent[] {
  return eventsAbout(unit, requestId, new Date(at).toISOString())
}

/** Files of the store in whose bytes the text is. */
function filesWith(text: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => readFileSync(path).includes(text))
}

const checkpoint = () => file.maintain(statements => statements.run('checkpoint'))

const inTables = ['in the log', 'in the tables'] as const

test.each(inTables)('a unit that is forgotten while it is %s is in no byte of any file', async where => {
  const unknown = { kind: 'weather', version: 9, about: ADA }
  await take([...aboutAt(ADA, 'r-ada', NOW), ...aboutAt(BOB, 'r-bob', NOW), unknown], NOW)
  if (where === 'in the tables') await checkpoint()
  expect([filesWith(ADA), filesWith(BOB)]).toEqual([[expect.any(String)], [expect.any(String)]])
  expect(await forgetUnits(file, [{ kind: null, unit: ADA }], NOW)).toBe(7)
  expect([filesWith(ADA), filesWith('r-ada'), filesWith(BOB)]).toEqual([[], [], [file.path]])
})

test('deleting the rows alone would leave the unit in the file', async () => {
  await take([...aboutAt(ADA, 'r-ada', NOW), ...aboutAt(BOB, 'r-bob', NOW)], NOW)
  await checkpoint()
  await file.write(statements => statements.run('delete from request where unit = $1', [ADA]))
  await checkpoint()
  expect(filesWith(ADA)).toEqual([file.path])
})

const CAPTURES_FOR_A_DAY: Retention = {
  request: null,
  assignment: null,
  outcome: null,
  shadow: null,
  revision: null,
  capture: DAY_MS,
  size: null,
}

function captured(at: number): RecordedEvent[] {
  return aboutAt(ADA, 'r-ada', at).map(event =>
    event.kind === 'capture' ? { ...event, prompt: SECRET, answer: SECRET } : event,
  )
}

test('a captured text that has had its time is in no byte of any file', async () => {
  await take(captured(NOW), NOW)
  expect(await retainEvents(file, CAPTURES_FOR_A_DAY, NOW + DAY_MS)).toBe(0)
  expect(filesWith(SECRET)).not.toEqual([])
  expect(await retainEvents(file, CAPTURES_FOR_A_DAY, NOW + DAY_MS + 1)).toBe(1)
  expect([filesWith(SECRET), filesWith(ADA)]).toEqual([[], [file.path]])
})

test('texts that have had their time one after the other have the file rewritten once a day', async () => {
  const first = NOW + 2 * DAY_MS
  await take(captured(NOW), NOW)
  await retainEvents(file, CAPTURES_FOR_A_DAY, first)
  await take(captured(NOW + 1), NOW)
  await checkpoint()
  expect(await retainEvents(file, CAPTURES_FOR_A_DAY, first + 1)).toBe(1)
  expect(filesWith(SECRET)).toEqual([file.path])
  await retainEvents(file, CAPTURES_FOR_A_DAY, first + DAY_MS)
  expect(filesWith(SECRET)).toEqual([])
})

test('a rewrite that fails leaves a store that works, and is made up for by the next call', async () => {
  const kept = requestEvent({ unit: BOB })
  await take([...aboutAt(ADA, 'r-ada', NOW), kept], NOW)
  mkdirSync(join(`${file.path}.new`, 'in the way'), { recursive: true })
  await expect(forgetUnits(file, [{ kind: null, unit: ADA }], NOW)).rejects.toThrow(
    EventStoreUnavailableError,
  )
  expect(await requestById(file, kept.request_id)).toEqual(kept)
  expect(filesWith(ADA)).not.toEqual([])
  rmSync(`${file.path}.new`, { recursive: true })
  expect(await forgetUnits(file, [{ kind: null, unit: 'nobody' }], NOW)).toBe(0)
  expect([filesWith(ADA), filesWith(BOB)]).toEqual([[], [file.path]])
  expect(await requestById(file, kept.request_id)).toEqual(kept)
})
