// The issuers a worker knows, in memory: bounded, what was used least recently gives way.

export class IssuerMap {
  readonly #capacity: number
  readonly #entries = new Map<string, string>()
  /** One string a provider, not one an entry. */
  readonly #providers = new Map<string, string>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  has(digest: string): boolean {
    return this.#entries.has(digest)
  }

  /** The provider; asking keeps the entry from giving way. */
  use(digest: string): string | undefined {
    const provider = this.#entries.get(digest)
    if (provider !== undefined) this.set(digest, provider)
    return provider
  }

  set(digest: string, provider: string): void {
    this.#entries.delete(digest)
    this.#entries.set(digest, this.#shared(provider))
    if (this.#entries.size <= this.#capacity) return
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest)
      return
    }
  }

  #shared(provider: string): string {
    const known = this.#providers.get(provider)
    if (known !== undefined) return known
    this.#providers.set(provider, provider)
    return provider
  }
}
