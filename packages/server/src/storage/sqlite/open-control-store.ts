// The control store in one SQLite file: WAL, and every commit is on the disk before it is answered.
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { CompiledQuery, Kysely } from 'kysely'
import { type ControlStore, StoreUnavailableError } from '../control-store.ts'
import { AuditTable } from './audit-table.ts'
import { BudgetTable } from './budget-table.ts'
import type { ControlTables } from './control-tables.ts'
import { CredentialTable } from './credential-table.ts'
import { IdempotencyTable } from './idempotency-table.ts'
import { migrate } from './migrations.ts'
import { nodeSqliteDialect } from './node-sqlite-dialect.ts'
import { RevisionTable } from './revision-table.ts'
import { SessionTable } from './session-table.ts'
import { asUnavailable } from './sqlite-error.ts'
import { TokenTable } from './token-table.ts'

/** How long another program's lock is waited for, in ms. */
const PATIENCE_MS = 5_000

/**
 * Opens the store, making the file when there is none and bringing its tables up to date. Only the owner may read it.
 *
 * @param patience - how long to wait for another program's lock, in ms
 * @throws StoreUnavailableError when it is locked, damaged, of a newer program, or cannot be opened
 */
export async function openControlStore(file: string, patience = PATIENCE_MS): Promise<ControlStore> {
  const db = new Kysely<ControlTables>({ dialect: nodeSqliteDialect(openFile(file), patience) })
  try {
    await db.executeQuery(CompiledQuery.raw('pragma journal_mode = wal'))
    await db.executeQuery(CompiledQuery.raw('pragma synchronous = full'))
    await migrate(db as unknown as Kysely<unknown>)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return {
    revisions: new RevisionTable(db),
    credentials: new CredentialTable(db),
    tokens: new TokenTable(db),
    sessions: new SessionTable(db),
    audit: new AuditTable(db),
    idempotency: new IdempotencyTable(db),
    budgets: new BudgetTable(db),
    close: () => db.destroy(),
  }
}

/** SQLite gives the files beside it the mode of the database. */
function openFile(file: string): DatabaseSync {
  try {
    closeSync(openSync(file, 'a', 0o600))
    return new DatabaseSync(file)
  } catch (error) {
    const { syscall, code } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw asUnavailable(error)
    throw new StoreUnavailableError(`the control database cannot be opened (${code})`, { cause: error })
  }
}
