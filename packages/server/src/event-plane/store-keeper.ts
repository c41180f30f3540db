// Keeps the event store open: tries again when it cannot be opened, as while the process of before still has it, and
// opens it anew when it has failed for a while.
import { setTimeout as delay } from 'node:timers/promises'
import {
  type EventBatch,
  type EventStore,
  EventStoreUnavailableError,
  type IngestReport,
} from '../storage/event-store.ts'
import type { StoreStatus } from './messages.ts'

export interface StoreKeeperOptions {
  /** Rejects when it cannot be had now. */
  readonly open: () => Promise<EventStore>
  /** Called each time it is open. */
  readonly onOpen: () => void
  /** Is told of each new reason why it is unavailable, in the words of the engine. */
  readonly log: (level: 'warn', message: string) => void
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** How long a question waits for the store to be open. */
const PATIENCE_MS = 5_000
/** How long the first opening may take before it counts as unavailable. */
const GRACE_MS = 3_000
/** Failed batches in a row after which the store is opened anew. */
const FAILURES = 3

export class StoreKeeper implements Pick<EventStore, 'ingest'> {
  readonly #options: StoreKeeperOptions
  readonly #stop = new AbortController()
  readonly #began = performance.now()
  #store: EventStore | undefined
  #opened = Promise.withResolvers<EventStore>()
  #failures = 0
  #reason: string | undefined
  #logged: string | undefined
  #opening: Promise<void>
  #wasOpen = false

  constructor(options: StoreKeeperOptions) {
    this.#options = options
    this.#opening = this.#open()
  }

  get status(): StoreStatus {
    if (this.#reason === undefined) return { state: this.#wasOpen ? 'ok' : 'starting', reason: null }
    const isStarting = !this.#wasOpen && performance.now() - this.#began < GRACE_MS
    return isStarting ? { state: 'starting', reason: null } : { state: 'unavailable', reason: this.#reason }
  }

  /** The open store, waited for a few seconds. @throws EventStoreUnavailableError */
  async whenOpen(): Promise<EventStore> {
    if (this.#store !== undefined) return this.#store
    const timer = new AbortController()
    const late = delay(PATIENCE_MS, undefined, { signal: timer.signal })
    const store = await Promise.race([this.#opened.promise, late.catch(() => undefined)])
    timer.abort()
    if (store === undefined) throw this.#unavailable()
    return store
  }

  async ingest(batch: EventBatch): Promise<IngestReport> {
    const store = this.status.state === 'starting' ? await this.whenOpen() : this.#store
    if (store === undefined) throw this.#unavailable()
    try {
      const report = await store.ingest(batch)
      this.#failures = 0
      this.#reason = undefined
      return report
    } catch (error) {
      if (error instanceof EventStoreUnavailableError) await this.#failed(store, error)
      throw error
    }
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#opening
    await this.#store?.close()
    this.#store = undefined
  }

  #unavailable(): EventStoreUnavailableError {
    return new EventStoreUnavailableError(this.#reason ?? 'the event store is being opened')
  }

  async #failed(store: EventStore, error: Error): Promise<void> {
    this.#explain(error)
    this.#failures++
    if (this.#failures < FAILURES || store !== this.#store) return
    this.#failures = 0
    this.#store = undefined
    this.#opened = Promise.withResolvers()
    await store.close().catch(() => {})
    this.#opening = this.#open()
  }

  async #open(): Promise<void> {
    for (
      let pause = FIRST_PAUSE_MS;
      !this.#stop.signal.aborted;
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS)
    ) {
      try {
        this.#adopt(await this.#options.open())
        return
      } catch (error) {
        this.#explain(error)
      }
      await delay(pause, undefined, { signal: this.#stop.signal }).catch(() => {})
    }
  }

  /** Reasons are shown to anyone; details, such as paths, are for the log. */
  #explain(error: unknown): void {
    const isExpected = error instanceof EventStoreUnavailableError
    this.#reason = isExpected ? error.message : 'it cannot be opened; the log says why'
    const details = String(isExpected ? (error.cause ?? error.message) : error)
    if (details === this.#logged || this.status.state === 'starting') return
    this.#logged = details
    this.#options.log('warn', `the event store cannot be used: ${details}`)
  }

  #adopt(store: EventStore): void {
    this.#store = store
    this.#reason = undefined
    this.#logged = undefined
    this.#wasOpen = true
    this.#opened.resolve(store)
    this.#options.onOpen()
  }
}
