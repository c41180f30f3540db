// `weir export events`: recorded events as a file, from the program that runs on a data directory or from the directory.
import { createWriteStream, existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Command, Option } from 'commander'
import { EventFileError, type EventStore, type ExportQuery } from '../storage/event-store.ts'
import {
  addControlOptions,
  ControlError,
  type ControlOptions,
  endingWell,
  openControl,
} from './control-client.ts'
import { tryLocalStore } from './local-event-store.ts'
import { printError } from './output.ts'
import { parseTime } from './time-option.ts'

interface Options extends ControlOptions {
  readonly output: string
  readonly kind: ExportQuery['kind']
  readonly format?: ExportQuery['format']
  readonly since?: string
  readonly until?: string
}

const KINDS = ['request', 'assignment', 'outcome', 'shadow', 'revision', 'capture']

export function registerExportEvents(parent: Command): void {
  const command = parent
    .command('events')
    .summary('write recorded events to a file')
    .description('Write recorded events of one kind to a file, oldest first, up to the last one.')
    .requiredOption('--output <file>', 'file to write; it must not be there')
    .addOption(new Option('--kind <kind>', 'of the events').choices(KINDS).default('request'))
    .addOption(
      new Option(
        '--format <format>',
        'ndjson: lines as recorded; parquet: columns (default: by the name of the file, else ndjson)',
      ).choices(['ndjson', 'parquet']),
    )
    .option('--since <time>', 'from this time on, such as 2026-11-21 or 24h ago', parseTime)
    .option('--until <time>', 'before this time', parseTime)
  addControlOptions(command).action(exportEvents)
}

function exportEvents(options: Options): Promise<void> {
  const format = options.format ?? (options.output.endsWith('.parquet') ? 'parquet' : 'ndjson')
  return endingWell(async () => {
    const count =
      (await tryLocalStore(options, 'refuse', store => writeFrom(store, options, format))) ??
      (await download(options, format))
    printError(`${count} ${options.kind} events are in ${options.output}.`)
  })
}

async function writeFrom(
  store: Pick<EventStore, 'export'>,
  { kind, since, until, output }: Options,
  format: ExportQuery['format'],
): Promise<number> {
  try {
    return await store.export({
      kind,
      format,
      path: resolve(output),
      ...(since !== undefined && { since: Date.parse(since) }),
      ...(until !== undefined && { until: Date.parse(until) }),
    })
  } catch (error) {
    if (!(error instanceof EventFileError)) throw error
    throw new ControlError('no_file', error.message)
  }
}

/** A file that did not become whole is removed again. */
async function download(options: Options, format: ExportQuery['format']): Promise<number> {
  const { kind, since, until, output } = options
  if (existsSync(output)) throw new ControlError('no_file', `${output} is there already`)
  const client = await openControl(options)
  const answer = await client.exchange({
    method: 'POST',
    path: '/api/v1/events/export',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind, format, since, until }),
  })
  const file = createWriteStream(output, { flags: 'wx', mode: 0o600 })
  let isOurs = false
  file.once('open', () => {
    isOurs = true
  })
  try {
    await pipeline(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), file)
  } catch (error) {
    if (isOurs) rmSync(output, { force: true })
    throw new ControlError('no_file', `${output} could not be written: ${(error as Error).message}`)
  }
  return Number(answer.headers.get('x-weir-events'))
}
