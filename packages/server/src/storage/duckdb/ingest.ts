// Takes batches in: DuckDB reads the file itself, a batch is one transaction, and its id is part of it.
import type { EventBatch, IngestReport } from '../event-store.ts'
import type { DuckDbFile, Statements } from './connection.ts'
import { highestSeq, keepLine, noteBatch, takeLines } from './lines.ts'
import { type ReadableLines, withReadableLines } from './readable-lines.ts'

/**
 * Durable when it resolves.
 *
 * @param now - ms since the epoch
 * @returns nothing taken when the batch was there already
 */
export function ingestBatch(file: DuckDbFile, batch: EventBatch, now: number): Promise<IngestReport> {
  return withReadableLines(file, batch.path, lines =>
    file.write(statements => takeBatch(statements, batch.id, now, lines)),
  )
}

async function takeBatch(
  statements: Statements,
  batch: string,
  now: number,
  { path, counts, torn, oversize }: ReadableLines,
): Promise<IngestReport> {
  if (await isKnown(statements, batch)) return { taken: {}, skipped: 0, unread: 0 }
  const after = await highestSeq(statements)
  const { report, last } = await takeLines(statements, { path, counts, batch, now, after })
  for (const line of oversize) await keepLine(statements, { batch, now }, line)
  await noteBatch(statements, { batch, now }, last)
  const { taken, skipped, unread } = report
  return { taken, skipped: skipped + torn, unread: unread + oversize.length }
}

async function isKnown(statements: Statements, id: string): Promise<boolean> {
  return (await statements.all('select 1 from batch where id = $1', [id])).length > 0
}
