// Ids of what a provider keeps for its account: answers hand them out, later requests name them, and only the account
// that handed one out can make sense of it.
import { asString } from './json.ts'

/** Nobody builds on more; a request that names thousands is not searched to its end. */
const MOST_IDS = 64

/**
 * The ids with one more, in the order in which they were found. What is no id, or among them already, adds nothing.
 * Null stands for none, so that what builds on nothing costs nothing.
 */
export function addId(ids: string[] | null, value: unknown): string[] | null {
  const id = asString(value)
  if (id === undefined) return ids
  if (ids === null) return [id]
  if (ids.length < MOST_IDS && !ids.includes(id)) ids.push(id)
  return ids
}
