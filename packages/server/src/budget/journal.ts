// A worker's journal of budgets: one file under the data directory, written at the end of each turn of the event loop in
// which there was something to write. About once a second its sums are reported to the ledger and a new file is begun.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { BudgetJournal, Reservation } from '../gateway/limit/budget-journal.ts'
import type { BudgetSpent } from '../storage/control-store.ts'
import { openLine, SpentSums, settleLine } from './journal-format.ts'

/** What a worker's requests did cost since it last reported. */
export interface BudgetReport {
  readonly entries: readonly BudgetSpent[]
  /** The files in which the same stands: they go when it is stored. */
  readonly files: readonly string[]
}

export interface JournalOptions {
  /** Directory of the files; created when it is missing. */
  readonly directory: string
  /** Tells this writer's files from others': they share no file. */
  readonly writer: string
  readonly report: (report: BudgetReport) => void
  readonly onTrouble: (error: unknown) => void
  /** Milliseconds between reports. */
  readonly reportEvery?: number
}

const REPORT_EVERY_MS = 500

export class Journal implements BudgetJournal {
  readonly #options: Required<JournalOptions>
  readonly #run: string
  readonly #open = new Map<number, Reservation>()
  #settled = new SpentSums()
  #lines: string[] = []
  #scheduled: NodeJS.Immediate | undefined
  #timer: NodeJS.Timeout | undefined
  #file: { readonly name: string; readonly fd: number } | undefined
  #files = 0
  #closed = false

  constructor(options: JournalOptions) {
    this.#options = { reportEvery: REPORT_EVERY_MS, ...options }
    this.#run = runName(options.writer)
  }

  open(reservation: Reservation): void {
    this.#open.set(reservation.id, reservation)
    this.#append(openLine(reservation))
  }

  settle(reservation: Reservation, nanoUsd: number): void {
    this.#open.delete(reservation.id)
    this.#settled.addRequest(reservation, nanoUsd)
    this.#append(settleLine(reservation.id, nanoUsd))
    if (this.#closed) this.#report()
    else this.#timer ??= setTimeout(() => this.#report(), this.#options.reportEvery)
  }

  /** What is settled after it is reported at once. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#report()
  }

  #append(line: string): void {
    this.#lines.push(line)
    this.#scheduled ??= setImmediate(() => this.#flush())
  }

  #flush(): void {
    clearImmediate(this.#scheduled)
    this.#scheduled = undefined
    const lines = this.#lines
    if (lines.length === 0) return
    this.#lines = []
    try {
      writeSync(this.#currentFile(), `${lines.join('\n')}\n`)
    } catch (error) {
      // The counters in memory go on; only a crash would now forget these.
      this.#options.onTrouble(error)
    }
  }

  #currentFile(): number {
    if (this.#file !== undefined) return this.#file.fd
    const { directory } = this.#options
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const name = join(directory, `${this.#run}-${String(this.#files++).padStart(9, '0')}.log`)
    this.#file = { name, fd: openSync(name, 'ax', 0o600) }
    return this.#file.fd
  }

  /** The new file begins with what is still open, and before the old one goes: whichever is found is whole. */
  #report(): void {
    this.#timer = undefined
    this.#flush()
    const entries = this.#settled.entries()
    this.#settled = new SpentSums()
    const old = this.#file
    this.#file = undefined
    for (const reservation of this.#open.values()) this.#lines.push(openLine(reservation))
    this.#flush()
    if (old !== undefined) closeSync(old.fd)
    if (entries.length > 0 || old !== undefined)
      this.#options.report({ entries, files: old === undefined ? [] : [old.name] })
  }
}

/** Names sort by writer, then by when it began. */
function runName(writer: string): string {
  return `${writer}-${Date.now().toString().padStart(15, '0')}`
}
