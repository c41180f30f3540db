// Rows of a file of lines: what each kind's table takes of it, and what is kept aside because no table does.
import type { EventKind } from '@weir/core/event'
import type { IngestReport } from '../event-store.ts'
import type { Statements } from './connection.ts'
import { columnsOfLines, isEvent, quoted, rowOfLine, structureOfLines } from './line-sql.ts'
import { ALL_TABLES, type EventTable } from './tables.ts'

/** How many lines name which kind; those that are no JSON object, or name none, are under null. */
export type LineCounts = ReadonlyMap<string | null, number>

/** Where lines come from, and when. */
export interface Source {
  readonly batch: string
  /** ms since the epoch. */
  readonly now: number
}

export interface Lines extends Source {
  readonly path: string
  readonly counts: LineCounts
  /** The events get numbers from the next one on. */
  readonly after: number
}

export interface TakenLines {
  readonly report: IngestReport
  /** `seq` of the last event. */
  readonly last: number
}

/**
 * Counts the lines of a file by kind. Two columns are named because DuckDB takes ten times as long for a single one.
 *
 * @returns undefined when a line is too long for the file to be read
 */
export async function countLines(statements: Statements, path: string): Promise<LineCounts | undefined> {
  try {
    const rows = await statements.all(
      `select kind, count(*) as lines
       from read_ndjson($1, columns = {kind: 'VARCHAR', version: 'INTEGER'}, ignore_errors = true) group by kind`,
      [asPattern(path)],
    )
    return new Map(rows.map(row => [row['kind'] as string | null, Number(row['lines'])]))
  } catch (error) {
    if (error instanceof Error && error.message.includes('maximum_object_size')) return undefined
    throw error
  }
}

/** @returns 0 when there were no events yet */
export async function highestSeq(statements: Statements): Promise<number> {
  const [row] = await statements.all('select coalesce(max(last_seq), 0) as seq from batch')
  return Number(row?.['seq'])
}

/** @param last - highest `seq` up to now */
export async function noteBatch(statements: Statements, { batch, now }: Source, last: number): Promise<void> {
  await statements.run('insert into batch (id, "at", last_seq) values ($1, epoch_ms($2::bigint), $3)', [
    batch,
    BigInt(now),
    BigInt(last),
  ])
}

/** Inserts what the tables take, and keeps the other objects aside as they are. */
export async function takeLines(statements: Statements, lines: Lines): Promise<TakenLines> {
  const { taken, last } = await insertEvents(statements, lines, insertOf)
  const others = sum(lines.counts.values()) - (last - lines.after)
  const unread = others === 0 ? 0 : await keepOthers(statements, lines)
  return { report: { taken, skipped: others - unread, unread }, last }
}

/** Inserts what the tables take and do not have yet. */
export async function takeNewLines(statements: Statements, lines: Lines): Promise<TakenLines> {
  const { taken, last } = await insertEvents(statements, lines, insertNewOf)
  return { report: { taken, skipped: 0, unread: 0 }, last }
}

async function insertEvents(
  statements: Statements,
  lines: Lines,
  insert: (table: EventTable) => string,
): Promise<{ readonly taken: IngestReport['taken']; readonly last: number }> {
  const taken: Partial<Record<EventKind, number>> = {}
  let last = lines.after
  for (const table of ALL_TABLES) {
    if (!lines.counts.has(table.kind)) continue
    const count = await statements.run(insert(table), [asPattern(lines.path), BigInt(last)])
    if (count > 0) taken[table.kind] = count
    last += count
  }
  return { taken, last }
}

function insertOf(table: EventTable): string {
  return `${insertInto(table)} select $2::bigint + row_number() over (), * from (${rowsOfLines(table)})`
}

/** What is there already is looked for only in the time that the file is of. */
function insertNewOf(table: EventTable): string {
  const identity = ['at', ...table.identity].map(quoted)
  const isSame = identity.map(column => `old.${column} = new.${column}`).join(' and ')
  return `with new as materialized (
      select * from (${rowsOfLines(table)}) qualify row_number() over (partition by ${identity.join(', ')}) = 1),
    old as (select ${identity.join(', ')} from ${quoted(table.kind)}
      where "at" between (select min("at") from new) and (select max("at") from new))
    ${insertInto(table)} select $2::bigint + row_number() over (order by "at"), * from new
    where not exists (select 1 from old where ${isSame})`
}

function insertInto(table: EventTable): string {
  const columns = rowOfLine(table).map(([column]) => quoted(column))
  return `insert into ${quoted(table.kind)} (seq, ${columns.join(', ')})`
}

function rowsOfLines(table: EventTable): string {
  const columns = rowOfLine(table).map(([column, sql]) => `${sql} as ${quoted(column)}`)
  return `select ${columns.join(', ')}
    from read_ndjson($1, columns = ${columnsOfLines(table)}, ignore_errors = true) where ${isEvent(table)}`
}

/** Objects that are no event of any table: of a newer program, or damaged. */
function keepOthers(statements: Statements, lines: Lines): Promise<number> {
  const readable = ALL_TABLES.map(
    table =>
      `coalesce((select ${isEvent(table)} from (select unnest(from_json(line, '${structureOfLines(table)}')))), false)`,
  )
  return statements.run(
    `insert into unread select $2, epoch_ms($3::bigint), line
     from (select json as line from read_ndjson_objects($1, ignore_errors = true))
     where json_type(line) = 'OBJECT' and not (${readable.join(' or ')})`,
    [asPattern(lines.path), lines.batch, BigInt(lines.now)],
  )
}

/** Keeps one line aside that is too long to be read. */
export async function keepLine(statements: Statements, source: Source, line: string): Promise<void> {
  await statements.run('insert into unread values ($1, epoch_ms($2::bigint), $3)', [
    source.batch,
    BigInt(source.now),
    line,
  ])
}

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}

/** DuckDB takes a path for a pattern of paths. */
function asPattern(path: string): string {
  return path.replace(/[*?[]/g, '[$&]')
}
