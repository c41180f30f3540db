// Reads the events a gateway has spooled, and checks every line against the schema.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RequestEvent, recordedEventSchema } from '@weir/core/event'

/** Every request's event under `<dataDir>/events`, oldest file first. A line that is not yet whole is left out. */
export function readEvents(dataDir: string): RequestEvent[] {
  const directory = join(dataDir, 'events')
  if (!existsSync(directory)) return []
  const files = readdirSync(directory).filter(name => /\.ndjson(\.open)?$/.test(name))
  return files.toSorted().flatMap(name => readLines(readSpoolFile(join(directory, name))))
}

/** A file that was written to when it was listed may have become a batch since. */
function readSpoolFile(path: string): string {
  const sealed = path.replace(/\.open$/, '')
  return readFileSync(existsSync(path) ? path : sealed, 'utf8')
}

function readLines(text: string): RequestEvent[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  const events = lines.filter(line => line !== '').map(line => recordedEventSchema.parse(JSON.parse(line)))
  return events.filter(event => event.kind === 'request')
}
