// Connections to providers: one pool an origin, and the credentials, which stay in this file's memory.
import type { ProviderConfig, Snapshot } from '@weir/core/config'
import type { ActiveVariant } from '@weir/core/routing'
import { Pool } from 'undici'
import type { WireFormats } from '../provider/wire-format.ts'
import type { PreparedVariant } from './prepared-variant.ts'

/** Where and how to call one provider. */
export interface Upstream {
  readonly provider: ProviderConfig
  readonly pool: Pool
  /** Path prefix of `base_url`, such as `/v1`, without a slash at the end. */
  readonly prefix: string
  /** Credential and configured headers, ready to send; null when the credential is not set. */
  readonly headers: readonly string[] | null
  /** The credential itself, so that it can be taken out of what the provider quotes; null when there is none. */
  readonly secret: string | null
  readonly prepared: WeakMap<ActiveVariant, PreparedVariant>
}

/** Our own timers decide; undici's would only fire at a coarser time. */
const POOL_OPTIONS = {
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  allowH2: false,
  connect: { timeout: 120_000 },
}

/** Reads a secret by the name its config gives it. */
export type SecretReader = (env: string) => string | undefined

export class Targets {
  readonly #pools = new Map<string, Pool>()
  readonly #formats: WireFormats
  readonly #readSecret: SecretReader
  #upstreams: ReadonlyMap<string, Upstream> = new Map()

  constructor(formats: WireFormats, readSecret: SecretReader) {
    this.#formats = formats
    this.#readSecret = readSecret
  }

  /** Opens what a new snapshot needs and lets go of what it does not: pools close when their requests end. */
  apply(snapshot: Snapshot): void {
    const entries = Object.entries(snapshot.providers)
    this.#upstreams = new Map(entries.map(([id, provider]) => [id, this.#open(provider)]))
    const used = new Set(entries.map(([, provider]) => new URL(provider.base_url).origin))
    for (const [origin, pool] of this.#pools) {
      if (used.has(origin)) continue
      this.#pools.delete(origin)
      void pool.close()
    }
  }

  get(provider: string): Upstream | undefined {
    return this.#upstreams.get(provider)
  }

  /** The credential of a provider; null when it has none. */
  secretOf(provider: string): string | null {
    return this.#upstreams.get(provider)?.secret ?? null
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#pools.values(), pool => pool.destroy()))
  }

  #open(provider: ProviderConfig): Upstream {
    const url = new URL(provider.base_url)
    const pool = this.#pools.get(url.origin) ?? new Pool(url.origin, POOL_OPTIONS)
    this.#pools.set(url.origin, pool)
    const { credential } = provider
    const secret = credential === undefined ? null : this.#readSecret(credential.env) || null
    return {
      provider,
      pool,
      prefix: url.pathname.replace(/\/$/, ''),
      headers: this.#headers(provider, secret),
      secret,
      prepared: new WeakMap(),
    }
  }

  #headers(provider: ProviderConfig, secret: string | null): string[] | null {
    const configured = Object.entries(provider.headers).flat()
    if (provider.credential === undefined) return configured
    if (secret === null) return null
    const format = this.#formats.byName[provider.type]
    return [...format.credentialHeaders(secret).flat(), ...configured]
  }
}
