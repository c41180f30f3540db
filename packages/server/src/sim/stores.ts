// What an account keeps for its clients, in memory, bounded, the oldest forgotten first.

export type StoredFile = {
  readonly id: string
  readonly filename: string
  readonly purpose: string
  readonly createdAt: number
  readonly contentType: string
  readonly bytes: Buffer
}

/** What a later turn starts from: how long all before it is, and the calls it has to answer. */
export type Context = {
  readonly tokens: number
  readonly openCalls: readonly string[]
}

export const EMPTY_CONTEXT: Context = { tokens: 0, openCalls: [] }

/** A response object of the Responses API, as it was answered. */
export type ResponseObject = { readonly id: string } & Readonly<Record<string, unknown>>

export type StoredResponse = {
  readonly id: string
  readonly object: ResponseObject
  readonly context: Context
}

export type StoredConversation = {
  readonly id: string
  readonly createdAt: number
  readonly metadata: Readonly<Record<string, string>>
  readonly context: Context
}

/** A container object, as it was answered. */
export type StoredContainer = { readonly id: string } & Readonly<Record<string, unknown>>

export type Stores = {
  readonly files: Map<string, StoredFile>
  readonly responses: Map<string, StoredResponse>
  readonly conversations: Map<string, StoredConversation>
  readonly containers: Map<string, StoredContainer>
}

export const openStores = (): Stores => ({
  files: new Map(),
  responses: new Map(),
  conversations: new Map(),
  containers: new Map(),
})

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
