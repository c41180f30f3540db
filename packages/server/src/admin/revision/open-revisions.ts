// The start: which config is in force, from what the store, the data directory and a config file say.
import type { ConfigInput, Problem } from '@weir/core/config'
import type { LastConfig } from '../../snapshot/last-config.ts'
import type { Publisher } from '../../snapshot/publisher.ts'
import { DataDirError } from '../../snapshot/state.ts'
import {
  type ControlStore,
  type RevisionSummary,
  StoreUnavailableError,
} from '../../storage/control-store.ts'
import type { Author, ChangeGuard, PublishResult } from './publishing.ts'
import { type FormerRevision, formerOf, Revisions } from './revisions.ts'
import type { StoredCredentials } from './stored-credentials.ts'
import { FILE, findUnrecorded, PROGRAM } from './unrecorded.ts'

/** Where the config comes from. */
export type ConfigOrigin =
  | { readonly kind: 'file'; readonly file: string; readonly config: unknown }
  /** `first` makes what an empty store begins with. */
  | { readonly kind: 'store'; readonly first: () => Promise<ConfigInput> }

export interface OpenOptions {
  readonly origin: ConfigOrigin
  readonly store: ControlStore
  readonly publisher: Publisher
  readonly credentials: StoredCredentials
  readonly now: () => number
  readonly guard?: ChangeGuard
  readonly onPublished?: (revision: RevisionSummary) => void
}

export type OpenedRevisions =
  | {
      readonly kind: 'opened'
      readonly revisions: Revisions
      readonly warnings: readonly Problem[]
      /** What an operator may not expect, in words. */
      readonly notices: readonly string[]
    }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

/**
 * Puts a config in force, publishing it when it is not the one that was. Nothing is served yet.
 *
 * @throws DataDirError when there is nothing to go on with
 */
export async function openRevisions(options: OpenOptions): Promise<OpenedRevisions> {
  const { origin, publisher, credentials } = options
  const revisions = new Revisions({ ...options, managedBy: origin.kind })
  const last = publisher.readLast()
  const stored = await readStored(options, last)
  if (stored.kind === 'unavailable') {
    credentials.use(last?.credentials ?? [])
    revisions.report('store', stored.message)
  } else {
    revisions.recorded = stored.newest?.number ?? 0
  }
  const start: Start = { ...options, revisions, last, stored }
  return origin.kind === 'file' ? openWithFile(start, origin) : openWithStore(start, origin)
}

interface Start extends OpenOptions {
  readonly revisions: Revisions
  readonly last: LastConfig | undefined
  readonly stored: Stored
}

type Stored =
  | { readonly kind: 'read'; readonly newest: FormerRevision | undefined; readonly author: string }
  | { readonly kind: 'unavailable'; readonly message: string }

async function readStored(
  { store, publisher, credentials }: OpenOptions,
  last: LastConfig | undefined,
): Promise<Stored> {
  try {
    const newest = await store.revisions.newest()
    if (newest === undefined && last !== undefined) await credentials.restore(last.credentials)
    await credentials.refresh()
    const former = newest && formerOf(newest, publisher.tables)
    return { kind: 'read', newest: former, author: newest?.actor ?? PROGRAM }
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error
    return { kind: 'unavailable', message: error.message }
  }
}

/** What was served last, if anything is known of it. */
function findFormer({ last, stored }: Start): FormerRevision | undefined {
  const newest = stored.kind === 'read' ? stored.newest : undefined
  if (last === undefined || (newest !== undefined && newest.number >= last.revision)) return newest
  const { revision: number, at, config, tables } = last
  return { number, at, config, tables }
}

async function openWithFile(
  start: Start,
  { file, config }: Extract<ConfigOrigin, { kind: 'file' }>,
): Promise<OpenedRevisions> {
  const { revisions, publisher, stored } = start
  const former = findFormer(start)
  // What was served may be none for this program or this machine any more; then there is nothing to compare with.
  if (former !== undefined) revisions.resume(former)
  const isRecorded = stored.kind === 'unavailable' || stored.newest?.number === former?.number
  const author: Author = { actor: FILE, reason: `read from ${file}` }
  const next = { config, tables: former?.tables ?? publisher.tables }
  const result = await revisions.put(next, author, isRecorded ? 'if_changed' : 'always')
  return finish(start, result, noticesOf(start))
}

async function openWithStore(
  start: Start,
  { first }: Extract<ConfigOrigin, { kind: 'store' }>,
): Promise<OpenedRevisions> {
  const { revisions, publisher, stored } = start
  const former = findFormer(start)
  if (former === undefined) {
    if (stored.kind === 'unavailable') throw new DataDirError(stored.message)
    const author: Author = { actor: PROGRAM, reason: 'the first start' }
    const result = await revisions.put({ config: await first(), tables: publisher.tables }, author, 'always')
    return finish(start, result, [])
  }
  const resumed = revisions.resume(former)
  if (resumed.kind === 'refused') return resumed
  const again = stored.kind === 'read' ? findUnrecorded(stored.newest, former) : undefined
  const result: PublishResult =
    again === undefined
      ? { kind: 'unchanged', number: former.number, warnings: resumed.warnings }
      : await revisions.put(again.next, { actor: PROGRAM, reason: again.reason }, 'always')
  return finish(start, result, noticesOf(start))
}

function noticesOf({ origin, stored, last, revisions }: Start): string[] {
  const notices: string[] = []
  if (stored.kind === 'read' && stored.newest === undefined && last !== undefined) {
    notices.push(revisions.reportRenewed(last.revision))
  }
  if (stored.kind === 'unavailable') notices.push(stored.message)
  if (origin.kind === 'store' && stored.kind === 'read' && stored.author === FILE)
    notices.push(
      'the config in force was read from a file in an earlier start; it is edited over the control API from now on, and the file is not read',
    )
  return notices
}

function finish(start: Start, result: PublishResult, notices: readonly string[]): OpenedRevisions {
  const { revisions } = start
  switch (result.kind) {
    case 'refused':
      return result
    case 'published':
    case 'unchanged':
      revisions.keepCurrent()
      return { kind: 'opened', revisions, warnings: result.warnings, notices }
    case 'unavailable':
      if (findFormer(start) === undefined) throw new DataDirError(result.message)
      return { kind: 'opened', revisions, warnings: [], notices: [...notices, result.message] }
    default:
      throw new Error(`the first publish ended as ${result.kind}`)
  }
}
