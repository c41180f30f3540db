// The active credentials of all providers, opened for the data plane: nobody else reads them.
import type { LastCredential } from '../../snapshot/last-config.ts'
import type { Secrets } from '../../snapshot/publisher.ts'
import type { CredentialStore } from '../../storage/control-store.ts'
import { SealError, type Sealer } from '../../storage/seal.ts'

export class StoredCredentials {
  readonly #store: CredentialStore
  readonly #sealer: Sealer
  #active: readonly LastCredential[] = []
  #secrets: Secrets = {}
  #unreadable: readonly string[] = []

  constructor(store: CredentialStore, sealer: Sealer) {
    this.#store = store
    this.#sealer = sealer
  }

  /** As they are sealed. */
  get active(): readonly LastCredential[] {
    return this.#active
  }

  get secrets(): Secrets {
    return this.#secrets
  }

  /** What is wrong with credentials that do not open: a call that needs one fails as if there were none. */
  get unreadable(): readonly string[] {
    return this.#unreadable
  }

  /** @throws StoreUnavailableError */
  async refresh(): Promise<void> {
    const all = await this.#store.list()
    this.use(all.filter(({ state }) => state === 'active'))
  }

  /** Goes on with these, for a store that cannot be read. */
  use(active: readonly LastCredential[]): void {
    const secrets: Record<string, string> = {}
    const unreadable: string[] = []
    for (const { id, provider, sealed } of active) {
      try {
        secrets[provider] = this.#sealer.open(id, sealed)
      } catch (error) {
        if (!(error instanceof SealError)) throw error
        unreadable.push(`the credential ${id} of provider ${provider} cannot be used: ${error.message}`)
      }
    }
    this.#active = active
    this.#secrets = secrets
    this.#unreadable = unreadable
  }

  /** Puts credentials back into a store that lost them. */
  async restore(lost: readonly LastCredential[]): Promise<void> {
    const known = new Set((await this.#store.list()).map(({ id }) => id))
    for (const { id, provider, createdAt, hint, sealed } of lost) {
      if (known.has(id)) continue
      await this.#store.insert({ id, provider, state: 'active', createdAt, hint, sealed })
    }
  }
}
