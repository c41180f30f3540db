// Events from a file of `export`, of this store or another. All of it is checked before anything is taken.
import { randomUUID } from 'node:crypto'
import { accessSync, constants, createReadStream, rmSync } from 'node:fs'
import { join } from 'node:path'
import { recordedEventSchema } from '@weir/core/event'
import {
  type EventFile,
  EventFileError,
  EventStoreUnavailableError,
  type IngestReport,
} from '../event-store.ts'
import { linesOf } from '../text-lines.ts'
import { type DuckDbFile, literal, type Row } from './connection.ts'
import { PARQUET_KIND } from './export.ts'
import { quoted, recordedFields, rowOfLine } from './line-sql.ts'
import { highestSeq, noteBatch, takeNewLines } from './lines.ts'
import { withReadableLines } from './readable-lines.ts'
import { ALL_TABLES, type EventTable } from './tables.ts'

/**
 * @param now - ms since the epoch
 * @throws EventFileError when the file cannot be read, or anything in it is no event
 */
export async function importEvents(
  file: DuckDbFile,
  { path, format }: EventFile,
  now: number,
): Promise<IngestReport> {
  assertReadable(path)
  if (format === 'ndjson') return importLines(file, path, now)
  const lines = join(file.workDirectory, `${randomUUID()}.ndjson`)
  try {
    await unpackParquet(file, path, lines)
    return await importLines(file, lines, now)
  } finally {
    rmSync(lines, { force: true })
  }
}

async function importLines(file: DuckDbFile, path: string, now: number): Promise<IngestReport> {
  await checkLines(path)
  return withReadableLines(file, path, lines =>
    file.write(async statements => {
      const source = { batch: `import:${randomUUID()}`, now }
      const after = await highestSeq(statements)
      const { report, last } = await takeNewLines(statements, { ...lines, ...source, after })
      await noteBatch(statements, source, last)
      return report
    }),
  )
}

/** @throws EventFileError which names the first line that is no event */
async function checkLines(path: string): Promise<void> {
  let number = 0
  for await (const line of linesOf(createReadStream(path))) {
    number++
    const wrong = line.trim() === '' ? undefined : problemOf(line)
    if (wrong !== undefined) throw new EventFileError(`line ${number} is no event: ${wrong}`)
  }
}

/** Says which field is wrong, not what it holds. */
function problemOf(line: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return 'it is not JSON'
  }
  const [issue] = recordedEventSchema.safeParse(value).error?.issues ?? []
  return issue === undefined ? undefined : `${issue.path.join('.') || 'the line'}: ${issue.message}`
}

/** Writes the rows as the lines that they were. */
async function unpackParquet(file: DuckDbFile, path: string, target: string): Promise<void> {
  const source = `read_parquet(${literal(path)})`
  const [said] = await readingParquet(path, () =>
    file.read(
      `select decode(value) as kind from parquet_kv_metadata(${literal(path)}) where decode(key) = '${PARQUET_KIND}'`,
    ),
  )
  const table = ALL_TABLES.find(({ kind }) => kind === said?.['kind'])
  if (table === undefined)
    throw new EventFileError(`${path} is no export of events: it does not say of which kind`)
  const [expected, found] = await Promise.all([
    shapeOf(file, `select ${columnsOf(table)} from ${quoted(table.kind)}`),
    shapeOf(file, `select * from ${source}`),
  ])
  if (expected !== found)
    throw new EventFileError(`${path} has other columns than ${table.kind} events of this version have`)
  await readingParquet(path, () =>
    file.read(`copy (select ${lineFields(table)} from ${source}) to ${literal(target)} (format json)`),
  )
}

/** Names and types of a query's columns. */
async function shapeOf(file: DuckDbFile, query: string): Promise<string> {
  const rows = await file.read(`describe ${query}`)
  return rows.map(row => `${String(row['column_name'])} ${String(row['column_type'])}`).join('\n')
}

function columnsOf(table: EventTable): string {
  return rowOfLine(table)
    .map(([column]) => quoted(column))
    .join(', ')
}

function lineFields(table: EventTable): string {
  return recordedFields(table)
    .map(([field, sql]) => `${sql} as ${quoted(field)}`)
    .join(', ')
}

/** What DuckDB says of a file that is damaged or another's is the file's fault. */
async function readingParquet(path: string, work: () => Promise<Row[]>): Promise<Row[]> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EventStoreUnavailableError) throw error
    throw new EventFileError(`${path} cannot be read as Parquet: it is damaged, or of another format`, {
      cause: error,
    })
  }
}

function assertReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    throw new EventFileError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    })
  }
}
