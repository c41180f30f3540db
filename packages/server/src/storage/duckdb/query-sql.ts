// SQL put together from fragments: text is ours, values are always bound.
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely'
import type { DuckDbFile, Row, SqlValue } from './connection.ts'

export type Fragment = RawBuilder<unknown>

/** Only compiles: DuckDB writes names and parameters as PostgreSQL does. */
const compiler = new Kysely<never>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

/** Rows of a query, in one snapshot of the tables. */
export function readRows(file: Pick<DuckDbFile, 'read'>, query: Fragment): Promise<Row[]> {
  const { sql: text, parameters } = query.compile(compiler)
  return file.read(text, parameters as SqlValue[])
}

export function listed(fragments: readonly Fragment[]): Fragment {
  return sql.join(fragments, sql`, `)
}

/** What a timestamp can hold, and then some. */
const LAST_MS = 8.64e15

/** A time of an event as a parameter. @param at - milliseconds since the epoch; beyond all times is the end of time */
export function timestamp(at: number): Fragment {
  const within = Math.max(-LAST_MS, Math.min(LAST_MS, Math.ceil(at)))
  return sql`make_timestamp_ms(${within}::bigint)`
}

/** The same of microseconds since the epoch. */
export function microsecond(at: number): Fragment {
  return sql`make_timestamp(${at}::bigint)`
}

/** Integers of 64 bits and more come as bigint; sums of events' numbers fit a double exactly below 2^53. */
export function numberOf(value: unknown): number {
  return Number(value ?? 0)
}

export function finiteOrNull(value: unknown): number | null {
  if (value == null) return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}
