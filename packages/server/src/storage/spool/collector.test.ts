import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordedEvent } from '@weir/core/event'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type EventBatch, EventStoreUnavailableError, type IngestReport } from '../event-store.ts'
import { Collector, type CollectorOptions } from './collector.ts'

let directory: string
const running: Collector[] = []

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'weir-collector-')), 'events')
  mkdirSync(directory)
})

afterEach(async () => {
  await Promise.all(running.splice(0).map(collector => collector.close()))
  rmSync(join(directory, '..'), { recursive: true, force: true })
})

/** A store in memory that counts every batch once, as the interface has it. */
class MemoryStore {
  readonly ids: string[] = []
  readonly batches = new Set<string>()
  failure: (batch: EventBatch) => Error | undefined = () => undefined
  /** Called when a batch is in the store and not yet known to be. */
  committed: () => void = () => {}

  ingest(batch: EventBatch): Promise<IngestReport> {
    const failure = this.failure(batch)
    if (failure !== undefined) return Promise.reject(failure)
    if (this.batches.has(batch.id)) return Promise.resolve({ taken: {}, unread: 0, skipped: 0 })
    const lines = readFileSync(batch.path, 'utf8').split('\n').slice(0, -1)
    const events = lines.flatMap(line => (line.endsWith('}') ? [JSON.parse(line) as Numbered] : []))
    this.batches.add(batch.id)
    this.ids.push(...events.map(event => event.request_id))
    this.committed()
    const taken = { request: events.length }
    return Promise.resolve({ taken, unread: 0, skipped: lines.length - events.length })
  }
}

interface Numbered {
  readonly request_id: string
}

const line = (id: string) => JSON.stringify({ kind: 'request', version: 2, request_id: id })

function batch(name: string, ...lines: string[]): string {
  const path = join(directory, `00000000000000${name}-w0-0a0b0c0d-000000.ndjson`)
  writeFileSync(path, lines.map(text => `${text}\n`).join(''))
  return path
}

function setUp(options: Partial<CollectorOptions> = {}) {
  const store = new MemoryStore()
  const seen: string[] = []
  const log: string[] = []
  const observer = {
    observe: (events: readonly RecordedEvent[]) => {
      seen.push(...events.map(event => (event as unknown as Numbered).request_id))
    },
  }
  const collector = new Collector({
    directory,
    store,
    observers: [observer],
    log: (_, message) => log.push(message),
    interval: 1,
    ...options,
  })
  running.push(collector)
  return { store, seen, log, collector }
}

const unavailable = () => new EventStoreUnavailableError('another program has it')

describe('a sealed file', () => {
  test('goes into the store and to whoever observes, oldest first, and is deleted', async () => {
    const { store, seen, collector } = setUp()
    batch('2', line('c'))
    batch('1', line('a'), line('b'))
    await collector.settle()
    expect([store.ids, seen, readdirSync(directory)]).toEqual([['a', 'b', 'c'], ['a', 'b', 'c'], []])
    expect(collector.tally).toMatchObject({ taken: 3, skipped: 0, rejected: 0 })
    expect([...store.batches]).toEqual([
      '000000000000001-w0-0a0b0c0d-000000',
      '000000000000002-w0-0a0b0c0d-000000',
    ])
  })

  test('is found without being asked for', async () => {
    const { store, collector } = setUp()
    collector.start()
    batch('1', line('a'))
    await expect.poll(() => store.ids).toEqual(['a'])
    batch('2', line('b'))
    await expect.poll(() => readdirSync(directory)).toEqual([])
    expect(store.ids).toEqual(['a', 'b'])
  })

  test('that the store knows already, since nobody came to delete it, is deleted and counted no second time', async () => {
    const { store, seen, collector } = setUp()
    const path = batch('1', line('a'))
    await collector.settle()
    batch('1', line('a'))
    await collector.settle()
    expect([store.ids, seen, existsSync(path)]).toEqual([['a'], ['a'], false])
    expect(collector.tally.taken).toBe(1)
  })

  test('may have lines that are no events, as a crash leaves one, which are counted', async () => {
    const { store, seen, log, collector } = setUp()
    writeFileSync(batch('1', line('a')), `${line('a')}\n{"kind":"requ\n[]\n`)
    await collector.settle()
    expect([store.ids, seen]).toEqual([['a'], ['a']])
    expect(collector.tally).toMatchObject({ taken: 1, skipped: 2 })
    expect(log).toEqual([expect.stringContaining('2 lines')])
  })

  test('that gave way to newer ones before it was read is nothing to worry about', async () => {
    const { store, log, collector } = setUp()
    store.failure = ({ path }) => {
      rmSync(path)
      return new Error('no such file')
    }
    batch('1', line('a'))
    await collector.settle()
    expect([log, collector.tally.rejected]).toEqual([[], 0])
  })

  test('may be of an older version: those who observe get what a newer one would have said', async () => {
    const first = { kind: 'request', version: 1, request_id: 'old' }
    const got: RecordedEvent[] = []
    const { collector } = setUp({ observers: [{ observe: events => void got.push(...events) }] })
    batch('1', JSON.stringify(first), JSON.stringify(VERSION_1))
    await collector.settle()
    // The first is not whole, and nobody is shown it.
    expect(got).toMatchObject([
      { request_id: 'whole', version: 1, tool_names: [], attempts: [{ began_ms: 0 }] },
    ])
  })
})

