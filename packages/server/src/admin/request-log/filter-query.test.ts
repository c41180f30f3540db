import { z } from '@hono/zod-openapi'
import { expect, test } from 'vitest'
import type { RequestFilter } from '../../storage/event-store.ts'
import { filterOf, filterQuery } from './filter-query.ts'

const query = filterQuery({ limit: z.string().optional() })
const pseudonym = (kind: string, id: string) => `<${kind} ${id}>`

test.each<[Record<string, string | string[]>, RequestFilter]>([
  [{}, {}],
  [{ limit: '5' }, {}],
  [{ router: 'a' }, { router: ['a'] }],
  [
    { served: '', error: ['', 'a'] },
    { served: [null], error: [null, 'a'] },
  ],
  [{ router: ['a', 'b,c'] }, { router: ['a', 'b,c'] }],
  [{ status: ['404', '429'] }, { status: [404, 429] }],
  [{ revision: '7' }, { revision: [7] }],
  [{ since: '2026-11-21T10:00:00+01:00' }, { since: Date.UTC(2026, 10, 21, 9) }],
  [{ since: '2026-11-21T10:00:00 01:00' }, { since: Date.UTC(2026, 10, 21, 9) }],
  [
    { cost_min_usd: '0.1', cost_max_usd: '0.3' },
    { cost_min_nano_usd: 1e8, cost_max_nano_usd: 3e8 },
  ],
  [{ latency_min_ms: '1.5' }, { latency_min_ms: 1.5 }],
  [
    { unit: 'user:ada' },
    {
      unit: [
        { kind: 'user', unit: '<user ada>' },
        { kind: 'user', unit: 'ada' },
      ],
    },
  ],
  [{ q: 'Over' }, { text: 'Over' }],
  [{ 'metadata.a.b': 'x', 'metadata.tier': 'gold' }, { metadata: { 'a.b': 'x', tier: 'gold' } }],
])('%j asks the store for %j', (sent, filter) => {
  expect(filterOf(query.parse(sent), pseudonym)).toEqual(filter)
})

test('a class of statuses is all of its statuses', () => {
  const { status = [] } = filterOf(query.parse({ status: ['5xx', '404'] }), pseudonym)
  expect([status.length, status[0], status[99], status[100]]).toEqual([101, 500, 599, 404])
})

test.each<[Record<string, string | string[]>, string]>([
  [{ status: 'nope' }, 'status.0: must be an HTTP status such as 404, or a class of them such as 4xx'],
  [{ status: '600' }, 'status.0: must be an HTTP status such as 404, or a class of them such as 4xx'],
  [{ since: 'yesterday' }, 'since: must be one time in ISO 8601'],
  [{ until: ['2026-11-21T10:00:00Z', '2026-11-21T11:00:00Z'] }, 'until: must be one time in ISO 8601'],
  [{ latency_min_ms: ['1', '2'] }, 'latency_min_ms: must be one number'],
  [{ cost_max_usd: '-1' }, 'cost_max_usd: must not be below 0'],
])('%j is refused, and it says why', (sent, words) => {
  const problems = query
    .safeParse(sent)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  expect(problems).toEqual([expect.stringContaining(words)])
})
