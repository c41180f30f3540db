import type { Kysely } from 'kysely'
import type { BudgetSpent, BudgetStore } from '../control-store.ts'
import type { ControlTables } from './control-tables.ts'

export class BudgetTable implements BudgetStore {
  readonly #db: Kysely<ControlTables>

  constructor(db: Kysely<ControlTables>) {
    this.#db = db
  }

  async add(entries: readonly BudgetSpent[]): Promise<void> {
    await this.#db.transaction().execute(async transaction => {
      for (const { key, period, spentNanoUsd } of entries) {
        await transaction
          .insertInto('budget')
          .values({ key, period, spent_nano_usd: spentNanoUsd })
          .onConflict(conflict =>
            conflict.columns(['key', 'period']).doUpdateSet(({ eb }) => ({
              spent_nano_usd: eb('budget.spent_nano_usd', '+', eb.ref('excluded.spent_nano_usd')),
            })),
          )
          .execute()
      }
    })
  }

  async spent(periods: readonly string[]): Promise<readonly BudgetSpent[]> {
    if (periods.length === 0) return []
    const query = this.#db.selectFrom('budget').selectAll().where('period', 'in', periods)
    const rows = await query.orderBy('key').orderBy('period').execute()
    return rows.map(({ key, period, spent_nano_usd }) => ({ key, period, spentNanoUsd: spent_nano_usd }))
  }

  async removeBefore(period: string): Promise<void> {
    await this.#db.deleteFrom('budget').where('period', '<', period).execute()
  }
}
