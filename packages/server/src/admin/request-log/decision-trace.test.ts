import type { RequestEvent } from '@weir/core/event'
import { activate } from '@weir/core/routing'
import { expect, test } from 'vitest'
import { requestEvent } from '../../storage/fixtures/request-events.ts'
import { compileWith } from '../revision/candidate.ts'
import type { DecidedRevision } from './decided-revision.ts'
import { traceOf } from './decision-trace.ts'

const variants = [
  { id: 'large', model: 'sim/large', weight: 80 },
  { id: 'small', model: 'sim/small', weight: 20 },
]
const compiled = compileWith(
  {
    config: {
      version: 1,
      providers: {
        sim: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' },
        alt: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' },
      },
      models: { 'sim/large': {}, 'sim/small': {}, 'sim/spare': {}, 'sim/other': {}, 'alt/large': {} },
      routers: {
        demo: {
          routes: [
            { id: 'gold', condition: 'tier == "gold"', split: { variants } },
            { id: 'eu', condition: 'region == "eu"', split: { variants } },
          ],
          default_route: {
            split: { variants: [...variants, { id: 'spare', model: 'sim/spare', priority: 1 }] },
          },
        },
        held: {
          default_route: {
            split: {
              variants: [...variants, { id: 'alt', model: 'alt/large', priority: 1 }],
            },
          },
        },
        drawn: {
          default_route: {
            split: {
              variants: [
                ...variants,
                { id: 'spare', model: 'sim/spare', priority: 1, weight: 50 },
                { id: 'other', model: 'sim/other', priority: 1, weight: 50 },
              ],
            },
          },
        },
      },
      keys: [
        {
          id: 'app',
          digest: `sha256:${'a'.repeat(64)}`,
          routing: { variants },
        },
      ],
    },
    tables: new Map(),
  },
  { number: 3, secrets: {}, managedBy: 'store' },
)
if (compiled.kind === 'refused') throw new Error(JSON.stringify(compiled.problems))
const known: DecidedRevision = { kind: 'known', active: activate(compiled.snapshot) }
const gone: DecidedRevision = { kind: 'unknown', why: 'revision 3 is not in the store' }

const attempt = (variant: string, changes: Partial<RequestEvent['attempts'][number]> = {}) => ({
  variant,
  target: `sim/${variant}`,
  status: 200,
  failure: null,
  code: null,
  began_ms: 0,
  ms: 12.34,
  span_id: null,
  ...changes,
})
const failed = attempt('large', { status: 503, failure: 'server_error', code: 'overloaded' })
const base = { revision: 3, attempts: [attempt('large')] }
const OK = 'outcome: ok: large answered; the client got status 200'
const CALLED = 'attempt: called large (sim/large) answered, status 200, after 12.3 ms'

