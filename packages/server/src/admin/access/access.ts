// Who a request comes from: tokens and sessions looked up by digest. Knows nothing of HTTP answers.
import type { SessionStore, TokenRecord, TokenStore } from '../../storage/control-store.ts'
import type { Actor, Session } from './actor.ts'
import type { Credential } from './credential.ts'
import { csrfTokenOf, digestOf, isSameSecret, newId, newSessionSecret, newToken } from './secret.ts'

export type Identity =
  | { readonly kind: 'anonymous' }
  /** A credential was shown, and it is nobody's. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'token'; readonly actor: Actor }
  | Session

/** A session as its client gets it: the secret is for its cookie only. */
export interface NewSession {
  readonly secret: string
  readonly csrfToken: string
  readonly expiresAt: number
  readonly actor: Actor
}

export interface AccessOptions {
  readonly tokens: TokenStore
  readonly sessions: SessionStore
  /** A token from the environment: an admin's, and good without the store. */
  readonly adminToken?: string
  /** Told of what failed beside a request, such as noting a token's use. */
  readonly warn: (error: unknown) => void
}

const SESSION_MS = 12 * 3_600_000
/** A token's last use is noted no more often than this. */
const TOUCH_MS = 60_000
/** The shortest token that is taken from the environment. */
export const MIN_ADMIN_TOKEN = 32

export class Access {
  readonly #options: AccessOptions
  readonly #fromEnvironment: TokenRecord | undefined

  constructor(options: AccessOptions) {
    this.#options = options
    this.#fromEnvironment =
      options.adminToken === undefined ? undefined : environmentToken(options.adminToken)
  }

  /** Whether an admin token comes from the environment. */
  get hasAdminToken(): boolean {
    return this.#fromEnvironment !== undefined
  }

  async identify(credential: Credential): Promise<Identity> {
    switch (credential.kind) {
      case 'none':
        return { kind: 'anonymous' }
      case 'token': {
        const token = await this.#findToken(credential.candidates)
        return token === undefined
          ? { kind: 'unknown' }
          : { kind: 'token', actor: actorOfToken(token, 'token') }
      }
      case 'session':
        return this.#identifySession(credential.secret)
    }
  }

  /** Begins a session for whoever has this token; `unknown` when nobody has. */
  async login(token: string): Promise<NewSession | 'unknown'> {
    const record = await this.#findToken([token])
    if (record === undefined) return 'unknown'
    const now = Date.now()
    const secret = newSessionSecret()
    const expiresAt = Math.min(now + SESSION_MS, record.expiresAt ?? Number.POSITIVE_INFINITY)
    await this.#options.sessions.removeExpired(now)
    await this.#options.sessions.insert({
      digest: digestOf(secret),
      tokenId: record.id,
      createdAt: now,
      expiresAt,
    })
    return { secret, csrfToken: csrfTokenOf(secret), expiresAt, actor: actorOfToken(record, 'session') }
  }

  async logout(secret: string): Promise<void> {
    await this.#options.sessions.remove(digestOf(secret))
  }

  async #identifySession(secret: string): Promise<Identity> {
    const session = await this.#options.sessions.find(digestOf(secret))
    if (session === undefined || session.expiresAt <= Date.now()) return { kind: 'anonymous' }
    const environment = this.#fromEnvironment
    const token =
      session.tokenId === environment?.id ? environment : await this.#options.tokens.get(session.tokenId)
    if (token === undefined || isExpired(token)) return { kind: 'anonymous' }
    const { expiresAt } = session
    const actor = actorOfToken(token, 'session')
    return { kind: 'session', actor, secret, csrfToken: csrfTokenOf(secret), expiresAt }
  }

  async #findToken(candidates: readonly string[]): Promise<TokenRecord | undefined> {
    const environment = this.#fromEnvironment
    for (const candidate of candidates) {
      const digest = digestOf(candidate)
      if (environment !== undefined && isSameSecret(environment.digest, digest)) return environment
      const token = await this.#options.tokens.findByDigest(digest)
      // The database has compared digests, of which nobody can choose a prefix; this comparison is in constant time.
      if (token === undefined || !isSameSecret(token.digest, digest) || isExpired(token)) continue
      this.#touch(token)
      return token
    }
    return undefined
  }

  /** Not awaited: nobody is to wait for, or fail with, a note of when a token was used. */
  #touch(token: TokenRecord): void {
    const now = Date.now()
    if (now - (token.lastUsedAt ?? 0) < TOUCH_MS) return
    this.#options.tokens.touch(token.id, now).catch(this.#options.warn)
  }
}

/** Makes the first token of a store that has none; undefined when it has one. */
export async function makeFirstToken(tokens: TokenStore): Promise<string | undefined> {
  const { items } = await tokens.list({ limit: 1 })
  if (items.length > 0) return undefined
  const token = newToken()
  await tokens.insert({
    id: newId('tok'),
    name: 'bootstrap',
    role: 'admin',
    digest: digestOf(token),
    createdAt: Date.now(),
    expiresAt: null,
    lastUsedAt: null,
  })
  return token
}

/** Sessions of another token from the environment end with it, since its id is another. */
function environmentToken(token: string): TokenRecord {
  const digest = digestOf(token)
  return {
    id: `environment_${digest.slice(0, 16)}`,
    name: 'environment',
    role: 'admin',
    digest,
    createdAt: 0,
    expiresAt: null,
    lastUsedAt: null,
  }
}

function isExpired(token: TokenRecord): boolean {
  return token.expiresAt !== null && token.expiresAt <= Date.now()
}

function actorOfToken({ id, name, role }: TokenRecord, via: Actor['via']): Actor {
  return { id, name, role, via }
}
