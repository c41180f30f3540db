// What clients may fetch again: files and stored responses, in memory, bounded, the oldest forgotten first.

export type StoredFile = {
  readonly id: string
  readonly filename: string
  readonly purpose: string
  readonly createdAt: number
  readonly contentType: string
  readonly bytes: Buffer
}

/** A response object of the Responses API, as it was answered. */
export type StoredResponse = { readonly id: string } & Readonly<Record<string, unknown>>

export type Stores = {
  readonly files: Map<string, StoredFile>
  readonly responses: Map<string, StoredResponse>
}

export const openStores = (): Stores => ({ files: new Map(), responses: new Map() })

/** Adds under its id and forgets the oldest past `limit`. */
export const keep = <Item extends { readonly id: string }>(
  store: Map<string, Item>,
  item: Item,
  limit: number,
): void => {
  store.set(item.id, item)
  for (const oldest of store.keys()) {
    if (store.size <= limit) return
    store.delete(oldest)
  }
}
