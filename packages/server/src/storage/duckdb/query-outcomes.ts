// Outcomes as they stand now, and what was captured of a request.
import type { OutcomeEvent } from '@weir/core/event'
import { sql } from 'kysely'
import type { DuckDbFile } from './connection.ts'
import { lineOfRow } from './line-sql.ts'
import { readRows } from './query-sql.ts'
import { EVENT_TABLES } from './tables.ts'

type Reader = Pick<DuckDbFile, 'read'>

const OUTCOME_LINE = sql.raw(lineOfRow(EVENT_TABLES.outcome))

export type OutcomeSubject = { readonly request_id: string } | { readonly unit: string }

export interface CapturedText {
  readonly prompt: string
  readonly answer: string
}

/** The newest version of each; one that has since been said of something else is not among them. Oldest first. */
export async function readOutcomes(file: Reader, about: OutcomeSubject): Promise<OutcomeEvent[]> {
  const isAbout = 'request_id' in about ? sql`request_id = ${about.request_id}` : sql`unit = ${about.unit}`
  const rows = await readRows(
    file,
    sql`
      select ${OUTCOME_LINE} as line from (
        select * from outcome
        where (tenant, id) in (select (tenant, id) from outcome where ${isAbout})
        qualify row_number() over (partition by tenant, id order by "at" desc, seq desc) = 1)
      where ${isAbout}
      order by "at", seq`,
  )
  return rows.map(row => JSON.parse(String(row['line'])) as OutcomeEvent)
}

export async function readCapture(file: Reader, requestId: string): Promise<CapturedText | undefined> {
  const [row] = await readRows(
    file,
    sql`select prompt, answer from capture where request_id = ${requestId} order by seq desc limit 1`,
  )
  return row === undefined ? undefined : { prompt: String(row['prompt']), answer: String(row['answer']) }
}
