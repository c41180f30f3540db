// Kysely over node:sqlite: one connection, which waits for other programs without holding up the event loop.
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { asUnavailable, isBusy } from './sqlite-error.ts'

const BUSY_STEP_MS = 10

/** @param patience - how long to wait for another program's lock, in ms */
export function nodeSqliteDialect(database: DatabaseSync, patience: number): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new NodeSqliteDriver(database, patience),
    createIntrospector: db => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

class NodeSqliteDriver implements Driver {
  readonly #database: DatabaseSync
  readonly #connection: NodeSqliteConnection

  constructor(database: DatabaseSync, patience: number) {
    this.#database = database
    this.#connection = new NodeSqliteConnection(database, patience)
  }

  async init(): Promise<void> {}

  /** Kysely hands the one connection out to one user at a time. */
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async releaseConnection(): Promise<void> {}

  /** With the write lock at once: a transaction that reads first could find it taken when it comes to write. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  /** An error can have ended the transaction already. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async destroy(): Promise<void> {
    this.#database.close()
  }
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  readonly #patience: number

  constructor(database: DatabaseSync, patience: number) {
    this.#database = database
    this.#patience = patience
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const deadline = performance.now() + this.#patience
    for (;;) {
      try {
        return this.#run<Row>(query)
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw asUnavailable(error)
      }
      await setTimeout(BUSY_STEP_MS)
    }
  }

  /** Kysely's interface has it, and no query of ours asks for it. */
  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streaming is not supported')
  }

  #run<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const statement = this.#database.prepare(sql)
    const values = parameters as (string | number | bigint | null | Uint8Array)[]
    if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] }
    const { changes } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes) }
  }
}
