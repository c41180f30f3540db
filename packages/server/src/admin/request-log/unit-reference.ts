// Units as people name them: `user:ada`, which the event store knows by a pseudonym, or the pseudonym itself.
import type { RecordedUnit } from '../../storage/event-store.ts'

/** What the gateway records in place of a unit. */
export type Pseudonym = (kind: string, id: string) => string

export interface NamedUnit {
  /** Such as `user`, `metadata.account` or `header:x-account`. */
  readonly kind: string
  readonly id: string
}

const NAMED =
  /^(user|conversation_id|conversation|key|request|metadata\.[^:]+|header:[^:]+|cookie:[^:]+):(.+)$/s

/** @returns undefined when the text names no kind of unit */
export function readUnit(text: string): NamedUnit | undefined {
  const [, kind, id] = NAMED.exec(text) ?? []
  return kind === undefined || id === undefined ? undefined : { kind, id }
}

/**
 * Everything that events may have recorded of a unit: its pseudonym, or itself while the config said `raw`, as which one
 * of another kind may look the same.
 */
export function recordedUnits(text: string, pseudonym: Pseudonym): readonly RecordedUnit[] {
  const unit = readUnit(text)
  if (unit === undefined) return [{ kind: null, unit: text }]
  const { kind, id } = unit
  return [
    { kind, unit: pseudonym(kind, id) },
    { kind, unit: id },
  ]
}
