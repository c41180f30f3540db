import type { Kysely } from 'kysely'
import type { IdempotencyStore, IdempotentAnswer } from '../control-store.ts'
import type { ControlTables } from './control-tables.ts'

export class IdempotencyTable implements IdempotencyStore {
  readonly #db: Kysely<ControlTables>

  constructor(db: Kysely<ControlTables>) {
    this.#db = db
  }

  find(key: string): Promise<IdempotentAnswer | undefined> {
    return this.#db.selectFrom('idempotency').selectAll().where('key', '=', key).executeTakeFirst()
  }

  async insert(answer: IdempotentAnswer): Promise<'inserted' | 'exists'> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('idempotency')
      .values(answer)
      .onConflict(conflict => conflict.column('key').doNothing())
      .executeTakeFirstOrThrow()
    return Number(numInsertedOrUpdatedRows) === 1 ? 'inserted' : 'exists'
  }

  async remove(key: string): Promise<void> {
    await this.#db.deleteFrom('idempotency').where('key', '=', key).execute()
  }

  async removeOlderThan(at: number): Promise<void> {
    await this.#db.deleteFrom('idempotency').where('at', '<', at).execute()
  }
}
