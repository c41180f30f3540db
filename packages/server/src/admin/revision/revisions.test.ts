import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { formatTable } from '@weir/core/assignment'
import type { ConfigInput } from '@weir/core/config'
import { describe, expect, test } from 'vitest'
import { createSealer } from '../../storage/seal.ts'
import { configWith, createControlHome, fileWith, MASTER_KEY, storeWith } from './fixtures/control-home.ts'
import type { Author, Edit } from './publishing.ts'
import type { Revisions } from './revisions.ts'

const ada: Author = { actor: 'ada', reason: 'to see' }

const setTo =
  (config: ConfigInput): Edit =>
  () => ({ kind: 'config', config })

const weights = (a: number, b: number) => setTo(configWith(a, b))

function tableOf(revisions: Revisions, salt = 'demo.default'): string {
  return formatTable(revisions.current().tables.get(salt) ?? [])
}

describe('publishing', () => {
  test('saves who, when, why and what changed, and serves it', async () => {
    const { revisions, store, served } = await createControlHome().start()
    const before = Date.now()
    const result = await revisions.publish(weights(60, 40), ada)
    expect(result).toMatchObject({
      kind: 'published',
      revision: { number: 2, actor: 'ada', reason: 'to see' },
    })
    const record = await store.revisions.newest()
    expect(record).toMatchObject({
      number: 2,
      actor: 'ada',
      changes: ['router demo, route default: a 80 -> 60, b 20 -> 40; moves 20.00 % of units'],
      config: configWith(60, 40),
      tables: { 'demo.default': 'a*6000 b*4000' },
    })
    expect(record?.at).toBeGreaterThanOrEqual(before)
    expect(served.map(({ snapshot }) => snapshot.revision)).toEqual([2])
    expect(revisions.current()).toMatchObject({
      number: 2,
      config: configWith(60, 40),
      snapshot: { revision: 2 },
    })
    if (result.kind === 'published')
      expect(result.moves).toMatchObject([{ salt: 'demo.default', moved: 0.2 }])
  })

  test('tells of each revision once it is served, and of nothing else', async () => {
    const told: (readonly [number, string, readonly string[]])[] = []
    const started = await createControlHome().start({
      onPublished: ({ number, actor, changes }) => told.push([number, actor, changes]),
    })
    const { revisions, served } = started
    expect(told.map(([number]) => number)).toEqual([1])
    const publishing = revisions.publish(weights(60, 40), ada)
    expect(told).toHaveLength(1)
    await publishing
    expect(served.map(({ snapshot }) => snapshot.revision)).toEqual([2])
    await revisions.publish(weights(60, 40), ada)
    await revisions.publish(weights(60, 20), ada)
    expect(told.slice(1)).toEqual([[2, 'ada', [expect.stringContaining('a 80 -> 60')]]])
  })

  test('saves nothing that does not compile', async () => {
    const { revisions, store, served } = await createControlHome().start()
    const result = await revisions.publish(weights(70, 20), ada)
    expect(result).toMatchObject({ kind: 'refused', problems: [{ code: 'weights_sum' }] })
    expect((await store.revisions.newest())?.number).toBe(1)
    expect(served).toEqual([])
    expect(await revisions.publish(weights(70, 30), ada)).toMatchObject({ revision: { number: 2 } })
  })

  test('makes no revision of what changes nothing', async () => {
    const { revisions, store } = await createControlHome().start()
    expect(await revisions.publish(weights(80, 20), ada)).toEqual({
      kind: 'unchanged',
      number: 1,
      warnings: [],
    })
    expect((await store.revisions.newest())?.number).toBe(1)
  })

  test('saves what changes no decision too, such as a description', async () => {
    const { revisions } = await createControlHome().start()
    const config = configWith(80, 20)
    const demo = { ...config.routers?.demo, description: 'for people' }
    const result = await revisions.publish(setTo({ ...config, routers: { demo } }), ada)
    expect(result).toMatchObject({ kind: 'published', revision: { number: 2 }, moves: [] })
  })

  test('tells why an edit refuses', async () => {
    const { revisions } = await createControlHome().start()
    const refusal = { kind: 'refused', cause: 'not_found', message: 'there is no router "x"' } as const
    expect(await revisions.publish(() => refusal, ada)).toEqual({ kind: 'rejected', refusal })
    expect(await revisions.preview(() => refusal)).toEqual({ kind: 'rejected', refusal })
  })

  test('keeps what an edit throws to its caller, and goes on', async () => {
    const { revisions } = await createControlHome().start()
    const broken: Edit = () => {
      throw new Error('a bug')
    }
    await expect(revisions.publish(broken, ada)).rejects.toThrow('a bug')
    expect(await revisions.publish(weights(50, 50), ada)).toMatchObject({ kind: 'published' })
  })

  test('under an expected revision that is no longer in force is a conflict', async () => {
    const { revisions } = await createControlHome().start()
    await revisions.publish(weights(60, 40), { ...ada, expected: 1 })
    const late = await revisions.publish(weights(50, 50), { ...ada, expected: 1 })
    expect(late).toEqual({ kind: 'conflict', number: 2 })
    expect(await revisions.preview(weights(50, 50), 1)).toEqual({ kind: 'conflict', number: 2 })
    expect(await revisions.revert(1, { ...ada, expected: 1 })).toEqual({ kind: 'conflict', number: 2 })
  })

  test('at once loses no update: each edit sees what those before it have made', async () => {
    const { revisions, served } = await createControlHome().start()
    const addKey =
      (id: string): Edit =>
      config => ({
        kind: 'config',
        config: { ...config, keys: [...(config.keys ?? []), { id, digest: digestOf(id) }] },
      })
    const ids = Array.from({ length: 30 }, (_, index) => `key-${index}`)
    const results = await Promise.all(ids.map(id => revisions.publish(addKey(id), ada)))
    expect(results.map(result => result.kind === 'published' && result.revision.number)).toEqual(
      ids.map((_, index) => index + 2),
    )
    expect(revisions.current().config.keys?.map(({ id }) => id)).toEqual(ids)
    expect(served.map(({ snapshot }) => snapshot.revision)).toEqual(ids.map((_, index) => index + 2))
  })

  test('is not undone by whoever still holds the config that was handed in', async () => {
    const { revisions } = await createControlHome().start()
    const mine = configWith(60, 40)
    await revisions.publish(setTo(mine), ada)
    if (mine.routers !== undefined) delete mine.routers.demo
    expect(revisions.current().config.routers).toHaveProperty('demo')
  })
})

