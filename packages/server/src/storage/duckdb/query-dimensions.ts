// Dimensions that requests are grouped by, as columns.
import { sql } from 'kysely'
import type { RequestDimension, RequestFilter } from '../event-store.ts'
import type { Row } from './connection.ts'
import { conditionOf } from './query-filter.ts'
import { type Fragment, listed } from './query-sql.ts'

/**
 * What `from` takes: the requests that the filter lets through, once for each tag when tags are grouped by. A request
 * without tags counts once, under null.
 */
export function sourceOf(filter: RequestFilter, by: readonly RequestDimension[]): Fragment {
  const condition = conditionOf(filter)
  if (!by.includes('tag')) return sql`request where ${condition}`
  return sql`(select *, unnest(if(len(tags) = 0, [null], tags)) as tag from request where ${condition})`
}

/** `value_0`, `value_1`, ...: a dimension may come twice, and some have the names of totals. */
export function valueColumns(by: readonly RequestDimension[]): Fragment[] {
  return by.map((dimension, index) => sql`${sql.ref(dimension)} as ${valueName(index)}`)
}

export function noValueColumns(by: readonly RequestDimension[]): Fragment[] {
  return by.map((_, index) => sql`null as ${valueName(index)}`)
}

/** Of any order, always the same: what has no value comes last. */
export function valueOrder(by: readonly RequestDimension[]): Fragment[] {
  return by.map((_, index) => sql`${valueName(index)} asc nulls last`)
}

/** The columns by position: what has no dimension is one group. */
export function groupBy(columns: readonly Fragment[]): Fragment {
  return columns.length === 0 ? sql`` : sql`group by ${listed(columns.map((_, index) => sql.lit(index + 1)))}`
}

export function readValues(row: Row, by: readonly RequestDimension[]): (string | number | null)[] {
  return by.map((_, index) => readValue(row[`value_${index}`]))
}

function readValue(value: unknown): string | number | null {
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

function valueName(index: number): Fragment {
  return sql.ref(`value_${index}`)
}
