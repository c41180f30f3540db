// `weir events`: prints what the gateway has recorded.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RequestEvent } from '@weir/core/event'
import type { Command } from 'commander'
import { readSpool, type SpooledEvent } from '../storage/spool/read-spool.ts'
import { parseCount } from './option-value.ts'
import { print, printError, renderTable } from './output.ts'

interface Options {
  readonly dataDir: string
  readonly last?: number
  readonly json?: true
}

export function registerEvents(program: Command): void {
  program
    .command('events')
    .summary('print the recorded events')
    .description('Print the events under the data directory, oldest first.')
    .option('--data-dir <dir>', 'data directory', '.weir')
    .option('--last <n>', 'only the last n', parseCount)
    .option('--json', 'one JSON object a line, as recorded')
    .action(events)
}

async function events(options: Options): Promise<void> {
  const directory = join(options.dataDir, 'events')
  if (!existsSync(directory)) {
    printError(`There are no events under ${options.dataDir}; --data-dir says where to look.`)
    process.exitCode = 1
    return
  }
  const spooled = lastOf(readSpool(directory), options.last)
  if (options.json) for await (const { line } of spooled) print(line)
  else {
    const rows: string[][] = []
    for await (const { event } of spooled) rows.push(describe(event))
    print(renderTable(HEAD, rows))
  }
}

async function* lastOf(
  spooled: AsyncIterable<SpooledEvent>,
  count: number | undefined,
): AsyncGenerator<SpooledEvent> {
  if (count === undefined) return yield* spooled
  let last: SpooledEvent[] = []
  for await (const one of spooled) {
    last.push(one)
    if (last.length >= 2 * count) last = last.slice(-count)
  }
  yield* last.slice(-count)
}

const HEAD = [
  'time',
  'request',
  'router',
  'variant',
  'served',
  'status',
  'outcome',
  'attempts',
  'ms',
  'in',
  'out',
  'USD',
]

function describe(event: RequestEvent): string[] {
  const { usage, cost_nano_usd: cost } = event
  return [
    event.at.slice(11, 23),
    event.request_id,
    event.router ?? event.endpoint,
    event.assigned ?? '-',
    event.served ?? '-',
    String(event.status),
    event.outcome,
    String(event.attempts.length),
    event.total_ms.toFixed(1),
    String(usage.input ?? '-'),
    String(usage.output ?? '-'),
    cost === null ? '-' : (cost / 1e9).toFixed(6),
  ]
}
