// How requests fell to the variants of their splits.
import { listValue } from '@duckdb/node-api'
import { sql } from 'kysely'
import type { ShareCount, SharePhase, SplitRevision, TimeWindow } from '../event-store.ts'
import type { DuckDbFile } from './connection.ts'
import { type Fragment, numberOf, readRows, timestamp } from './query-sql.ts'

type Reader = Pick<DuckDbFile, 'read'>

export async function readSplitRevisions(
  file: Reader,
  router: string | null,
  window: TimeWindow,
): Promise<SplitRevision[]> {
  const rows = await readRows(
    file,
    sql`
      select route, revision, max(salt) as salt, epoch_ms(min("at")) as first_at, epoch_ms(max("at")) as last_at
      from request where ${wasSplit(router, window)}
      group by route, revision order by route, revision`,
  )
  return rows.map(row => ({
    route: String(row['route']),
    revision: numberOf(row['revision']),
    salt: row['salt'] as string | null,
    first_at: numberOf(row['first_at']),
    last_at: numberOf(row['last_at']),
  }))
}

/** Where no unit is recorded, the request is one. */
export async function readShares(
  file: Reader,
  router: string | null,
  window: TimeWindow,
  phases: readonly SharePhase[],
): Promise<ShareCount[]> {
  if (phases.every(({ revisions }) => revisions.length === 0)) return []
  const rows = await readRows(
    file,
    sql`
      with phase as (${phaseRows(phases)}),
      decided as (
        select phase.phase, assigned, "at", unit_kind, coalesce(unit, request_id) as unit
        from request join phase using (route, revision) where ${wasSplit(router, window)}),
      first as (
        select phase, unit_kind, unit, arg_min(assigned, "at") as variant from decided group by phase, unit_kind, unit),
      counts as (
        select phase, assigned as variant, count(*) as requests, 0 as units, 0 as single_requests
        from decided group by phase, assigned
        union all
        select phase, variant, 0, count(*), count(*) filter (unit_kind is null or unit_kind = 'request')
        from first group by phase, variant)
      select phase, variant, sum(requests) as requests, sum(units) as units, sum(single_requests) as single_requests
      from counts group by phase, variant order by phase, variant`,
  )
  return rows.map(row => ({
    phase: numberOf(row['phase']),
    variant: String(row['variant']),
    requests: numberOf(row['requests']),
    units: numberOf(row['units']),
    single_requests: numberOf(row['single_requests']),
  }))
}

function wasSplit(router: string | null, { since, until }: TimeWindow): Fragment {
  return sql`router is not distinct from ${router} and "at" >= ${timestamp(since)} and "at" < ${timestamp(until)}
    and reason in ('split', 'key_routing') and assigned is not null and route is not null`
}

function phaseRows(phases: readonly SharePhase[]): Fragment {
  const rows = phases.flatMap(({ route, revisions }, phase) =>
    revisions.map(revision => ({ phase, route, revision })),
  )
  return sql`
    select unnest(${listValue(rows.map(({ phase }) => phase))})::integer as phase,
      unnest(${listValue(rows.map(({ route }) => route))})::varchar as route,
      unnest(${listValue(rows.map(({ revision }) => revision))})::bigint as revision`
}
