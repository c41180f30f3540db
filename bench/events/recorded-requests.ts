// Requests as a busy gateway records them, the same in every run.
import { createHash } from 'node:crypto'
import type { RequestEvent } from '@weir/core/event'

const BEGIN = Date.UTC(2026, 8, 1)
const ROUTERS = 20
const KEYS = 200
const UNITS = 1_000_000
/** One of so many fell back to another target. */
const FALLBACKS = 30

/** One request every millisecond; ids, units, times, tokens and costs are of each its own. */
export function recordedRequest(number: number): RequestEvent {
  const random = createHash('md5').update(String(number)).digest()
  const draw = (offset: number) => random.readUInt16LE(offset) / 65_536
  const router = `router-${Math.floor(ROUTERS * draw(0) ** 2)}`
  const assigned = draw(2) < 0.8 ? 'large' : 'small'
  const total = Math.round(4e5 * draw(4) ** 3) / 100
  const hex = random.toString('hex')
  const began = (BEGIN + number).toString(16).padStart(12, '0')
  return {
    kind: 'request',
    version: 2,
    request_id: `wr_${began}0a1b2c3d${number.toString(16).padStart(8, '0')}${hex.slice(0, 16)}`,
    span_trace_id: hex,
    span_id: hex.slice(4, 20),
    parent_span_id: null,
    span_sampled: false,
    at: new Date(BEGIN + number).toISOString(),
    node: 'w0',
    revision: Math.floor(number / 500_000) + 1,
    key: `key-${Math.floor(KEYS ** draw(6))}`,
    tenant: 'default',
    tags: [],
    endpoint: 'chat',
    format: 'openai',
    stream: draw(8) < 0.5,
    model: router,
    router,
    route: 'default',
    reason: 'split',
    state: null,
    unit_kind: 'user',
    unit: createHash('md5')
      .update(`u${Math.floor(UNITS * draw(10) ** 1.5)}`)
      .digest('hex'),
    hash_version: 1,
    salt: `${router}.default`,
    bucket: Math.floor(draw(2) * 10_000),
    propensity: assigned === 'large' ? 0.8 : 0.2,
    assigned,
    served: number % FALLBACKS === 0 ? 'small' : assigned,
    target: number % FALLBACKS === 0 ? 'openai/small' : `openai/${assigned}`,
    attempts: attemptsOf(number, assigned, total, hex),
    dropped: [],
    status: 200,
    outcome: 'ok',
    error: null,
    queue_ms: 0,
    first_token_ms: Math.round(total * 30) / 100,
    total_ms: total,
    usage: {
      input: Math.floor(2000 * draw(12)),
      cached_input: 0,
      output: Math.floor(800 * draw(14)),
      reasoning: null,
    },
    usage_estimated: false,
    cost_nano_usd: Math.floor(9e6 * draw(12) * draw(14)),
    budget: null,
    finish_reason: 'stop',
    output_length: Math.floor(3000 * draw(14)),
    tool_calls: 0,
    tool_names: [],
    empty: false,
    refusal: false,
    refusal_by: null,
    json: null,
    repetition: Math.round(draw(1) * 1000) / 1000,
    captured: false,
    region: 'eu',
    metadata: { tier: draw(3) < 0.25 ? 'gold' : 'free' },
  }
}

function attemptsOf(number: number, assigned: string, ms: number, hex: string): RequestEvent['attempts'] {
  const answered = { status: 200, failure: null, code: null, began_ms: 0.21, ms, span_id: hex.slice(8, 24) }
  if (number % FALLBACKS !== 0) return [{ variant: assigned, target: `openai/${assigned}`, ...answered }]
  const failed = {
    status: 503,
    failure: 'server_error' as const,
    code: 'overloaded',
    span_id: hex.slice(2, 18),
  }
  return [
    { variant: assigned, target: `openai/${assigned}`, ...failed, began_ms: 0.2, ms: 30.5 },
    { variant: 'small', target: 'openai/small', ...answered, began_ms: 31 },
  ]
}
