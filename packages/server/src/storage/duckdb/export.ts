// Events to a file that others read, or another store takes.
import { randomUUID } from 'node:crypto'
import { closeSync, linkSync, openSync, rmSync } from 'node:fs'
import { EventFileError, type ExportQuery } from '../event-store.ts'
import { type DuckDbFile, literal, type SqlValue } from './connection.ts'
import { quoted, recordedFields, rowOfLine } from './line-sql.ts'
import { SCHEMA_VERSION } from './migrations.ts'
import { EVENT_TABLES, type EventTable } from './tables.ts'

/** Names of what a Parquet file says about itself. */
export const PARQUET_KIND = 'weir_kind'
const PARQUET_SCHEMA = 'weir_schema'

/**
 * By time, oldest first. The file is there when all of it is, and for its owner only.
 *
 * @throws EventFileError when the file is there already or cannot be written
 */
export async function exportEvents(file: DuckDbFile, query: ExportQuery): Promise<number> {
  const part = `${query.path}.${randomUUID()}.part`
  const table = EVENT_TABLES[query.kind]
  try {
    touchingFile(query.path, () => closeSync(openSync(part, 'wx', 0o600)))
    const [row] = await file.read(
      `copy (select ${columnsFor(query.format, table)} from ${quoted(table.kind)}
         where "at" >= epoch_ms($1::bigint) and "at" < epoch_ms($2::bigint) order by "at", seq)
       to ${literal(part)} (use_tmp_file false, ${optionsFor(query.format, table)})`,
      windowOf(query),
    )
    touchingFile(query.path, () => linkSync(part, query.path))
    return Number(row?.['Count'])
  } finally {
    rmSync(part, { force: true })
  }
}

/** Parquet has the columns of the table, for queries; NDJSON the lines that were recorded. */
function columnsFor(format: ExportQuery['format'], table: EventTable): string {
  const columns =
    format === 'parquet'
      ? rowOfLine(table).map(([column]) => quoted(column))
      : recordedFields(table).map(([field, sql]) => `${sql} as ${quoted(field)}`)
  return columns.join(', ')
}

function optionsFor(format: ExportQuery['format'], table: EventTable): string {
  if (format === 'ndjson') return 'format json'
  return `format parquet, compression zstd, kv_metadata {${PARQUET_KIND}: '${table.kind}', ${PARQUET_SCHEMA}: '${SCHEMA_VERSION}'}`
}

/** Years 0 to 9999. */
const ALWAYS = { since: -62_167_219_200_000, until: 253_402_300_800_000 }

function windowOf({ since = ALWAYS.since, until = ALWAYS.until }: ExportQuery): SqlValue[] {
  return [BigInt(since), BigInt(until)]
}

function touchingFile(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new EventFileError(
      code === 'EEXIST' ? `${path} is there already` : `${path} cannot be written (${code})`,
      { cause: error },
    )
  }
}