test('files that are written to, are being dropped or are none of the spool stay as they are', async () => {
  const { store, collector } = setUp()
  const names = [
    '000000000000001-w0-0a0b0c0d-000000.ndjson.open',
    '000000000000001-w1-0a0b0c0d-000000.ndjson.dropped',
    'notes.ndjson',
  ]
  for (const name of names) writeFileSync(join(directory, name), `${line('x')}\n`)
  await collector.settle()
  expect([store.ids, readdirSync(directory).toSorted()]).toEqual([[], names.toSorted()])
})

describe('while the store is unavailable', () => {
  test('files stay, are observed once, and go into the store when it is back', async () => {
    const { store, seen, log, collector } = setUp()
    store.failure = unavailable
    batch('1', line('a'))
    batch('2', line('b'))
    collector.start()
    await expect.poll(() => seen).toEqual(['a', 'b'])
    await expect(collector.settle()).rejects.toThrow(EventStoreUnavailableError)
    expect([store.ids, readdirSync(directory)]).toEqual([[], [expect.any(String), expect.any(String)]])
    store.failure = () => undefined
    collector.wake()
    await expect.poll(() => readdirSync(directory)).toEqual([])
    batch('3', line('c'))
    await collector.settle()
    expect([store.ids, seen]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
    expect(log).toEqual([expect.stringContaining('another program has it'), expect.stringContaining('again')])
  })

  test('waking it does not wait for the end of a pause', async () => {
    const { store, collector } = setUp({ interval: 1_000_000 })
    collector.start()
    await collector.settle()
    batch('1', line('a'))
    collector.wake()
    await expect.poll(() => store.ids).toEqual(['a'])
  })
})

describe('a batch that the store refuses for a reason of its own', () => {
  test('is put aside after a few attempts, whole, and holds up nobody', async () => {
    const { store, seen, log, collector } = setUp()
    store.failure = ({ id }) => (id.startsWith('000000000000001') ? new Error('out of range') : undefined)
    const path = batch('1', line('poison'))
    batch('2', line('b'))
    for (let attempt = 0; attempt < 3; attempt++) await collector.settle()
    expect([store.ids, seen, existsSync(path)]).toEqual([['b'], ['poison', 'b'], false])
    const [aside] = readdirSync(join(directory, 'rejected'))
    expect(readFileSync(join(directory, 'rejected', aside ?? ''), 'utf8')).toBe(`${line('poison')}\n`)
    expect(collector.tally).toMatchObject({ taken: 1, rejected: 1 })
    expect(log.filter(message => message.includes('out of range'))).toHaveLength(3)
  })

  test('is taken when a later attempt succeeds', async () => {
    const { store, seen, collector } = setUp()
    let attempts = 0
    store.failure = () => (++attempts < 3 ? new Error('once more') : undefined)
    batch('1', line('a'))
    for (let attempt = 0; attempt < 3; attempt++) await collector.settle()
    expect([store.ids, seen, collector.tally.rejected]).toEqual([['a'], ['a'], 0])
  })
})

test('an observer that fails keeps nothing from the others or from the store', async () => {
  const others: number[] = []
  const { store, log, collector } = setUp({
    observers: [
      {
        observe: () => {
          throw new Error('a bug')
        },
      },
      { observe: events => void others.push(events.length) },
    ],
  })
  batch('1', line('a'), line('b'))
  await collector.settle()
  expect([store.ids, others, readdirSync(directory)]).toEqual([['a', 'b'], [2], []])
  expect(log).toEqual([expect.stringContaining('a bug')])
})

test('closing finishes the batch at hand and begins no other', async () => {
  const { store, collector } = setUp()
  batch('1', line('a'))
  batch('2', line('b'))
  let closed: Promise<void> | undefined
  store.committed = () => {
    closed ??= collector.close()
  }
  await collector.settle()
  await closed
  expect([store.ids, readdirSync(directory).length]).toEqual([['a'], 1])
})

test('a directory that is not there yet holds nothing', async () => {
  const { collector } = setUp({ directory: join(directory, 'none') })
  await expect(collector.settle()).resolves.toBeUndefined()
})

/** A request as it was recorded before traces had spans and answers had signals. */
const VERSION_1 = {
  kind: 'request',
  version: 1,
  request_id: 'whole',
  span_trace_id: null,
  at: '2026-01-01T00:00:00.000Z',
  node: 'w0',
  revision: 1,
  key: null,
  tenant: null,
  tags: [],
  endpoint: 'chat',
  format: 'openai',
  stream: false,
  model: 'demo',
  router: null,
  route: null,
  reason: null,
  unit_kind: null,
  unit: null,
  hash_version: 1,
  salt: null,
  bucket: null,
  propensity: null,
  assigned: null,
  served: null,
  target: 'sim/large',
  attempts: [{ variant: 'large', target: 'sim/large', status: 200, failure: null, code: null, ms: 1 }],
  status: 200,
  outcome: 'ok',
  error: null,
  queue_ms: 0,
  first_token_ms: 1,
  total_ms: 2,
  usage: { input: 1, cached_input: null, output: 1, reasoning: null },
  cost_nano_usd: null,
  finish_reason: 'stop',
  output_length: 4,
  tool_calls: 0,
  refusal: false,
  region: null,
  metadata: {},
}
