// Reads the requests of a spool back, oldest first, over the files of all writers. It never holds more than a line of
// each.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { RecordedEvent, RequestEvent } from '@weir/core/event'
import { linesOf } from '../text-lines.ts'
import { type SpoolEntry, sealedPath, spoolEntries } from './spool-name.ts'

/**
 * The event of every request, by arrival across writers; one writer's stay in the order in which they were recorded. A
 * line that is not whole, as a crash can leave it, is left out.
 */
export async function* readSpool(directory: string): AsyncGenerator<RequestEvent> {
  const entries = spoolEntries(directory).filter(({ state }) => state !== 'dropped')
  const writers = Map.groupBy(entries, ({ writer }) => writer)
  const sources = Array.from(writers.values(), files => readFiles(files)[Symbol.asyncIterator]())
  const heads = await Promise.all(sources.map(source => advance(source)))
  for (;;) {
    const next = earliest(heads)
    if (next === undefined) return
    const { source, event } = next
    yield event
    heads[heads.indexOf(next)] = await advance(source)
  }
}

interface Head {
  readonly source: AsyncIterator<RequestEvent>
  readonly event: RequestEvent
}

async function advance(source: AsyncIterator<RequestEvent>): Promise<Head | undefined> {
  const next = await source.next()
  return next.done === true ? undefined : { source, event: next.value }
}

function earliest(heads: readonly (Head | undefined)[]): Head | undefined {
  let first: Head | undefined
  for (const head of heads) {
    if (head === undefined) continue
    if (first === undefined || head.event.at < first.event.at) first = head
  }
  return first
}

async function* readFiles(files: readonly SpoolEntry[]): AsyncGenerator<RequestEvent> {
  for (const { path } of files) {
    const input = await openRead(path)
    if (input === undefined) continue
    for await (const line of linesOf(input)) {
      const event = parseLine(line)
      if (event?.kind === 'request') yield event
    }
  }
}

/** A file may be sealed since it was listed; undefined when it gave way. */
async function openRead(path: string): Promise<Readable | undefined> {
  for (const name of [path, sealedPath(path)]) {
    const handle = await open(name).catch(ignoreMissing)
    if (handle !== undefined) return createReadStream(name, { fd: handle })
  }
  return undefined
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function parseLine(line: string): RecordedEvent | undefined {
  try {
    return JSON.parse(line) as RecordedEvent
  } catch {
    return undefined
  }
}
