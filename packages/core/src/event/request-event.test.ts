import { expect, test } from 'vitest'
import { refusedEvent, servedEvent } from './fixtures/request-events.ts'
import { type RequestEvent, requestEventSchema } from './request-event.ts'

/** With what only some have: a budget, a checked answer and nested metadata. */
const served: RequestEvent = {
  ...servedEvent,
  budget: { state: 'within', reserved_nano_usd: 2_500_000, charged_nano_usd: 19_800 },
  json: 'valid',
  metadata: { tier: 'gold', nested: { list: [1, null, 'x'] } },
}

test.each([
  ['served by a fallback', served],
  ['refused', refusedEvent],
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
