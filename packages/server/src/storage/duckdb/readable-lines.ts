// A file of lines as DuckDB can read it: the file itself, or for a moment a copy of it that leaves out what it cannot.
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDbFile } from './connection.ts'
import { countLines, type LineCounts } from './lines.ts'
import { repairLines } from './repair-lines.ts'

/** Nothing that DuckDB reads is longer, since it holds several such lines in memory. */
const LONGEST_LINE = 16 * 2 ** 20

export interface ReadableLines {
  readonly path: string
  readonly counts: LineCounts
  /** Lines that were left out because they are no JSON objects. */
  readonly torn: number
  /** Lines that were left out because they are too long. */
  readonly oversize: readonly string[]
}

/** Only files with lines that DuckDB cannot read are gone over a second time. */
export async function withReadableLines<T>(
  file: DuckDbFile,
  path: string,
  work: (lines: ReadableLines) => Promise<T>,
): Promise<T> {
  const counts = await count(file, path)
  if (counts !== undefined && !counts.has(null)) return work({ path, counts, torn: 0, oversize: [] })
  const copy = join(file.workDirectory, `${randomUUID()}.ndjson`)
  try {
    const left = await repairLines(path, copy, LONGEST_LINE)
    const whole = await count(file, copy)
    if (whole === undefined)
      throw new Error(`lines of ${path} are too long, though the longest were left out`)
    return await work({ path: copy, counts: whole, ...left })
  } finally {
    rmSync(copy, { force: true })
  }
}

function count(file: DuckDbFile, path: string): Promise<LineCounts | undefined> {
  return file.maintain(statements => countLines(statements, path))
}
