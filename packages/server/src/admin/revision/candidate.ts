// A config on its way into force: compiled, and compared with the one that is.
import { isDeepStrictEqual } from 'node:util'
import {
  type Compiled,
  type ConfigInput,
  type CurrentTables,
  describeChanges,
  formerTables,
  type Problem,
  type Snapshot,
  type SplitMove,
  splitMoves,
} from '@weir/core/config'
import { compileHere } from '../../snapshot/load.ts'
import type { Secrets } from '../../snapshot/publisher.ts'
import { tablesAfter } from '../../snapshot/state.ts'
import { withTablesInForce } from './declared-tables.ts'
import type { CurrentRevision } from './publishing.ts'

export interface Candidate {
  readonly kind: 'candidate'
  readonly config: ConfigInput
  readonly snapshot: Snapshot
  readonly tables: CurrentTables
  readonly changes: readonly string[]
  readonly moves: readonly SplitMove[]
  readonly warnings: readonly Problem[]
}

interface Start {
  readonly config: unknown
  /** Which the weights move the fewest buckets of. */
  readonly tables: CurrentTables
}

interface Surroundings {
  readonly number: number
  readonly secrets: Secrets
  /** A file keeps the tables it declares; the store's are brought up to date. */
  readonly managedBy: 'store' | 'file'
  readonly before: CurrentRevision | undefined
}

/** What compiling needs to know beside the config. */
export type CompileSurroundings = Pick<Surroundings, 'number' | 'secrets' | 'managedBy'>

export function compileWith(
  { config, tables }: Start,
  { number, secrets, managedBy }: CompileSurroundings,
): Compiled {
  const hasStoredCredential = (provider: string) => Object.hasOwn(secrets, provider)
  const compiled = compileHere(config, { revision: number, tables, hasStoredCredential })
  if (compiled.kind === 'refused') return compiled
  return { ...compiled, warnings: compiled.warnings.map(warning => nameStore(warning, managedBy)) }
}

/** A credential that is missing can also be stored, unless a file says that it comes from the environment. */
function nameStore(warning: Problem, managedBy: 'store' | 'file'): Problem {
  const { code, message, path } = warning
  const [section, id, field, ...inner] = path
  if (code !== 'no_credential' || section !== 'providers') return warning
  if (field !== undefined && field !== 'credential') return warning
  const isStored = field === 'credential' && inner.length === 0
  if (managedBy === 'file' && !isStored) return warning
  const route = `/api/v1/providers/${encodeURIComponent(String(id))}/credentials`
  return { ...warning, message: `${message}; to store one here: POST ${route} with {"secret": "..."}` }
}

export function prepare(
  start: Start,
  { number, secrets, managedBy, before }: Surroundings,
): Candidate | Extract<Compiled, { kind: 'refused' }> {
  const compiled = compileWith(start, { number, secrets, managedBy })
  if (compiled.kind === 'refused') return compiled
  const { snapshot, warnings } = compiled
  // A copy: nobody can change what is in force, and what comes back from the store is equal to it.
  const written = JSON.parse(JSON.stringify(start.config)) as ConfigInput
  const config = managedBy === 'store' ? withTablesInForce(written, snapshot) : written
  const tables = new Map([...formerTables(written), ...tablesAfter(start.tables, snapshot)])
  const changes = describeChanges(before ?? null, { config, snapshot })
  const moves =
    before === undefined ? [] : splitMoves(before.snapshot, snapshot).filter(({ moved }) => moved > 0)
  return { kind: 'candidate', config, snapshot, tables, changes, moves, warnings }
}

type Compared = Pick<Candidate, 'config' | 'snapshot'>

/** Equal as written, and with the same effect here and now: the environment has its say. */
export function isSameConfig(a: Compared, b: Compared): boolean {
  return (
    isDeepStrictEqual(a.config, b.config) &&
    isDeepStrictEqual({ ...a.snapshot, revision: 0 }, { ...b.snapshot, revision: 0 })
  )
}
