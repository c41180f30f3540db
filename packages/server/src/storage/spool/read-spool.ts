// Reads a spool back, oldest event first, over the files of all writers. It never holds more than a line of each.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { RequestEvent } from '@weir/core/event'
import { spoolFiles } from './spool.ts'

export interface SpooledEvent {
  /** The line as recorded. */
  readonly line: string
  readonly event: RequestEvent
}

/**
 * Every event, by arrival across writers; one writer's stay in the order in which they were recorded. A line that is
 * not whole, as a crash can leave it, is left out.
 *
 * @throws when the directory is not there
 */
export async function* readSpool(directory: string): AsyncGenerator<SpooledEvent> {
  const writers = Map.groupBy(spoolFiles(directory), writerOf)
  const sources = Array.from(writers.values(), files => readFiles(files)[Symbol.asyncIterator]())
  const heads = await Promise.all(sources.map(source => advance(source)))
  for (;;) {
    const next = earliest(heads)
    if (next === undefined) return
    const { source, spooled } = next
    yield spooled
    heads[heads.indexOf(next)] = await advance(source)
  }
}

interface Head {
  readonly source: AsyncIterator<SpooledEvent>
  readonly spooled: SpooledEvent
}

async function advance(source: AsyncIterator<SpooledEvent>): Promise<Head | undefined> {
  const next = await source.next()
  return next.done === true ? undefined : { source, spooled: next.value }
}

function earliest(heads: readonly (Head | undefined)[]): Head | undefined {
  let first: Head | undefined
  for (const head of heads) {
    if (head === undefined) continue
    if (first === undefined || head.spooled.event.at < first.spooled.event.at) first = head
  }
  return first
}

/** `000001763709000000-w1-0.ndjson` is of `w1`. */
function writerOf(file: string): string {
  return /-([^-]+)-\d+\.ndjson$/.exec(file)?.[1] ?? file
}

async function* readFiles(files: readonly string[]): AsyncGenerator<SpooledEvent> {
  for (const file of files) {
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
    for await (const line of lines) {
      const event = parseLine(line)
      if (event !== undefined) yield { line, event }
    }
  }
}

function parseLine(line: string): RequestEvent | undefined {
  try {
    return JSON.parse(line) as RequestEvent
  } catch {
    return undefined
  }
}
