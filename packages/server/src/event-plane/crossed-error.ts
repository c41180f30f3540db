// Errors that came from the event plane, as the classes that callers tell apart.
import { CursorError, EventFileError, EventStoreUnavailableError } from '../storage/event-store.ts'
import type { CrossedError } from './messages.ts'

const CLASSES = [EventStoreUnavailableError, EventFileError, CursorError]

export function errorOf({ name, message }: CrossedError): Error {
  const known = CLASSES.find(each => each.name === name)
  return known === undefined ? new Error(message) : new known(message)
}
