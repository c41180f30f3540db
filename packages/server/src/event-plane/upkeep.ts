// Deletes from the event store, now and then, what the config in force keeps no longer.
import type { RetentionConfig } from '@weir/core/config'
import type { EventStore, Retention } from '../storage/event-store.ts'

export interface UpkeepOptions {
  /** The open store; rejects while there is none. */
  readonly store: () => Promise<Pick<EventStore, 'retain'>>
  readonly log: (level: 'info' | 'warn', message: string) => void
  /** Milliseconds to the first time: a start has other things to do. */
  readonly first?: number
  /** Milliseconds from the end of one time to the next. */
  readonly every?: number
}

const FIRST_MS = 60_000
const EVERY_MS = 10 * 60_000

export class Upkeep {
  readonly #options: Required<UpkeepOptions>
  #retention: Retention
  #timer: NodeJS.Timeout
  #isClosed = false

  constructor(retention: RetentionConfig, options: UpkeepOptions) {
    this.#options = { first: FIRST_MS, every: EVERY_MS, ...options }
    this.#retention = retentionOf(retention)
    this.#timer = setTimeout(() => void this.#run(), this.#options.first)
  }

  configure(retention: RetentionConfig): void {
    this.#retention = retentionOf(retention)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #run(): Promise<void> {
    const { store, log, every } = this.#options
    try {
      const gone = await (await store()).retain(this.#retention, Date.now())
      if (gone > 0) log('info', `${gone} events were older, or more, than they may be, and are deleted`)
    } catch (error) {
      log('warn', `what is too old could not be deleted from the event store: ${String(error)}`)
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#run(), every)
  }
}

/** The config names what users see, the store kinds of events. */
function retentionOf(config: RetentionConfig): Retention {
  return {
    request: config.requests,
    assignment: config.assignments,
    outcome: config.outcomes,
    shadow: config.shadows,
    revision: config.revisions,
    capture: config.captures,
    size: config.size,
  }
}
