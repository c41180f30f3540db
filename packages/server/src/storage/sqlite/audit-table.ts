import type { Kysely } from 'kysely'
import type { AuditQuery, AuditRecord, AuditStore, Page } from '../control-store.ts'
import type { ControlTables } from './control-tables.ts'
import { cursorOf, pageOf } from './page.ts'

export class AuditTable implements AuditStore {
  readonly #db: Kysely<ControlTables>

  constructor(db: Kysely<ControlTables>) {
    this.#db = db
  }

  async append(record: AuditRecord): Promise<void> {
    await this.#db.insertInto('audit').values(record).execute()
  }

  async list({ limit, after, actor, outcome, from, to }: AuditQuery): Promise<Page<AuditRecord>> {
    let query = this.#db
      .selectFrom('audit')
      .selectAll()
      .orderBy('sequence', 'desc')
      .limit(limit + 1)
    if (after !== undefined) query = query.where('sequence', '<', cursorOf(after))
    if (actor !== undefined) query = query.where('actor', '=', actor)
    if (outcome !== undefined) query = query.where('outcome', '=', outcome)
    if (from !== undefined) query = query.where('at', '>=', from)
    if (to !== undefined) query = query.where('at', '<=', to)
    const page = pageOf(await query.execute(), limit, row => row.sequence)
    return { ...page, items: page.items.map(({ sequence: _sequence, ...record }) => record) }
  }
}