const digestOf = (id: string) => `sha256:${Buffer.from(id).toString('hex').padEnd(64, '0')}`

describe('a preview', () => {
  test('says what would change and saves nothing', async () => {
    const { revisions, store, served } = await createControlHome().start()
    expect(await revisions.preview(weights(50, 50))).toMatchObject({
      kind: 'preview',
      changes: ['router demo, route default: a 80 -> 50, b 20 -> 50; moves 30.00 % of units'],
      moves: [{ moved: 0.3 }],
      problems: [],
    })
    expect((await store.revisions.newest())?.number).toBe(1)
    expect(served).toEqual([])
    expect(revisions.current().number).toBe(1)
  })

  test('lists every problem', async () => {
    const { revisions } = await createControlHome().start()
    const preview = await revisions.preview(setTo({ ...configWith(80, 10), models: {} }))
    expect(preview).toMatchObject({ kind: 'preview', changes: [], moves: [] })
    expect(preview.kind === 'preview' && preview.problems.length).toBe(3)
  })
})

describe('going back', () => {
  test('gives every unit what it got at that revision, not only the weights', async () => {
    const { revisions } = await createControlHome().start()
    await revisions.publish(weights(50, 50), ada)
    await revisions.publish(weights(80, 20), ada)
    expect(tableOf(revisions)).not.toBe('a*8000 b*2000')
    await revisions.publish(weights(30, 70), ada)
    const preview = await revisions.previewRevert(1)
    expect(preview).toMatchObject({ kind: 'preview', changes: [expect.stringContaining('a 30 -> 80')] })
    expect(await revisions.revert(1, ada)).toMatchObject({ kind: 'published', revision: { number: 5 } })
    expect(tableOf(revisions)).toBe('a*8000 b*2000')
    expect(revisions.current().config).toEqual(configWith(80, 20))
  })

  test('to a revision that there is not is rejected', async () => {
    const { revisions } = await createControlHome().start()
    const rejected = { kind: 'rejected', refusal: { cause: 'not_found', message: 'there is no revision 9' } }
    expect(await revisions.revert(9, ada)).toMatchObject(rejected)
    expect(await revisions.previewRevert(9)).toMatchObject(rejected)
  })
})

