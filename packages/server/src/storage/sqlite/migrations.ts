// How the control database came to have its tables: steps that are only ever added to. A database knows how many it
// has been through.
import { type Kysely, sql, type Transaction } from 'kysely'
import { StoreUnavailableError } from '../control-store.ts'

type Step = (db: Transaction<unknown>) => Promise<void>

const STEPS: readonly Step[] = [createTables]

/** How many steps the tables of this program need. */
export const SCHEMA_VERSION = STEPS.length

interface VersionTable {
  schema_version: { version: number }
}

/**
 * Takes the steps that the database has not been through, all or none.
 *
 * @throws StoreUnavailableError when the database is of a newer program
 */
export async function migrate(db: Kysely<unknown>): Promise<void> {
  await db.transaction().execute(async transaction => {
    const versions = transaction as unknown as Transaction<VersionTable>
    await transaction.schema
      .createTable('schema_version')
      .ifNotExists()
      .addColumn('version', 'integer', column => column.primaryKey())
      .execute()
    const row = await versions.selectFrom('schema_version').select('version').executeTakeFirst()
    const version = row?.version ?? 0
    if (version > SCHEMA_VERSION) throw new StoreUnavailableError(tooNew(version))
    if (version === SCHEMA_VERSION) return
    for (const step of STEPS.slice(version)) await step(transaction)
    await versions.deleteFrom('schema_version').execute()
    await versions.insertInto('schema_version').values({ version: SCHEMA_VERSION }).execute()
  })
}

function tooNew(version: number): string {
  return (
    `the control database is of a newer weir (schema ${version}, this one knows ${SCHEMA_VERSION}); ` +
    'start that version, or restore a backup of before'
  )
}

async function createTables(db: Transaction<unknown>): Promise<void> {
  const { schema } = db
  await schema
    .createTable('revision')
    .addColumn('number', 'integer', column => column.primaryKey())
    .addColumn('at', 'bigint', column => column.notNull())
    .addColumn('actor', 'text', column => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('changes', 'text', column => column.notNull())
    .addColumn('config', 'text', column => column.notNull())
    .addColumn('tables', 'text', column => column.notNull())
    .execute()
  await schema
    .createTable('credential')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('provider', 'text', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('created_at', 'bigint', column => column.notNull())
    .addColumn('hint', 'text', column => column.notNull())
    .addColumn('sealed', 'blob', column => column.notNull())
    .execute()
  await schema
    .createIndex('credential_active')
    .unique()
    .on('credential')
    .column('provider')
    .where(sql.ref('state'), '=', sql.lit('active'))
    .execute()
  await createAccessTables(db)
  await createLedgerTables(db)
}

async function createAccessTables({ schema }: Transaction<unknown>): Promise<void> {
  await schema
    .createTable('token')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('role', 'text', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull().unique())
    .addColumn('created_at', 'bigint', column => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute()
  await schema
    .createTable('session')
    .addColumn('digest', 'text', column => column.primaryKey())
    .addColumn('token_id', 'text', column => column.notNull())
    .addColumn('created_at', 'bigint', column => column.notNull())
    .addColumn('expires_at', 'bigint', column => column.notNull())
    .execute()
  await schema.createIndex('session_token').on('session').column('token_id').execute()
}

async function createLedgerTables({ schema }: Transaction<unknown>): Promise<void> {
  await schema
    .createTable('audit')
    .addColumn('sequence', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('id', 'text', column => column.notNull().unique())
    .addColumn('at', 'bigint', column => column.notNull())
    .addColumn('actor', 'text', column => column.notNull())
    .addColumn('role', 'text')
    .addColumn('address', 'text', column => column.notNull())
    .addColumn('action', 'text', column => column.notNull())
    .addColumn('outcome', 'text', column => column.notNull())
    .addColumn('status', 'integer', column => column.notNull())
    .addColumn('revision', 'integer')
    .addColumn('reason', 'text')
    .execute()
  await schema
    .createTable('idempotency')
    .addColumn('key', 'text', column => column.primaryKey())
    .addColumn('fingerprint', 'text', column => column.notNull())
    .addColumn('at', 'bigint', column => column.notNull())
    .addColumn('status', 'integer', column => column.notNull())
    .addColumn('sealed', 'blob', column => column.notNull())
    .execute()
  await schema
    .createTable('budget')
    .addColumn('key', 'text', column => column.notNull())
    .addColumn('period', 'text', column => column.notNull())
    .addColumn('spent_nano_usd', 'bigint', column => column.notNull())
    .addPrimaryKeyConstraint('budget_key', ['key', 'period'])
    .execute()
}
