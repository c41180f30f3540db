// The ledger of budgets, on the main thread: it owns what is left of each key's budgets. Workers reserve and settle on
// the counters it shares with them, and report what was spent; the ledger writes that to the store, and gives the
// counters what was spent before the start.
//
// What was spent outlives `kill -9`: what the store does not have yet stands in the workers' journals, and what was
// reserved for requests that were cut off counts as spent. A crash between storing a report and removing its journal
// counts that report twice: half a second of spending too much, never too little.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyLimits, Snapshot } from '@weir/core/config'
import { createLimitMemory, LimitMemory } from '../gateway/limit/memory.ts'
import { parsePeriod, periodIndex, periodName } from '../gateway/limit/period.ts'
import type { BudgetSpent, BudgetStore } from '../storage/control-store.ts'
import type { BudgetReport } from './journal.ts'
import { listJournals, readJournals, removeJournals } from './journal-files.ts'
import { type FoldedJournal, forfeited, SpentSums, sumLine } from './journal-format.ts'

export interface LedgerOptions {
  readonly store: BudgetStore
  /** Directory of the journals. */
  readonly directory: string
  readonly log: (level: 'warn' | 'error', message: string) => void
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** Journals kept while the store is away: beyond this they are made one. */
const KEPT_JOURNALS = 16

export class BudgetLedger {
  readonly memory: SharedArrayBuffer
  readonly #options: Required<LedgerOptions>
  readonly #counters: LimitMemory
  readonly #run: string
  /** Keys whose spending so far the counters know, or are yet to learn from the store. */
  readonly #known = new Set<string>()
  readonly #awaited = new Set<string>()
  /** Reported and not stored yet, and the journals that say the same. */
  #pending = new SpentSums()
  readonly #files = new Set<string>()
  #limits: ReadonlyMap<string, KeyLimits> = new Map()
  readonly #told = new Set<string>()
  #writing: Promise<void> = Promise.resolve()
  #storeTrouble: string | undefined
  #consolidated = 0
  #isTidy = false

  constructor(options: LedgerOptions) {
    this.#options = { now: Date.now, ...options }
    this.memory = createLimitMemory()
    this.#counters = new LimitMemory(this.memory)
    this.#run = `ledger-${this.#options.now().toString().padStart(15, '0')}`
    this.#adoptLeftovers()
  }

