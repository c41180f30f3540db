// The stored credentials of providers: written once, sealed at rest, never read back. Knows nothing of HTTP.
import { randomBytes } from 'node:crypto'
import type { CredentialRecord, CredentialStore } from '../../storage/control-store.ts'
import type { Sealer } from '../../storage/seal.ts'

export interface CredentialsOptions {
  readonly store: CredentialStore
  readonly sealer: Sealer
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Resolves when every worker uses the credentials that are active by now. */
  readonly refresh: () => Promise<void>
}

/** Secrets shorter than this would be half told by their last four characters. */
const SHORTEST_HINTED = 16

export class Credentials {
  readonly #options: CredentialsOptions
  /** Changes run one after the other: which credential is the first, and which the active one, must hold to the end. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: CredentialsOptions) {
    this.#options = options
  }

  /** @throws StoreUnavailableError, as every method */
  list(provider: string): Promise<readonly CredentialRecord[]> {
    return this.#options.store.list(provider)
  }

  async get(provider: string, id: string): Promise<CredentialRecord | undefined> {
    return (await this.list(provider)).find(record => record.id === id)
  }

  /** The secret of a credential that is not in use yet, to try it. @throws SealError */
  open({ id, sealed }: CredentialRecord): string {
    return this.#options.sealer.open(id, sealed)
  }

  /** Seals and keeps a secret; it becomes active when it is the first or `use` says so. */
  add(provider: string, secret: string, use: 'now' | 'if_first'): Promise<CredentialRecord> {
    return this.#alone(async () => {
      const { store, sealer, now } = this.#options
      const isFirst = (await store.list(provider)).every(({ state }) => state !== 'active')
      const id = `cred_${randomBytes(12).toString('hex')}`
      const hint = secret.length < SHORTEST_HINTED ? '' : secret.slice(-4)
      const sealed = sealer.seal(id, secret)
      const record = { id, provider, state: 'standby', createdAt: now(), hint, sealed } as const
      await store.insert(record)
      if (!isFirst && use === 'if_first') return record
      await this.#activate(id)
      return { ...record, state: 'active' }
    })
  }

  activate(provider: string, id: string): Promise<'activated' | 'unknown'> {
    return this.#alone(async () => {
      if ((await this.get(provider, id)) === undefined) return 'unknown'
      await this.#activate(id)
      return 'activated'
    })
  }

  /** `in_use`: it is the active one, and another one could be active in its place. */
  remove(provider: string, id: string, isCurrent: (record: CredentialRecord) => boolean) {
    return this.#alone(async () => {
      const all = await this.list(provider)
      const record = all.find(candidate => candidate.id === id)
      if (record === undefined) return 'unknown'
      if (!isCurrent(record)) return 'changed'
      if (record.state === 'active' && all.length > 1) return 'in_use'
      await this.#options.store.remove(id)
      if (record.state === 'active') await this.#options.refresh()
      return 'removed'
    })
  }

  /** Of a provider that is gone: whoever makes one of the same name must not inherit them. */
  removeAll(provider: string): Promise<void> {
    return this.#alone(async () => {
      const all = await this.list(provider)
      for (const { id } of all) await this.#options.store.remove(id)
      if (all.length > 0) await this.#options.refresh()
    })
  }

  async #activate(id: string): Promise<void> {
    await this.#options.store.activate(id)
    await this.#options.refresh()
  }

  #alone<Result>(run: () => Promise<Result>): Promise<Result> {
    const mine = this.#queue.then(run)
    this.#queue = mine.catch(() => {})
    return mine
  }
}
