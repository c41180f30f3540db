// From rows back to the events that were recorded.
import type { RequestEvent } from '@weir/core/event'
import type { DuckDbFile, Row } from './connection.ts'
import { lineOfRow } from './line-sql.ts'
import { EVENT_TABLES } from './tables.ts'

/** An expression over the columns of `request`, for `readRequest`: `select ${REQUEST_LINE} as line from request`. */
export const REQUEST_LINE: string = lineOfRow(EVENT_TABLES.request)

/** @param row - with the column `line` */
export function readRequest(row: Row): RequestEvent {
  return JSON.parse(row['line'] as string) as RequestEvent
}

/** How far the time in an id and that of its event may be apart, in ms. */
const APART_MS = 60_000

export async function requestById(file: DuckDbFile, id: string): Promise<RequestEvent | undefined> {
  const at = timeOf(id)
  const near =
    at === undefined
      ? []
      : await file.read(
          `select ${REQUEST_LINE} as line from request
           where request_id = $1 and "at" between epoch_ms($2::bigint) and epoch_ms($3::bigint) limit 1`,
          [id, BigInt(at - APART_MS), BigInt(at + APART_MS)],
        )
  const [row] =
    near.length > 0
      ? near
      : await file.read(`select ${REQUEST_LINE} as line from request where request_id = $1 limit 1`, [id])
  return row === undefined ? undefined : readRequest(row)
}

/**
 * Ids begin with the time at which they were made, and tables are about in order of time: so only a small part of one
 * has to be looked through. Ids of another making are found by looking through all of it.
 */
function timeOf(id: string): number | undefined {
  const hex = /^wr_([\da-f]{12})/.exec(id)?.[1]
  return hex === undefined ? undefined : Number.parseInt(hex, 16)
}
