// Connections to providers: one pool an origin, and the credentials, which stay in this file's memory.
import { isDeepStrictEqual } from 'node:util'
import type { ProviderConfig, Snapshot } from '@weir/core/config'
import type { ActiveVariant } from '@weir/core/routing'
import { Pool } from 'undici'
import type {
  LibraryConfig,
  LibraryProblem,
  LibraryProvider,
  OpenLibraryProvider,
} from '../provider/library.ts'
import type { WireFormat } from '../provider/wire-format.ts'
import type { PreparedVariant } from './prepared-variant.ts'

/** How to call one provider. */
export type Upstream = WireUpstream | LibraryUpstream

interface AnyUpstream {
  readonly provider: ProviderConfig
  /** Credential and configured headers, ready to send; null when the credential is not set. */
  readonly headers: readonly string[] | null
  /** The credential and other secrets, so that they can be taken out of what the provider quotes. */
  readonly secrets: readonly string[]
  readonly prepared: WeakMap<ActiveVariant, PreparedVariant>
}

/** A provider whose wire format we speak ourselves. */
export interface WireUpstream extends AnyUpstream {
  readonly kind: 'wire'
  readonly format: WireFormat['name']
  readonly pool: Pool
  /** Scheme, host and port of `base_url`. */
  readonly origin: string
  /** Path prefix of `base_url`, such as `/v1`, without a slash at the end. */
  readonly prefix: string
}

/** A provider that a library speaks to; where its requests go, the library says. */
export interface LibraryUpstream extends AnyUpstream {
  readonly kind: 'library'
  readonly library: Promise<LibraryProvider | LibraryProblem>
}

/** Our own timers decide; undici's would only fire at a coarser time. */
const POOL_OPTIONS = {
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  allowH2: false,
}

/** How connections are made: by options, or by a function that looks at where they go. */
type Connect = NonNullable<Pool.Options['connect']>

/** Longer than any attempt may take to connect. */
export const CONNECT_OPTIONS = { timeout: 120_000 }

/** Reads an environment variable. */
export type SecretReader = (env: string) => string | undefined

/** The stored credentials: provider id -> plain text. */
export type StoredSecrets = Readonly<Record<string, string>>

export class Targets {
  /** Pools by origin, and those that a library has asked for. */
  readonly #pools = new Map<string, Pool>()
  readonly #libraryPools = new Map<string, Pool>()
  readonly #readSecret: SecretReader
  readonly #openLibrary: OpenLibraryProvider
  readonly #connect: Connect
  #libraries = new Map<string, LibraryUpstream['library']>()
  #upstreams: ReadonlyMap<string, Upstream> = new Map()
  /** By provider, since when its credential is the one it is, on the clock of `performance.now()`. */
  readonly #credentialSince = new Map<string, number>()

  constructor(
    readSecret: SecretReader,
    openLibrary: OpenLibraryProvider,
    connect: Connect = CONNECT_OPTIONS,
  ) {
    this.#readSecret = readSecret
    this.#openLibrary = openLibrary
    this.#connect = connect
  }

