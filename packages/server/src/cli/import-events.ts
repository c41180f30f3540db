// `weir import`: files of `weir export events` into the store of a running program, or of a data directory.
import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { Command } from 'commander'
import { z } from 'zod'
import { type EventFile, EventFileError, type EventStore } from '../storage/event-store.ts'
import {
  addControlOptions,
  ControlError,
  type ControlOptions,
  endingWell,
  openControl,
} from './control-client.ts'
import { tryLocalStore } from './local-event-store.ts'
import { print } from './output.ts'

export function registerImport(program: Command): void {
  const command = program
    .command('import')
    .summary('take exported events into the event store')
    .description(
      'Take files of `weir export events` into the event store. Of each file all is taken or nothing, and events that ' +
        'are there already are not taken twice.',
    )
    .argument('<file...>', 'files in NDJSON or Parquet')
  addControlOptions(command).action(importFiles)
}

function importFiles(files: readonly string[], options: ControlOptions): Promise<void> {
  return endingWell(async () => {
    const done = await tryLocalStore(options, 'make', async store => {
      for (const file of files) report(file, await takeInto(store, file))
      return 'done' as const
    })
    if (done === undefined) await upload(files, options)
  })
}

type Taken = Readonly<Record<string, number>>

async function takeInto(store: Pick<EventStore, 'import'>, file: string): Promise<Taken> {
  try {
    return { ...(await store.import({ path: resolve(file), format: formatOf(file) })).taken }
  } catch (error) {
    if (!(error instanceof EventFileError)) throw error
    throw new ControlError('no_file', `${file}: ${error.message.replaceAll(resolve(file), 'the file')}`)
  }
}

const importedSchema = z.object({ taken: z.record(z.string(), z.number()) })

async function upload(files: readonly string[], options: ControlOptions): Promise<void> {
  const client = await openControl(options)
  for (const file of files) {
    const type = formatOf(file) === 'parquet' ? 'application/vnd.apache.parquet' : 'application/x-ndjson'
    const answer = await namingFile(file, () =>
      client.exchange({
        method: 'POST',
        path: '/api/v1/events/import',
        headers: { 'content-type': type },
        body: Readable.toWeb(createReadStream(file)) as ReadableStream,
      }),
    )
    report(file, importedSchema.parse(await answer.json()).taken)
  }
}

async function namingFile<Result>(file: string, send: () => Promise<Result>): Promise<Result> {
  try {
    return await send()
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    throw new ControlError(error.code, `${file}: ${error.message}`)
  }
}

/** A Parquet file says so in its first four bytes. */
function formatOf(file: string): EventFile['format'] {
  const descriptor = openSync(file, 'r')
  try {
    const begin = Buffer.alloc(4)
    readSync(descriptor, begin, 0, 4, 0)
    return begin.toString('latin1') === 'PAR1' ? 'parquet' : 'ndjson'
  } finally {
    closeSync(descriptor)
  }
}

function report(file: string, taken: Taken): void {
  const counts = Object.entries(taken).map(([kind, count]) => `${count} ${kind}`)
  print(counts.length === 0 ? `${file}: nothing new` : `${file}: ${counts.join(', ')}`)
}
