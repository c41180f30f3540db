// Reads the outcomes that a gateway has written down and nobody has collected: what `--event-store none` leaves.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type OutcomeEvent, recordedEventSchema } from '@weir/core/event'

/** Every outcome under `<dataDir>/events`, in the order in which they were written. */
export function readOutcomes(dataDir: string): OutcomeEvent[] {
  const directory = join(dataDir, 'events')
  if (!existsSync(directory)) return []
  const files = readdirSync(directory).filter(name => /\.ndjson(\.open)?$/.test(name))
  return files
    .toSorted()
    .flatMap(name => readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1))
    .map(line => recordedEventSchema.parse(JSON.parse(line)))
    .filter(event => event.kind === 'outcome')
}
