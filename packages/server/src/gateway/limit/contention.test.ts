// Real threads on the same counters: what they were given adds up to what there was.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { Contest, ContestResult } from './fixtures/contender.ts'
import { createLimitMemory, LimitMemory } from './memory.ts'
import { periodIndex } from './period.ts'

const NOON = Date.UTC(2026, 10, 21, 12)
const THREADS = 3

async function contest(options: Omit<Contest, 'now'>): Promise<ContestResult[]> {
  const workers = Array.from({ length: THREADS }, () => {
    const workerData: Contest = { ...options, now: NOON }
    return new Worker(new URL('fixtures/contender.ts', import.meta.url), { workerData })
  })
  await Promise.all(workers.map(worker => once(worker, 'message')))
  const results = workers.map(async worker => {
    const answered = once(worker, 'message')
    worker.postMessage('go')
    return (await answered)[0] as ContestResult
  })
  const answers = await Promise.all(results)
  await Promise.all(workers.map(worker => worker.terminate()))
  return answers
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0)

test('threads that compete for the last places never get more than there are, nor leave any', async () => {
  for (const limit of [1, 500, 6000]) {
    const memory = createLimitMemory(4)
    const results = await contest({ memory, rounds: 6000, limit, hard: 1000 })
    expect(sum(results.map(result => result.taken))).toBe(limit)
  }
})

test('threads that reserve and settle at once lose and invent no nano-dollar', async () => {
  const memory = createLimitMemory(4)
  const hard = 60_000
  const results = await contest({ memory, rounds: 10_000, limit: 1, hard })
  const { day } = new LimitMemory(memory).countersOf('contested')
  const today = periodIndex('day', NOON)
  expect([day.spent(today), day.committed(today)]).toEqual([hard, hard])
  expect(sum(results.map(result => result.spent))).toBe(hard)
})
