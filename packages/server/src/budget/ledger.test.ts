import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { KeyLimits, Snapshot } from '@weir/core/config'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Reservation } from '../gateway/limit/budget-journal.ts'
import { type KeyCounters, LimitMemory } from '../gateway/limit/memory.ts'
import { MemoryBudgets } from './fixtures/memory-budgets.ts'
import { Journal } from './journal.ts'
import { listJournals } from './journal-files.ts'
import { BudgetLedger } from './ledger.ts'

const NOON = Date.UTC(2026, 10, 21, 12)
const TODAY = '2026-11-21'
const DAY = Math.floor(NOON / 86_400_000)
const MONTH = 2026 * 12 + 10

let directory: string
let store: MemoryBudgets
let logged: string[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-ledger-'))
  store = new MemoryBudgets()
  logged = []
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

const LIMITS: KeyLimits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  day: { softNanoUsd: 50, hardNanoUsd: 1000 },
  month: null,
  unpriced: 'refuse',
}

function snapshotOf(...keys: string[]): Snapshot {
  return { keys: keys.map(id => ({ id, limits: LIMITS })) } as unknown as Snapshot
}

async function openLedger(...keys: string[]): Promise<BudgetLedger> {
  const log = (_: string, message: string) => void logged.push(message)
  const ledger = new BudgetLedger({ store, directory, log, now: () => NOON })
  await ledger.prepare(snapshotOf(...keys))
  return ledger
}

/** One worker: reserves and settles as the request path does. */
class Worker {
  readonly journal: Journal
  readonly #memory: LimitMemory
  #ids = 0

  constructor(ledger: BudgetLedger, writer = 'w0') {
    this.#memory = new LimitMemory(ledger.memory)
    this.journal = new Journal({
      directory,
      writer,
      report: report => ledger.hear(report),
      onTrouble: error => {
        throw error
      },
      reportEvery: 3_600_000,
    })
  }

  counters(key = 'app'): KeyCounters {
    return this.#memory.countersOf(key)
  }

