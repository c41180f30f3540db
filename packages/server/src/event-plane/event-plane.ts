// Everything about events on the main thread: what it records itself, the process that keeps the store, and how both
// fare. Without a store, events stay in the spool.
import type { Snapshot } from '@weir/core/config'
import type { RevisionSummary } from '../storage/control-store.ts'
import { EventStoreUnavailableError } from '../storage/event-store.ts'
import { fileTrouble } from '../storage/file-trouble.ts'
import { Spool } from '../storage/spool/spool.ts'
import { EventPlaneProcess, type Follower } from './event-plane-process.ts'
import { type EventState, EventWatch } from './event-watch.ts'
import { eventDirectory } from './place.ts'
import { RemoteEventStore } from './remote-event-store.ts'

export type EventStoreKind = 'duckdb' | 'none'

export interface EventPlaneOptions {
  readonly dataDir: string
  readonly store: EventStoreKind
  /** Of the program. */
  readonly version: string
  /** Undefined: the config says whether requests are logged. */
  readonly requestLog: 'requests' | undefined
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
}

/** Who else records events: the workers. */
export interface Recorders {
  /** Makes batches of everything recorded so far. */
  seal(): Promise<void>
  /** Lets go of the units that are kept in memory. */
  forgetUnits(): void
}

/** How long the store may take at the end to take what is sealed. What it does not take stays in the spool. */
const CLOSE_MS = 10_000

export class EventPlane {
  /** What can be asked of events. */
  readonly store: RemoteEventStore
  /** For the workers to tell of trouble. */
  readonly watch: EventWatch
  readonly #options: EventPlaneOptions
  readonly #spool: Spool
  #process: EventPlaneProcess | undefined
  #recorders: Recorders | undefined

  /** Nobody may write to the spool yet: what earlier runs have left open is sealed. */
  constructor(options: EventPlaneOptions) {
    this.#options = options
    const directory = eventDirectory(options.dataDir)
    this.watch = new EventWatch({
      directory,
      plane: options.store === 'none' ? undefined : () => this.#process,
      log: options.log,
      now: Date.now,
    })
    this.watch.start()
    this.#spool = new Spool({
      directory,
      writer: 'main',
      onLost: (events, error) =>
        this.watch.trouble(events, `events could not be written: ${fileTrouble(error)}`),
      onDropped: events =>
        this.watch.trouble(events, 'the event spool is full; its oldest files are deleted'),
    })
    this.store = new RemoteEventStore({
      process: () => this.#running(),
      seal: () => this.#seal(),
      forgetUnits: () => this.#recorders?.forgetUnits(),
    })
  }

  /** Starts the store's process, which takes events as soon as it can. */
  start(snapshot: Snapshot): void {
    const { dataDir, store, version, requestLog, log } = this.#options
    if (store === 'none') return
    this.#process = new EventPlaneProcess({ dataDir, version, requestLog, snapshot, log })
  }

  /** Hands over the workers. */
  attach(recorders: Recorders): void {
    this.#recorders = recorders
  }

  /** To be told of every snapshot that comes into force. */
  configure(snapshot: Snapshot): void {
    this.#process?.configure(snapshot)
  }

  recordRevision({ number, at, actor, reason, changes }: RevisionSummary): void {
    const event = {
      kind: 'revision' as const,
      version: 1 as const,
      at: new Date(at).toISOString(),
      revision: number,
      actor,
      reason,
      changes: [...changes],
    }
    this.#spool.append(event, () => {})
  }

  state(): EventState {
    return this.watch.state()
  }

  /** What events say, in Prometheus' text format. @throws EventStoreUnavailableError */
  async metrics(): Promise<string> {
    return this.#running().call('metrics')
  }

  /**
   * Hands over requests as they come in, some hundred milliseconds after they end, until the function that it returns
   * is called. @throws EventStoreUnavailableError without a store, and while nothing could come of it
   */
  follow(follower: Follower): () => void {
    const process = this.#running()
    const { state, reason } = process.store
    if (state === 'unavailable') throw new EventStoreUnavailableError(reason ?? 'it cannot be used now')
    return process.follow(follower)
  }

  /** To be called when the workers have ended. */
  async close(): Promise<void> {
    await this.#spool.close()
    await this.#process?.close(CLOSE_MS)
  }

  async #seal(): Promise<void> {
    this.#spool.seal()
    await this.#recorders?.seal()
  }

  #running(): EventPlaneProcess {
    if (this.#process !== undefined) return this.#process
    throw new EventStoreUnavailableError('the program was started with --event-store none')
  }
}
