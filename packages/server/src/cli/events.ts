// `weir events`: prints what the gateway has recorded of requests.
import type { RequestEvent } from '@weir/core/event'
import type { Command } from 'commander'
import { addControlOptions, type ControlOptions } from './control-client.ts'
import { parseCount } from './option-value.ts'
import { print, printError } from './output.ts'
import { readRequests } from './recorded-requests.ts'
import { renderTable } from './table.ts'

interface Options extends ControlOptions {
  readonly last?: number
  readonly json?: true
}

export function registerEvents(program: Command): void {
  const command = program
    .command('events')
    .summary('print the recorded requests')
    .description(
      'Print the recorded requests, oldest first: those of the program that is named or runs on the data directory or, ' +
        'when none does, those that are in the directory.',
    )
    .option('--last <n>', 'only the last n', parseCount)
    .option('--json', 'one JSON object a line, as recorded')
  addControlOptions(command).action(events)
}

async function events(options: Options): Promise<void> {
  const none = await readRequests(options, options.last ?? 'all', requests =>
    options.json ? printLines(requests) : printTable(requests),
  )
  if (none === undefined) return
  printError(none)
  process.exitCode = 1
}

async function printLines(requests: AsyncIterable<RequestEvent>): Promise<void> {
  for await (const event of requests) print(JSON.stringify(event))
}

async function printTable(requests: AsyncIterable<RequestEvent>): Promise<void> {
  const rows: string[][] = []
  for await (const event of requests) rows.push(describe(event))
  print(renderTable(HEAD, rows))
}

const HEAD = [
  'time (UTC)',
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
    event.at.slice(0, 23).replace('T', ' '),
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
    cost === null ? '-' : (cost / 1e9).toFixed(9),
  ]
}
