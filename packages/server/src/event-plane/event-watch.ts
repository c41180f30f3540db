// How events fare on their way to the store, for whoever asks for health: what waits, what was lost, and why.

import { sealLeftovers } from '../storage/spool/seal-leftovers.ts'
import { type SpoolDepth, spoolDepth } from '../storage/spool/spool-depth.ts'
import type { EventPlaneProcess } from './event-plane-process.ts'
import type { StoreStatus } from './messages.ts'

export interface EventWatchOptions {
  /** Of the spool. */
  readonly directory: string
  /** Undefined: there is no store. What it gives is undefined until the store's process is started. */
  readonly plane: (() => Pick<EventPlaneProcess, 'store' | 'tally'> | undefined) | undefined
  readonly log: (level: 'warn' | 'error', message: string) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export interface EventState {
  readonly store: StoreStatus['state'] | 'none'
  /** What is amiss, in words; empty when nothing is. */
  readonly reasons: readonly string[]
  /** What waits to be collected; without a store, all there is. */
  readonly spool: {
    readonly files: number
    readonly bytes: number
    readonly oldest_age_seconds: number | null
  }
  /** Events lost since the start. */
  readonly lost: number
  /** Lines that were no events, and batches that the store refused, since its process started. */
  readonly skipped: number
  readonly rejected: number
}

/** How long a loss stays a reason to worry. */
const FRESH_MS = 60_000
const DEPTH_EVERY_MS = 500

export class EventWatch {
  readonly #options: EventWatchOptions
  #lost = 0
  #loss: { readonly at: number; readonly why: string } | undefined
  #depth: { readonly at: number; readonly depth: SpoolDepth } | undefined

  constructor(options: EventWatchOptions) {
    this.#options = options
  }

  /** @param events - how many were lost by it; 0 when something else went wrong */
  trouble(events: number, why: string): void {
    this.#lost += events
    const at = this.#options.now()
    const isNew = this.#loss === undefined || this.#loss.why !== why || at - this.#loss.at > FRESH_MS
    if (isNew || events > 0) this.#loss = { at, why }
    if (isNew) this.#options.log('error', `${why}; events lost so far: ${this.#lost}`)
  }

  /** What a worker that died has left open is whole: it can be collected. */
  writerGone(writer: string): void {
    this.#seal({ name: writer })
  }

  /** To be called before anyone writes. */
  start(): void {
    this.#seal('all')
  }

  state(): EventState {
    const process = this.#options.plane?.()
    const { files, bytes, oldest_at } = this.#spool()
    const { skipped = 0, rejected = 0 } = process?.tally ?? {}
    const age = oldest_at === null ? null : Math.max(0, (this.#options.now() - oldest_at) / 1000)
    return {
      store: this.#options.plane === undefined ? 'none' : (process?.store.state ?? 'starting'),
      reasons: [...storeReasons(process?.store), ...this.#lossReasons(), ...rejectedReasons(rejected)],
      spool: { files, bytes, oldest_age_seconds: age },
      lost: this.#lost,
      skipped,
      rejected,
    }
  }

  #seal(writer: Parameters<typeof sealLeftovers>[1]): void {
    try {
      sealLeftovers(this.#options.directory, writer)
    } catch (error) {
      this.#options.log('warn', `files of the spool could not be sealed: ${String(error)}`)
    }
  }

  #lossReasons(): string[] {
    if (this.#loss === undefined || this.#options.now() - this.#loss.at > FRESH_MS) return []
    return [this.#loss.why]
  }

  #spool(): SpoolDepth {
    const now = this.#options.now()
    if (this.#depth === undefined || Math.abs(now - this.#depth.at) > DEPTH_EVERY_MS) {
      this.#depth = { at: now, depth: spoolDepth(this.#options.directory) }
    }
    return this.#depth.depth
  }
}

function storeReasons(store: StoreStatus | undefined): string[] {
  return store?.state === 'unavailable' ? [`the event store cannot be used: ${store.reason}`] : []
}

function rejectedReasons(rejected: number): string[] {
  return rejected === 0
    ? []
    : [`${rejected} batches that the event store refused are kept in events/rejected`]
}
