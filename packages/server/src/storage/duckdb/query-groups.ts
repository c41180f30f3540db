// Requests by dimensions: groups of a whole window, and usage in buckets of time.
import { sql } from 'kysely'
import type {
  GroupQuery,
  GroupResult,
  RequestFilter,
  Spending,
  UsageQuery,
  UsageRow,
} from '../event-store.ts'
import type { DuckDbFile, Row } from './connection.ts'
import {
  groupBy,
  noValueColumns,
  readValues,
  sourceOf,
  valueColumns,
  valueOrder,
} from './query-dimensions.ts'
import { conditionOf } from './query-filter.ts'
import { type Fragment, finiteOrNull, listed, numberOf, readRows } from './query-sql.ts'
import { costColumns, type QuantileMethod, readTotals, totalColumns } from './query-totals.ts'

/** Requests beyond which exact quantiles take more memory than they are worth: some 32 bytes for each. */
const EXACT_REQUESTS = 4_000_000

type Reader = Pick<DuckDbFile, 'read'>

/** Groups and their total are of one snapshot: one statement. */
export async function readGroups(file: Reader, query: GroupQuery): Promise<GroupResult> {
  const method = await quantileMethod(file, query.filter)
  const [total, ...groups] = await readRows(file, groupsAndTotal(query, method))
  if (total === undefined) throw new Error('a total is always there')
  const all = numberOf(total['requests'])
  return {
    groups: groups.map(row => ({ values: readValues(row, query.by), ...readTotals(row, all) })),
    total: readTotals(total, all),
    count: numberOf(groups[0]?.['groups']),
  }
}

export async function readUsage(file: Reader, query: UsageQuery): Promise<UsageRow[]> {
  const method = await quantileMethod(file, query.filter)
  const rows = await readRows(file, usageRows(query, method))
  return rows.map(row => ({
    at: numberOf(row['bucket']),
    values: readValues(row, query.by),
    ...readTotals(row, numberOf(row['all_requests'])),
  }))
}

export async function readSpending(file: Reader, filter: RequestFilter): Promise<Spending> {
  const [row = {}] = await readRows(
    file,
    sql`select ${listed(costColumns())}, epoch_ms(min("at")) as first_at from request where ${conditionOf(filter)}`,
  )
  const { cost_nano_usd, unpriced, first_at } = row
  return {
    cost_nano_usd: finiteOrNull(cost_nano_usd),
    unpriced: numberOf(unpriced),
    first_at: finiteOrNull(first_at),
  }
}

/** The total comes first. */
function groupsAndTotal({ filter, by, sort, limit }: GroupQuery, method: QuantileMethod): Fragment {
  const values = valueColumns(by)
  const totals = totalColumns(method)
  const order = listed([...SORTS[sort], ...valueOrder(by)])
  return sql`
    select ${listed([...noValueColumns(by), sql`true as is_total`, sql`0 as groups`, totals])}
    from request where ${conditionOf(filter)}
    union all
    select * from (
      select ${listed([...values, sql`false as is_total`, sql`count(*) over () as groups`, totals])}
      from ${sourceOf(filter, by)} ${groupBy(values)}
      order by ${order} limit ${limit})
    order by is_total desc, ${order}`
}

const SORTS: Readonly<Record<GroupQuery['sort'], readonly Fragment[]>> = {
  requests: [sql`requests desc`],
  cost_nano_usd: [sql`cost_nano_usd desc nulls last`],
  errors: [sql`errors desc`],
  latency_p95_ms: [sql`latency_p95_ms desc nulls last`],
  values: [],
}

function usageRows({ filter, bucket, by }: UsageQuery, method: QuantileMethod): Fragment {
  const begin = sql`epoch_ms("at") // ${bucket}::bigint * ${bucket}::bigint as bucket`
  const columns = [begin, ...valueColumns(by)]
  const all = sql`(select count(*) from request where ${conditionOf(filter)}) as all_requests`
  return sql`
    select ${listed([...columns, all, totalColumns(method)])}
    from ${sourceOf(filter, by)} ${groupBy(columns)}
    order by ${listed([sql`bucket`, ...valueOrder(by)])}`
}

async function quantileMethod(file: Reader, filter: RequestFilter): Promise<QuantileMethod> {
  const [row] = await readRows(
    file,
    sql`select count(*) as requests from request where ${conditionOf(filter)}`,
  )
  return numberOf((row as Row)['requests']) <= EXACT_REQUESTS ? 'exact' : 'estimated'
}
