import { expect, test } from 'vitest'
import { type RequestEvent, requestEventSchema } from './request-event.ts'

/** A fallback that answered, as the gateway records it. */
const served: RequestEvent = {
  kind: 'request',
  version: 2,
  request_id: 'wr_0199',
  span_trace_id: '0af7651916cd43dd8448eb211c80319c',
  span_id: 'b7ad6b7169203330',
  parent_span_id: '00f067aa0ba902b7',
  span_sampled: true,
  at: '2026-05-04T09:30:00.000Z',
  node: 'w0',
  revision: 3,
  key: 'demo',
  tenant: 'default',
  tags: ['beta'],
  endpoint: 'chat',
  format: 'openai',
  stream: true,
  model: 'demo',
  router: 'demo',
  route: 'default',
  reason: 'split',
  state: null,
  unit_kind: 'user',
  unit: '0f'.repeat(16),
  hash_version: 1,
  salt: 'demo.default',
  bucket: 9999,
  propensity: 0.8,
  assigned: 'large',
  served: 'small',
  target: 'sim/small',
  attempts: [
    {
      variant: 'large',
      target: 'sim/large',
      status: 503,
      failure: 'server_error',
      code: null,
      began_ms: 0.5,
      ms: 12.5,
      span_id: 'b7ad6b7169203331',
    },
    {
      variant: 'small',
      target: 'sim/small',
      status: 200,
      failure: null,
      code: null,
      began_ms: 14,
      ms: 40,
      span_id: 'b7ad6b7169203332',
    },
  ],
  dropped: [],
  status: 200,
  outcome: 'ok',
  error: null,
  queue_ms: 0,
  first_token_ms: 31.2,
  total_ms: 60,
  usage: { input: 12, cached_input: null, output: 30, reasoning: null },
  usage_estimated: false,
  cost_nano_usd: 19_800,
  budget: { state: 'within', reserved_nano_usd: 2_500_000, charged_nano_usd: 19_800 },
  finish_reason: 'stop',
  output_length: 120,
  tool_calls: 0,
  tool_names: [],
  empty: false,
  refusal: false,
  refusal_by: null,
  json: 'valid',
  repetition: 0.1,
  captured: false,
  region: null,
  metadata: { tier: 'gold', nested: { list: [1, null, 'x'] } },
}

/** A request that was refused before anything was known of it. */
const refused: RequestEvent = {
  ...served,
  key: null,
  tenant: null,
  tags: [],
  endpoint: '/v1/files',
  format: null,
  model: null,
  router: null,
  route: null,
  reason: null,
  unit_kind: null,
  unit: null,
  salt: null,
  bucket: null,
  propensity: null,
  assigned: null,
  served: null,
  target: null,
  attempts: [],
  status: 401,
  outcome: 'refused',
  error: 'key_missing',
  first_token_ms: null,
  usage: { input: null, cached_input: null, output: null, reasoning: null },
  cost_nano_usd: null,
  budget: null,
  finish_reason: null,
  metadata: {},
}

test.each([
  ['served by a fallback', served],
  ['refused', refused],
])('the event of a request that was %s is valid and survives being written as JSON', (_, event) => {
  expect(requestEventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event)
})

test('an event of before requests had state, were translated, or had budgets, reads as one without', () => {
  const { state: _none, dropped: _nothing, usage_estimated: _said, budget: _unlimited, ...older } = served
  expect(requestEventSchema.parse(older)).toEqual({ ...served, budget: null })
})

test('an event of the first version reads as one without spans and signals', () => {
  const {
    span_id: _0,
    parent_span_id: _1,
    span_sampled: _2,
    tool_names: _3,
    empty: _4,
    refusal_by: _5,
    ...rest
  } = served
  const { json: _6, repetition: _7, captured: _8, ...first } = rest
  const attempts = served.attempts.map(({ began_ms: _9, span_id: _10, ...attempt }) => attempt)
  expect(requestEventSchema.parse({ ...first, version: 1, attempts })).toEqual({
    ...served,
    version: 1,
    span_id: null,
    parent_span_id: null,
    span_sampled: false,
    attempts: served.attempts.map(attempt => ({ ...attempt, began_ms: 0, span_id: null })),
    json: null,
    repetition: null,
  })
})

test.each<[string, object]>([
  ['an unknown state', { state: 'lost' }],
  ['an unknown field', { prompt: 'secret' }],
  ['a bucket out of range', { bucket: 10_000 }],
  ['a propensity above one', { propensity: 1.01 }],
  ['a cost of fractions', { cost_nano_usd: 0.5 }],
  ['a negative cost', { cost_nano_usd: -1 }],
  ['a charge of fractions', { budget: { ...served.budget, charged_nano_usd: 0.5 } }],
  ['a negative time', { total_ms: -1 }],
  ['a time that is not a number', { total_ms: Number.NaN }],
  ['an unknown outcome', { outcome: 'fine' }],
  ['a local time', { at: '2026-05-04 09:30' }],
  ['an attempt with a message', { attempts: [{ ...served.attempts[0], message: 'your prompt was' }] }],
])('an event with %s is refused', (_, change) => {
  expect(requestEventSchema.safeParse({ ...served, ...change }).success).toBe(false)
})