  /** Before anyone serves the snapshot: what the budgets of its keys have been charged so far. Never rejects. */
  async prepare(snapshot: Snapshot): Promise<void> {
    const limited = snapshot.keys.flatMap(({ id, limits }) =>
      limits === null ? [] : [[id, limits] as const],
    )
    const budgeted = limited.filter(([, { day, month }]) => day !== null || month !== null)
    this.#limits = new Map(budgeted)
    for (const [key] of budgeted) if (!this.#known.has(key)) this.#awaited.add(key)
    if (this.#awaited.size > 0) await this.#sync()
  }

  /** A worker's report of what was spent. */
  hear({ entries, files }: BudgetReport): void {
    this.#pending.addAll(entries)
    for (const file of files) this.#files.add(file)
    for (const entry of entries) this.#announce(entry)
    void this.#sync()
  }

  /** A worker that is gone reports no more: its journals speak for it. */
  writerGone(writer: string): void {
    for (const [run, files] of listJournals(this.#options.directory)) {
      if (!run.startsWith(`${writer}-`)) continue
      const unreported = files.filter(file => !this.#files.has(file))
      const open = this.#adopt(unreported).open
      for (const { key, day, month } of open) {
        const counters = this.#counters.countersOf(key)
        counters.day.forfeit(day)
        counters.month.forfeit(month)
      }
    }
    void this.#sync()
  }

  /** Stores what is left. Workers are to be gone by then. */
  close(): Promise<void> {
    return this.#sync()
  }

  /** What an earlier run was not able to store. */
  #adoptLeftovers(): void {
    for (const files of listJournals(this.#options.directory).values()) {
      const { settled, open } = this.#adopt(files)
      for (const entry of [...settled, ...forfeited(open)]) this.#charge(entry)
    }
  }

  /** Journals that cannot be read stay where they are. */
  #adopt(files: readonly string[]): FoldedJournal {
    try {
      const folded = readJournals(files)
      this.#pending.addAll(folded.settled)
      this.#pending.addAll(forfeited(folded.open))
      for (const file of files) this.#files.add(file)
      return folded
    } catch (error) {
      this.#options.log('error', `journals of budgets cannot be read: ${String(error)}`)
      return { settled: [], open: [] }
    }
  }

  #charge({ key, period, spentNanoUsd }: BudgetSpent): void {
    const parsed = parsePeriod(period)
    if (parsed !== undefined) this.#counters.countersOf(key)[parsed.kind].charge(parsed.index, spentNanoUsd)
  }

  /** One at a time. What fails is tried again with the next report. */
  #sync(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#learn()
        await this.#store()
        this.#storeTrouble = undefined
      } catch (error) {
        this.#complain(error)
      }
    })
    return this.#writing
  }

  /** Before anything reported is stored, or it would be counted twice. */
  async #learn(): Promise<void> {
    if (this.#awaited.size === 0) return
    const now = this.#options.now()
    const periods = (['day', 'month'] as const).map(kind => periodName(kind, periodIndex(kind, now)))
    for (const entry of await this.#options.store.spent(periods))
      if (this.#awaited.has(entry.key)) this.#charge(entry)
    for (const key of this.#awaited) this.#known.add(key)
    this.#awaited.clear()
  }

  async #store(): Promise<void> {
    const { store } = this.#options
    const sums = this.#pending
    const files = [...this.#files]
    if (sums.size > 0) {
      this.#pending = new SpentSums()
      try {
        await store.add(sums.entries())
      } catch (error) {
        this.#pending.addAll(sums.entries())
        throw error
      }
    }
    removeJournals(files)
    for (const file of files) this.#files.delete(file)
    if (this.#isTidy) return
    const now = new Date(this.#options.now())
    await store.removeBefore(periodName('month', periodIndex('month', now.getTime()) - 1))
    this.#isTidy = true
  }

  #complain(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    if (message !== this.#storeTrouble)
      this.#options.log(
        'error',
        `what budgets have spent cannot be stored, and is kept in journals: ${message}`,
      )
    this.#storeTrouble = message
    if (this.#files.size > KEPT_JOURNALS) this.#consolidate()
  }

  /** One journal in place of many. */
  #consolidate(): void {
    const name = `${this.#run}-${String(this.#consolidated++).padStart(9, '0')}.log`
    const path = join(this.#options.directory, name)
    try {
      const lines = this.#pending.entries().map(entry => `${sumLine(entry)}\n`)
      writeFileSync(`${path}.new`, lines.join(''), { mode: 0o600 })
      renameSync(`${path}.new`, path)
    } catch (error) {
      this.#options.log('error', `the journals of budgets cannot be written: ${String(error)}`)
      return
    }
    removeJournals([...this.#files])
    this.#files.clear()
    this.#files.add(path)
  }

  /** The log says once when a limit of a period is reached. */
  #announce({ key, period }: BudgetSpent): void {
    const parsed = parsePeriod(period)
    const limits = parsed === undefined ? null : this.#limits.get(key)?.[parsed.kind]
    if (parsed === undefined || limits == null) return
    const spent = this.#counters.countersOf(key)[parsed.kind].spent(parsed.index)
    for (const [name, limit] of [
      ['soft', limits.softNanoUsd],
      ['hard', limits.hardNanoUsd],
    ] as const) {
      const id = `${name} ${period} ${key}`
      if (limit === null || spent < limit || this.#told.has(id)) continue
      this.#told.add(id)
      this.#options.log(
        'warn',
        `the key ${key} has reached its ${name} budget of ${limit / 1e9} US dollars for ${period}`,
      )
    }
  }
}
