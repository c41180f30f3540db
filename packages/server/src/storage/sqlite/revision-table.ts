import type { Kysely, Selectable } from 'kysely'
import type { PageQuery, RevisionRecord, RevisionStore, RevisionSummary } from '../control-store.ts'
import type { ControlTables } from './control-tables.ts'
import { cursorOf, pageOf } from './page.ts'

const SUMMARY = ['number', 'at', 'actor', 'reason', 'changes'] as const

export class RevisionTable implements RevisionStore {
  readonly #db: Kysely<ControlTables>

  constructor(db: Kysely<ControlTables>) {
    this.#db = db
  }

  async append(record: RevisionRecord, after: number): Promise<'appended' | 'conflict'> {
    const row = writeRow(record)
    return this.#db.transaction().execute(async transaction => {
      const newest = await transaction
        .selectFrom('revision')
        .select(({ fn }) => fn.max('number').as('number'))
        .executeTakeFirst()
      if ((newest?.number ?? 0) !== after || record.number <= after) return 'conflict'
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('revision')
        .values(row)
        .onConflict(conflict => conflict.doNothing())
        .executeTakeFirst()
      return Number(numInsertedOrUpdatedRows) === 1 ? 'appended' : 'conflict'
    })
  }

  async newest(): Promise<RevisionRecord | undefined> {
    const query = this.#db.selectFrom('revision').selectAll().orderBy('number', 'desc').limit(1)
    return readRow(await query.executeTakeFirst())
  }

  async get(number: number): Promise<RevisionRecord | undefined> {
    const query = this.#db.selectFrom('revision').selectAll().where('number', '=', number)
    return readRow(await query.executeTakeFirst())
  }

  async list({ limit, after }: PageQuery) {
    let query = this.#db
      .selectFrom('revision')
      .select(SUMMARY)
      .orderBy('number', 'desc')
      .limit(limit + 1)
    if (after !== undefined) query = query.where('number', '<', cursorOf(after))
    const rows = await query.execute()
    return pageOf(rows.map(readSummary), limit, item => item.number)
  }
}

type Row = Selectable<ControlTables['revision']>

function writeRow({ number, at, actor, reason, changes, config, tables }: RevisionRecord): Row {
  return {
    number,
    at,
    actor,
    reason,
    changes: JSON.stringify(changes),
    config: JSON.stringify(config),
    tables: JSON.stringify(tables),
  }
}

function readSummary({
  number,
  at,
  actor,
  reason,
  changes,
}: Pick<Row, (typeof SUMMARY)[number]>): RevisionSummary {
  return { number, at, actor, reason, changes: JSON.parse(changes) }
}

function readRow(row: Row | undefined): RevisionRecord | undefined {
  if (row === undefined) return undefined
  return { ...readSummary(row), config: JSON.parse(row.config), tables: JSON.parse(row.tables) }
}
