// Where a walk over requests stands: opaque to who carries it, complete, and checked when it comes back.
import { CursorError, type RequestPageQuery } from '../event-store.ts'

/** The last request shown, by what requests are sorted by; the walk is over those taken in up to `newest`. */
export interface Position {
  /** Times in microseconds since the epoch, as the table has them. */
  readonly value: number | null
  readonly at: number
  readonly seq: number
  readonly newest: number
}

type Sorting = Pick<RequestPageQuery, 'sort' | 'order'>

const VERSION = 1

export function writeCursor({ sort, order }: Sorting, { value, at, seq, newest }: Position): string {
  return Buffer.from(JSON.stringify([VERSION, sort, order, value, at, seq, newest])).toString('base64url')
}

/** @throws CursorError when no page of such a query gave it out */
export function readCursor({ sort, order }: Sorting, cursor: string): Position {
  const [version, ofSort, ofOrder, value, at, seq, newest, ...more] = partsOf(cursor)
  const isOurs = version === VERSION && ofSort === sort && ofOrder === order && more.length === 0
  if (!isOurs || !isValue(value) || !isWhole(at) || !isWhole(seq) || !isWhole(newest)) throw new CursorError()
  return { value, at, seq, newest }
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(parts) ? parts : []
  } catch {
    return []
  }
}

function isValue(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isFinite(value))
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