  /**
   * Opens what a new snapshot needs and lets go of what it does not: pools close when their requests end. Returns the
   * providers that are called with another credential from now on.
   */
  apply(snapshot: Snapshot, stored: StoredSecrets): string[] {
    const [before, upstreams] = [this.#libraries, this.#upstreams]
    this.#libraries = new Map()
    const entries = Object.entries(snapshot.providers)
    this.#upstreams = new Map(
      entries.map(([id, provider]) => {
        const secret = this.#secretOf(provider, Object.hasOwn(stored, id) ? stored[id] : undefined)
        return [id, this.#open(provider, secret, before)]
      }),
    )
    const used = new Set(
      Array.from(this.#upstreams.values(), each => (each.kind === 'wire' ? each.origin : '')),
    )
    closeUnused(this.#pools, origin => used.has(origin))
    closeUnused(this.#libraryPools, () => this.#libraries.size > 0)
    return this.#noteCredentials(upstreams)
  }

  /** Since when calls to a provider carry the credential that they carry, on the clock of `performance.now()`. */
  credentialSince(provider: string): number {
    return this.#credentialSince.get(provider) ?? 0
  }

  #noteCredentials(before: ReadonlyMap<string, Upstream>): string[] {
    const now = performance.now()
    const changed = [...this.#upstreams].filter(([id, upstream]) => {
      const known = before.get(id)
      return known === undefined || !isDeepStrictEqual(credentialOf(known), credentialOf(upstream))
    })
    for (const [id] of changed) this.#credentialSince.set(id, now)
    for (const id of this.#credentialSince.keys())
      if (!this.#upstreams.has(id)) this.#credentialSince.delete(id)
    return changed.map(([id]) => id)
  }

  get(provider: string): Upstream | undefined {
    return this.#upstreams.get(provider)
  }

  /** Connections to wherever a library sends a request. */
  libraryPool(origin: string): Pool {
    return this.#poolOf(this.#libraryPools, origin)
  }

  /** The secrets of a provider. */
  secretsOf(provider: string): readonly string[] {
    return this.#upstreams.get(provider)?.secrets ?? []
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values(), ...this.#libraryPools.values()]
    await Promise.all(pools.map(pool => pool.destroy()))
  }

  /** Null when there is none. */
  #secretOf({ credential }: ProviderConfig, stored: string | undefined): string | null {
    if (credential === undefined) return null
    return ('stored' in credential ? stored : this.#readSecret(credential.env)) || null
  }

  #open(
    provider: ProviderConfig,
    secret: string | null,
    before: ReadonlyMap<string, LibraryUpstream['library']>,
  ): Upstream {
    const isLacking = provider.credential !== undefined && secret === null
    const prepared = new WeakMap<ActiveVariant, PreparedVariant>()
    if (provider.type === 'ai-sdk') {
      const { library, secrets } = this.#openLibraryOnce(provider, secret, before)
      return { kind: 'library', provider, headers: isLacking ? null : [], secrets, prepared, library }
    }
    const url = new URL(provider.base_url ?? '')
    return {
      kind: 'wire',
      format: provider.type,
      provider,
      pool: this.#poolOf(this.#pools, url.origin),
      origin: url.origin,
      prefix: url.pathname.replace(/\/$/, ''),
      headers: isLacking ? null : headersOf(provider, secret),
      secrets: secret === null ? [] : [secret],
      prepared,
    }
  }

  /** A library whose settings have not changed goes on: it may hold tokens it has fetched. */
  #openLibraryOnce(
    provider: ProviderConfig,
    secret: string | null,
    before: ReadonlyMap<string, LibraryUpstream['library']>,
  ): { library: LibraryUpstream['library']; secrets: string[] } {
    const named = Object.entries(provider.secret_options).map(
      ([name, env]) => [name, this.#readSecret(env) ?? ''] as const,
    )
    const config: LibraryConfig = {
      package: provider.package ?? '',
      ...(provider.base_url !== undefined && { base_url: provider.base_url }),
      options: { ...provider.options, ...Object.fromEntries(named) },
      headers: provider.headers,
    }
    const settings = JSON.stringify([config, secret])
    const library = before.get(settings) ?? this.#openLibrary(config, secret ?? undefined)
    this.#libraries.set(settings, library)
    const secrets = [secret ?? '', ...named.map(([, value]) => value)].filter(value => value !== '')
    return { library, secrets }
  }

  #poolOf(pools: Map<string, Pool>, origin: string): Pool {
    const pool = pools.get(origin) ?? new Pool(origin, { ...POOL_OPTIONS, connect: this.#connect })
    pools.set(origin, pool)
    return pool
  }
}

/** All that says who is calling: the secrets, and the headers that they or others stand in. */
function credentialOf({ headers, secrets }: Upstream) {
  return { headers, secrets }
}

function closeUnused(pools: Map<string, Pool>, isUsed: (origin: string) => boolean): void {
  for (const [origin, pool] of pools) {
    if (isUsed(origin)) continue
    pools.delete(origin)
    void pool.close()
  }
}

function headersOf(provider: ProviderConfig, secret: string | null): string[] {
  const configured = Object.entries(provider.headers).flat()
  if (secret === null) return configured
  const name = provider.credential_header
  return [name, name === 'authorization' ? `Bearer ${secret}` : secret, ...configured]
}
