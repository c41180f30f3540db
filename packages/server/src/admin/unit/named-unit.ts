// Units that are to be forgotten, by everything that events may have recorded of them.
import type { EventQueries, RecordedUnit } from '../../storage/event-store.ts'
import { type Pseudonym, readUnit } from '../request-log/unit-reference.ts'

/** @param text - `kind:id`, such as `user:ada`, or the unit as events have it */
export function recordedFormsOf(text: string, pseudonym: Pseudonym): RecordedUnit[] {
  const named = readUnit(text)
  if (named === undefined) return [{ kind: null, unit: text }]
  const { kind, id } = named
  // Raw, another kind's unit may look the same.
  return [
    { kind: null, unit: pseudonym(kind, id) },
    { kind, unit: id },
  ]
}

/** How many requests there are of these units. @throws EventStoreUnavailableError */
export async function countRequests(
  events: Pick<EventQueries, 'groups'>,
  units: readonly RecordedUnit[],
): Promise<number> {
  const counts: number[] = []
  for (const [kind, ofKind] of Map.groupBy(units, unit => unit.kind)) {
    const filter = { unit: [...new Set(ofKind.map(({ unit }) => unit))] }
    const { groups } = await events.groups({ filter, by: ['unit_kind'], sort: 'requests', limit: 500 })
    const wanted = kind === null ? groups : groups.filter(({ values }) => values[0] === kind)
    counts.push(...wanted.map(({ requests }) => requests))
  }
  return counts.reduce((sum, count) => sum + count, 0)
}
