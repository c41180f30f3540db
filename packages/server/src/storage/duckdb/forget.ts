// Erases what is known of units: from the tables first, then from the bytes of the file.
import { listValue } from '@duckdb/node-api'
import type { DuckDbFile, Statements } from './connection.ts'
import { markForRewrite, rewriteIfMarked } from './upkeep.ts'

const OF_UNITS = 'unit in (select unnest($1))'
const OF_THEIR_REQUESTS = `request_id in (select request_id from request where ${OF_UNITS})`

/** What hangs on the requests of a unit goes before they do. Lines that nobody could read are searched as text. */
const DELETIONS: readonly string[] = [
  `delete from outcome where ${OF_UNITS} or ${OF_THEIR_REQUESTS}`,
  `delete from capture where ${OF_UNITS} or ${OF_THEIR_REQUESTS}`,
  `delete from shadow where ${OF_THEIR_REQUESTS}`,
  `delete from assignment where ${OF_UNITS} or ${OF_THEIR_REQUESTS}`,
  `delete from request where ${OF_UNITS}`,
  "delete from unread where exists (select 1 from (select unnest($1) as unit) where unit <> '' and contains(line, unit))",
]

/**
 * Takes as long as copying the store. When it rejects after the rows are gone, the next call, of any units, or the next
 * pass of retention erases their bytes.
 *
 * @param units - as they are recorded: pseudonyms, or raw when so configured
 * @param now - ms since the epoch
 */
export async function forgetUnits(file: DuckDbFile, units: readonly string[], now: number): Promise<number> {
  const gone = units.length === 0 ? 0 : await file.write(statements => deleteUnits(statements, units, now))
  await rewriteIfMarked(file, now)
  return gone
}

async function deleteUnits(statements: Statements, units: readonly string[], now: number): Promise<number> {
  const wanted = listValue(units)
  let gone = 0
  for (const deletion of DELETIONS) gone += await statements.run(deletion, [wanted])
  if (gone > 0) await markForRewrite(statements, now)
  return gone
}
