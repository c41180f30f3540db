import { afterEach, expect, test } from 'vitest'
import { type EventBatch, type EventStore, EventStoreUnavailableError } from '../storage/event-store.ts'
import { StoreKeeper } from './store-keeper.ts'

const keepers: StoreKeeper[] = []
afterEach(async () => {
  await Promise.all(keepers.splice(0).map(keeper => keeper.close()))
})

const BATCH: EventBatch = { id: 'b', path: '/nowhere' }
const LOCKED = new EventStoreUnavailableError('another program has it')

/** A store of which only what the keeper uses is there. */
function fakeStore(
  ingest: () => Promise<unknown> = () => Promise.resolve({ taken: {}, unread: 0, skipped: 0 }),
) {
  const closed: string[] = []
  const store = { ingest, close: () => Promise.resolve(void closed.push('closed')) }
  return { store: store as unknown as EventStore, closed }
}

function keep(open: () => Promise<EventStore>, log: (level: 'warn', message: string) => void = () => {}) {
  const keeper = new StoreKeeper({ open, onOpen: () => {}, log })
  keepers.push(keeper)
  return keeper
}

test('a store that another process still has for a moment is waited for', async () => {
  const { store } = fakeStore()
  let attempts = 0
  const keeper = keep(() => (++attempts < 3 ? Promise.reject(LOCKED) : Promise.resolve(store)))
  expect(keeper.status).toEqual({ state: 'starting', reason: null })
  expect(await keeper.whenOpen()).toBe(store)
  expect([attempts, keeper.status]).toEqual([3, { state: 'ok', reason: null }])
})

test('a batch of the start waits for the store, too', async () => {
  const { store } = fakeStore()
  let attempts = 0
  const keeper = keep(() => (++attempts < 2 ? Promise.reject(LOCKED) : Promise.resolve(store)))
  expect(await keeper.ingest(BATCH)).toEqual({ taken: {}, unread: 0, skipped: 0 })
})

test('one that cannot be opened is tried again and again, and says why meanwhile', async () => {
  const { store } = fakeStore()
  let isLocked = true
  const keeper = keep(() => (isLocked ? Promise.reject(LOCKED) : Promise.resolve(store)))
  await expect
    .poll(() => keeper.status, { timeout: 10_000 })
    .toEqual({
      state: 'unavailable',
      reason: 'another program has it',
    })
  await expect(keeper.ingest(BATCH)).rejects.toThrow(LOCKED)
  isLocked = false
  await expect.poll(() => keeper.status.state, { timeout: 10_000 }).toBe('ok')
})

test('what keeps it from being opened need not be an error of its own', async () => {
  const keeper = keep(() => Promise.reject(new Error('no library for this machine')))
  await expect
    .poll(() => keeper.status.reason, { timeout: 10_000 })
    .toBe('it cannot be opened; the log says why')
})

test('the log has the words of the engine, once for each reason', async () => {
  const logged: string[] = []
  let error = new EventStoreUnavailableError('it is damaged', { cause: new Error('/data/events: bad') })
  const keeper = keep(
    () => Promise.reject(error),
    (_, message) => logged.push(message),
  )
  await expect.poll(() => logged, { timeout: 10_000 }).toHaveLength(1)
  expect(keeper.status.reason).toBe('it is damaged')
  error = LOCKED
  await expect.poll(() => logged, { timeout: 10_000 }).toHaveLength(2)
  expect(logged).toEqual([
    'the event store cannot be used: Error: /data/events: bad',
    'the event store cannot be used: another program has it',
  ])
}, 20_000)

test('a question that has waited long enough is told why', async () => {
  const keeper = keep(() => Promise.reject(LOCKED))
  await expect(keeper.whenOpen()).rejects.toThrow(LOCKED)
}, 20_000)

test('a store that fails batch after batch is closed and opened anew', async () => {
  const broken = fakeStore(() => Promise.reject(new EventStoreUnavailableError('its disk is full')))
  const fresh = fakeStore()
  const stores = [broken.store, fresh.store]
  const keeper = keep(() => Promise.resolve(stores.shift() as EventStore))
  await keeper.whenOpen()
  for (let batch = 0; batch < 2; batch++) {
    await expect(keeper.ingest(BATCH)).rejects.toThrow('its disk is full')
    expect(keeper.status).toEqual({ state: 'unavailable', reason: 'its disk is full' })
  }
  await expect(keeper.ingest(BATCH)).rejects.toThrow('its disk is full')
  expect(await keeper.whenOpen()).toBe(fresh.store)
  expect(broken.closed).toEqual(['closed'])
  expect(keeper.status.state).toBe('ok')
})

test('one batch that it takes again is enough to be well', async () => {
  let isFull = true
  const { store, closed } = fakeStore(() =>
    isFull
      ? Promise.reject(new EventStoreUnavailableError('its disk is full'))
      : Promise.resolve({ taken: {}, unread: 0, skipped: 0 }),
  )
  const keeper = keep(() => Promise.resolve(store))
  for (let round = 0; round < 3; round++) {
    isFull = true
    for (let batch = 0; batch < 2; batch++) await expect(keeper.ingest(BATCH)).rejects.toThrow('full')
    isFull = false
    await keeper.ingest(BATCH)
    expect(keeper.status).toEqual({ state: 'ok', reason: null })
  }
  expect(closed).toEqual([])
})

test('an error that is about the batch says nothing about the store', async () => {
  const { store } = fakeStore(() => Promise.reject(new Error('out of range')))
  const keeper = keep(() => Promise.resolve(store))
  await expect(keeper.ingest(BATCH)).rejects.toThrow('out of range')
  expect(keeper.status.state).toBe('ok')
})
