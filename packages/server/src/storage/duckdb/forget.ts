// Erases what is known of units: from the tables first, then from the bytes of the file.
import { listValue } from '@duckdb/node-api'
import type { RecordedUnit } from '../event-store.ts'
import { isNamedInPrompt } from '../named-in-prompt.ts'
import type { DuckDbFile, Row, Statements } from './connection.ts'
import { markForRewrite, rewriteIfMarked } from './upkeep.ts'

const WANTED = '(select unnest($1) as unit, unnest($2) as kind) as wanted'
/** Of a table that says of which kind its units are. */
const OF_UNITS = (table: string) =>
  `exists (select 1 from ${WANTED} where wanted.unit = ${table}.unit and wanted.kind in ('', ${table}.unit_kind))`
const OF_THEIR_REQUESTS = `request_id in (select request_id from request where ${OF_UNITS('request')})`

/**
 * What hangs on the requests of a unit goes before they do. Captures do not say of which kind their unit is: of two that
 * are alike both go. Lines that nobody could read are searched as text, and for units that are no pseudonyms in quotes:
 * a short one is in all.
 */
const DELETIONS: readonly string[] = [
  `delete from outcome where ${OF_UNITS('outcome')} or ${OF_THEIR_REQUESTS}`,
  `delete from capture where unit in (select unit from ${WANTED}) or ${OF_THEIR_REQUESTS}`,
  `delete from shadow where ${OF_THEIR_REQUESTS}`,
  `delete from assignment where ${OF_UNITS('assignment')} or ${OF_THEIR_REQUESTS}`,
  `delete from request where ${OF_UNITS('request')}`,
  `delete from unread where exists (select 1 from ${WANTED} where wanted.unit <> ''
     and contains(line, if(regexp_full_match(wanted.unit, '[0-9a-f]{32}'), wanted.unit, to_json(wanted.unit)::varchar)))`,
]

/**
 * Takes as long as copying the store. When it rejects after the rows are gone, the next call, of any units, or the next
 * pass of retention erases their bytes.
 *
 * @param now - ms since the epoch
 */
export async function forgetUnits(
  file: DuckDbFile,
  units: readonly RecordedUnit[],
  now: number,
): Promise<number> {
  const gone = units.length === 0 ? 0 : await file.write(statements => deleteUnits(statements, units, now))
  await rewriteIfMarked(file, now)
  return gone
}

async function deleteUnits(
  statements: Statements,
  units: readonly RecordedUnit[],
  now: number,
): Promise<number> {
  const wanted = [listValue(units.map(({ unit }) => unit)), listValue(units.map(({ kind }) => kind ?? ''))]
  let gone = await deleteNaming(statements, units)
  for (const deletion of DELETIONS) gone += await statements.run(deletion, wanted)
  if (gone > 0) await markForRewrite(statements, now)
  return gone
}

/** Captures in memory at once: a prompt has up to 256 KiB. */
const PAGE = 100
/** Those that have the text of a unit somewhere, or escapes that may spell it. */
const CANDIDATES = `select request_id, prompt from capture where request_id > $2
  and (contains(prompt, '\\u') or exists (select 1 from (select unnest($1) as text) as wanted where contains(prompt, wanted.text)))
  order by request_id limit ${PAGE}`

/** Captures of whoever, in whose prompts one of the units is named. */
async function deleteNaming(statements: Statements, units: readonly RecordedUnit[]): Promise<number> {
  const raw = units.filter(({ kind }) => kind !== null)
  if (raw.length === 0) return 0
  const texts = listValue(raw.map(({ unit }) => JSON.stringify(unit).slice(1, -1)))
  const naming: string[] = []
  let page: readonly Row[]
  let last = ''
  do {
    page = await statements.all(CANDIDATES, [texts, last])
    for (const { request_id, prompt } of page) {
      last = String(request_id)
      if (raw.some(unit => isNamedInPrompt(String(prompt), unit))) naming.push(last)
    }
  } while (page.length === PAGE)
  if (naming.length === 0) return 0
  return statements.run('delete from capture where request_id in (select unnest($1))', [listValue(naming)])
}
