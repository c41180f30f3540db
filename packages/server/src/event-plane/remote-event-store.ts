// The event store as the main thread asks it: every question goes to the event plane's process.
import type {
  EventQueries,
  EventStore,
  ExportQuery,
  GroupQuery,
  IngestReport,
  RecordedUnit,
  RequestFilter,
  RequestPageQuery,
  UsageQuery,
} from '../storage/event-store.ts'
import type { EventPlaneProcess } from './event-plane-process.ts'
import type { EventCalls } from './messages.ts'

export interface RemoteEventStoreOptions {
  /** @throws EventStoreUnavailableError when there is none */
  readonly process: () => Pick<EventPlaneProcess, 'call'>
  /** Makes batches of everything recorded so far. */
  readonly seal: () => Promise<void>
  /** Lets go of units that are kept in memory. */
  readonly forgetUnits: () => void
}

/** All calls reject with an EventStoreUnavailableError when there is no store, or it cannot be had. */
export class RemoteEventStore implements EventQueries, Pick<EventStore, 'export' | 'import' | 'forget'> {
  readonly #options: RemoteEventStoreOptions

  constructor(options: RemoteEventStoreOptions) {
    this.#options = options
  }

  /** Whatever was acknowledged before is in the store when it resolves. */
  async settle(): Promise<void> {
    await this.#options.seal()
    await this.#call('settle')
  }

  requests(query: RequestPageQuery) {
    return this.#call('requests', query)
  }

  request(id: string) {
    return this.#call('request', id)
  }

  outcomes(about: Parameters<EventQueries['outcomes']>[0]) {
    return this.#call('outcomes', about)
  }

  groups(query: GroupQuery) {
    return this.#call('groups', query)
  }

  usage(query: UsageQuery) {
    return this.#call('usage', query)
  }

  spending(filter: RequestFilter) {
    return this.#call('spending', filter)
  }

  splitRevisions(...about: Parameters<EventQueries['splitRevisions']>) {
    return this.#call('splitRevisions', ...about)
  }

  shares(...about: Parameters<EventQueries['shares']>) {
    return this.#call('shares', ...about)
  }

  capture(requestId: string) {
    return this.#call('capture', requestId)
  }

  state() {
    return this.#call('state')
  }

  export(query: ExportQuery): Promise<number> {
    return this.#call('export', query)
  }

  import(file: Parameters<EventStore['import']>[0]): Promise<IngestReport> {
    return this.#call('import', file)
  }

  /** Also what waits in the spool. */
  async forget(units: readonly RecordedUnit[]): Promise<number> {
    const { seal, forgetUnits } = this.#options
    await seal()
    const gone = await this.#call('forget', units)
    forgetUnits()
    return gone
  }

  async #call<Method extends keyof EventCalls>(
    method: Method,
    ...args: Parameters<EventCalls[Method]>
  ): Promise<Awaited<ReturnType<EventCalls[Method]>>> {
    return this.#options.process().call(method, ...args)
  }
}
