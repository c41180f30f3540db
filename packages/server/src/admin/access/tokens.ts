// Service tokens: made by admins, shown once, deleted when they are no longer needed.
import type { Role, SessionStore, TokenRecord, TokenStore } from '../../storage/control-store.ts'
import { digestOf, newId, newToken } from './secret.ts'

export interface TokenWish {
  readonly name: string
  readonly role: Role
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null
}

export type CreatedToken =
  | { readonly kind: 'created'; readonly record: TokenRecord; readonly token: string }
  | { readonly kind: 'name_taken' }
  | { readonly kind: 'expires_in_the_past' }

const PAGE = 500

export class Tokens {
  readonly #tokens: TokenStore
  readonly #sessions: SessionStore
  /** Changes one after the other: two at once could both find a name free, or both delete the last but one admin. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(tokens: TokenStore, sessions: SessionStore) {
    this.#tokens = tokens
    this.#sessions = sessions
  }

  /** Every token; there are few. */
  async all(): Promise<TokenRecord[]> {
    const found: TokenRecord[] = []
    let after: string | undefined
    do {
      const page = await this.#tokens.list({ limit: PAGE, ...(after !== undefined && { after }) })
      found.push(...page.items)
      after = page.next ?? undefined
    } while (after !== undefined)
    return found
  }

  create(wish: TokenWish): Promise<CreatedToken> {
    return this.#alone(() => this.#create(wish))
  }

  /** Deletes a token and ends its sessions. The last admin's stays: nobody could make another. */
  remove(id: string): Promise<'removed' | 'unknown' | 'last_admin'> {
    return this.#alone(() => this.#remove(id))
  }

  async #create({ name, role, expiresAt }: TokenWish): Promise<CreatedToken> {
    const now = Date.now()
    if (expiresAt !== null && expiresAt <= now) return { kind: 'expires_in_the_past' }
    const known = await this.all()
    if (RESERVED_NAMES.has(name) || known.some(token => token.name === name)) return { kind: 'name_taken' }
    const token = newToken()
    const digest = digestOf(token)
    const record = { id: newId('tok'), name, role, digest, createdAt: now, expiresAt, lastUsedAt: null }
    await this.#tokens.insert(record)
    return { kind: 'created', record, token }
  }

  async #remove(id: string): Promise<'removed' | 'unknown' | 'last_admin'> {
    const now = Date.now()
    const known = await this.all()
    const isAdmin = (token: TokenRecord) => token.role === 'admin' && (token.expiresAt ?? Infinity) > now
    const wanted = known.find(token => token.id === id)
    if (wanted === undefined) return 'unknown'
    if (isAdmin(wanted) && known.filter(isAdmin).length === 1) return 'last_admin'
    await this.#sessions.removeOfToken(id)
    return this.#tokens.remove(id)
  }

  #alone<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(run)
    this.#queue = mine.catch(() => {})
    return mine
  }
}

/** Names by which revisions and the audit log call the program, a managing file, the environment's token, and nobody. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(['weir', 'file', 'environment', 'anonymous'])
