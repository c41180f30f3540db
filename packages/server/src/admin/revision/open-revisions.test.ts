import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigInput } from '@weir/core/config'
import { describe, expect, test } from 'vitest'
import { DataDirError } from '../../snapshot/state.ts'
import { createSealer } from '../../storage/seal.ts'
import {
  type ControlHome,
  configWith,
  createControlHome,
  fileWith,
  MASTER_KEY,
  type StartedControl,
  storeWith,
} from './fixtures/control-home.ts'
import type { Author } from './publishing.ts'

const ada: Author = { actor: 'ada', reason: null }

const put = (started: StartedControl, config: ConfigInput) =>
  started.revisions.publish(() => ({ kind: 'config', config }), ada)

/** Of a program that has published this config and ended. */
async function homeWith(config: ConfigInput): Promise<ControlHome> {
  const home = createControlHome()
  const started = await home.start()
  await put(started, config)
  await started.stop()
  return home
}

/** Of a program that ended when this config was stored, and not yet kept beside the store. */
async function homeWithUnkept(config: ConfigInput): Promise<ControlHome> {
  const home = createControlHome()
  const started = await home.start()
  const kept = ['state.json', 'last-config.json'].map(name => join(home.dataDir, name))
  for (const file of kept) copyFileSync(file, `${file}.before`)
  await put(started, config)
  await started.stop()
  for (const file of kept) copyFileSync(`${file}.before`, file)
  return home
}

function removeDatabase({ databaseFile }: ControlHome): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(databaseFile + suffix, { force: true })
}

const numbers = async ({ revisions }: StartedControl) =>
  (await revisions.list({ limit: 100 })).items.map(({ number }) => number)

const noticesOf = ({ opened }: StartedControl) => (opened.kind === 'opened' ? opened.notices : [])

describe('a start with a store', () => {
  test('begins an empty one with the first config', async () => {
    const started = await createControlHome().start({ origin: storeWith(configWith(80, 20)) })
    expect(started.revisions.current()).toMatchObject({ number: 1, config: configWith(80, 20) })
    expect(await started.revisions.get(1)).toMatchObject({ actor: 'weir', reason: 'the first start' })
    expect(noticesOf(started)).toEqual([])
    expect(started.revisions.health()).toEqual({ state: 'ok', reasons: [] })
  })

  test('goes on with the stored config later, without a new revision', async () => {
    const home = await homeWith(configWith(60, 40))
    const second = await home.start({ origin: storeWith(configWith(10, 90)) })
    expect(second.revisions.current()).toMatchObject({ number: 2, config: configWith(60, 40) })
    expect(await numbers(second)).toEqual([2, 1])
    expect(await put(second, configWith(50, 50))).toMatchObject({ revision: { number: 3 } })
  })

  test('serves an acknowledged revision though the program ended before it was kept beside the store', async () => {
    const home = await homeWithUnkept(configWith(60, 40))
    const second = await home.start()
    expect(second.revisions.current()).toMatchObject({ number: 2, config: configWith(60, 40) })
    expect(JSON.parse(readFileSync(join(home.dataDir, 'state.json'), 'utf8'))).toEqual({
      revision: 2,
      tables: { 'demo.default': 'a*6000 b*4000' },
    })
  })

  test('says every problem of a stored config that cannot be compiled here', async () => {
    const home = createControlHome()
    process.env.WEIR_TEST_OPEN_KEY = 'x'
    const keys = [{ id: 'app', secret: { env: 'WEIR_TEST_OPEN_KEY' } }]
    await (await home.start({ origin: storeWith(configWith(80, 20, { keys })) })).stop()
    delete process.env.WEIR_TEST_OPEN_KEY
    const { opened } = await home.start()
    expect(opened).toMatchObject({ kind: 'refused', problems: [{ code: 'secret_missing' }] })
  })

  test('goes on from the tables of an older installation, one revision above', async () => {
    const home = createControlHome()
    const tables = { 'demo.default': 'b*2000 a*8000', 'gone.default': 'x*10000' }
    writeFileSync(join(home.dataDir, 'state.json'), JSON.stringify({ revision: 7, tables }))
    const { revisions } = await home.start()
    expect(revisions.current().number).toBe(8)
    expect(await revisions.get(8)).toMatchObject({ tables })
  })
})

