// The tables of the control store as Kysely sees them. Their history is in migrations.ts.
import type { Generated } from 'kysely'
import type { AuditRecord, CredentialRecord, Role } from '../control-store.ts'

export interface ControlTables {
  revision: RevisionTable
  credential: CredentialTable
  token: TokenTable
  session: SessionTable
  audit: AuditTable
  idempotency: IdempotencyTable
  budget: BudgetTable
}

/** `changes`, `config` and `tables` are JSON texts. */
interface RevisionTable {
  number: number
  at: number
  actor: string
  reason: string | null
  changes: string
  config: string
  tables: string
}

interface CredentialTable {
  id: string
  provider: string
  state: CredentialRecord['state']
  created_at: number
  hint: string
  sealed: Uint8Array
}

interface TokenTable {
  id: string
  name: string
  role: Role
  digest: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
}

interface SessionTable {
  digest: string
  token_id: string
  created_at: number
  expires_at: number
}

interface AuditTable {
  /** In the order they were written. */
  sequence: Generated<number>
  id: string
  at: number
  actor: string
  role: Role | null
  address: string
  action: string
  outcome: AuditRecord['outcome']
  status: number
  revision: number | null
  reason: string | null
}

interface IdempotencyTable {
  key: string
  fingerprint: string
  at: number
  status: number
  sealed: Uint8Array
}

interface BudgetTable {
  key: string
  period: string
  spent_nano_usd: number
}
