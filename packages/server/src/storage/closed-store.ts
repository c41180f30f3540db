// The store that is not there: everything asked of it is answered with why.
import { type ControlStore, StoreUnavailableError } from './control-store.ts'

/** @param reason - in words for the operator */
export function closedStore(reason: string): ControlStore {
  const refuse = () => Promise.reject(new StoreUnavailableError(reason))
  const revisions = { append: refuse, newest: refuse, get: refuse, list: refuse }
  const credentials = { insert: refuse, list: refuse, activate: refuse, remove: refuse }
  const tokens = {
    insert: refuse,
    findByDigest: refuse,
    get: refuse,
    list: refuse,
    touch: refuse,
    remove: refuse,
  }
  const sessions = {
    insert: refuse,
    find: refuse,
    remove: refuse,
    removeOfToken: refuse,
    removeExpired: refuse,
  }
  const audit = { append: refuse, list: refuse }
  const idempotency = { find: refuse, insert: refuse, remove: refuse, removeOlderThan: refuse }
  const budgets = { add: refuse, spent: refuse, removeBefore: refuse }
  const close = () => Promise.resolve()
  return { revisions, credentials, tokens, sessions, audit, idempotency, budgets, close }
}
