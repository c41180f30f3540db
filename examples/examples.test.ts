// What the READMEs of the examples claim, decided by the gateway's own code without calling anyone.
import { readFileSync } from 'node:fs'
import { movedShare } from '@weir/core/assignment'
import type { Snapshot } from '@weir/core/config'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Considered, considerRequest } from '../packages/server/src/gateway/consider.ts'
import { wireFormats } from '../packages/server/src/provider/registry.ts'
import { type Loaded, loadConfigText } from '../packages/server/src/snapshot/load.ts'

beforeAll(() => {
  vi.stubEnv('WEIR_KEY', 'wk_example')
  vi.stubEnv('WEIR_PREMIUM_KEY', 'wk_premium')
  vi.stubEnv('OPENAI_API_KEY', 'sk-any')
  vi.stubEnv('ANTHROPIC_API_KEY', 'sk-any')
})
afterAll(() => {
  vi.unstubAllEnvs()
})

function readExample(name: string): string {
  return readFileSync(new URL(`${name}/weir.yaml`, import.meta.url), 'utf8')
}

function snapshotOf(loaded: Loaded): Snapshot {
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.problems))
  return loaded.snapshot
}

function loadExample(name: string): Snapshot {
  return snapshotOf(loadConfigText(readExample(name), { revision: 1, tables: new Map() }))
}

interface Asked {
  readonly body?: object
  readonly headers?: Record<string, string>
  readonly key?: string
}

function consider(snapshot: Snapshot, { body = {}, headers = {}, key = 'app' }: Asked): Considered {
  const messages = [{ role: 'user', content: 'Hello' }]
  return considerRequest(wireFormats, snapshot, {
    path: '/v1/chat/completions',
    headers,
    body: Buffer.from(JSON.stringify({ model: 'assistant', messages, ...body })),
    key,
    at: 0,
  })
}

function decide(snapshot: Snapshot, asked: Asked) {
  const considered = consider(snapshot, asked)
  if (considered.kind !== 'decision') throw new Error(`not decided: ${JSON.stringify(considered)}`)
  return considered
}

const users = Array.from({ length: 200 }, (_, index) => `user-${index + 1}`)

describe('canary', () => {
  test('user-8 gets the canary, user-1 does not, and 12 of the first two hundred do', () => {
    const snapshot = loadExample('canary')
    const variantOf = (user: string) => decide(snapshot, { body: { user } }).variant.id
    expect(variantOf('user-8')).toBe('canary')
    expect(variantOf('user-1')).toBe('stable')
    expect(users.filter(user => variantOf(user) === 'canary')).toHaveLength(12)
  })

  test('a request without a user is drawn by request', () => {
    expect(decide(loadExample('canary'), {}).unit?.source).toBe('request')
  })

  test('the key may force the canary, which then counts as an override', () => {
    const { reason, variant } = decide(loadExample('canary'), {
      body: { user: 'user-1' },
      headers: { 'x-weir-variant': 'canary' },
    })
    expect([reason, variant.id]).toEqual(['override', 'canary'])
  })

  test('raising it from 5 to 20 moves 15 % of the buckets, and no user away from the canary', () => {
    const before = loadExample('canary')
    const groups = groupsOf(before)
    const text = readExample('canary')
      .replace('weight: 95', 'weight: 80')
      .replace(/weight: 5$/m, 'weight: 20')
    const tables = new Map(groups.map(group => [group.salt, group.table]))
    const after = snapshotOf(loadConfigText(text, { revision: 2, tables }))
    expect(movedShare(groups[0]?.table ?? [], groupsOf(after)[0]?.table ?? [])).toBe(0.15)
    const moved = users.filter(user => {
      const [old, now] = [before, after].map(snapshot => decide(snapshot, { body: { user } }).variant.id)
      return old === 'canary' && now !== 'canary'
    })
    expect(moved).toEqual([])
  })
})

function groupsOf(snapshot: Snapshot) {
  return Object.values(snapshot.routers).flatMap(router => router.routes.flatMap(route => route.groups))
}

describe('premium-tier', () => {
  test.each([
    ['the premium key', { key: 'premium-app' }, 'premium'],
    ['the client’s word', { body: { metadata: { tier: 'premium' } } }, 'premium'],
    ['another tier', { body: { metadata: { tier: 'free' } } }, 'default'],
    ['no tier at all', {}, 'default'],
    ['a long prompt', { body: { messages: [{ role: 'user', content: 'word '.repeat(2000) }] } }, 'long'],
  ] as const)('%s takes the route', (_, asked, route) => {
    expect(decide(loadExample('premium-tier'), asked).route?.id).toBe(route)
  })

  test('a missing tier is named in the trace', () => {
    const [first] = decide(loadExample('premium-tier'), {}).passed ?? []
    expect(first?.outcome).toMatchObject({ kind: 'missing', key: 'tier' })
  })

  test('everyone else is split nine to one', () => {
    const snapshot = loadExample('premium-tier')
    expect(decide(snapshot, { body: { user: 'ada' } }).route?.sharing.shares).toEqual([0.9, 0.1])
  })
})

describe('fallback', () => {
  test('everybody is assigned the primary, with the backup next', () => {
    const snapshot = loadExample('fallback')
    const plans = users.map(user => decide(snapshot, { body: { user } }).plan.map(entry => entry.target.id))
    expect(new Set(plans.map(plan => plan.join(', ')))).toEqual(new Set(['primary/large, backup/large']))
  })
})

describe('conversation', () => {
  const opening = { role: 'user', content: 'Plan a trip to Lisbon' }
  const turns = [
    [opening],
    [opening, { role: 'assistant', content: 'When?' }, { role: 'user', content: 'In May' }],
    [
      opening,
      { role: 'assistant', content: 'When?' },
      { role: 'user', content: 'In May' },
      { role: 'assistant', content: 'For how long?' },
      { role: 'user', content: 'A week' },
    ],
  ]

  test('every turn is decided by the conversation and gets one variant', () => {
    const decisions = turns.map(messages => decide(loadExample('conversation'), { body: { messages } }))
    expect(new Set(decisions.map(({ unit }) => unit?.source))).toEqual(new Set(['conversation']))
    expect(new Set(decisions.map(({ variant }) => variant.id)).size).toBe(1)
  })

  test('another system prompt or another opening is another conversation', () => {
    const snapshot = loadExample('conversation')
    const unitOf = (messages: object[]) => decide(snapshot, { body: { messages } }).unit?.id
    const openings = [
      [opening],
      [{ role: 'system', content: 'Be brief' }, opening],
      [{ role: 'user', content: 'Plan a trip to Porto' }],
    ]
    expect(new Set(openings.map(unitOf)).size).toBe(3)
  })

  test('a conversation id comes before the hash of the opening', () => {
    const { unit } = decide(loadExample('conversation'), { body: { metadata: { conversation_id: 'c-1' } } })
    expect(unit).toEqual({ source: 'conversation_id', id: 'c-1' })
  })
})

describe('two vendors', () => {
  test('ada gets gpt, jean gets claude, and each stands in for the other', () => {
    const snapshot = loadExample('two-vendors')
    const planOf = (user: string) => decide(snapshot, { body: { user } }).plan.map(variant => variant.id)
    expect(planOf('ada')).toEqual(['gpt', 'claude'])
    expect(planOf('jean')).toEqual(['claude', 'gpt'])
  })
})
