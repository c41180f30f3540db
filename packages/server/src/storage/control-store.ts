// What the control plane keeps, whatever the engine. SQL is portable and lives in storage/<engine>; every engine runs
// the same contract suite. Times are milliseconds since the epoch. A write has reached the disk when it resolves; every
// method rejects with StoreUnavailableError when the store cannot be used.
import type { ConfigInput } from '@weir/core/config'

/** The store cannot be used now: it is locked, damaged, gone or full. The message says which, without its content. */
export class StoreUnavailableError extends Error {}

export interface ControlStore {
  readonly revisions: RevisionStore
  readonly credentials: CredentialStore
  readonly tokens: TokenStore
  readonly sessions: SessionStore
  readonly audit: AuditStore
  readonly idempotency: IdempotencyStore
  readonly budgets: BudgetStore
  close(): Promise<void>
}

/** One page of a list, in the order asked for; `next` continues it, null at the end. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

export interface PageQuery {
  /** 1..500. */
  readonly limit: number
  /** `next` of the page before. */
  readonly after?: string
}

/** A config that was published, and by whom. */
export interface RevisionRecord extends RevisionSummary {
  /** The whole config as its users write it. */
  readonly config: ConfigInput
  /** Bucket tables in force with it, by salt, run-length encoded. */
  readonly tables: Readonly<Record<string, string>>
}

export interface RevisionSummary {
  readonly number: number
  readonly at: number
  /** Name of the token or user that published it. */
  readonly actor: string
  readonly reason: string | null
  /** The difference to the revision before, in words. */
  readonly changes: readonly string[]
}

export interface RevisionStore {
  /**
   * Appends a revision behind number `after`, 0 for none: `conflict` when the newest is another. Numbers rise, and may
   * leave some out: a store that was lost or restored goes on above what was served meanwhile.
   */
  append(record: RevisionRecord, after: number): Promise<'appended' | 'conflict'>
  newest(): Promise<RevisionRecord | undefined>
  get(number: number): Promise<RevisionRecord | undefined>
  /** Newest first. */
  list(query: PageQuery): Promise<Page<RevisionSummary>>
}

/** A provider's credential, sealed. Nobody gets it back but the data plane. */
export interface CredentialRecord {
  readonly id: string
  readonly provider: string
  /** `active`: used for calls, at most one a provider; `standby`: may become active. */
  readonly state: 'active' | 'standby'
  readonly createdAt: number
  /** The last four characters, to tell credentials apart; empty for short ones. */
  readonly hint: string
  /** AES-256-GCM with the master key; see storage/seal.ts. */
  readonly sealed: Uint8Array
}

export interface CredentialStore {
  insert(record: CredentialRecord): Promise<void>
  list(provider?: string): Promise<readonly CredentialRecord[]>
  /** Makes one credential of its provider the active one, and the others standby. */
  activate(id: string): Promise<'activated' | 'unknown'>
  remove(id: string): Promise<'removed' | 'unknown'>
}

/** viewer reads; editor changes configs; admin also manages tokens and what reaches outside. */
export type Role = 'viewer' | 'editor' | 'admin'

export interface TokenRecord {
  readonly id: string
  readonly name: string
  readonly role: Role
  /** SHA-256 of the token, lower-case hex. */
  readonly digest: string
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
}

export interface TokenStore {
  insert(record: TokenRecord): Promise<void>
  get(id: string): Promise<TokenRecord | undefined>
  findByDigest(digest: string): Promise<TokenRecord | undefined>
  list(query: PageQuery): Promise<Page<TokenRecord>>
  touch(id: string, at: number): Promise<void>
  remove(id: string): Promise<'removed' | 'unknown'>
}

/** A login of the console. The cookie holds the secret of which this is the digest. */
export interface SessionRecord {
  readonly digest: string
  readonly tokenId: string
  readonly createdAt: number
  readonly expiresAt: number
}

export interface SessionStore {
  insert(record: SessionRecord): Promise<void>
  find(digest: string): Promise<SessionRecord | undefined>
  remove(digest: string): Promise<void>
  removeOfToken(tokenId: string): Promise<void>
  removeExpired(now: number): Promise<void>
}

/** One changing or denied call. */
export interface AuditRecord {
  readonly id: string
  readonly at: number
  /** Name of the token; `anonymous` when there was none that is known. */
  readonly actor: string
  readonly role: Role | null
  readonly address: string
  /** `POST /api/v1/routers`. */
  readonly action: string
  readonly outcome: 'done' | 'refused' | 'denied' | 'conflict' | 'failed'
  readonly status: number
  /** The revision it made; null when it made none. */
  readonly revision: number | null
  readonly reason: string | null
}

export interface AuditQuery extends PageQuery {
  readonly actor?: string
  readonly outcome?: AuditRecord['outcome']
  readonly from?: number
  readonly to?: number
}

export interface AuditStore {
  append(record: AuditRecord): Promise<void>
  /** Newest first. */
  list(query: AuditQuery): Promise<Page<AuditRecord>>
}

/** The answer of a create that carried an idempotency key, for when it is sent again. */
export interface IdempotentAnswer {
  readonly key: string
  /** SHA-256 of who asked for what, so that a key used for something else is found out. */
  readonly fingerprint: string
  readonly at: number
  readonly status: number
  /** The answer's body, sealed: it may show a secret once. */
  readonly sealed: Uint8Array
}

export interface IdempotencyStore {
  find(key: string): Promise<IdempotentAnswer | undefined>
  insert(answer: IdempotentAnswer): Promise<'inserted' | 'exists'>
  remove(key: string): Promise<void>
  removeOlderThan(at: number): Promise<void>
}

/** What a key has spent in one period. */
export interface BudgetSpent {
  readonly key: string
  /** `2026-11-21` or `2026-11`, UTC. */
  readonly period: string
  /** Whole nano-dollars, 10^-9 US dollars: a safe integer holds nine million dollars. */
  readonly spentNanoUsd: number
}

export interface BudgetStore {
  /** Adds to what was spent; many at once, atomically. */
  add(entries: readonly BudgetSpent[]): Promise<void>
  /** What was spent in these periods, by key. */
  spent(periods: readonly string[]): Promise<readonly BudgetSpent[]>
  removeBefore(period: string): Promise<void>
}
