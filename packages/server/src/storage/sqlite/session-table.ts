import type { Kysely } from 'kysely'
import type { SessionRecord, SessionStore } from '../control-store.ts'
import type { ControlTables } from './control-tables.ts'

export class SessionTable implements SessionStore {
  readonly #db: Kysely<ControlTables>

  constructor(db: Kysely<ControlTables>) {
    this.#db = db
  }

  async insert({ digest, tokenId, createdAt, expiresAt }: SessionRecord): Promise<void> {
    const row = { digest, token_id: tokenId, created_at: createdAt, expires_at: expiresAt }
    await this.#db.insertInto('session').values(row).execute()
  }

  async find(digest: string): Promise<SessionRecord | undefined> {
    const query = this.#db.selectFrom('session').selectAll().where('digest', '=', digest)
    const row = await query.executeTakeFirst()
    if (row === undefined) return undefined
    return { digest, tokenId: row.token_id, createdAt: row.created_at, expiresAt: row.expires_at }
  }

  async remove(digest: string): Promise<void> {
    await this.#db.deleteFrom('session').where('digest', '=', digest).execute()
  }

  async removeOfToken(tokenId: string): Promise<void> {
    await this.#db.deleteFrom('session').where('token_id', '=', tokenId).execute()
  }

  async removeExpired(now: number): Promise<void> {
    await this.#db.deleteFrom('session').where('expires_at', '<=', now).execute()
  }
}