describe('a declared bucket table', () => {
  const withTable = (a: number, b: number, buckets: string): ConfigInput => {
    const config = configWith(a, b)
    const split = { ...config.routers?.demo?.default_route?.split, buckets }
    return { ...config, routers: { demo: { default_route: { split } } } } as ConfigInput
  }
  const declared = (revisions: Revisions) =>
    revisions.current().config.routers?.demo?.default_route?.split.buckets

  test('is kept up to date, so that the next change moves units from where they are', async () => {
    const { revisions } = await createControlHome().start({
      origin: storeWith(withTable(80, 20, 'b*2000 a*8000')),
    })
    expect(declared(revisions)).toBe('b*2000 a*8000')
    await revisions.publish(setTo(withTable(60, 40, 'b*2000 a*8000')), ada)
    expect(declared(revisions)).toBe('b*2000 a*6000 b*2000')
    const result = await revisions.publish(
      config => ({
        kind: 'config',
        config: withTable(70, 30, config.routers?.demo?.default_route?.split.buckets ?? ''),
      }),
      ada,
    )
    expect(result).toMatchObject({ moves: [{ moved: 0.1 }] })
    expect(declared(revisions)).toBe(tableOf(revisions))
  })
})

describe('with a file in charge', () => {
  test('configs are changed there and nowhere else', async () => {
    const { revisions } = await createControlHome().start({ origin: fileWith(configWith(80, 20)) })
    expect(revisions.managedBy).toBe('file')
    expect(await revisions.publish(weights(50, 50), ada)).toEqual({ kind: 'managed_by_file' })
    expect(await revisions.revert(1, ada)).toEqual({ kind: 'managed_by_file' })
    expect(await revisions.preview(weights(50, 50))).toMatchObject({
      kind: 'preview',
      moves: [{ moved: 0.3 }],
    })
    const author: Author = { actor: 'file', reason: null }
    expect(await revisions.publishFile(configWith(50, 50), author)).toMatchObject({
      kind: 'published',
      revision: { number: 2 },
    })
    expect(await revisions.publishFile(configWith(50, 50), author)).toMatchObject({ kind: 'unchanged' })
    expect(await revisions.publishFile('nonsense', author)).toMatchObject({ kind: 'refused' })
    expect((await revisions.list({ limit: 9 })).items.map(({ number }) => number)).toEqual([2, 1])
  })
})

