import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { EventWatch, type EventWatchOptions } from './event-watch.ts'
import type { StoreStatus } from './messages.ts'

const TALLY = { taken: 5, skipped: 1, rejected: 2, taken_at: 1 }

function watchWith(plane: EventWatchOptions['plane']) {
  const home = mkdtempSync(join(tmpdir(), 'weir-watch-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const directory = join(home, 'events')
  mkdirSync(directory)
  const clock = { now: 1_000_000_000_000 }
  const log: string[] = []
  const watch = new EventWatch({
    directory,
    plane,
    log: (_, message) => log.push(message),
    now: () => clock.now,
  })
  return { directory, clock, log, watch }
}

const planeIn = (store: StoreStatus) => () => ({ store, tally: TALLY })

test('without a store, the spool is all there is', () => {
  const { directory, clock, watch } = watchWith(undefined)
  expect(watch.state()).toEqual({
    store: 'none',
    reasons: [],
    spool: { files: 0, bytes: 0, oldest_age_seconds: null },
    lost: 0,
    skipped: 0,
    rejected: 0,
  })
  for (const began of ['000999999990000', '000999999995000']) {
    writeFileSync(join(directory, `${began}-w0-0a0b0c0d-000000.ndjson.open`), 'x'.repeat(100))
  }
  clock.now += 1_000
  expect(watch.state().spool).toEqual({ files: 2, bytes: 200, oldest_age_seconds: 11 })
})

test.each<[string, StoreStatus, readonly string[]]>([
  ['is well', { state: 'ok', reason: null }, []],
  ['is being opened', { state: 'starting', reason: null }, []],
  [
    'is unavailable',
    { state: 'unavailable', reason: 'it is damaged' },
    ['the event store cannot be used: it is damaged'],
  ],
])('a store that %s says so', (_, store, reasons) => {
  const { watch } = watchWith(planeIn(store))
  const refused = '2 batches that the event store refused are kept in events/rejected'
  expect(watch.state()).toMatchObject({
    store: store.state,
    reasons: [...reasons, refused],
    skipped: 1,
    rejected: 2,
  })
})

test('a store whose process is not started yet is being opened', () => {
  expect(watchWith(() => undefined).watch.state()).toMatchObject({ store: 'starting', reasons: [] })
})

test('a loss is a reason to worry for a minute, and stays counted', () => {
  const { clock, log, watch } = watchWith(undefined)
  watch.trouble(3, 'disk full')
  clock.now += 30_000
  watch.trouble(4, 'disk full')
  expect(watch.state()).toMatchObject({ reasons: ['disk full'], lost: 7 })
  expect(log).toEqual(['disk full; events lost so far: 3'])
  clock.now += 59_000
  expect(watch.state().reasons).toEqual(['disk full'])
  clock.now += 2_000
  expect(watch.state()).toMatchObject({ reasons: [], lost: 7 })
  watch.trouble(1, 'disk full')
  expect([watch.state().reasons, log.length]).toEqual([['disk full'], 2])
})

test('what earlier runs and workers that died have left open becomes batches', () => {
  const { directory, watch } = watchWith(undefined)
  const leave = (writer: string) =>
    writeFileSync(join(directory, `000000000000001-${writer}-0a0b0c0d-000000.ndjson.open`), 'x\n')
  for (const writer of ['w0', 'w1']) leave(writer)
  watch.writerGone('w1')
  const open = () => readdirSync(directory).filter(name => name.endsWith('.open'))
  expect(open()).toEqual(['000000000000001-w0-0a0b0c0d-000000.ndjson.open'])
  watch.start()
  expect(open()).toEqual([])
})
