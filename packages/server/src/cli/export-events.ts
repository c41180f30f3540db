// `weir export events`: recorded events as a file, from the program that runs on a data directory or from the directory.
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
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
    .requiredOption('--output <file>', 'file to write, which must not be there; - for stdout')
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

/** In place of a file. */
const STDOUT = '-'

function exportEvents(options: Options): Promise<void> {
  const { kind, output } = options
  const format = options.format ?? (output.endsWith('.parquet') ? 'parquet' : 'ndjson')
  return endingWell(async () => {
    const count =
      (await tryLocalStore(options, 'refuse', store => writeFrom(store, options, format))) ??
      (await download(options, format))
    const events = count === 1 ? `1 ${kind} event is` : `${count} ${kind} events are`
    printError(`${events} in ${output === STDOUT ? 'stdout' : output}.`)
  })
}

function writeFrom(
  store: Pick<EventStore, 'export'>,
  options: Options,
  format: ExportQuery['format'],
): Promise<number> {
  return options.output === STDOUT
    ? writeThrough(store, options, format)
    : writeTo(store, resolve(options.output), options, format)
}

/** By way of a file that has no name any more when it is read: who reads may stop at any moment, and end us with it. */
async function writeThrough(
  store: Pick<EventStore, 'export'>,
  options: Options,
  format: ExportQuery['format'],
): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'weir-export-'))
  let written: FileHandle
  let count: number
  try {
    const path = join(directory, 'events')
    count = await writeTo(store, path, options, format)
    written = await open(path)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  await pourOut(written.createReadStream())
  return count
}

/** @throws ControlError */
async function pourOut(source: Readable): Promise<void> {
  try {
    await pipeline(source, process.stdout)
  } catch (error) {
    throw new ControlError('no_file', `stdout could not be written: ${(error as Error).message}`)
  }
}

async function writeTo(
  store: Pick<EventStore, 'export'>,
  path: string,
  { kind, since, until }: Options,
  format: ExportQuery['format'],
): Promise<number> {
  try {
    return await store.export({
      kind,
      format,
      path,
      ...(since !== undefined && { since: Date.parse(since) }),
      ...(until !== undefined && { until: Date.parse(until) }),
    })
  } catch (error) {
    if (!(error instanceof EventFileError)) throw error
    throw new ControlError('no_file', error.message)
  }
}

async function download(options: Options, format: ExportQuery['format']): Promise<number> {
  const { kind, since, until, output } = options
  if (output !== STDOUT && existsSync(output)) throw new ControlError('no_file', `${output} is there already`)
  const client = await openControl(options)
  const answer = await client.exchange({
    method: 'POST',
    path: '/api/v1/events/export',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind, format, since, until }),
  })
  const content = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0])
  await (output === STDOUT ? pourOut(content) : save(content, output))
  return Number(answer.headers.get('x-weir-events'))
}

/** A file that did not become whole is removed again. @throws ControlError */
async function save(content: Readable, output: string): Promise<void> {
  const file = createWriteStream(output, { flags: 'wx', mode: 0o600 })
  let isOurs = false
  file.once('open', () => {
    isOurs = true
  })
  try {
    await pipeline(content, file)
  } catch (error) {
    if (isOurs) rmSync(output, { force: true })
    throw new ControlError('no_file', `${output} could not be written: ${(error as Error).message}`)
  }
}
