import { type Kysely, type Selectable, sql } from 'kysely'
import type { Page, PageQuery, TokenRecord, TokenStore } from '../control-store.ts'
import type { ControlTables } from './control-tables.ts'

export class TokenTable implements TokenStore {
  readonly #db: Kysely<ControlTables>

  constructor(db: Kysely<ControlTables>) {
    this.#db = db
  }

  async insert({ createdAt, expiresAt, lastUsedAt, ...record }: TokenRecord): Promise<void> {
    const times = { created_at: createdAt, expires_at: expiresAt, last_used_at: lastUsedAt }
    await this.#db
      .insertInto('token')
      .values({ ...record, ...times })
      .execute()
  }

  async findByDigest(digest: string): Promise<TokenRecord | undefined> {
    const query = this.#db.selectFrom('token').selectAll().where('digest', '=', digest)
    const row = await query.executeTakeFirst()
    return row && readRow(row)
  }

  async get(id: string): Promise<TokenRecord | undefined> {
    const row = await this.#db.selectFrom('token').selectAll().where('id', '=', id).executeTakeFirst()
    return row && readRow(row)
  }

  /** Oldest first; the cursor is the last token's id. */
  async list({ limit, after }: PageQuery): Promise<Page<TokenRecord>> {
    let query = this.#db
      .selectFrom('token')
      .selectAll()
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit + 1)
    if (after !== undefined) {
      const last = await this.get(after)
      if (last === undefined) return { items: [], next: null }
      query = query.where(sql<boolean>`(created_at, id) > (${last.createdAt}, ${last.id})`)
    }
    const rows = await query.execute()
    const items = rows.slice(0, limit).map(readRow)
    return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
  }

  async touch(id: string, at: number): Promise<void> {
    await this.#db.updateTable('token').set({ last_used_at: at }).where('id', '=', id).execute()
  }

  async remove(id: string): Promise<'removed' | 'unknown'> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('token')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return numDeletedRows > 0n ? 'removed' : 'unknown'
  }
}

function readRow(row: Selectable<ControlTables['token']>): TokenRecord {
  const { created_at, expires_at, last_used_at, ...rest } = row
  return { ...rest, createdAt: created_at, expiresAt: expires_at, lastUsedAt: last_used_at }
}
