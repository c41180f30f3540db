// The event store in one DuckDB file.
import type { OutcomeEvent, RequestEvent } from '@weir/core/event'
import type {
  EventBatch,
  EventFile,
  EventStore,
  EventStoreState,
  ExportQuery,
  GroupQuery,
  GroupResult,
  IngestReport,
  RecordedUnit,
  RequestFilter,
  RequestPage,
  RequestPageQuery,
  Retention,
  ShareCount,
  Spending,
  SplitRevision,
  TimeWindow,
  UsageQuery,
  UsageRow,
} from '../event-store.ts'
import { DuckDbFile } from './connection.ts'
import { exportEvents } from './export.ts'
import { forgetUnits } from './forget.ts'
import { importEvents } from './import.ts'
import { ingestBatch } from './ingest.ts'
import { migrate } from './migrations.ts'
import { readGroups, readSpending, readUsage } from './query-groups.ts'
import { type CapturedText, type OutcomeSubject, readCapture, readOutcomes } from './query-outcomes.ts'
import { readPage } from './query-page.ts'
import { readShares, readSplitRevisions } from './query-shares.ts'
import { requestById } from './read-request.ts'
import { retainEvents } from './retention.ts'
import { stateOf } from './state.ts'

export interface EventStoreOptions {
  /** Of the database and its temporary files; made when it is missing. */
  readonly directory: string
  /** Bytes that the database may hold in memory; 512 MiB when absent. */
  readonly memoryLimit?: number
  /** 2 when absent. */
  readonly threads?: number
}

const MEMORY_LIMIT = 512 * 2 ** 20
const THREADS = 2

/**
 * Opens the store, making the file when there is none and bringing its tables up to date. Only the owner may read it.
 *
 * @throws EventStoreUnavailableError when another program has it, or it is damaged, of a newer program, or cannot be opened
 */
export async function openEventStore(options: EventStoreOptions): Promise<EventStore> {
  const { directory, memoryLimit = MEMORY_LIMIT, threads = THREADS } = options
  const file = await DuckDbFile.open({ directory, memoryLimit, threads })
  try {
    await migrate(file)
  } catch (error) {
    await file.close()
    throw error
  }
  return new DuckDbEventStore(file)
}

class DuckDbEventStore implements EventStore {
  readonly #file: DuckDbFile

  constructor(file: DuckDbFile) {
    this.#file = file
  }

  ingest(batch: EventBatch): Promise<IngestReport> {
    return ingestBatch(this.#file, batch, Date.now())
  }

  requests(query: RequestPageQuery): Promise<RequestPage> {
    return readPage(this.#file, query)
  }

  request(id: string): Promise<RequestEvent | undefined> {
    return requestById(this.#file, id)
  }

  outcomes(about: OutcomeSubject): Promise<OutcomeEvent[]> {
    return readOutcomes(this.#file, about)
  }

  groups(query: GroupQuery): Promise<GroupResult> {
    return readGroups(this.#file, query)
  }

  usage(query: UsageQuery): Promise<UsageRow[]> {
    return readUsage(this.#file, query)
  }

  spending(filter: RequestFilter): Promise<Spending> {
    return readSpending(this.#file, filter)
  }

  splitRevisions(router: string | null, window: TimeWindow): Promise<SplitRevision[]> {
    return readSplitRevisions(this.#file, router, window)
  }

  shares(...[router, window, phases]: Parameters<EventStore['shares']>): Promise<ShareCount[]> {
    return readShares(this.#file, router, window, phases)
  }

  capture(requestId: string): Promise<CapturedText | undefined> {
    return readCapture(this.#file, requestId)
  }

  state(): Promise<EventStoreState> {
    return stateOf(this.#file)
  }

  export(query: ExportQuery): Promise<number> {
    return exportEvents(this.#file, query)
  }

  import(source: EventFile): Promise<IngestReport> {
    return importEvents(this.#file, source, Date.now())
  }

  forget(units: readonly RecordedUnit[]): Promise<number> {
    return forgetUnits(this.#file, units, Date.now())
  }

  retain(retention: Retention, now: number): Promise<number> {
    return retainEvents(this.#file, retention, now)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
