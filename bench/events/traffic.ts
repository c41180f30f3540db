// A month of requests in an event store, made by SQL: the same each time, in order of time as ingest leaves them.
import { DuckDbFile } from '../../packages/server/src/storage/duckdb/connection.ts'
import { openEventStore } from '../../packages/server/src/storage/duckdb/open-event-store.ts'

const DAY_MS = 86_400_000
export const DAYS = 30
export const BEGIN = Date.UTC(2026, 8, 1)
export const END = BEGIN + DAYS * DAY_MS
const ROUTERS = 20
const KEYS = 200
const UNITS = 1_000_000
/** Requests of one transaction. */
const CHUNK = 500_000
const MEMORY = 512 * 2 ** 20

/** Draws of one request: uniform in [0, 1), each of its own, the same in every run. A hash of two columns would tie them. */
const draw = (which: number) => `(hash(64 * i + ${which}) / 18446744073709551616.0)`
const hex = (which: number, digits: number) => `printf('%016x', hash(64 * i + ${which}))[1:${digits}]`

/**
 * Requests `$1` to `$2` of `$3`: busier by day than by night, routers and units of unequal use, keys by Zipf's law,
 * latencies log-normal around 0.7 s, 2 % failed, 1 % cancelled, 3 % answered by a fallback, splits of 80/15/5 that stick
 * to the unit, a new revision every two and a half days.
 */
const DRAWS = `
  select i, draw_error, draw_kind,
    epoch_ms(${BEGIN} + day * ${DAY_MS} + ((part - 0.12 * sin(2 * pi() * part)) * ${DAY_MS - 1})::bigint) as "at",
    floor(${ROUTERS} * pow(${draw(1)}, 2))::integer as router_number,
    floor(exp(${draw(2)} * ln(${KEYS})))::integer as key_number,
    floor(${UNITS} * pow(${draw(3)}, 1.5))::bigint as unit_number,
    round(exp(6.5 + 0.8 * sqrt(-2 * ln(${draw(4)} + 1e-12)) * cos(2 * pi() * ${draw(5)})), 1) as total_ms,
    draw_error < 0.97 as answered
  from (
    select i, (i * ${DAYS} // $3)::bigint as day, (i * ${DAYS} / $3) % 1 as part, ${draw(6)} as draw_error,
      ${draw(7)} as draw_kind
    from range($1::bigint, $2::bigint) numbers(i))`

const SPLITS = `
  select *, (hash(32 * unit_number + router_number) % 10000)::integer as bucket,
    case when bucket < 8000 then 'large' when bucket < 9500 then 'small' else 'mini' end as assigned,
    answered and draw_kind < 0.03 as fell_back
  from (${DRAWS})`

const COLUMNS: Readonly<Record<string, string>> = {
  seq: 'i + 1',
  version: '2',
  request_id: `'wr_' || printf('%012x', epoch_ms("at")) || 'abcdef01' || printf('%08x', i) || ${hex(10, 16)}`,
  span_trace_id: `${hex(11, 16)} || ${hex(12, 16)}`,
  span_id: hex(13, 16),
  span_sampled: 'false',
  at: '"at"',
  node: `'w' || i % 2`,
  revision: `1 + (i * 12 // $3)`,
  key: `'key-' || key_number`,
  tenant: `'tenant-' || key_number % 10`,
  tags: `case key_number % 3 when 0 then ['production', 'web'] when 1 then ['production'] else [] end`,
  endpoint: `'chat'`,
  format: `'openai'`,
  stream: `draw_kind < 0.5`,
  model: `'router-' || router_number`,
  router: `'router-' || router_number`,
  route: `'default'`,
  reason: `'split'`,
  unit_kind: `'user'`,
  unit: `printf('%016x%016x', hash(unit_number), hash(-unit_number))`,
  hash_version: '1',
  salt: `'router-' || router_number || '.default'`,
  bucket: 'bucket',
  propensity: `case assigned when 'large' then 0.8 when 'small' then 0.15 else 0.05 end`,
  assigned: 'assigned',
  served: `case when fell_back then 'small' when answered then assigned end`,
  target: `case when answered then 'openai/' || if(fell_back, 'small', assigned) end`,
  attempts: `case when fell_back then [
      {variant: assigned, target: 'openai/' || assigned, status: 503, failure: 'server_error', code: 'overloaded',
        began_ms: 0.2, ms: 30.5, span_id: null},
      {variant: 'small', target: 'openai/small', status: 200, failure: null, code: null, began_ms: 31, ms: total_ms,
        span_id: null}]
    else [{variant: assigned, target: 'openai/' || assigned, status: if(answered, 200, 500),
      failure: if(answered, null, 'server_error'), code: null, began_ms: 0.2, ms: total_ms, span_id: null}] end`,
  dropped: '[]',
  status: 'case when answered then 200 when draw_error < 0.99 then 502 else 499 end',
  outcome: `case when answered then 'ok' when draw_error < 0.99 then 'failed' else 'cancelled' end`,
  error: `case when answered then null when draw_error < 0.99 then 'upstream_error' else 'cancelled' end`,
  queue_ms: '0',
  first_token_ms: 'if(answered, round(total_ms * 0.3, 1), null)',
  total_ms: 'total_ms',
  input_tokens: `floor(2000 * ${draw(20)})::bigint`,
  cached_input_tokens: 'if(draw_kind < 0.3, 100, null)',
  output_tokens: `if(answered, floor(800 * ${draw(21)})::bigint, null)`,
  usage_estimated: 'false',
  cost_nano_usd: `if(answered, floor(9e6 * ${draw(22)})::bigint, null)`,
  finish_reason: `if(answered, 'stop', null)`,
  output_length: `floor(3000 * ${draw(21)})::bigint`,
  tool_calls: '0',
  tool_names: '[]',
  empty: 'false',
  refusal: 'false',
  captured: 'false',
  region: `'eu'`,
  metadata: `'{"tier":"' || if(key_number % 4 = 0, 'gold', 'free') || '"}'`,
}

const names = Object.keys(COLUMNS).map(name => `"${name}"`)
const INSERT = `insert into request (${names.join(', ')}) select ${Object.values(COLUMNS).join(', ')} from (${SPLITS})`

/** Fills the store in the directory, unless it has that many requests already. */
export async function fillStore(
  directory: string,
  requests: number,
  report: (text: string) => void,
): Promise<void> {
  const store = await openEventStore({ directory })
  const there = (await store.state()).events.request ?? 0
  await store.close()
  if (there === requests) return
  if (there > 0)
    throw new Error(`${directory} has ${there} requests, not ${requests}: give it another directory`)
  const file = await DuckDbFile.open({ directory, memoryLimit: MEMORY, threads: 2 })
  try {
    for (let from = 0; from < requests; from += CHUNK) {
      const to = Math.min(requests, from + CHUNK)
      await file.write(statements => statements.run(INSERT, [from, to, requests]))
      report(`${to} of ${requests} requests made`)
    }
    await file.maintain(statements => statements.run('checkpoint'))
  } finally {
    await file.close()
  }
}
