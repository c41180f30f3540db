// One DuckDB file and its connections: one that writes, a few that read. Readers never wait for the writer, nor it for
// them; only putting a rewritten file in place holds everybody up for a moment.
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { asUnavailable } from './duckdb-error.ts'
import { Turns } from './turns.ts'

export type SqlValue = DuckDBValue
/** By column: integers of 64 bits and more are bigint, timestamps Date, JSON columns their text. */
export type Row = Readonly<Record<string, unknown>>

/** Runs statements; of a transaction when it comes from `write`. */
export interface Statements {
  all(sql: string, values?: SqlValue[]): Promise<Row[]>
  /** @returns how many rows were inserted or deleted */
  run(sql: string, values?: SqlValue[]): Promise<number>
}

export interface DuckDbOptions {
  /** Made when it is missing, for its owner only; temporary files go below it. */
  readonly directory: string
  /** Bytes that DuckDB may hold in memory before it spills to the disk. */
  readonly memoryLimit: number
  readonly threads: number
}

/**
 * Queries at once. Each occupies one of the four threads that Node has for such calls, and the writer needs one as
 * well; more would only share the same `threads`.
 */
const READERS = 2
/** Bytes of write-ahead log after which DuckDB moves them to their tables. */
const CHECKPOINT_BYTES = 64 * 2 ** 20
const CATALOG = 'events'

export class DuckDbFile {
  readonly path: string
  /** For files that are needed for a moment; emptied when the database is opened. */
  readonly workDirectory: string
  readonly #options: DuckDbOptions
  readonly #writing = new Turns(1)
  readonly #reading = new Turns(READERS)
  #open: OpenFile | undefined

  private constructor(options: DuckDbOptions) {
    this.#options = options
    this.workDirectory = join(options.directory, 'work')
    this.path = join(options.directory, `${CATALOG}.duckdb`)
  }

  /** @throws EventStoreUnavailableError when it is locked, damaged, or cannot be opened */
  static async open(options: DuckDbOptions): Promise<DuckDbFile> {
    const file = new DuckDbFile(options)
    await asUnavailable(() => file.#opened())
    return file
  }

  /** Rows of one query, as of the last write that was complete when it began. */
  read(sql: string, values: SqlValue[] = []): Promise<Row[]> {
    return this.#reading.take(() =>
      asUnavailable(async () => {
        const { idle } = await this.#opened()
        const connection = idle.pop() as DuckDBConnection
        try {
          return await statementsOn(connection).all(sql, values)
        } finally {
          idle.push(connection)
        }
      }),
    )
  }

  /** All of it or nothing, and durable when it resolves. Writes wait for each other. */
  write<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.#writing.take(() =>
      asUnavailable(async () => {
        const { writer } = await this.#opened()
        return inTransaction(writer, work)
      }),
    )
  }

  /** Statements that stand for themselves, such as `checkpoint`. Like `write` otherwise. */
  maintain<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.#writing.take(() =>
      asUnavailable(async () => {
        const { writer } = await this.#opened()
        return work(statementsOn(writer))
      }),
    )
  }

  /**
   * Copies what is left into a new file and takes that in place of the old one: what was deleted is then in no byte of
   * it. Needs room for both. Queries go on but for the last moment.
   *
   * @param finish - last changes to the copy, whose tables are those of `catalog`
   */
  rewrite(finish: (statements: Statements, catalog: string) => Promise<void>): Promise<void> {
    return this.#writing.take(() =>
      asUnavailable(async () => {
        const fresh = `${this.path}.new`
        removeDatabase(fresh)
        try {
          const { writer } = await this.#opened()
          await copyDatabase(statementsOn(writer), fresh, finish)
          await this.#reading.takeAll(() => this.#replaceBy(fresh))
        } finally {
          removeDatabase(fresh)
        }
      }),
    )
  }

  async close(): Promise<void> {
    await this.#writing.takeAll(() => this.#reading.takeAll(async () => this.#shut()))
  }

  /** Closing moves the log into the old file; so the new one cannot be met with a log that is not its own. */
  async #replaceBy(fresh: string): Promise<void> {
    await statementsOn((await this.#opened()).writer).run('checkpoint')
    this.#shut()
    rmSync(`${this.path}.wal`, { force: true })
    renameSync(fresh, this.path)
    await this.#opened()
  }

  async #opened(): Promise<OpenFile> {
    this.#open ??= await this.#openFile()
    return this.#open
  }

  /** What an earlier process left behind is its own to remove only while it has the database. */
  async #openFile(): Promise<OpenFile> {
    mkdirSync(this.#options.directory, { recursive: true, mode: 0o700 })
    const instance = await DuckDBInstance.create(this.path, this.#settings())
    chmodSync(this.path, 0o600)
    rmSync(this.workDirectory, { recursive: true, force: true })
    mkdirSync(this.workDirectory, { mode: 0o700 })
    const writer = await instance.connect()
    const idle = await Promise.all(Array.from({ length: READERS }, () => instance.connect()))
    return { instance, writer, idle }
  }

  #settings(): Record<string, string> {
    return {
      memory_limit: `${this.#options.memoryLimit}B`,
      threads: String(this.#options.threads),
      temp_directory: join(this.workDirectory, 'spill'),
      checkpoint_threshold: `${CHECKPOINT_BYTES}B`,
      preserve_insertion_order: 'false',
      // Nothing is ever fetched from outside: what is needed is built in.
      autoinstall_known_extensions: 'false',
    }
  }

  #shut(): void {
    const open = this.#open
    this.#open = undefined
    if (open === undefined) return
    for (const connection of [open.writer, ...open.idle]) connection.closeSync()
    open.instance.closeSync()
  }
}

interface OpenFile {
  readonly instance: DuckDBInstance
  readonly writer: DuckDBConnection
  /** Readers that nobody uses now. */
  readonly idle: DuckDBConnection[]
}

async function inTransaction<T>(
  connection: DuckDBConnection,
  work: (statements: Statements) => Promise<T>,
): Promise<T> {
  await connection.run('begin')
  try {
    const result = await work(statementsOn(connection))
    await connection.run('commit')
    return result
  } catch (error) {
    // Some errors have ended the transaction already.
    await connection.run('rollback').catch(() => undefined)
    throw error
  }
}

function statementsOn(connection: DuckDBConnection): Statements {
  return {
    all: async (sql, values) => (await connection.runAndReadAll(sql, values)).getRowObjectsJS(),
    run: async (sql, values) => (await connection.run(sql, values)).rowsChanged,
  }
}

async function copyDatabase(
  statements: Statements,
  path: string,
  finish: (statements: Statements, catalog: string) => Promise<void>,
): Promise<void> {
  await statements.run(`attach ${literal(path)} as fresh`)
  try {
    await statements.run(`copy from database ${CATALOG} to fresh`)
    await finish(statements, 'fresh')
    await statements.run('checkpoint fresh')
  } finally {
    await statements.run('detach fresh')
  }
  chmodSync(path, 0o600)
}

/** Where a statement takes no parameter. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function removeDatabase(path: string): void {
  for (const file of [path, `${path}.wal`]) rmSync(file, { force: true })
}
