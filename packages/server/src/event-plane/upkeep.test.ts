import type { RetentionConfig } from '@weir/core/config'
import { expect, onTestFinished, test } from 'vitest'
import { EventStoreUnavailableError, type Retention } from '../storage/event-store.ts'
import { Upkeep, type UpkeepOptions } from './upkeep.ts'

const config: RetentionConfig = {
  requests: 1,
  assignments: 2,
  outcomes: 3,
  shadows: 4,
  revisions: null,
  captures: 5,
  size: 6,
}

function keepUp(options: Partial<UpkeepOptions> = {}, gone = 0) {
  const asked: Retention[] = []
  const log: string[] = []
  const store = {
    retain: (retention: Retention) => {
      asked.push(retention)
      return Promise.resolve(gone)
    },
  }
  const upkeep = new Upkeep(config, {
    store: () => Promise.resolve(store),
    log: (_, message) => log.push(message),
    first: 1,
    every: 1,
    ...options,
  })
  onTestFinished(() => upkeep.close())
  return { asked, log, upkeep }
}

test('every kind of event is kept as the config has it', async () => {
  const { asked } = keepUp()
  await expect
    .poll(() => asked[0])
    .toEqual({
      request: 1,
      assignment: 2,
      outcome: 3,
      shadow: 4,
      revision: null,
      capture: 5,
      size: 6,
    })
})

test('it is done again and again, by the config in force', async () => {
  const { asked, log, upkeep } = keepUp({}, 7)
  await expect.poll(() => asked.length).toBeGreaterThan(2)
  upkeep.configure({ ...config, requests: null })
  await expect.poll(() => asked.at(-1)?.request).toBe(null)
  expect(log[0]).toContain('7 events')
})

test('a store that is not there is asked again later', async () => {
  let isThere = false
  const asked: Retention[] = []
  const store = { retain: (retention: Retention) => Promise.resolve(asked.push(retention)) }
  const { log } = keepUp({
    store: () =>
      isThere ? Promise.resolve(store) : Promise.reject(new EventStoreUnavailableError('locked')),
  })
  await expect.poll(() => log[0]).toContain('locked')
  isThere = true
  await expect.poll(() => asked.length).toBeGreaterThan(0)
})

test('nothing is deleted once it is closed, also when that happens in the middle of it', async () => {
  let calls = 0
  const { upkeep } = keepUp({
    store: () => {
      calls++
      upkeep.close()
      return Promise.reject(new EventStoreUnavailableError('locked'))
    },
  })
  await expect.poll(() => calls).toBe(1)
  await new Promise(resolve => setTimeout(resolve, 30))
  expect(calls).toBe(1)
})
