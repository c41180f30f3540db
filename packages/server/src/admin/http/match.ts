// Optimistic concurrency: an item's ETag is a hash of its content, and a change says which one it was made for.
import { hash } from 'node:crypto'
import type { Context } from 'hono'
import type { AdminEnv } from './env.ts'

/** A strong ETag of JSON data; the order of an object's fields does not count. */
export function etagOf(value: unknown): string {
  return `"${hash('sha256', JSON.stringify(value, sortFields), 'base64url').slice(0, 27)}"`
}

/** The ETag of the whole config. */
export const etagOfRevision = (number: number) => `"r${number}"`

function sortFields(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * Whether the request was made for this state: `if-match` names the ETag or is `*`, or is not there (routes that ask
 * for it have refused that already). To be called inside the edit.
 */
export function matches(c: Context<AdminEnv>, etag: string): boolean {
  const header = c.req.header('if-match')
  if (header === undefined) return true
  const tags = header.split(',').map(tag => tag.trim())
  return tags.includes('*') || tags.includes(etag)
}
