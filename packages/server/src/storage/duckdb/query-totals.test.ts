import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequestTotals } from '../event-store.ts'
import { DuckDbFile } from './connection.ts'
import { readRows } from './query-sql.ts'
import { type QuantileMethod, readTotals, totalColumns } from './query-totals.ts'

let directory: string
let file: DuckDbFile

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'weir-duckdb-'))
  file = await DuckDbFile.open({ directory, memoryLimit: 2 ** 28, threads: 2 })
})

afterAll(async () => {
  await file.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Totals of so many requests whose latencies are 0, 1, 2, ... ms, in no order, and of as many that failed fast. */
async function totals(requests: number, method: QuantileMethod): Promise<RequestTotals> {
  const [row] = await readRows(
    file,
    sql`
      select ${totalColumns(method)} from (
        select if(i % 2 = 0, 'ok', 'failed') as outcome, if(i % 2 = 0, i // 2, 0)::double as total_ms,
          (i // 2 / 10)::double as first_token_ms, null::bigint as input_tokens, null::bigint as cached_input_tokens,
          null::bigint as output_tokens, null::bigint as reasoning_tokens, null::bigint as cost_nano_usd,
          'a' as served
        from range(${2 * requests}) numbers(i) order by hash(i))`,
  )
  return readTotals(row ?? {}, 2 * requests)
}

describe.each(['exact', 'estimated'] as const)('%s quantiles', method => {
  test.each([1, 10, 1000, 300_000])('of %d requests are of the rank they should be', async requests => {
    const { latency_p50_ms, latency_p95_ms, latency_p99_ms, first_token_p99_ms } = await totals(
      requests,
      method,
    )
    const last = requests - 1
    const slack = method === 'exact' ? 1e-6 : 0.5 + 0.01 * last
    for (const [share, found] of [
      [0.5, latency_p50_ms],
      [0.95, latency_p95_ms],
      [0.99, latency_p99_ms],
      [0.99, (first_token_p99_ms as number) * 10],
    ] as const)
      expect(Math.abs((found as number) - share * last)).toBeLessThanOrEqual(slack)
  })

  test('of no answered requests are null', async () => {
    expect(await totals(0, method)).toMatchObject({
      requests: 0,
      share: 0,
      latency_p50_ms: null,
      first_token_p99_ms: null,
    })
  })
})

test('numbers that are none are null, not passed on', () => {
  expect(
    readTotals({ requests: 3n, latency_p50_ms: Number.NaN, latency_p99_ms: Number.POSITIVE_INFINITY }, 3),
  ).toMatchObject({
    share: 1,
    input_tokens: 0,
    cost_nano_usd: null,
    latency_p50_ms: null,
    latency_p99_ms: null,
  })
})
