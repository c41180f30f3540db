import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { describeControlStore } from '../control-store.contract.ts'
import { type ControlStore, StoreUnavailableError } from '../control-store.ts'
import { openControlStore } from './open-control-store.ts'

describeControlStore('SQLite', async () => {
  const home = mkdtempSync(join(tmpdir(), 'weir-store-'))
  const opened: ControlStore[] = []
  return {
    open: async () => {
      const store = await openControlStore(join(home, 'control.db'))
      opened.push(store)
      return store
    },
    remove: async () => {
      await Promise.all(opened.map(store => store.close()))
      rmSync(home, { recursive: true, force: true })
    },
  }
})

let home: string
let file: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-store-'))
  file = join(home, 'control.db')
})

afterEach(() => rmSync(home, { recursive: true, force: true }))

const record = {
  number: 1,
  at: 1,
  actor: 'ada',
  reason: null,
  changes: [],
  tables: {},
  config: { version: 1 as const },
}

describe('the database file', () => {
  test('and those beside it are their owner’s alone', async () => {
    const store = await openControlStore(file)
    await store.revisions.append(record, 0)
    expect(readdirSync(home).length).toBeGreaterThan(1)
    for (const name of readdirSync(home))
      expect([name, statSync(join(home, name)).mode & 0o077]).toEqual([name, 0])
    await store.close()
  })

  test('writes ahead, and each commit is on the disk when it is answered', async () => {
    const store = await openControlStore(file)
    await store.revisions.append(record, 0)
    // What another connection sees is not what is flushed: the settings are what can be told from outside.
    const other = new DatabaseSync(file)
    expect(other.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(other.prepare('select number from revision').all()).toEqual([{ number: 1 }])
    other.close()
    await store.close()
  })

  test.each<[string, (path: string) => void, RegExp]>([
    ['is no database', path => writeFileSync(path, 'x'.repeat(4096)), /damaged/],
    ['is of a newer program', path => writeVersion(path, 99), /newer weir \(schema 99, this one knows \d+\)/],
  ])('that %s is refused with the reason, and left as it was', async (_, prepare, reason) => {
    prepare(file)
    const before = statSync(file).size
    const opening = openControlStore(file)
    await expect(opening).rejects.toThrow(StoreUnavailableError)
    await expect(opening).rejects.toThrow(reason)
    expect(statSync(file).size).toBe(before)
  })

  test('in a place where none can be is refused with the reason', async () => {
    await expect(openControlStore(join(home, 'no', 'such', 'place.db'))).rejects.toThrow(
      /cannot be opened \(ENOENT\)/,
    )
    await expect(openControlStore(home)).rejects.toThrow(StoreUnavailableError)
  })
})

describe('while another program has the database locked', () => {
  test('a store is not opened, and says why', async () => {
    const release = lock(file)
    const opening = openControlStore(file, 30)
    await expect(opening).rejects.toThrow(StoreUnavailableError)
    await expect(opening).rejects.toThrow(/locked by another program/)
    release()
    await (await openControlStore(file, 30)).close()
  })

  test('writes wait for it, and the event loop does not', async () => {
    const store = await openControlStore(file)
    const release = lock(file)
    const appending = store.revisions.append(record, 0)
    let turns = 0
    const ticking = setInterval(() => turns++ > 3 && release(), 5)
    expect(await appending).toBe('appended')
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(3)
    await store.close()
  })

  test('a write that waited too long has not happened, and the next one works', async () => {
    const store = await openControlStore(file, 30)
    const release = lock(file)
    await expect(store.revisions.append(record, 0)).rejects.toThrow(StoreUnavailableError)
    expect(await store.revisions.newest()).toBeUndefined()
    release()
    expect(await store.revisions.append(record, 0)).toBe('appended')
    await store.close()
  })
})

function writeVersion(path: string, version: number): void {
  const database = new DatabaseSync(path)
  database.exec('create table schema_version (version integer primary key)')
  database.exec(`insert into schema_version values (${version})`)
  database.exec('pragma journal_mode = wal')
  database.close()
}

/** Takes the write lock; the returned function lets go of it, once. */
function lock(path: string): () => void {
  const database = new DatabaseSync(path)
  database.exec('begin exclusive')
  return () => database.isOpen && database.close()
}