describe('stored credentials', () => {
  const config = configWith(80, 20, {
    providers: { p: { type: 'openai', base_url: 'http://localhost/v1', credential: { stored: true } } },
  })
  const sealed = (id: string, text: string) => ({
    id,
    provider: 'p',
    state: 'active' as const,
    createdAt: 1,
    hint: '',
    sealed: createSealer(MASTER_KEY).seal(id, text),
  })

  test('go to the workers when they change, and are never in a revision or in the data directory in the clear', async () => {
    const home = createControlHome()
    const { revisions, store, served, opened } = await home.start({ origin: storeWith(config) })
    expect(opened).toMatchObject({ warnings: [{ code: 'no_credential' }] })
    await store.credentials.insert(sealed('c1', 'sk-first'))
    await revisions.refreshCredentials()
    expect(served.at(-1)).toMatchObject({ snapshot: { revision: 1 }, secrets: { p: 'sk-first' } })
    const published = await revisions.publish(
      setTo({ ...config, models: { ...config.models, 'p/c': {} } }),
      ada,
    )
    expect(published).toMatchObject({ kind: 'published', warnings: [] })
    expect(served.at(-1)).toMatchObject({ snapshot: { revision: 2 }, secrets: { p: 'sk-first' } })
    expect(JSON.stringify(await store.revisions.newest())).not.toContain('sk-first')
    await store.credentials.remove('c1')
    await revisions.refreshCredentials()
    expect(served.at(-1)?.secrets).toEqual({})
  })

  test('that the master key does not open are as if there were none, and said to be', async () => {
    const home = createControlHome()
    const first = await home.start({ origin: storeWith(config) })
    await first.store.credentials.insert(sealed('c1', 'sk-first'))
    await first.stop()
    const { revisions, opened } = await home.start({ masterKey: new Uint8Array(32) })
    expect(revisions.secrets).toEqual({})
    expect(opened).toMatchObject({ warnings: [{ code: 'no_credential' }] })
    expect(revisions.health()).toEqual({
      state: 'degraded',
      reasons: [expect.stringMatching(/credential c1 of provider p cannot be used: .*another master key/)],
    })
  })
})

describe('a store that cannot be written for a while', () => {
  test('refuses changes, tells the workers, and takes them again', async () => {
    const home = createControlHome()
    const { revisions, store, states } = await home.start()
    const other = new DatabaseSync(home.databaseFile)
    other.exec('begin immediate')
    const late = revisions.publish(weights(60, 40), ada)
    expect(await late).toMatchObject({ kind: 'unavailable', message: expect.stringMatching(/locked/) })
    expect(revisions.health().state).toBe('read_only')
    expect(revisions.current().number).toBe(1)
    other.close()
    expect(await revisions.publish(weights(60, 40), ada)).toMatchObject({ revision: { number: 2 } })
    expect(revisions.health()).toEqual({ state: 'ok', reasons: [] })
    expect(states).toEqual(['ok', 'read_only', 'ok'])
    expect((await store.revisions.newest())?.number).toBe(2)
  })

  test('does not keep a file in charge from being served', async () => {
    const home = createControlHome()
    const { revisions, served } = await home.start({ origin: fileWith(configWith(80, 20)) })
    const other = new DatabaseSync(home.databaseFile)
    other.exec('begin immediate')
    const author: Author = { actor: 'file', reason: null }
    expect(await revisions.publishFile(configWith(60, 40), author)).toMatchObject({ revision: { number: 2 } })
    expect(served.at(-1)?.snapshot.revision).toBe(2)
    expect(revisions.health().state).toBe('read_only')
    other.close()
    expect(await revisions.publishFile(configWith(50, 50), author)).toMatchObject({ revision: { number: 3 } })
    expect((await revisions.list({ limit: 9 })).items.map(({ number }) => number)).toEqual([3, 1])
    expect(revisions.health().state).toBe('ok')
  })
})

describe('a data directory that cannot be written for a while', () => {
  test('does not undo what the store has: it is served, and said to be kept there alone', async () => {
    const home = createControlHome()
    const { revisions, served } = await home.start()
    const state = join(home.dataDir, 'state.json')
    // A directory in its place: nothing can be renamed over it, whoever runs the test.
    rmSync(state)
    mkdirSync(join(state, 'in-the-way'), { recursive: true })
    expect(await revisions.publish(weights(60, 40), ada)).toMatchObject({ revision: { number: 2 } })
    expect(served.at(-1)?.snapshot.revision).toBe(2)
    expect(revisions.health()).toMatchObject({
      state: 'degraded',
      reasons: [expect.stringMatching(/could not be written to the data directory/)],
    })
    rmSync(state, { recursive: true })
    expect(await revisions.publish(weights(50, 50), ada)).toMatchObject({ revision: { number: 3 } })
    expect(revisions.health().state).toBe('ok')
  })
})
