// `node bench/events/ingest.ts`: how many events a second the store takes from spool files, and what they cost.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openEventStore } from '../../packages/server/src/storage/duckdb/open-event-store.ts'
import type { EventObserver, EventStore } from '../../packages/server/src/storage/event-store.ts'
import { Collector } from '../../packages/server/src/storage/spool/collector.ts'
import { Spool } from '../../packages/server/src/storage/spool/spool.ts'
import { batchId, sizeOf, spoolFiles } from '../../packages/server/src/storage/spool/spool-name.ts'
import { markdownTable } from '../measure/markdown.ts'
import { spread } from '../measure/quantile.ts'
import { recordedRequest } from './recorded-requests.ts'

const USAGE = `Usage: node bench/events/ingest.ts [options]

  --events N     altogether (default 2000000)
  --round N      events in the spool at once (default 250000: some 300 MB)
  --file BYTES   at which a spool file is sealed (default 16777216, as in the gateway)
  --help`

const WRITERS = ['w0', 'w1']

/** Spool files as two workers leave them. @returns their bytes */
async function fillSpool(directory: string, from: number, to: number, fileSize: number): Promise<number> {
  const spools = WRITERS.map(writer => new Spool({ directory, writer, fileSize }))
  for (let number = from; number < to; number += WRITERS.length * 100) {
    const written = Array.from({ length: Math.min(WRITERS.length * 100, to - number) }, (_, index) => {
      const spool = spools[index % WRITERS.length] as Spool
      return new Promise(resolve => spool.append(recordedRequest(number + index), resolve))
    })
    await Promise.all(written)
  }
  await Promise.all(spools.map(spool => spool.close()))
  return spoolFiles(directory).reduce((sum, file) => sum + sizeOf(file), 0)
}

interface Round {
  readonly seconds: number
  readonly cpuSeconds: number
}

/** Everything that is in the spool, file by file: what the store alone takes. */
async function ingest(directory: string, store: EventStore): Promise<Round> {
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  for (const path of spoolFiles(directory)) {
    await store.ingest({ id: batchId(path), path })
    rmSync(path)
  }
  const { user, system } = process.cpuUsage(cpu)
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 }
}

/** Everything that is in the spool, by the collector that the gateway has. */
async function collect(
  directory: string,
  store: EventStore,
  observers: readonly EventObserver[],
): Promise<Round> {
  const collector = new Collector({ directory, store, observers, log: (_, text) => console.error(text) })
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  await collector.settle()
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - began) / 1000
  await collector.close()
  return { seconds, cpuSeconds: (user + system) / 1e6 }
}

function report(events: number, bytes: number, rounds: readonly Round[], stored: number): void {
  const each = events / rounds.length
  const rates = spread(rounds.map(({ seconds }) => each / seconds))
  const costs = spread(rounds.map(({ cpuSeconds }) => (cpuSeconds / each) * 1e6))
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0)
  console.log(`${cpus()[0]?.model} x ${cpus().length}, Node ${process.version}; ${events} events\n`)
  console.log(
    markdownTable(
      ['', 'median', 'min', 'max'],
      [
        ['events a second', ...[rates.median, rates.min, rates.max].map(rate => rate.toFixed(0))],
        ['CPU us an event', ...[costs.median, costs.min, costs.max].map(cost => cost.toFixed(1))],
      ],
    ),
  )
  console.log(`
sustained over all: ${(events / seconds).toFixed(0)} events/s
bytes an event: ${(bytes / events).toFixed(0)} in the spool, ${(stored / events).toFixed(0)} in the store
resident at most: ${(process.resourceUsage().maxRSS / 1e3).toFixed(0)} MB, this program and what fills the spool included`)
}

async function bench(home: string, events: number, size: number, fileSize: number): Promise<void> {
  const directory = join(home, 'spool')
  const store = await openEventStore({ directory: join(home, 'store') })
  const rounds: Round[] = []
  let bytes = 0
  for (let from = 0; from < events; from += size) {
    bytes += await fillSpool(directory, from, Math.min(events, from + size), fileSize)
    const round = values.alone ? await ingest(directory, store) : await collect(directory, store, [])
    rounds.push(round)
    console.error(`${from + size} events: ${(size / round.seconds).toFixed(0)}/s`)
  }
  const state = await store.state()
  if (state.events.request !== events)
    throw new Error(`${state.events.request} of ${events} events are there`)
  report(events, bytes, rounds, state.bytes)
  await store.close()
}

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '2000000' },
    round: { type: 'string', default: '250000' },
    file: { type: 'string', default: String(16 * 2 ** 20) },
    alone: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
})

if (values.help) console.log(USAGE)
else {
  const home = mkdtempSync(join(tmpdir(), 'weir-bench-ingest-'))
  try {
    await bench(home, Number(values.events), Number(values.round), Number(values.file))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
