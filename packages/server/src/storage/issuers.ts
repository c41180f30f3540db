// Who issued what: from the id of something a provider holds to that provider. The gateway knows this interface only.

export interface IssuerLookup {
  /** The provider that issued the first of these ids that anybody here issued to this tenant. */
  find(tenant: string, ids: readonly string[]): string | undefined
}

export interface Issuers extends IssuerLookup {
  /**
   * Remembers who issued these ids. When it returns they have been handed to the operating system, and every worker
   * finds them. Trouble with the disk never shows here: then only this worker knows, until it ends.
   */
  remember(tenant: string, ids: readonly string[], provider: string): void
  close(): void
}
