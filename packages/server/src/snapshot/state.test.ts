import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatTable } from '@weir/core/assignment'
import type { Snapshot } from '@weir/core/config'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfigText } from './load.ts'
import { Publisher } from './publisher.ts'
import { openDataDir, readSecret, readState, writeAtomically, writeState } from './state.ts'

let dataDir: string

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'weir-state-')), 'data')
  openDataDir(dataDir)
})

afterEach(() => rmSync(join(dataDir, '..'), { recursive: true, force: true }))

function configText(a: number, b: number, router = 'demo'): string {
  return `version: 1
providers: { p: { type: openai, base_url: http://localhost } }
models: { p/a: {}, p/b: {} }
routers:
  ${router}:
    default_route:
      split:
        variants: [{ id: a, model: p/a, weight: ${a} }, { id: b, model: p/b, weight: ${b} }]
`
}

function load(text: string, state = readState(dataDir)): Snapshot {
  const loaded = loadConfigText(text, { revision: state.revision + 1, tables: state.tables })
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.problems))
  return loaded.snapshot
}

const writtenTables = () =>
  Object.fromEntries(Array.from(readState(dataDir).tables, ([salt, table]) => [salt, formatTable(table)]))

describe('the state', () => {
  test('of a new installation is empty', () => {
    expect(readState(dataDir)).toEqual({ revision: 0, tables: new Map() })
  })

  test('reads back what was published', () => {
    const before = readState(dataDir)
    const after = writeState(dataDir, before, load(configText(80, 20)))
    expect(readState(dataDir)).toEqual(after)
    expect(after.revision).toBe(1)
    expect(writtenTables()).toEqual({ 'demo.default': 'a*8000 b*2000' })
  })

  test('keeps the tables of routers that are gone, so that they come back as they were', () => {
    const first = writeState(dataDir, readState(dataDir), load(configText(60, 40)))
    writeState(dataDir, first, load(configText(50, 50, 'other')))
    expect(writtenTables()).toEqual({ 'demo.default': 'a*6000 b*4000', 'other.default': 'a*5000 b*5000' })
  })

  test.each([
    ['no JSON', '{"revision": 1, "tab'],
    ['empty', ''],
    ['of another shape', '{"revision":"1","tables":{}}'],
    ['with a table that sums to something else', '{"revision":1,"tables":{"demo.default":"a*9999"}}'],
    ['with a table of another shape', '{"revision":1,"tables":{"demo.default":"all to a"}}'],
  ])('that is %s is an error that says what to do, not a silent beginning anew', (_, text) => {
    writeFileSync(join(dataDir, 'state.json'), text)
    expect(() => readState(dataDir)).toThrow(/state\.json is damaged.*Restore it/s)
    expect(readFileSync(join(dataDir, 'state.json'), 'utf8')).toBe(text)
  })
})

describe('the secret', () => {
  test('is made once and kept', () => {
    const secret = readSecret(dataDir)
    expect(secret).toHaveLength(32)
    expect(readSecret(dataDir).equals(secret)).toBe(true)
  })

  test('is its owner’s alone', () => {
    readSecret(dataDir)
    expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600)
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  })
})

describe('an atomic write', () => {
  test('replaces the file and leaves nothing else behind', () => {
    const file = join(dataDir, 'x.json')
    for (const content of ['first, and longer', 'second']) writeAtomically(file, content)
    expect(readFileSync(file, 'utf8')).toBe('second')
    expect(readdirSync(dataDir)).toEqual(['x.json'])
  })

  test('that fails leaves the old file', () => {
    const file = join(dataDir, 'x.json')
    writeAtomically(file, 'old')
    expect(() => writeAtomically(join(file, 'impossible'), 'new')).toThrow()
    expect(readFileSync(file, 'utf8')).toBe('old')
  })
})

describe('publishing', () => {
  test('moves the fewest units from revision to revision, across restarts', async () => {
    let text = configText(80, 20)
    const publisher = () => new Publisher(dataDir, context => loadConfigText(text, context))
    const first = publisher()
    expect(first.load()).toMatchObject({ kind: 'loaded', snapshot: { revision: 1 } })
    text = configText(50, 50)
    expect(await first.reload()).toMatchObject({ kind: 'published', snapshot: { revision: 2 } })
    text = configText(70, 30)
    expect(publisher().load()).toMatchObject({ kind: 'loaded', snapshot: { revision: 3 } })
    expect(writtenTables()).toEqual({ 'demo.default': 'a*5000 b*3000 a*2000' })
    text = configText(30, 70)
    expect(publisher().load()).toMatchObject({ kind: 'loaded', snapshot: { revision: 4 } })
    expect(writtenTables()).toEqual({ 'demo.default': 'a*3000 b*7000' })
  })

  test('does nothing when nothing changed, however often the file is saved', async () => {
    const publisher = new Publisher(dataDir, context => loadConfigText(configText(80, 20), context))
    publisher.load()
    expect(await publisher.reload()).toEqual({ kind: 'unchanged' })
    expect(readState(dataDir).revision).toBe(1)
  })

  test('keeps everything as it was when a config is refused', async () => {
    let text = configText(80, 20)
    const publisher = new Publisher(dataDir, context => loadConfigText(text, context))
    publisher.load()
    text = configText(80, 10)
    expect(await publisher.reload()).toMatchObject({ kind: 'refused', problems: [{ code: 'weights_sum' }] })
    expect(readState(dataDir).revision).toBe(1)
    expect(writtenTables()).toEqual({ 'demo.default': 'a*8000 b*2000' })
    text = configText(90, 10)
    expect(await publisher.reload()).toMatchObject({ kind: 'published', snapshot: { revision: 2 } })
  })

  test('goes one revision at a time, though saves come at once', async () => {
    let weight = 80
    const publisher = new Publisher(dataDir, context =>
      loadConfigText(configText(weight, 100 - weight--), context),
    )
    publisher.load()
    const published = await Promise.all([publisher.reload(), publisher.reload(), publisher.reload()])
    expect(published.map(each => each.kind === 'published' && each.snapshot.revision)).toEqual([2, 3, 4])
  })
})
