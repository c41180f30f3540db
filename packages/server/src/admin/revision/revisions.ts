// Revisions: the one way in which a config gets into force. Every change runs alone, from the config it starts from to
// the last worker that serves it, so that no update is lost.
import type { Compiled, ConfigInput, CurrentTables } from '@weir/core/config'
import type { Publisher, Secrets } from '../../snapshot/publisher.ts'
import { parseTables, tablesAfter, writtenTables } from '../../snapshot/state.ts'
import {
  type ControlStore,
  type Page,
  type PageQuery,
  type RevisionRecord,
  type RevisionSummary,
  type Role,
  StoreUnavailableError,
} from '../../storage/control-store.ts'
import { fileTrouble } from '../../storage/file-trouble.ts'
import { type Candidate, compileWith, isSameConfig, prepare } from './candidate.ts'
import type {
  Author,
  ChangeGuard,
  Conflict,
  CurrentRevision,
  Edit,
  EditRefusal,
  PreviewResult,
  PublishResult,
  Rejected,
  RevisionHealth,
} from './publishing.ts'
import type { StoredCredentials } from './stored-credentials.ts'
import { FILE, findUnrecorded, PROGRAM } from './unrecorded.ts'

export interface RevisionsOptions {
  /** Whether configs are edited in the store, or come from a file and are only recorded there. */
  readonly managedBy: 'store' | 'file'
  readonly store: ControlStore
  readonly publisher: Publisher
  readonly credentials: StoredCredentials
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Asked before every change by someone with a role. */
  readonly guard?: ChangeGuard
  /** Told of every revision once it is served. */
  readonly onPublished?: (revision: RevisionSummary) => void
}

/** A config with the tables it is to start from. */
export interface TabledConfig {
  readonly config: unknown
  readonly tables: CurrentTables
}

/** A revision of before the program started. */
export interface FormerRevision extends TabledConfig {
  readonly number: number
  readonly at: number
  readonly config: ConfigInput
}

/** What can be amiss, each at most once at a time. */
type Trouble = 'store' | 'disk' | 'renewed'

type Unavailable = Extract<PublishResult, { kind: 'unavailable' }>

export class Revisions {
  readonly managedBy: 'store' | 'file'
  readonly #store: ControlStore
  readonly #publisher: Publisher
  readonly #credentials: StoredCredentials
  readonly #now: () => number
  readonly #guard: ChangeGuard | undefined
  readonly #onPublished: ((revision: RevisionSummary) => void) | undefined
  readonly #trouble = new Map<Trouble, string>()
  #current: CurrentRevision | undefined
  /** The newest number in the store; 0: none. */
  #recorded = 0
  #queue: Promise<unknown> = Promise.resolve()

  /** Nothing is in force yet: `openRevisions` sees to that. */
  constructor(options: RevisionsOptions) {
    this.managedBy = options.managedBy
    this.#store = options.store
    this.#publisher = options.publisher
    this.#credentials = options.credentials
    this.#now = options.now
    this.#guard = options.guard
    this.#onPublished = options.onPublished
  }

