// The share check of a split over a window: what the event store counted, against the bucket tables that were in force.
import type { BucketTable } from '@weir/core/assignment'
import { tablesOf as bucketTablesOf, type CurrentTables } from '@weir/core/config'
import type { RevisionRecord } from '../../storage/control-store.ts'
import type { EventQueries, ShareCount, SplitRevision, TimeWindow } from '../../storage/event-store.ts'
import { compileWith } from '../revision/candidate.ts'
import { type Revisions, tablesOfRecord } from '../revision/revisions.ts'
import { type PhaseReport, phasesOf, reportPhase } from './share-report.ts'

export interface ShareSources {
  readonly events: Pick<EventQueries, 'splitRevisions' | 'shares'>
  readonly revisions: Pick<Revisions, 'current' | 'get'>
}

/** Whose split: a router's, each route of which has one, or a key's. */
export type SplitOwner = { readonly router: string } | { readonly key: string }

/**
 * Phases by route, oldest first.
 *
 * @throws EventStoreUnavailableError, StoreUnavailableError
 */
export async function checkSplits(
  { events, revisions }: ShareSources,
  owner: SplitOwner,
  window: TimeWindow,
): Promise<PhaseReport[]> {
  const router = 'router' in owner ? owner.router : null
  const found = await events.splitRevisions(router, window)
  const ours = 'key' in owner ? found.filter(({ route }) => route === `key.${owner.key}`) : found
  const tables = await tablesOf(revisions, ours)
  const phases = phasesOf(ours, revision => tables.get(keyOf(revision)))
  const counts = await events.shares(router, window, phases)
  return phases.map((phase, index) => reportPhase(phase, ofPhase(counts, index)))
}

function ofPhase(counts: readonly ShareCount[], index: number): ShareCount[] {
  return counts.filter(({ phase }) => phase === index)
}

const keyOf = ({ revision, salt }: SplitRevision) => `${revision} ${salt}`

/** Of each revision that decided, the tables of its splits. One after the other, for each is a whole config. */
async function tablesOf(
  revisions: ShareSources['revisions'],
  wanted: readonly SplitRevision[],
): Promise<ReadonlyMap<string, BucketTable>> {
  const tables = new Map<string, BucketTable>()
  const byNumber = Map.groupBy(wanted, ({ revision }) => revision)
  for (const [number, splits] of byNumber) {
    const tableOf = await tablesIn(revisions, number)
    for (const split of splits) {
      const table = split.salt === null ? undefined : tableOf(split.salt)
      if (table !== undefined) tables.set(keyOf(split), table)
    }
  }
  return tables
}

type TableOf = (salt: string) => BucketTable | undefined

/** What is in force is known also when it could not be stored. */
async function tablesIn(revisions: ShareSources['revisions'], number: number): Promise<TableOf> {
  const current = revisions.current()
  if (number === current.number) return salt => current.tables.get(salt)
  const record = await revisions.get(number)
  if (record === undefined) return () => undefined
  const written = tablesOfRecord(record)
  let compiled: CurrentTables | undefined
  return salt => written.get(salt) ?? (compiled ??= compiledTables(record, written)).get(salt)
}

/** Of splits that the record has no table of, which then follows from the weights. */
function compiledTables({ config, number }: RevisionRecord, tables: CurrentTables): CurrentTables {
  const compiled = compileWith({ config, tables }, { number, secrets: {}, managedBy: 'store' })
  return compiled.kind === 'compiled' ? bucketTablesOf(compiled.snapshot) : new Map()
}
