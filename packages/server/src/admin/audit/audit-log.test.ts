import { expect, it, test } from 'vitest'
import type { AuditRecord } from '../../storage/control-store.ts'
import { type AnsweredCall, AuditLog } from './audit-log.ts'

const CALL: AnsweredCall = {
  at: 0,
  actor: { name: 'ada', role: 'editor' },
  address: '192.0.2.1',
  method: 'PUT',
  path: '/api/v1/routers/chat',
  status: 200,
  revision: 7,
  reason: 'because',
  intent: 'change',
}

async function recordsOf(calls: readonly Partial<AnsweredCall>[]): Promise<AuditRecord[]> {
  const records: AuditRecord[] = []
  const log = new AuditLog({
    append: async record => void records.push(record),
    list: () => Promise.reject(new Error('not read here')),
  })
  for (const call of calls) await log.record({ ...CALL, ...call })
  return records
}

test.each([
  [200, 'done'],
  [201, 'done'],
  [204, 'done'],
  [400, 'refused'],
  [401, 'denied'],
  [403, 'denied'],
  [404, 'refused'],
  [409, 'conflict'],
  [412, 'conflict'],
  [422, 'refused'],
  [428, 'refused'],
  [500, 'failed'],
  [503, 'failed'],
] as const)('a change that is answered %i is on record as %s', async (status, outcome) => {
  expect(await recordsOf([{ status }])).toEqual([
    {
      id: expect.stringMatching(/^aud_\w{16}$/),
      at: 0,
      actor: 'ada',
      role: 'editor',
      address: '192.0.2.1',
      action: 'PUT /api/v1/routers/chat',
      outcome,
      status,
      revision: 7,
      reason: 'because',
    },
  ])
})

test.each([
  ['reads', { intent: 'read' }],
  ['previews', { intent: 'preview' }],
  ['throttled calls', { status: 429 }],
  ['changes nobody made', { actor: undefined, status: 404 }],
] as const)('%s leave no record', async (_, call) => {
  expect(await recordsOf([call])).toEqual([])
})

test.each(['read', 'preview', 'change'] as const)('a denied %s leaves one', async intent => {
  expect(await recordsOf([{ intent, status: 403 }])).toMatchObject([{ outcome: 'denied' }])
})

it('names a connection test for what it is', async () => {
  const call = { intent: 'probe', method: 'POST', path: '/api/v1/providers/openai/test' } as const
  expect(await recordsOf([call])).toMatchObject([
    { action: 'connection test: POST /api/v1/providers/openai/test', outcome: 'done' },
  ])
})

it('keeps thirty denied strangers a minute and counts the others, and everyone who is known', async () => {
  const stranger = { actor: undefined, status: 401, intent: 'read' } as const
  const records = await recordsOf([
    ...Array.from({ length: 100 }, () => stranger),
    ...Array.from({ length: 40 }, () => ({ status: 403 })),
    { ...stranger, at: 60_000 },
  ])
  const strangers = records.filter(({ actor }) => actor === 'anonymous').map(({ action }) => action)
  expect(strangers).toHaveLength(32)
  expect(strangers[30]).toBe('70 more calls without a token, in one minute')
  expect(records.filter(({ actor }) => actor === 'ada')).toHaveLength(40)
})

it('cuts what looks like a token out of paths and reasons', async () => {
  const [record] = await recordsOf([{ path: '/x/wk_abcdefgh12', reason: 'sk-abcdefgh12 and wat_abcdefgh-_' }])
  expect(record).toMatchObject({ action: 'PUT /x/wk_…', reason: 'sk-… and wat_…' })
})
