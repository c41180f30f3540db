// How requests fell to the variants of their splits.
import { sql } from 'kysely'
import type { ShareCount } from '../event-store.ts'
import type { DuckDbFile } from './connection.ts'
import { numberOf, readRows, timestamp } from './query-sql.ts'

export interface ShareWindow {
  readonly since: number
  readonly until: number
}

/**
 * By route, revision and variant, oldest first. A unit is counted in each revision that it came in, so units of several
 * revisions do not add up.
 */
export async function readShares(
  file: Pick<DuckDbFile, 'read'>,
  router: string | null,
  { since, until }: ShareWindow,
): Promise<ShareCount[]> {
  const rows = await readRows(
    file,
    sql`
      select route, revision, assigned as variant, count(*) as requests, count(distinct unit) as units,
        epoch_ms(min("at")) as first_at, epoch_ms(max("at")) as last_at
      from request
      where router is not distinct from ${router} and "at" >= ${timestamp(since)} and "at" < ${timestamp(until)}
        and reason in ('split', 'key_routing') and assigned is not null and route is not null
      group by route, revision, assigned
      order by route, revision, assigned`,
  )
  return rows.map(row => ({
    route: String(row['route']),
    revision: numberOf(row['revision']),
    first_at: numberOf(row['first_at']),
    last_at: numberOf(row['last_at']),
    variant: String(row['variant']),
    requests: numberOf(row['requests']),
    units: numberOf(row['units']),
  }))
}
