import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Snapshot } from '@weir/core/config'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfigText } from './load.ts'
import {
  openDataDir,
  parseTables,
  readOrMakeKey,
  readSecret,
  readState,
  type State,
  tablesAfter,
  writeAtomically,
  writeState,
  writtenTables,
} from './state.ts'

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

function compiled(text: string, { revision, tables }: State): Snapshot {
  const loaded = loadConfigText(text, { revision: revision + 1, tables })
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.problems))
  return loaded.snapshot
}

/** What the state is after a config was published. */
function stateAfter(before: State, text: string): State {
  const snapshot = compiled(text, before)
  return { revision: snapshot.revision, tables: tablesAfter(before.tables, snapshot) }
}

describe('the state', () => {
  test('of a new installation is empty', () => {
    expect(readState(dataDir)).toEqual({ revision: 0, tables: new Map() })
  })

  test('reads back what was published', () => {
    const after = stateAfter(readState(dataDir), configText(80, 20))
    writeState(dataDir, after)
    expect(readState(dataDir)).toEqual(after)
    expect(after.revision).toBe(1)
    expect(writtenTables(after.tables)).toEqual({ 'demo.default': 'a*8000 b*2000' })
  })

  test('keeps the tables of routers that are gone, so that they come back as they were', () => {
    const first = stateAfter(readState(dataDir), configText(60, 40))
    const second = stateAfter(first, configText(50, 50, 'other'))
    expect(writtenTables(second.tables)).toEqual({
      'demo.default': 'a*6000 b*4000',
      'other.default': 'a*5000 b*5000',
    })
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

test('tables are read as they are written, and none of them when one is broken', () => {
  const written = { 'x.default': 'a*8000 b*2000', 'key.app': 'c*10000' }
  expect(writtenTables(parseTables(written) ?? new Map())).toEqual(written)
  expect(parseTables({ ...written, other: 'a*1' })).toBeUndefined()
})

describe('a key file', () => {
  test('is made once and kept', () => {
    const secret = readSecret(dataDir)
    expect(secret).toHaveLength(32)
    expect(readSecret(dataDir).equals(secret)).toBe(true)
    expect(readOrMakeKey(join(dataDir, 'master.key')).equals(secret)).toBe(false)
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