describe('when the database is gone', () => {
  test('what was served last goes on as the next revision, with its buckets', async () => {
    const home = createControlHome()
    const first = await home.start()
    await put(first, configWith(50, 50))
    await put(first, configWith(70, 30))
    const before = first.revisions.current()
    await first.stop()
    removeDatabase(home)
    const second = await home.start({ origin: storeWith(configWith(10, 90)) })
    expect(second.revisions.current()).toMatchObject({ number: 4, config: before.config })
    expect(second.revisions.current().tables).toEqual(before.tables)
    expect(await second.revisions.get(4)).toMatchObject({
      actor: 'weir',
      reason: 'the database was gone; revision 3 was served last',
      changes: [],
    })
    expect(second.revisions.health()).toEqual({
      state: 'degraded',
      reasons: [expect.stringMatching(/database was gone.*revision 3/)],
    })
    expect(noticesOf(second)).toHaveLength(1)
    expect(await put(second, configWith(60, 40))).toMatchObject({ revision: { number: 5 } })
    await second.stop()
    const third = await home.start()
    expect(third.revisions.current().number).toBe(5)
    expect(third.revisions.health()).toEqual({ state: 'ok', reasons: [] })
  })

  test('the credentials in use are put back', async () => {
    const home = createControlHome()
    const first = await home.start()
    const sealed = createSealer(MASTER_KEY).seal('c1', 'sk-first')
    const credential = { id: 'c1', provider: 'p', createdAt: 5, hint: 'irst', sealed }
    await first.store.credentials.insert({ ...credential, state: 'active' })
    await first.revisions.refreshCredentials()
    await first.stop()
    expect(readFileSync(join(home.dataDir, 'last-config.json'), 'utf8')).not.toContain('sk-first')
    expect(statSync(join(home.dataDir, 'last-config.json')).mode & 0o777).toBe(0o600)
    removeDatabase(home)
    const second = await home.start()
    expect(second.revisions.secrets).toEqual({ p: 'sk-first' })
    expect(await second.store.credentials.list()).toMatchObject([{ id: 'c1', state: 'active', hint: 'irst' }])
  })
})

describe('when the database was put back to an older state', () => {
  test('its config counts, under a number that was never used', async () => {
    const home = await homeWith(configWith(70, 30))
    copyFileSync(home.databaseFile, join(home.dataDir, 'backup'))
    const later = await home.start()
    await put(later, configWith(60, 40))
    await put(later, configWith(50, 50))
    await later.stop()
    removeDatabase(home)
    copyFileSync(join(home.dataDir, 'backup'), home.databaseFile)
    const restored = await home.start()
    expect(restored.revisions.current()).toMatchObject({ number: 5, config: configWith(70, 30) })
    expect(await numbers(restored)).toEqual([5, 2, 1])
    expect(await restored.revisions.get(5)).toMatchObject({
      actor: 'weir',
      tables: { 'demo.default': 'a*7000 b*3000' },
      changes: [expect.stringContaining('a 50 -> 70')],
      reason: 'the database was put back to revision 2; revision 4 was served last',
    })
  })
})

describe('when the database cannot be opened', () => {
  test('what was served last goes on, and cannot be changed', async () => {
    const home = await homeWith(configWith(60, 40))
    const second = await home.start({ database: 'closed' })
    expect(second.states).toEqual(['read_only'])
    expect(second.revisions.current()).toMatchObject({ number: 2, config: configWith(60, 40) })
    expect(second.revisions.health()).toEqual({ state: 'read_only', reasons: ['it is locked'] })
    expect(await put(second, configWith(50, 50))).toEqual({ kind: 'unavailable', message: 'it is locked' })
    expect(await second.revisions.revert(1, ada)).toEqual({ kind: 'unavailable', message: 'it is locked' })
    expect(second.revisions.current().number).toBe(2)
    const third = await home.start()
    expect(third.revisions.current().number).toBe(2)
    expect(third.revisions.health().state).toBe('ok')
  })

  test('stored credentials are those that were used last', async () => {
    const home = createControlHome()
    const first = await home.start()
    const sealed = createSealer(MASTER_KEY).seal('c1', 'sk-first')
    await first.store.credentials.insert({
      id: 'c1',
      provider: 'p',
      state: 'active',
      createdAt: 5,
      hint: '',
      sealed,
    })
    await first.revisions.refreshCredentials()
    await first.stop()
    expect((await home.start({ database: 'closed' })).revisions.secrets).toEqual({ p: 'sk-first' })
  })

  test('there is nothing to start with when nothing was ever served', async () => {
    await expect(createControlHome().start({ database: 'closed' })).rejects.toThrow(DataDirError)
  })

  test.each(['', '{"revision":', '{"revision":1,"config":{}}', '[]'])(
    'nor when what was served last is damaged: %j',
    async text => {
      const home = createControlHome()
      await (await home.start()).stop()
      writeFileSync(join(home.dataDir, 'last-config.json'), text)
      await expect(home.start({ database: 'closed' })).rejects.toThrow(DataDirError)
      expect((await home.start()).revisions.current().number).toBe(1)
    },
  )

  test('a file in charge goes on being published', async () => {
    const home = createControlHome()
    await (await home.start({ origin: fileWith(configWith(80, 20)) })).stop()
    const second = await home.start({ origin: fileWith(configWith(60, 40)), database: 'closed' })
    expect(second.revisions.current().number).toBe(2)
    const result = await second.revisions.publishFile(configWith(50, 50), { actor: 'file', reason: null })
    expect(result).toMatchObject({ kind: 'published', revision: { number: 3 } })
    expect(second.revisions.health().state).toBe('read_only')
    const third = await home.start({ origin: fileWith(configWith(50, 50)) })
    expect(third.revisions.current()).toMatchObject({ number: 4, config: configWith(50, 50) })
    expect(await numbers(third)).toEqual([4, 1])
    expect(third.revisions.health().state).toBe('ok')
  })
})