  reserve(nanoUsd: number, key = 'app'): Reservation | undefined {
    const { day, month } = this.counters(key)
    const today = day.reserve(nanoUsd, LIMITS.day?.hardNanoUsd ?? null, NOON)
    if (today.kind === 'exhausted') return undefined
    const thisMonth = month.reserve(nanoUsd, null, NOON)
    if (thisMonth.kind === 'exhausted') throw new Error('the month has no limit')
    const reservation = { id: ++this.#ids, key, day: today, month: thisMonth }
    this.journal.open(reservation)
    return reservation
  }

  settle(reservation: Reservation, nanoUsd: number): void {
    const { day, month } = this.counters(reservation.key)
    day.settle(reservation.day, nanoUsd)
    month.settle(reservation.month, nanoUsd)
    this.journal.settle(reservation, nanoUsd)
  }

  spend(nanoUsd: number, key = 'app'): void {
    const reservation = this.reserve(nanoUsd, key)
    if (reservation !== undefined) this.settle(reservation, nanoUsd)
  }
}

const spentToday = (ledger: BudgetLedger, key = 'app') =>
  new LimitMemory(ledger.memory).countersOf(key).day.spent(DAY)

describe('what was spent', () => {
  test('is stored by day and by month, and its journals go', async () => {
    const ledger = await openLedger('app', 'other')
    const worker = new Worker(ledger)
    worker.spend(30)
    worker.spend(12)
    worker.spend(5, 'other')
    worker.journal.close()
    await ledger.close()
    expect([store.of('app', TODAY), store.of('app', '2026-11'), store.of('other', TODAY)]).toEqual([
      42, 42, 5,
    ])
    expect(listJournals(directory)).toEqual(new Map())
  })

  test('is known again after a restart', async () => {
    const first = await openLedger('app')
    const worker = new Worker(first)
    worker.spend(42)
    worker.journal.close()
    await first.close()
    const second = await openLedger('app')
    expect(spentToday(second)).toBe(42)
    expect(new Worker(second).counters().month.committed(MONTH)).toBe(42)
  })

  test('is read for keys that get a budget later, once', async () => {
    await store.add([{ key: 'late', period: TODAY, spentNanoUsd: 7 }])
    const ledger = await openLedger('app')
    expect(spentToday(ledger, 'late')).toBe(0)
    await ledger.prepare(snapshotOf('app', 'late'))
    await ledger.prepare(snapshotOf('app'))
    await ledger.prepare(snapshotOf('app', 'late'))
    expect(spentToday(ledger, 'late')).toBe(7)
  })

  test('of earlier months is removed, but for the last one', async () => {
    await openLedger('app')
    expect(store.removedBefore).toBe('2026-10')
  })
})

describe('after kill -9', () => {
  test('what was settled is exact, and what was reserved counts as spent', async () => {
    const first = await openLedger('app')
    const worker = new Worker(first)
    worker.spend(30)
    worker.reserve(100)
    await turn()
    // Nothing was reported: this is what the process leaves behind.
    const second = await openLedger('app')
    expect(spentToday(second)).toBe(130)
    await second.close()
    expect(store.of('app', TODAY)).toBe(130)
    expect(spentToday(await openLedger('app'))).toBe(130)
  })

  test('never less is known than was spent, whenever it comes', async () => {
    type Act = 'spend' | 'reserve' | 'report'
    const acts = fc.array(fc.constantFrom<Act>('spend', 'reserve', 'report'), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(acts, async asked => {
        rmSync(directory, { recursive: true, force: true })
        store.rows.clear()
        const first = await openLedger('app')
        const worker = new Worker(first)
        let spent = 0
        let open = 0
        for (const act of asked) {
          if (act === 'spend') {
            worker.spend(3)
            spent += 3
          } else if (act === 'reserve') {
            worker.reserve(10)
            open += 10
          } else {
            worker.journal.close()
            await first.close()
          }
        }
        await turn()
        await first.close()
        expect(spentToday(await openLedger('app'))).toBe(spent + open)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a worker that dies', () => {
  test('leaves its journals: what it had reserved is spent, and others go on', async () => {
    const ledger = await openLedger('app')
    const [dying, other] = [new Worker(ledger, 'w0'), new Worker(ledger, 'w1')]
    dying.spend(30)
    dying.reserve(100)
    other.spend(4)
    const kept = other.reserve(6)
    await turn()
    ledger.writerGone('w0')
    await ledger.close()
    expect(store.of('app', TODAY)).toBe(130)
    expect(spentToday(ledger)).toBe(134)
    expect(other.counters().day.committed(DAY)).toBe(140)
    if (kept !== undefined) other.settle(kept, 5)
    other.journal.close()
    await ledger.close()
    expect(store.of('app', TODAY)).toBe(139)
    expect(other.counters().day.committed(DAY)).toBe(139)
  })

  test('is not taken for another whose name begins alike, and what it reported is not counted twice', async () => {
    const ledger = await openLedger('app')
    const [one, ten] = [new Worker(ledger, 'w1'), new Worker(ledger, 'w10')]
    one.spend(1)
    ten.reserve(100)
    await turn()
    store.isAway = true
    one.journal.close()
    ledger.writerGone('w1')
    await ledger.close()
    store.isAway = false
    await ledger.close()
    expect(store.of('app', TODAY)).toBe(1)
  })
})

describe('a store that is away', () => {
  test('loses nothing: it gets everything when it is back', async () => {
    const ledger = await openLedger('app')
    const worker = new Worker(ledger)
    store.isAway = true
    worker.spend(30)
    worker.journal.close()
    await ledger.close()
    expect(logged.filter(line => line.includes('cannot be stored'))).toHaveLength(1)
    store.isAway = false
    worker.spend(12)
    await ledger.close()
    expect(store.of('app', TODAY)).toBe(42)
    expect(listJournals(directory)).toEqual(new Map())
  })

  test('at the start is asked again, and what was spent before counts from then on', async () => {
    await store.add([{ key: 'app', period: TODAY, spentNanoUsd: 100 }])
    store.isAway = true
    const ledger = await openLedger('app')
    const worker = new Worker(ledger)
    worker.spend(30)
    worker.journal.close()
    await ledger.close()
    expect(spentToday(ledger)).toBe(30)
    store.isAway = false
    await ledger.close()
    expect(spentToday(ledger)).toBe(130)
    expect(store.of('app', TODAY)).toBe(130)
  })

  test('leaves few journals, with all that was spent, for the next start', async () => {
    const ledger = await openLedger('app')
    store.isAway = true
    const worker = new Worker(ledger)
    worker.journal.close()
    for (let i = 0; i < 100; i++) worker.spend(1)
    await ledger.close()
    expect([...listJournals(directory).values()].flat().length).toBeLessThanOrEqual(17)
    store.isAway = false
    expect(spentToday(await openLedger('app'))).toBe(100)
  })
})

test('the log says once that a limit is reached, and which', async () => {
  const ledger = await openLedger('app')
  const worker = new Worker(ledger)
  worker.journal.close()
  worker.spend(49)
  expect(logged).toEqual([])
  worker.spend(1)
  worker.spend(949)
  worker.spend(500)
  worker.spend(1)
  expect(logged).toEqual([
    'the key app has reached its soft budget of 5e-8 US dollars for 2026-11-21',
    'the key app has reached its hard budget of 0.000001 US dollars for 2026-11-21',
  ])
})