test.each<[string, Partial<RequestEvent>, DecidedRevision, string[]]>([
  [
    'a split, and the routes before it',
    {
      route: 'eu',
      bucket: 8123,
      assigned: 'small',
      propensity: 0.2,
      served: 'small',
      attempts: [attempt('small')],
    },
    known,
    [
      'model: router demo, revision 3',
      'condition: route gold not taken: tier == "gold" did not hold',
      'condition: route eu matches: region == "eu"',
      'unit: unit user, recorded as ada',
      'bucket: murmur3("demo.default:<user>") falls into bucket 8123 of 0..9999, which is small\'s: large 80 %, small 20 %',
      'variant: variant small (sim/small), propensity 20 %',
      'plan: call sim/small, on failure sim/large',
      'attempt: called small (sim/small) answered, status 200, after 12.3 ms',
      'outcome: ok: small answered; the client got status 200',
    ],
  ],
  [
    'a fallback after a retry',
    {
      attempts: [failed, { ...failed, status: null, failure: 'timeout', code: null }, attempt('spare')],
      served: 'spare',
    },
    known,
    [
      'model: router demo, revision 3',
      'condition: route gold not taken: tier == "gold" did not hold',
      'condition: route eu not taken: region == "eu" did not hold',
      'condition: route default is the default route',
      'unit: unit user, recorded as ada',
      'bucket: murmur3("demo.default:<user>") falls into bucket 1 of 0..9999, which is large\'s: large 80 %, small 20 %',
      'variant: variant large (sim/large), propensity 80 %',
      'plan: call sim/large, on failure sim/spare, on failure sim/small',
      'attempt: called large (sim/large) failed: server_error, status 503, code overloaded, after 12.3 ms',
      'attempt: called again large (sim/large) failed: timeout, no status, after 12.3 ms',
      'attempt: then called, as a fallback, spare (sim/spare) answered, status 200, after 12.3 ms',
      'outcome: ok: spare answered in place of large; the client got status 200',
    ],
  ],
  [
    'a plan that is drawn',
    { router: 'drawn', salt: 'drawn.default', attempts: [attempt('spare')], served: 'spare' },
    known,
    [
      'model: router drawn, revision 3',
      'condition: route default is the default route',
      'unit: unit user, recorded as ada',
      'bucket: murmur3("drawn.default:<user>") falls into bucket 1 of 0..9999, which is large\'s: large 80 %, small 20 %',
      'variant: variant large (sim/large), propensity 80 %',
      'plan: call sim/large, on failure sim/spare or sim/other, on failure sim/small, drawn by weight where there are several',
      'attempt: large was not called: its target was ejected after failures',
      'attempt: called spare (sim/spare) answered, status 200, after 12.3 ms',
      'outcome: ok: spare answered in place of large; the client got status 200',
    ],
  ],
  [
    'state that a provider holds',
    {
      router: 'held',
      reason: 'state',
      state: 'held',
      bucket: null,
      propensity: 1,
      assigned: 'alt',
      served: 'alt',
      attempts: [attempt('alt', { target: 'alt/large' })],
    },
    known,
    [
      'model: router held, revision 3',
      'condition: route default is the default route',
      'unit: unit user, recorded as ada',
      'state: the request builds on state that alt holds; nobody else is called',
      'variant: variant alt (alt/large), propensity 100 %',
      'plan: call alt/large',
      'attempt: called alt (alt/large) answered, status 200, after 12.3 ms',
      'outcome: ok: alt answered; the client got status 200',
    ],
  ],
  [
    'a revision that is gone',
    {},
    gone,
    [
      'model: router demo, revision 3',
      'condition: route default was taken; its condition cannot be told: revision 3 is not in the store',
      'unit: unit user, recorded as ada',
      'bucket: murmur3("demo.default:<user>") falls into bucket 1 of 0..9999',
      'variant: variant large, propensity 80 %',
      CALLED,
      OK,
    ],
  ],
  [
    'an override, on state that a provider holds',
    { reason: 'override', bucket: null, propensity: 1, state: 'held' },
    gone,
    [
      'model: router demo, revision 3',
      'condition: route default was taken; its condition cannot be told: revision 3 is not in the store',
      'unit: unit user, recorded as ada',
      'override: the variant was forced by x-weir-variant',
      'state: the request builds on state that its provider holds; nobody else is called',
      'variant: variant large, propensity 100 %',
      CALLED,
      OK,
    ],
  ],
  [
    'the routing of a key',
    { router: null, route: 'key.app', reason: 'key_routing', salt: 'key.app', model: 'gpt-5' },
    known,
    [
      'routing: the routing of the key app replaces the model name "gpt-5", revision 3',
      'unit: unit user, recorded as ada',
      'bucket: murmur3("key.app:<user>") falls into bucket 1 of 0..9999, which is large\'s: large 80 %, small 20 %',
      'variant: variant large (sim/large), propensity 80 %',
      'plan: call sim/large, on failure sim/small',
      CALLED,
      OK,
    ],
  ],
  [
    'a model that was named',
    {
      router: null,
      route: null,
      reason: 'named',
      model: 'sim/large',
      unit_kind: null,
      unit: null,
      bucket: null,
      propensity: 1,
      assigned: 'sim/large',
      served: 'sim/large',
      attempts: [attempt('sim/large', { target: 'sim/large' })],
    },
    known,
    [
      'model: the request names the model "sim/large"; nothing is split',
      'variant: variant sim/large, propensity 100 %',
      'attempt: called sim/large (sim/large) answered, status 200, after 12.3 ms',
      'outcome: ok: sim/large answered; the client got status 200',
    ],
  ],
  [
    'a request that nobody decided',
    {
      router: null,
      route: null,
      reason: null,
      model: null,
      unit_kind: null,
      assigned: null,
      served: null,

      attempts: [],
      status: 401,
      outcome: 'refused',
      error: 'key_unknown',
    },
    known,
    [
      'model: the request names no model; it was not decided',
      'outcome: refused: nobody answered; the client got status 401, key_unknown',
    ],
  ],
  [
    'a path that passes through',
    {
      router: null,
      route: null,
      reason: 'pass_through',
      endpoint: '/v1/files',
      unit_kind: null,
      assigned: null,
      served: null,
      attempts: [],
    },
    known,
    [
      'model: /v1/files is passed through; nothing is split',
      'outcome: ok: nobody answered; the client got status 200',
    ],
  ],
])('tells of %s', (_, changes, revision, steps) => {
  const event = requestEvent({ ...base, ...changes })
  expect(traceOf(event, revision).map(({ stage, text }) => `${stage}: ${text}`)).toEqual(steps)
})
