// Every value of every table of an event store, decompressed, for tests of what is not in it.
import { DuckDbFile } from '../../packages/server/src/storage/duckdb/connection.ts'
import type { Evidence } from '../control/secret-scan.ts'

/** @param directory - of the store, which nobody has open */
export async function dumpEventStore(directory: string): Promise<Evidence[]> {
  const file = await DuckDbFile.open({ directory, memoryLimit: 2 ** 28, threads: 1 })
  try {
    const tables = await file.read(
      `select table_name as name from information_schema.tables where table_type = 'BASE TABLE' order by 1`,
    )
    return await Promise.all(tables.map(({ name }) => dumpTable(file, String(name))))
  } finally {
    await file.close()
  }
}

/** A line of JSON for each row. */
async function dumpTable(file: DuckDbFile, name: string): Promise<Evidence> {
  const rows = await file.read(`select to_json(t)::varchar as line from "${name}" as t`)
  const text = rows.map(({ line }) => String(line)).join('\n')
  return { where: `event table ${name}`, bytes: Buffer.from(text) }
}
