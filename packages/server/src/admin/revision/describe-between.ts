// What lies between two revisions, as if the one had been published right after the other.
import {
  type ConfigInput,
  describeChanges,
  type Problem,
  type SplitMove,
  splitMoves,
} from '@weir/core/config'
import type { RevisionRecord } from '../../storage/control-store.ts'
import { compileWith } from './candidate.ts'
import { tablesOfRecord } from './revisions.ts'

export interface Between {
  readonly kind: 'between'
  readonly changes: readonly string[]
  readonly moves: readonly SplitMove[]
}

/** A config of then need not be one for the program and the machine of now. */
export interface NotComparable {
  readonly kind: 'not_comparable'
  readonly number: number
  readonly problems: readonly Problem[]
}

/** @throws StoreUnavailableError when a record's bucket tables are damaged */
export function describeBetween(before: RevisionRecord, after: RevisionRecord): Between | NotComparable {
  const [old, now] = [compileRecord(before), compileRecord(after)]
  if (old.kind === 'not_comparable') return old
  if (now.kind === 'not_comparable') return now
  return {
    kind: 'between',
    changes: describeChanges(old, now),
    moves: splitMoves(old.snapshot, now.snapshot),
  }
}

function compileRecord(record: RevisionRecord) {
  const config: ConfigInput = record.config
  const { number } = record
  const compiled = compileWith(
    { config, tables: tablesOfRecord(record) },
    { number, secrets: {}, managedBy: 'store' },
  )
  if (compiled.kind === 'compiled') return { kind: 'compiled', config, snapshot: compiled.snapshot } as const
  return { kind: 'not_comparable', number, problems: compiled.problems } as const
}
