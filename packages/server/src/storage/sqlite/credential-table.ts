import type { Kysely, Transaction } from 'kysely'
import type { CredentialRecord, CredentialStore } from '../control-store.ts'
import type { ControlTables } from './control-tables.ts'

export class CredentialTable implements CredentialStore {
  readonly #db: Kysely<ControlTables>

  constructor(db: Kysely<ControlTables>) {
    this.#db = db
  }

  async insert({ createdAt, ...record }: CredentialRecord): Promise<void> {
    await this.#db.transaction().execute(async transaction => {
      if (record.state === 'active') await retire(transaction, record.provider)
      await transaction
        .insertInto('credential')
        .values({ ...record, created_at: createdAt })
        .execute()
    })
  }

  async list(provider?: string): Promise<readonly CredentialRecord[]> {
    let query = this.#db.selectFrom('credential').selectAll().orderBy('created_at').orderBy('id')
    if (provider !== undefined) query = query.where('provider', '=', provider)
    const rows = await query.execute()
    return rows.map(({ created_at, ...row }) => ({ ...row, createdAt: created_at }))
  }

  async activate(id: string): Promise<'activated' | 'unknown'> {
    return this.#db.transaction().execute(async transaction => {
      const found = await transaction
        .selectFrom('credential')
        .select('provider')
        .where('id', '=', id)
        .executeTakeFirst()
      if (found === undefined) return 'unknown'
      await retire(transaction, found.provider)
      await transaction.updateTable('credential').set({ state: 'active' }).where('id', '=', id).execute()
      return 'activated'
    })
  }

  async remove(id: string): Promise<'removed' | 'unknown'> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('credential')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return numDeletedRows > 0n ? 'removed' : 'unknown'
  }
}

async function retire(transaction: Transaction<ControlTables>, provider: string): Promise<void> {
  await transaction
    .updateTable('credential')
    .set({ state: 'standby' })
    .where('provider', '=', provider)
    .execute()
}
