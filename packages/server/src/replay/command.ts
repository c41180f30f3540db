// The command `weir replay`: options, what goes to which stream, exit codes. Everything else is in replay.ts.
import { type FileHandle, open } from 'node:fs/promises'
import { styleText } from 'node:util'
import { type Command, Option } from 'commander'
import { parseDuration } from '../cli/option-value.ts'
import { CannotStart } from './cannot-start.ts'
import { systemClock } from './clock.ts'
import { findConnection } from './connection.ts'
import { parseCount, parsePositive, parseSeed, parseShare, parseUrl } from './option-value.ts'
import { showProgress } from './progress.ts'
import { type Paint, renderReport } from './render.ts'
import { type ReplaySettings, replay } from './replay.ts'
import type { ReplayReport } from './report.ts'
import { TraceError } from './trace/trace-error.ts'

/** 130: as shells report an end by SIGINT. */
const exitCodes = { answered: 0, failures: 1, notStarted: 2, interrupted: 130 } as const

const progressIntervalMs = 5_000

interface Options {
  readonly url?: URL
  readonly key?: string
  readonly dataDir: string
  readonly model: string
  readonly speed: number
  readonly limit?: number
  readonly concurrency: number
  readonly streamShare: number
  readonly tokensPerChunk: number
  readonly units?: number
  readonly seed: number
  /** Milliseconds. */
  readonly timeout: number
  readonly ids?: string
  readonly json?: true
}

const details = `
The trace's format is told by its content:
  CSV of TIMESTAMP,ContextTokens,GeneratedTokens                  (Azure LLM inference traces)
  JSON lines of timestamp, input_length, output_length, hash_ids  (Mooncake traces)
  JSON lines of chat requests as recorded; "timestamp" (milliseconds or ISO 8601) may be added

Requests are sent when they came in the trace, whether or not earlier ones have been answered, and never more
than --concurrency at once. The first two formats hold lengths only: prompts of as many words are made up, and
the simulated provider is told the length of the answer.

Exit codes: 0 every request was answered, 1 some were not, 2 nothing was sent (bad option, bad trace, no
gateway), 130 interrupted.

Example:
  weir replay azure_llm_2023_conv.csv --speed 20 --units 5000`

const silence = new Option('--timeout <duration>', 'give up an answer after this much silence')
  .argParser(parseDuration)
  .default(300_000, '5m')

export function registerReplay(program: Command): void {
  program
    .command('replay')
    .summary('replay a trace of real requests through a running gateway')
    .description('Replay the arrivals of a recorded trace through a running gateway, and report per variant.')
    .argument('<trace>', 'file of the trace')
    .option('--url <url>', 'base URL of the gateway (default: the running one of --data-dir)', parseUrl)
    .option('--key <key>', 'key for the gateway (default: the one of --data-dir)')
    .option('--data-dir <dir>', 'data directory of a running `weir start`', '.weir')
    .option('--model <router>', 'router the requests name as their model', 'demo')
    .option(
      '--speed <factor>',
      "divide the trace's times, and the simulated provider's, by this",
      parsePositive,
      1,
    )
    .option('--limit <n>', 'send only the first n requests', parseCount)
    .option('--concurrency <n>', 'most requests in flight', parseCount, 512)
    .option('--stream-share <share>', 'share of requests that stream, 0 to 1', parseShare, 0.5)
    .option('--tokens-per-chunk <n>', 'tokens in a chunk of a simulated stream', parseCount, 16)
    .option('--units <n>', 'draw the `user` of each request from n units (default: send none)', parseCount)
    .option(
      '--seed <n>',
      'seed of what is drawn: the i-th request is the same for the same seed',
      parseSeed,
      1,
    )
    .addOption(silence)
    .option('--ids <file>', "write the requests' ids to this file, one a line")
    .option('--json', 'print the report as JSON')
    .addHelpText('after', details)
    .action(async (trace: string, options: Options) => {
      process.exitCode = await runCommand(trace, options)
    })
}

async function runCommand(trace: string, options: Options): Promise<number> {
  try {
    const settings = await settingsOf(trace, options)
    // Opened first: a path that cannot be written must not be found out after the replay.
    const ids = options.ids === undefined ? null : await open(options.ids, 'w')
    const report = await replayOnTerminal(settings)
    await writeReport(report, options.json === true ? 'json' : 'text', ids)
    return exitCodeOf(report)
  } catch (error) {
    if (!isUserError(error)) throw error
    process.stderr.write(`weir replay: ${error.message}\n`)
    return exitCodes.notStarted
  }
}

async function settingsOf(trace: string, options: Options): Promise<ReplaySettings> {
  const { url, key } = await findConnection(
    { url: options.url ?? null, key: options.key ?? null },
    options.dataDir,
  )
  const { model, speed, concurrency, streamShare, tokensPerChunk, seed } = options
  return {
    trace,
    url,
    key,
    model,
    speed,
    concurrency,
    streamShare,
    tokensPerChunk,
    seed,
    limit: options.limit ?? Number.POSITIVE_INFINITY,
    units: options.units ?? null,
    timeoutMs: options.timeout,
  }
}

async function replayOnTerminal(settings: ReplaySettings): Promise<ReplayReport> {
  const interrupt = new AbortController()
  const onSignal = () => interrupt.abort()
  // Once: a second interrupt ends the program at once, as users expect.
  process.once('SIGINT', onSignal)
  try {
    return await replay(settings, {
      clock: systemClock,
      signal: interrupt.signal,
      onStart: (total, state) =>
        showProgress({ stream: process.stderr, total, state, intervalMs: progressIntervalMs }),
    })
  } finally {
    process.removeListener('SIGINT', onSignal)
  }
}

async function writeReport(
  report: ReplayReport,
  format: 'json' | 'text',
  ids: FileHandle | null,
): Promise<void> {
  const { request_ids = [], ...rest } = report
  await ids?.writeFile(request_ids.map(id => `${id}\n`).join(''))
  await ids?.close()
  const text =
    format === 'text'
      ? renderReport(report, paint)
      : `${JSON.stringify(ids === null ? report : rest, null, 2)}\n`
  process.stdout.write(text)
}

const paint: Paint = (format, text) =>
  styleText(format, text, { stream: process.stdout, validateStream: true })

function exitCodeOf({ interrupted, requests }: ReplayReport): number {
  if (interrupted) return exitCodes.interrupted
  return requests.failed === 0 ? exitCodes.answered : exitCodes.failures
}

function isUserError(error: unknown): error is Error {
  if (error instanceof TraceError || error instanceof CannotStart) return true
  // The file system's own errors name the path and what is wrong with it.
  return error instanceof Error && 'syscall' in error
}