  /** What is in force. */
  current(): CurrentRevision {
    if (this.#current === undefined) throw new Error('no revision is in force yet')
    return this.#current
  }

  /** The credentials that go to the workers with the snapshot. */
  get secrets(): Secrets {
    return this.#credentials.secrets
  }

  health(): RevisionHealth {
    const reasons = [...this.#trouble.values(), ...this.#credentials.unreadable]
    if (this.#trouble.has('store')) return { state: 'read_only', reasons }
    return { state: reasons.length > 0 ? 'degraded' : 'ok', reasons }
  }

  /** What an edit would do; nothing is saved. */
  async preview(edit: Edit, expected?: number): Promise<PreviewResult> {
    const { number, config, tables } = this.current()
    if (expected !== undefined && expected !== number) return { kind: 'conflict', number }
    const edited = edit(config)
    if (edited.kind === 'refused') return { kind: 'rejected', refusal: edited }
    // Whose preview it is makes no difference to where requests may go.
    const refusal = await this.#ask(edited.config, 'admin')
    return refusal === undefined
      ? this.#preview({ config: edited.config, tables })
      : { kind: 'rejected', refusal }
  }

  /** Publishes what the edit makes of the newest config. Resolves when every worker serves it. */
  publish(edit: Edit, author: Author): Promise<PublishResult> {
    return this.#change(author, async () => {
      const { config, tables } = this.current()
      const edited = edit(config)
      if (edited.kind === 'refused') return { kind: 'rejected', refusal: edited }
      const refusal = await this.#ask(edited.config, author.role)
      if (refusal !== undefined) return { kind: 'rejected', refusal }
      return this.put({ config: edited.config, tables }, author, 'if_changed')
    })
  }

  /** What going back to an earlier revision would do. @throws StoreUnavailableError */
  async previewRevert(number: number): Promise<PreviewResult> {
    const former = await this.#find(number)
    return 'kind' in former ? former : this.#preview(former)
  }

  /** Publishes the config of an earlier revision with the bucket tables it had: every unit gets what it got then. */
  revert(number: number, author: Author): Promise<PublishResult> {
    return this.#change(author, async () => {
      const former = await this.#find(number)
      if ('kind' in former) return former
      const refusal = await this.#ask(former.config as ConfigInput, author.role)
      return refusal === undefined ? this.put(former, author, 'if_changed') : { kind: 'rejected', refusal }
    })
  }

  /** The guard's word on a change by someone with a role. */
  async #ask(after: ConfigInput, role: Role | undefined): Promise<EditRefusal | undefined> {
    return role === undefined ? undefined : this.#guard?.({ before: this.current().config, after, role })
  }

  /** Publishes what the managing file says now, as it was read. */
  publishFile(config: unknown, author: Author): Promise<PublishResult> {
    return this.#alone(() => this.put({ config, tables: this.current().tables }, author, 'if_changed'))
  }

  /** Newest first. @throws StoreUnavailableError */
  list(query: PageQuery): Promise<Page<RevisionSummary>> {
    return this.#store.revisions.list(query)
  }

  /** @throws StoreUnavailableError */
  get(number: number): Promise<RevisionRecord | undefined> {
    return this.#store.revisions.get(number)
  }

  /**
   * To be called when stored credentials have changed: resolves when every worker uses them.
   *
   * @throws StoreUnavailableError
   */
  refreshCredentials(): Promise<void> {
    return this.#alone(async () => {
      await this.#credentials.refresh()
      const current = this.current()
      this.#keep(current)
      await this.#publisher.push(current.snapshot, this.secrets)
    })
  }

  /** For the start: goes on with a former revision. */
  resume({ number, at, config, tables }: FormerRevision): Compiled {
    const { secrets, managedBy } = this
    const compiled = compileWith({ config, tables }, { number, secrets, managedBy })
    if (compiled.kind === 'refused') return compiled
    const { snapshot } = compiled
    this.#current = { number, at, config, snapshot, tables: tablesAfter(tables, snapshot) }
    return compiled
  }

  /** For the start: the newest number in the store, 0 for none. */
  set recorded(number: number) {
    this.#recorded = number
  }

  /** Something the operator should know, until it is over; `renewed` is not over before the next start. */
  report(trouble: Trouble, message: string): void {
    this.#trouble.set(trouble, message)
    this.#publisher.reportControl(this.health().state)
  }

  /** For a store that has nothing in it, though there was a revision. @returns it in words */
  reportRenewed(served: number): string {
    const message = `the control database was gone: its revisions, tokens and audit log begin anew; the config of revision ${served}, served last, goes on`
    this.report('renewed', message)
    return message
  }

  /** For the start: what was resumed is on disk like what is published. */
  keepCurrent(): void {
    this.#keep(this.current())
  }

  /** For a store that could not be opened at the start and is open now: goes on with what it has. */
  storeReturned(): Promise<void> {
    return this.#alone(async () => {
      try {
        await this.#catchUp()
        this.#clear('store')
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error
        this.report('store', error.message)
      }
    })
  }

  async #catchUp(): Promise<void> {
    const record = await this.#store.revisions.newest()
    const current = this.current()
    if (record === undefined) {
      await this.#credentials.restore(this.#credentials.active)
      this.reportRenewed(current.number)
    }
    await this.#credentials.refresh()
    this.#recorded = record?.number ?? 0
    const newest = record && formerOf(record, current.tables)
    const author = { actor: this.managedBy === 'file' ? FILE : PROGRAM }
    const again = findUnrecorded(newest, current)
    if (again === undefined) await this.#goOnWith(newest ?? current)
    // A file says what is served, whatever the store has.
    else
      await this.put(
        this.managedBy === 'file' ? current : again.next,
        { ...author, reason: again.reason },
        'always',
      )
  }

  /** Compiles, records, keeps and serves. It has to run alone: at the start, or from `publish` and its kin. */
  async put(next: TabledConfig, author: Author, when: 'if_changed' | 'always'): Promise<PublishResult> {
    const number = 1 + Math.max(this.#current?.number ?? 0, this.#publisher.revision, this.#recorded)
    const prepared = this.#prepare(next, number)
    if (prepared.kind === 'refused') return prepared
    const { config, snapshot, tables, changes, moves, warnings } = prepared
    if (when === 'if_changed' && this.#current !== undefined && isSameConfig(this.#current, prepared))
      return { kind: 'unchanged', number: this.#current.number, warnings }
    const { actor, reason } = author
    const revision = { number, at: this.#now(), actor, reason, changes }
    const outcome = await this.#record({ ...revision, config, tables: writtenTables(tables) })
    if (outcome !== 'recorded') return outcome
    const current = { number, at: revision.at, config, snapshot, tables }
    this.#keep(current)
    this.#current = current
    await this.#publisher.push(snapshot, this.secrets)
    this.#onPublished?.(revision)
    return { kind: 'published', revision, config, moves, warnings }
  }

  #clear(trouble: Trouble): void {
    this.#trouble.delete(trouble)
    this.#publisher.reportControl(this.health().state)
  }

  #change(author: Author, run: () => Promise<PublishResult>): Promise<PublishResult> {
    if (this.managedBy === 'file') return Promise.resolve({ kind: 'managed_by_file' })
    return this.#alone(async () => {
      const { number } = this.current()
      if (author.expected !== undefined && author.expected !== number) return { kind: 'conflict', number }
      return unavailableOr(run)
    })
  }

  #alone<Result>(run: () => Promise<Result>): Promise<Result> {
    const mine = this.#queue.then(run)
    this.#queue = mine.catch(() => {})
    return mine
  }

  #prepare(next: TabledConfig, number: number): Candidate | Extract<Compiled, { kind: 'refused' }> {
    return prepare(next, { number, secrets: this.secrets, managedBy: this.managedBy, before: this.#current })
  }

  #preview(next: TabledConfig): PreviewResult {
    const prepared = this.#prepare(next, this.current().number + 1)
    if (prepared.kind === 'refused')
      return { kind: 'preview', changes: [], moves: [], warnings: [], problems: prepared.problems }
    const { changes, moves, warnings } = prepared
    return { kind: 'preview', changes, moves, warnings, problems: [] }
  }

  async #find(number: number): Promise<TabledConfig | Rejected> {
    const record = await this.#store.revisions.get(number)
    if (record === undefined) {
      const message = `there is no revision ${number}`
      return { kind: 'rejected', refusal: { kind: 'refused', cause: 'not_found', message } }
    }
    return { config: record.config, tables: new Map([...this.current().tables, ...tablesOfRecord(record)]) }
  }

  /** In the store before anyone serves it. A file's config is served whether or not it can be recorded. */
  async #record(record: RevisionRecord): Promise<'recorded' | Conflict | Unavailable> {
    try {
      if ((await this.#store.revisions.append(record, this.#recorded)) === 'conflict') return this.#giveWay()
      this.#recorded = record.number
      this.#clear('store')
      return 'recorded'
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      this.report('store', error.message)
      return this.managedBy === 'file' ? 'recorded' : { kind: 'unavailable', message: error.message }
    }
  }

  /** Someone else wrote to the store, or a write that seemed to fail did not: what is there counts. */
  async #giveWay(): Promise<'recorded' | Conflict> {
    const newest = await this.#store.revisions.newest()
    this.#recorded = newest?.number ?? 0
    if (this.managedBy === 'file') return 'recorded'
    if (newest !== undefined) await this.#goOnWith(formerOf(newest, new Map()))
    return { kind: 'conflict', number: this.current().number }
  }

  /** With what the store has, or what is served already; a file is not told by the store what to serve. */
  async #goOnWith(newest: FormerRevision): Promise<void> {
    if (this.managedBy === 'store') this.resume(newest)
    this.keepCurrent()
    await this.#publisher.push(this.current().snapshot, this.secrets)
  }

  /** Beside the store, for the start without it. With a file in charge this is what holds the tables: no going on. */
  #keep({ number, at, config, tables }: CurrentRevision): void {
    try {
      this.#publisher.keep({ revision: number, at, config, tables, credentials: this.#credentials.active })
      this.#clear('disk')
    } catch (error) {
      if (this.managedBy === 'file') throw error
      const message = `the config in force could not be written to the data directory: ${fileTrouble(error)}`
      this.report('disk', message)
    }
  }
}

/**
 * @param kept - tables of salts that are gone; what the record says wins
 * @throws StoreUnavailableError when its tables are not what was written
 */
export function formerOf(record: RevisionRecord, kept: CurrentTables): FormerRevision {
  const { number, at, config } = record
  return { number, at, config, tables: new Map([...kept, ...tablesOfRecord(record)]) }
}

/** @throws StoreUnavailableError when they are not what was written */
export function tablesOfRecord({ number, tables }: RevisionRecord): CurrentTables {
  const parsed = parseTables(tables)
  if (parsed === undefined)
    throw new StoreUnavailableError(`the bucket tables of revision ${number} are damaged`)
  return parsed
}

async function unavailableOr(run: () => Promise<PublishResult>): Promise<PublishResult> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error
    return { kind: 'unavailable', message: error.message }
  }
}
