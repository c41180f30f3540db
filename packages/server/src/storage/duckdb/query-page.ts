// Pages of requests. A walk is over the requests that were there when it began, each once, whatever comes in meanwhile.
import { sql } from 'kysely'
import type { RequestPage, RequestPageQuery, RequestSort } from '../event-store.ts'
import type { DuckDbFile, Row } from './connection.ts'
import { type Position, readCursor, writeCursor } from './query-cursor.ts'
import { allOf, conditionOf } from './query-filter.ts'
import { type Fragment, finiteOrNull, microsecond, numberOf, readRows } from './query-sql.ts'
import { REQUEST_LINE, readRequest } from './read-request.ts'

type Reader = Pick<DuckDbFile, 'read'>

/** Microseconds since the epoch, as are all times of this file. */
interface Extent {
  readonly first: number
  readonly last: number
  /** `seq` of the request taken in last. */
  readonly newest: number
}

const HOUR_US = 3_600_000_000
/** How far a page by time looks at first, and then: what is asked for is mostly near, and the rest is not looked at. */
const STRETCHES = [HOUR_US, 24 * HOUR_US, 720 * HOUR_US]
/** Rows that have numbers this close lie in the same part of a table. */
const NEAR = 2048

/**
 * First which requests, then those: sorting needs few columns, and a whole row has fifty.
 *
 * @throws CursorError when `after` is not from such a query
 */
export async function readPage(file: Reader, query: RequestPageQuery): Promise<RequestPage> {
  const after = query.after === undefined ? undefined : readCursor(query, query.after)
  const extent = await readExtent(file)
  if (extent === undefined) return { items: [], next: null }
  const newest = after?.newest ?? extent.newest
  const found = await findRows(file, query, after, { ...extent, newest })
  const shown = found.slice(0, query.limit).map(row => readPosition(row, newest))
  const last = shown.at(-1)
  const items = await readRequests(
    file,
    shown.map(position => position.seq),
  )
  return { items, next: found.length > query.limit && last !== undefined ? writeCursor(query, last) : null }
}

/** DuckDB has these at hand. @returns undefined when there are no requests */
async function readExtent(file: Reader): Promise<Extent | undefined> {
  const [row] = await readRows(
    file,
    sql`select epoch_us(min("at")) as first, epoch_us(max("at")) as last, max(seq) as newest from request`,
  )
  if (row === undefined || row['newest'] === null) return undefined
  return {
    first: numberOf(row['first']),
    last: numberOf(row['last']),
    newest: numberOf(row['newest']),
  }
}

/** One more than a page, if there are so many. */
async function findRows(
  file: Reader,
  query: RequestPageQuery,
  after: Position | undefined,
  extent: Extent,
): Promise<Row[]> {
  for (const stretch of query.sort === 'at' ? STRETCHES : []) {
    const end = endOf(stretch, query, after, extent)
    if (end === undefined) break
    const rows = await readRows(file, positions(query, after, allOf([isTaken(extent), end])))
    if (rows.length > query.limit) return rows
  }
  return readRows(file, positions(query, after, isTaken(extent)))
}

function isTaken({ newest }: Extent): Fragment {
  return sql`seq <= ${newest}`
}

/** @returns undefined when the stretch reaches as far as there are requests */
function endOf(
  stretch: number,
  { order, filter: { since = -Infinity, until = Infinity } }: RequestPageQuery,
  after: Position | undefined,
  { first, last }: Extent,
): Fragment | undefined {
  if (order === 'ascending') {
    const end = (after?.at ?? Math.max(first, since * 1000)) + stretch
    return end < last ? sql`"at" <= ${microsecond(end)}` : undefined
  }
  const end = (after?.at ?? Math.min(last, until * 1000)) - stretch
  return end > first ? sql`"at" >= ${microsecond(end)}` : undefined
}

function positions(
  { filter, sort, order, limit }: RequestPageQuery,
  after: Position | undefined,
  condition: Fragment,
): Fragment {
  const direction = sql.raw(order === 'ascending' ? 'asc' : 'desc')
  const { column, read } = SORTED_BY[sort]
  const conditions = [
    conditionOf(filter),
    condition,
    ...(after === undefined ? [] : [isAfter(after, sort, order)]),
  ]
  return sql`
    select seq, epoch_us("at") as at_us, ${read} as sort_value
    from request where ${allOf(conditions)}
    order by ${column} ${direction} nulls last, "at" ${direction}, seq ${direction}
    limit ${limit + 1}`
}

interface SortColumn {
  readonly column: Fragment
  readonly read: Fragment
  /** The value of a position as the column has it. */
  readonly write: (value: number) => Fragment
}

function numeric(name: Exclude<RequestSort, 'at'>): SortColumn {
  return { column: sql.ref(name), read: sql.ref(name), write: value => sql`${value}` }
}

const SORTED_BY: Readonly<Record<RequestSort, SortColumn>> = {
  at: { column: sql`"at"`, read: sql`epoch_us("at")`, write: microsecond },
  total_ms: numeric('total_ms'),
  first_token_ms: numeric('first_token_ms'),
  cost_nano_usd: numeric('cost_nano_usd'),
  output_tokens: numeric('output_tokens'),
}

/** Requests without a value come last in either order. */
function isAfter(after: Position, sort: RequestSort, order: RequestPageQuery['order']): Fragment {
  const { column, write } = SORTED_BY[sort]
  const beyond = sql.raw(order === 'ascending' ? '>' : '<')
  const at = microsecond(after.at)
  const tied = sql`("at" ${beyond} ${at} or ("at" = ${at} and seq ${beyond} ${after.seq}))`
  if (after.value === null) return sql`(${column} is null and ${tied})`
  const value = write(after.value)
  const later = sql`(${column} ${beyond} ${value} or (${column} = ${value} and ${tied}))`
  return sort === 'at' ? later : sql`(${column} is null or ${later})`
}

function readPosition(row: Row, newest: number): Position {
  return {
    value: finiteOrNull(row['sort_value']),
    at: numberOf(row['at_us']),
    seq: numberOf(row['seq']),
    newest,
  }
}

/** In the order asked for; one erased since it was found is left out. */
async function readRequests(file: Reader, seqs: readonly number[]): Promise<RequestPage['items']> {
  if (seqs.length === 0) return []
  const rows = await readRows(file, sql.join(runsOf(seqs).map(rowsOfRun), sql` union all `))
  const bySeq = new Map(rows.map(row => [numberOf(row['seq']), row]))
  return seqs.flatMap(seq => {
    const row = bySeq.get(seq)
    return row === undefined ? [] : [readRequest(row)]
  })
}

/** A range is looked up at once; a list of numbers from all over the table costs a look at everything between. */
function rowsOfRun(run: readonly number[]): Fragment {
  return sql`select seq, ${sql.raw(REQUEST_LINE)} as line from request
    where seq between ${run[0]} and ${run.at(-1)} and seq in (${sql.join(run)})`
}

function runsOf(seqs: readonly number[]): number[][] {
  const runs: number[][] = []
  for (const seq of seqs.toSorted((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run !== undefined && seq - (run.at(-1) as number) <= NEAR) run.push(seq)
    else runs.push([seq])
  }
  return runs
}
