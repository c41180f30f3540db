// What every control store does, whatever its engine. An engine's test file calls `describeControlStore` with a way to
// open a store of its own.
import type { ConfigInput } from '@weir/core/config'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type {
  AuditRecord,
  ControlStore,
  CredentialRecord,
  IdempotentAnswer,
  RevisionRecord,
  SessionRecord,
  TokenRecord,
} from './control-store.ts'

export interface StoreUnderTest {
  /** Opens the same, at first empty, store each time, as another node or a later start would. */
  open(): Promise<ControlStore>
  /** Ends what `open` opened and removes it. */
  remove(): Promise<void>
}

export function describeControlStore(engine: string, create: () => Promise<StoreUnderTest>): void {
  let under: StoreUnderTest
  let store: ControlStore

  beforeEach(async () => {
    under = await create()
    store = await under.open()
  })

  afterEach(() => under.remove())

  /** The same store as a later start finds it. */
  const reopened = async () => {
    await store.close()
    store = await under.open()
    return store
  }

  describe(`${engine}: revisions`, () => {
    test('begin with none', async () => {
      expect(await store.revisions.newest()).toBeUndefined()
      expect(await store.revisions.list({ limit: 10 })).toEqual({ items: [], next: null })
    })

    test('come back as they were, also after the store was closed', async () => {
      const record = revision(1, { reason: 'first “ü”', changes: ['key app: added', 'x'] })
      expect(await store.revisions.append(record, 0)).toBe('appended')
      expect(await (await reopened()).revisions.newest()).toEqual(record)
      expect(await store.revisions.get(1)).toEqual(record)
      expect(await store.revisions.get(2)).toBeUndefined()
    })

    test.each([
      ['the same number again', 1, 0],
      ['a number behind one that is not the newest', 3, 2],
      ['the first one again', 3, 0],
      ['a number that does not rise', 1, 1],
    ])('take no %s', async (_, number, after) => {
      await store.revisions.append(revision(1), 0)
      expect(await store.revisions.append(revision(number), after)).toBe('conflict')
      expect(await store.revisions.list({ limit: 10 })).toMatchObject({ items: [{ number: 1 }] })
    })

    test('may leave numbers out', async () => {
      expect(await store.revisions.append(revision(41), 0)).toBe('appended')
      expect(await store.revisions.append(revision(50), 41)).toBe('appended')
      expect((await store.revisions.newest())?.number).toBe(50)
    })

    test('are listed newest first, page by page, without their configs', async () => {
      for (let number = 1; number <= 5; number++) await store.revisions.append(revision(number), number - 1)
      const first = await store.revisions.list({ limit: 2 })
      const { config: _config, tables: _tables, ...summary } = revision(5)
      expect(first.items[0]).toEqual(summary)
      expect(await numbersOfAllPages(store, 2)).toEqual([[5, 4], [3, 2], [1]])
      expect(await numbersOfAllPages(store, 5)).toEqual([[5, 4, 3, 2, 1]])
    })

    test('that two nodes append at once: exactly one is taken', async () => {
      const nodes = await Promise.all([under.open(), under.open(), under.open(), under.open()])
      for (let number = 1; number <= 25; number++) {
        const outcomes = await Promise.all(
          nodes.map((node, index) =>
            node.revisions.append(revision(number, { actor: `node-${index}` }), number - 1),
          ),
        )
        const winners = outcomes.flatMap((outcome, index) => (outcome === 'appended' ? [index] : []))
        expect(winners, `revision ${number}`).toHaveLength(1)
        expect((await store.revisions.newest())?.actor).toBe(`node-${winners[0]}`)
      }
      await Promise.all(nodes.map(node => node.close()))
    })
  })

  describe(`${engine}: credentials`, () => {
    test('come back as they were, by provider or all', async () => {
      const [a, b] = [credential('c1', 'openai'), credential('c2', 'anthropic', { state: 'standby' })]
      await store.credentials.insert(a)
      await store.credentials.insert(b)
      await reopened()
      expect((await store.credentials.list()).map(plain)).toEqual([a, b].map(plain))
      expect((await store.credentials.list('anthropic')).map(plain)).toEqual([plain(b)])
      expect(await store.credentials.list('other')).toEqual([])
    })

    test('are active at most once a provider, inserted or activated', async () => {
      await store.credentials.insert(credential('c1', 'openai'))
      await store.credentials.insert(credential('other', 'anthropic'))
      await store.credentials.insert(credential('c2', 'openai', { createdAt: 2 }))
      expect(await statesOf(store)).toEqual({ c1: 'standby', c2: 'active', other: 'active' })
      expect(await store.credentials.activate('c1')).toBe('activated')
      expect(await statesOf(store)).toEqual({ c1: 'active', c2: 'standby', other: 'active' })
      expect(await store.credentials.activate('gone')).toBe('unknown')
      expect(await statesOf(store)).toEqual({ c1: 'active', c2: 'standby', other: 'active' })
    })

    test('are gone once removed', async () => {
      await store.credentials.insert(credential('c1', 'openai'))
      expect(await store.credentials.remove('c1')).toBe('removed')
      expect(await store.credentials.remove('c1')).toBe('unknown')
      expect(await store.credentials.list()).toEqual([])
    })
  })

  describe(`${engine}: tokens`, () => {
    test('are found by digest and by id', async () => {
      const record = token('t1', { expiresAt: 99, role: 'viewer' })
      await store.tokens.insert(record)
      await reopened()
      expect(await store.tokens.findByDigest(record.digest)).toEqual(record)
      expect(await store.tokens.get('t1')).toEqual(record)
      expect(await store.tokens.findByDigest('b'.repeat(64))).toBeUndefined()
      expect(await store.tokens.get('t2')).toBeUndefined()
    })

    test('cannot share a digest', async () => {
      await store.tokens.insert(token('t1'))
      await expect(store.tokens.insert(token('t2', { digest: token('t1').digest }))).rejects.toThrow()
    })

    test('remember when they were used', async () => {
      await store.tokens.insert(token('t1'))
      await store.tokens.touch('t1', 1234)
      expect(await store.tokens.get('t1')).toMatchObject({ lastUsedAt: 1234 })
    })

    test('are listed oldest first, page by page, those of one moment too', async () => {
      const ids = ['b', 'a', 'e', 'd', 'c']
      for (const [index, id] of ids.entries()) await store.tokens.insert(token(id, { createdAt: index >> 1 }))
      const first = await store.tokens.list({ limit: 3 })
      const second = await store.tokens.list({ limit: 3, after: first.next ?? '' })
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['a', 'b', 'd', 'e', 'c'])
      expect(second.next).toBeNull()
      expect(await store.tokens.list({ limit: 3, after: 'nobody' })).toEqual({ items: [], next: null })
    })

    test('are gone once removed', async () => {
      await store.tokens.insert(token('t1'))
      expect(await store.tokens.remove('t1')).toBe('removed')
      expect(await store.tokens.remove('t1')).toBe('unknown')
      expect(await store.tokens.findByDigest(token('t1').digest)).toBeUndefined()
    })
  })

  describe(`${engine}: sessions`, () => {
    const session = (digest: string, changes: Partial<SessionRecord> = {}): SessionRecord => ({
      digest,
      tokenId: 't1',
      createdAt: 1,
      expiresAt: 100,
      ...changes,
    })

    test('are found until they are removed', async () => {
      await store.sessions.insert(session('s1'))
      expect(await (await reopened()).sessions.find('s1')).toEqual(session('s1'))
      await store.sessions.remove('s1')
      expect(await store.sessions.find('s1')).toBeUndefined()
    })

    test('end with their token, and those that are over can be cleared away', async () => {
      await store.sessions.insert(session('s1'))
      await store.sessions.insert(session('s2', { tokenId: 't2' }))
      await store.sessions.insert(session('s3', { tokenId: 't2', expiresAt: 50 }))
      await store.sessions.removeOfToken('t1')
      expect(await store.sessions.find('s1')).toBeUndefined()
      await store.sessions.removeExpired(50)
      expect(await store.sessions.find('s3')).toBeUndefined()
      expect(await store.sessions.find('s2')).toBeDefined()
    })
  })

  describe(`${engine}: the audit log`, () => {
    test('keeps the order in which it was written, newest first, page by page', async () => {
      for (const id of ['a', 'b', 'c', 'd']) await store.audit.append(audit(id))
      await reopened()
      const first = await store.audit.list({ limit: 3 })
      expect(first.items.at(0)).toEqual(audit('d'))
      const second = await store.audit.list({ limit: 3, after: first.next ?? '' })
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['d', 'c', 'b', 'a'])
      expect(second.next).toBeNull()
    })

    test.each<[string, object, string[]]>([
      ['who it was', { actor: 'ada' }, ['c', 'a']],
      ['what became of it', { outcome: 'denied' }, ['c', 'b']],
      ['when', { from: 20, to: 30 }, ['c', 'b']],
      ['all of these', { actor: 'ada', outcome: 'denied', from: 0 }, ['c']],
      ['nothing that there is', { actor: 'nobody' }, []],
    ])('is filtered by %s', async (_, filter, ids) => {
      await store.audit.append(audit('a', { actor: 'ada', at: 10 }))
      await store.audit.append(audit('b', { actor: 'bob', at: 20, outcome: 'denied', role: null }))
      await store.audit.append(audit('c', { actor: 'ada', at: 30, outcome: 'denied' }))
      await store.audit.append(audit('d', { actor: 'bob', at: 40, revision: null, reason: null }))
      const { items } = await store.audit.list({ limit: 10, ...filter })
      expect(items.map(({ id }) => id)).toEqual(ids)
    })
  })

  describe(`${engine}: answers kept for idempotency`, () => {
    const answer = (key: string, at = 10): IdempotentAnswer => ({
      key,
      fingerprint: 'f',
      at,
      status: 201,
      sealed: Uint8Array.of(1, 2, 255),
    })

    test('come back, and the first one stays', async () => {
      expect(await store.idempotency.insert(answer('k'))).toBe('inserted')
      expect(await store.idempotency.insert({ ...answer('k'), status: 500 })).toBe('exists')
      const found = await (await reopened()).idempotency.find('k')
      expect(found && plain(found)).toEqual(plain(answer('k')))
      expect(await store.idempotency.find('other')).toBeUndefined()
    })

    test('can be taken away, which makes room for another', async () => {
      await store.idempotency.insert(answer('k'))
      await store.idempotency.insert(answer('stays'))
      await store.idempotency.remove('k')
      await store.idempotency.remove('never there')
      expect(await store.idempotency.find('k')).toBeUndefined()
      expect(await store.idempotency.find('stays')).toBeDefined()
      expect(await store.idempotency.insert({ ...answer('k'), status: 200 })).toBe('inserted')
    })

    test('can be cleared away by age', async () => {
      await store.idempotency.insert(answer('old', 9))
      await store.idempotency.insert(answer('new', 10))
      await store.idempotency.removeOlderThan(10)
      expect(await store.idempotency.find('old')).toBeUndefined()
      expect(await store.idempotency.find('new')).toBeDefined()
    })
  })

  describe(`${engine}: budgets`, () => {
    test('add up by key and period, up to nine million dollars exactly', async () => {
      await store.budgets.add([
        { key: 'app', period: '2026-11', spentNanoUsd: 9_000_000_000_000_000 },
        { key: 'app', period: '2026-11-21', spentNanoUsd: 5 },
      ])
      await store.budgets.add([{ key: 'app', period: '2026-11', spentNanoUsd: 1 }])
      await reopened()
      expect(await store.budgets.spent(['2026-11', '2026-12'])).toEqual([
        { key: 'app', period: '2026-11', spentNanoUsd: 9_000_000_000_000_001 },
      ])
      expect(await store.budgets.spent([])).toEqual([])
    })

    test('that several nodes add to at once lose nothing', async () => {
      const nodes = await Promise.all([under.open(), under.open()])
      const add = async (node: ControlStore) => {
        for (let spentNanoUsd = 1; spentNanoUsd <= 20; spentNanoUsd++)
          await node.budgets.add([{ key: 'app', period: '2026-11', spentNanoUsd }])
      }
      await Promise.all(nodes.map(add))
      expect(await store.budgets.spent(['2026-11'])).toMatchObject([{ spentNanoUsd: 420 }])
      await Promise.all(nodes.map(node => node.close()))
    })

    test('of periods that are over can be cleared away', async () => {
      const periods = ['2026-10', '2026-10-31', '2026-11', '2026-11-01']
      await store.budgets.add(periods.map(period => ({ key: 'app', period, spentNanoUsd: 1 })))
      await store.budgets.removeBefore('2026-11')
      expect((await store.budgets.spent(periods)).map(({ period }) => period)).toEqual([
        '2026-11',
        '2026-11-01',
      ])
    })
  })
}

