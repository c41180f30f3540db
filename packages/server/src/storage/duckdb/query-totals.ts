// What requests add up to: the columns of totals, and how a row of them reads.
import { sql } from 'kysely'
import type { RequestTotals } from '../event-store.ts'
import type { Row } from './connection.ts'
import { type Fragment, finiteOrNull, listed, numberOf } from './query-sql.ts'

/**
 * How quantiles are found. `exact` interpolates between neighbours, and holds every time of a group in memory.
 * `estimated` is a t-digest of bounded size: within one percent of rank for large groups (0.7 % of the value at p99,
 * of 50,000 log-normal latencies and more), within half a neighbour of the exact rank for groups of a few.
 */
export type QuantileMethod = 'exact' | 'estimated'

const FUNCTIONS: Readonly<Record<QuantileMethod, Fragment>> = {
  exact: sql.raw('quantile_cont'),
  estimated: sql.raw('approx_quantile'),
}

const SHARES = [0.5, 0.95, 0.99] as const

/** Sums are of 128 bits, so exact whatever they are of. */
export function totalColumns(method: QuantileMethod): Fragment {
  return listed([
    sql`count(*) as requests`,
    sql`count(*) filter (outcome in ('failed', 'stream_broken')) as errors`,
    sql`sum(input_tokens) as input_tokens`,
    sql`sum(cached_input_tokens) as cached_input_tokens`,
    sql`sum(output_tokens) as output_tokens`,
    sql`sum(reasoning_tokens) as reasoning_tokens`,
    ...costColumns(),
    ...quantiles(method, 'total_ms', 'latency'),
    ...quantiles(method, 'first_token_ms', 'first_token'),
  ])
}

export function costColumns(): Fragment[] {
  return [
    sql`sum(cost_nano_usd) as cost_nano_usd`,
    sql`count(*) filter (outcome = 'ok' and served is not null and cost_nano_usd is null) as unpriced`,
  ]
}

/** DuckDB computes the list once for all three that are taken from it. */
function quantiles(method: QuantileMethod, column: string, name: string): Fragment[] {
  const shares = sql.raw(`[${SHARES.join(', ')}]`)
  const list = sql`${FUNCTIONS[method]}(${sql.ref(column)}, ${shares}) filter (outcome = 'ok')`
  return SHARES.map(
    (share, index) => sql`(${list})[${sql.lit(index + 1)}] as ${sql.ref(`${name}_p${share * 100}_ms`)}`,
  )
}

/** @param all - how many requests the shares are of */
export function readTotals(row: Row, all: number): RequestTotals {
  const requests = numberOf(row['requests'])
  return {
    requests,
    share: all === 0 ? 0 : requests / all,
    errors: numberOf(row['errors']),
    input_tokens: numberOf(row['input_tokens']),
    cached_input_tokens: numberOf(row['cached_input_tokens']),
    output_tokens: numberOf(row['output_tokens']),
    reasoning_tokens: numberOf(row['reasoning_tokens']),
    cost_nano_usd: finiteOrNull(row['cost_nano_usd']),
    unpriced: numberOf(row['unpriced']),
    latency_p50_ms: finiteOrNull(row['latency_p50_ms']),
    latency_p95_ms: finiteOrNull(row['latency_p95_ms']),
    latency_p99_ms: finiteOrNull(row['latency_p99_ms']),
    first_token_p50_ms: finiteOrNull(row['first_token_p50_ms']),
    first_token_p95_ms: finiteOrNull(row['first_token_p95_ms']),
    first_token_p99_ms: finiteOrNull(row['first_token_p99_ms']),
  }
}
