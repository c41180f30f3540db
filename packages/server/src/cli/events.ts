// `weir events`: prints what the gateway has recorded.
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RequestEvent } from '@weir/core/event'
import type { Command } from 'commander'
import { spoolFiles } from '../storage/spool/spool.ts'
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
    .option('--last <n>', 'only the last n', Number)
    .option('--json', 'one JSON object a line, as recorded')
    .action(events)
}

async function events(options: Options): Promise<void> {
  const lines = await readLines(join(options.dataDir, 'events'), options.last ?? Number.POSITIVE_INFINITY)
  if (lines === undefined) {
    printError(`There are no events under ${options.dataDir}; --data-dir says where to look.`)
    process.exitCode = 1
  } else if (options.json) for (const line of lines) print(line)
  else
    print(
      renderTable(
        HEAD,
        lines.map(line => describe(JSON.parse(line) as RequestEvent)),
      ),
    )
}

async function readLines(directory: string, last: number): Promise<string[] | undefined> {
  let files: string[]
  try {
    files = spoolFiles(directory)
  } catch {
    return undefined
  }
  let lines: string[] = []
  for (const file of files) {
    for await (const line of createInterface({
      input: createReadStream(file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      lines.push(line)
      if (lines.length > 2 * last) lines = lines.slice(-last)
    }
  }
  return lines.slice(-last)
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