describe('a start with a file', () => {
  test('records what the file says, and makes a revision only when that has changed', async () => {
    const home = createControlHome()
    const first = await home.start({ origin: fileWith(configWith(80, 20)) })
    expect(await first.revisions.get(1)).toMatchObject({ actor: 'file', reason: 'read from weir.yaml' })
    await first.stop()
    const second = await home.start({ origin: fileWith(configWith(80, 20)) })
    expect(second.revisions.current().number).toBe(1)
    await second.stop()
    const third = await home.start({ origin: fileWith(configWith(60, 40)) })
    expect(third.revisions.current().number).toBe(2)
    expect(await third.revisions.get(2)).toMatchObject({ changes: [expect.stringContaining('a 80 -> 60')] })
  })

  test('goes on from what an older program kept', async () => {
    const home = createControlHome()
    const tables = { 'demo.default': 'b*2000 a*8000' }
    writeFileSync(join(home.dataDir, 'state.json'), JSON.stringify({ revision: 7, tables }))
    const { revisions } = await home.start({ origin: fileWith(configWith(80, 20)) })
    expect(revisions.current().number).toBe(8)
    expect(await revisions.get(8)).toMatchObject({ tables })
  })

  test('says every problem of the file and keeps what was in force', async () => {
    const home = createControlHome()
    await (await home.start({ origin: fileWith(configWith(80, 20)) })).stop()
    const { opened } = await home.start({ origin: fileWith(configWith(80, 10)) })
    expect(opened).toMatchObject({ kind: 'refused', problems: [{ code: 'weights_sum' }] })
    expect((await home.start({ origin: fileWith(configWith(80, 20)) })).revisions.current().number).toBe(1)
  })

  test('and then without it goes on with what the file said last, and says so', async () => {
    const home = createControlHome()
    await (await home.start({ origin: fileWith(configWith(80, 20)) })).stop()
    const second = await home.start()
    expect(second.revisions.current()).toMatchObject({ number: 1, config: configWith(80, 20) })
    expect(second.revisions.managedBy).toBe('store')
    expect(noticesOf(second)).toEqual([expect.stringMatching(/read from a file in an earlier start/)])
    await put(second, configWith(70, 30))
    await second.stop()
    expect(noticesOf(await home.start())).toEqual([])
  })

  test('after a start without it is in charge again, and the store remembers both', async () => {
    const home = await homeWith(configWith(60, 40))
    const second = await home.start({ origin: fileWith(configWith(80, 20)) })
    expect(second.revisions.current()).toMatchObject({ number: 3, config: configWith(80, 20) })
    expect(await numbers(second)).toEqual([3, 2, 1])
  })
})

describe('a store that could not be opened at the start', () => {
  test('goes on where it was, once it can be', async () => {
    const home = await homeWith(configWith(50, 50))
    const second = await home.start({ database: 'closed' })
    expect(await put(second, configWith(60, 40))).toMatchObject({ kind: 'unavailable' })
    await second.returnOfStore()
    expect(second.revisions.health()).toEqual({ state: 'ok', reasons: [] })
    expect(await numbers(second)).toEqual([2, 1])
    expect(await put(second, configWith(60, 40))).toMatchObject({ revision: { number: 3 } })
  })

  test('serves a revision that is newer than what was served', async () => {
    const home = await homeWithUnkept(configWith(60, 40))
    const second = await home.start({ database: 'closed' })
    expect(second.revisions.current().number).toBe(1)
    await second.returnOfStore()
    expect(second.revisions.current()).toMatchObject({ number: 2, config: configWith(60, 40) })
    expect(second.served.at(-1)?.snapshot.revision).toBe(2)
  })

  test('takes what was served when there is nothing in it, and says so', async () => {
    const home = await homeWith(configWith(50, 50))
    removeDatabase(home)
    const second = await home.start({ database: 'closed' })
    await second.returnOfStore()
    expect(second.revisions.current()).toMatchObject({ number: 3, config: configWith(50, 50) })
    expect(second.revisions.health()).toMatchObject({ state: 'degraded' })
  })

  test('records what a file said meanwhile, and serves nothing else', async () => {
    const home = createControlHome()
    await (await home.start({ origin: fileWith(configWith(80, 20)) })).stop()
    const second = await home.start({ origin: fileWith(configWith(60, 40)), database: 'closed' })
    expect(second.revisions.current().number).toBe(2)
    await second.returnOfStore()
    expect(second.revisions.current()).toMatchObject({ config: configWith(60, 40) })
    expect((await numbers(second)).length).toBe(2)
    expect(second.revisions.health()).toEqual({ state: 'ok', reasons: [] })
  })

  test('stays what it is while it cannot be opened, and is closed in the middle of trying', async () => {
    const home = createControlHome()
    await (await home.start()).stop()
    const second = await home.start({ database: 'closed' })
    expect(second.revisions.health()).toMatchObject({ state: 'read_only' })
    void second.returnOfStore()
    await second.stop()
  })
})