function revision(number: number, changes: Partial<RevisionRecord> = {}): RevisionRecord {
  const config: ConfigInput = { version: 1, keys: [{ id: `key-${number}`, secret: { env: 'X' } }] }
  return {
    number,
    at: 1_795_000_000_000 + number,
    actor: 'ada',
    reason: null,
    changes: [],
    config,
    tables: { 'demo.default': 'a*8000 b*2000' },
    ...changes,
  }
}

function credential(id: string, provider: string, changes: Partial<CredentialRecord> = {}): CredentialRecord {
  const sealed = Uint8Array.of(0, 1, 127, 128, 255)
  return { id, provider, state: 'active', createdAt: 1, hint: 'wxyz', sealed, ...changes }
}

function token(id: string, changes: Partial<TokenRecord> = {}): TokenRecord {
  const digest = Buffer.from(id).toString('hex').padEnd(64, '0')
  const times = { createdAt: 1, expiresAt: null, lastUsedAt: null }
  return { id, name: `token ${id}`, role: 'admin', digest, ...times, ...changes }
}

function audit(id: string, changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    id,
    at: 10,
    actor: 'ada',
    role: 'editor',
    address: '127.0.0.1',
    action: 'POST /api/v1/routers',
    outcome: 'done',
    status: 200,
    revision: 7,
    reason: 'because',
    ...changes,
  }
}

/** With bytes as a list: engines may give them back as another kind of array. */
function plain<Item extends { readonly sealed: Uint8Array }>(item: Item) {
  return { ...item, sealed: [...item.sealed] }
}

async function statesOf(store: ControlStore): Promise<Record<string, string>> {
  return Object.fromEntries((await store.credentials.list()).map(({ id, state }) => [id, state]))
}

async function numbersOfAllPages(store: ControlStore, limit: number): Promise<number[][]> {
  const pages: number[][] = []
  for (let after: string | null | undefined; after !== null; ) {
    const page = await store.revisions.list({ limit, ...(after !== undefined && { after }) })
    pages.push(page.items.map(({ number }) => number))
    after = page.next
  }
  return pages
}
