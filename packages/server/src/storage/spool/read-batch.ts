// Reads the events of a sealed file for those who observe them, a piece at a time, so that other work gets its turns.
import { createReadStream } from 'node:fs'
import { type RecordedEvent, recordedEventSchema } from '@weir/core/event'
import { linesOf } from '../text-lines.ts'

/** Events of one piece. */
const PIECE = 500

/** Events in the order in which they were recorded; lines that are none are left out. @throws when the file is gone */
export async function* readBatch(path: string): AsyncGenerator<RecordedEvent[]> {
  let piece: RecordedEvent[] = []
  for await (const line of linesOf(createReadStream(path))) {
    const event = readEvent(line)
    if (event !== undefined) piece.push(event)
    if (piece.length < PIECE) continue
    yield piece
    piece = []
  }
  if (piece.length > 0) yield piece
}

/** Kinds of events that this program knows. */
export const KINDS: ReadonlySet<unknown> = new Set(
  recordedEventSchema.options.map(option => option.shape.kind.value),
)

/** What this version of the program wrote is taken as it is: checking all of it would cost more than all the rest. */
function readEvent(line: string): RecordedEvent | undefined {
  const value = parse(line)
  if (typeof value !== 'object' || value === null) return undefined
  const { kind, version } = value as Partial<Record<string, unknown>>
  if (!KINDS.has(kind)) return undefined
  if (kind !== 'request' || version === 2) return value as RecordedEvent
  return recordedEventSchema.safeParse(value).data
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
