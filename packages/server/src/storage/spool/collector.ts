// Takes batches from the spool into the event store, oldest first, and deletes what is durable there. Whatever happens
// in between, a batch is met again until it is deleted, and the store counts it once.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type EventObserver,
  type EventStore,
  EventStoreUnavailableError,
  type IngestReport,
} from '../event-store.ts'
import { rejectedDirectory } from './forget-lines.ts'
import { readBatch } from './read-batch.ts'
import { batchId, spoolEntries } from './spool-name.ts'

export interface CollectorOptions {
  /** Of the spool. */
  readonly directory: string
  readonly store: Pick<EventStore, 'ingest'>
  readonly observers: readonly EventObserver[]
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
  /** Milliseconds between two looks at the directory. */
  readonly interval?: number
}

/** What the collector has done since it began. */
export interface CollectorTally {
  /** Events that the store took. */
  readonly taken: number
  /** Lines that were no event. */
  readonly skipped: number
  /** Batches that the store refused, which were put aside. */
  readonly rejected: number
  /** When the store took a batch last: ms since the epoch; null before the first. */
  readonly taken_at: number | null
}

const INTERVAL_MS = 200
/** The longest pause between two attempts while the store is unavailable. */
const LONGEST_PAUSE_MS = 5_000
/** How often a batch may fail for a reason of its own before it is put aside. */
const ATTEMPTS = 3

export class Collector {
  readonly #options: Required<CollectorOptions>
  readonly #tally = { taken: 0, skipped: 0, rejected: 0, taken_at: null as number | null }
  /** Batches that observers have seen and the store has not taken. */
  readonly #observed = new Set<string>()
  readonly #failures = new Map<string, number>()
  readonly #stop = new AbortController()
  /** Of the batch that the store took last. */
  #finishing: Promise<void> = Promise.resolve()
  #passes: Promise<unknown> = Promise.resolve()
  #running: Promise<void> | undefined
  #wake = new AbortController()
  #unavailable = false

  constructor(options: CollectorOptions) {
    this.#options = { interval: INTERVAL_MS, ...options }
  }

  get tally(): CollectorTally {
    return { ...this.#tally }
  }

  /** Looks for batches again and again, until it is closed. */
  start(): void {
    this.#running ??= this.#run()
  }

  /** To be called when the store has become available: nothing waits for the end of a pause. */
  wake(): void {
    this.#wake.abort()
  }

  /**
   * Takes everything that is sealed by now.
   *
   * @throws EventStoreUnavailableError when the store takes nothing now
   */
  async settle(): Promise<void> {
    const failure = await this.#pass()
    if (failure !== undefined) throw failure
  }

  /** Resolves when the batch at hand is done. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#wake.abort()
    await this.#running
    await this.#passes
  }

  async #run(): Promise<void> {
    let pause = this.#options.interval
    while (!this.#stop.signal.aborted) {
      const failure = await this.#pass().catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error)
        return new EventStoreUnavailableError(`the spool cannot be read: ${why}`)
      })
      pause = failure === undefined ? this.#options.interval : Math.min(2 * pause, LONGEST_PAUSE_MS)
      this.#tell(failure)
      await this.#sleep(pause)
    }
  }

  #tell(failure: EventStoreUnavailableError | undefined): void {
    const isUnavailable = failure !== undefined
    if (isUnavailable === this.#unavailable) return
    this.#unavailable = isUnavailable
    const { log } = this.#options
    if (failure === undefined) log('info', 'the event store takes events again')
    else log('warn', `events wait in the spool: ${failure.message}`)
  }

  async #sleep(pause: number): Promise<void> {
    const signal = AbortSignal.any([this.#wake.signal, this.#stop.signal])
    await delay(pause, undefined, { signal }).catch(() => {})
    if (this.#wake.signal.aborted) this.#wake = new AbortController()
  }

  /** One pass over what is sealed, alone; the result is why the store did not take all of it. */
  #pass(): Promise<EventStoreUnavailableError | undefined> {
    const mine = this.#passes.then(() => this.#collect())
    this.#passes = mine.catch(() => {})
    return mine
  }

  async #collect(): Promise<EventStoreUnavailableError | undefined> {
    const batches = spoolEntries(this.#options.directory).filter(({ state }) => state === 'sealed')
    this.#forget(new Set(batches.map(({ path }) => path)))
    let unavailable: EventStoreUnavailableError | undefined
    for (const { path } of batches) {
      if (this.#stop.signal.aborted) break
      // Metrics and spans do not wait for the store.
      if (unavailable === undefined) unavailable = await this.#take(path)
      else await this.#observe(path)
    }
    await this.#finishing
    return unavailable
  }

  /** What is gone needs no memory. */
  #forget(present: ReadonlySet<string>): void {
    for (const memory of [this.#observed, this.#failures]) {
      for (const path of memory.keys()) if (!present.has(path)) memory.delete(path)
    }
  }

  async #take(path: string): Promise<EventStoreUnavailableError | undefined> {
    try {
      const report = await this.#options.store.ingest({ id: batchId(path), path })
      await this.#finishing
      this.#finishing = this.#finish(path, report)
    } catch (error) {
      await this.#finishing
      // To make room it may have been deleted before it was read.
      if (!existsSync(path)) return undefined
      await this.#observe(path)
      if (error instanceof EventStoreUnavailableError) return error
      this.#refused(path, error)
    }
    return undefined
  }

  /** While the store takes the next batch: it works in threads of its own. Never rejects. */
  async #finish(path: string, report: IngestReport): Promise<void> {
    try {
      // A batch that the store knew was observed by whoever gave it to the store.
      if (this.#count(report) > 0) await this.#observe(path)
      rmSync(path, { force: true })
    } catch (error) {
      this.#options.log('error', `${basename(path)} is stored and could not be removed: ${String(error)}`)
    }
  }

  #count({ taken, unread, skipped }: IngestReport): number {
    const events = Object.values(taken).reduce((sum, count) => sum + count, 0)
    this.#tally.taken += events
    this.#tally.taken_at = Date.now()
    if (skipped > 0) {
      this.#tally.skipped += skipped
      this.#options.log('warn', `${skipped} lines of the spool were no events, and are left out`)
    }
    if (unread > 0) {
      this.#options.log(
        'warn',
        `${unread} lines of the spool are of another version of the program, and are kept`,
      )
    }
    return events
  }

  /** It would hold up everything behind it: after a few attempts it is kept beside the spool. */
  #refused(path: string, error: unknown): void {
    const failures = (this.#failures.get(path) ?? 0) + 1
    this.#failures.set(path, failures)
    const why = error instanceof Error ? error.message : String(error)
    this.#options.log('error', `the event store does not take ${basename(path)}: ${why}`)
    if (failures < ATTEMPTS) return
    const aside = rejectedDirectory(dirname(path))
    mkdirSync(aside, { recursive: true, mode: 0o700 })
    renameSync(path, join(aside, basename(path)))
    this.#tally.rejected++
    this.#options.log('error', `${basename(path)} is put aside under ${aside}`)
  }

  async #observe(path: string): Promise<void> {
    if (this.#observed.has(path)) return
    this.#observed.add(path)
    try {
      for await (const events of readBatch(path)) this.#show(events)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  #show(events: Parameters<EventObserver['observe']>[0]): void {
    for (const observer of this.#options.observers) {
      try {
        observer.observe(events)
      } catch (error) {
        this.#options.log('error', `an observer of events failed: ${String(error)}`)
      }
    }
  }
}
