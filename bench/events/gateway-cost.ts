// `node bench/events/gateway-cost.ts`: what a request costs the gateway with the event store on and off.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { markdownTable } from '../measure/markdown.ts'
import { spread } from '../measure/quantile.ts'
import { closeSession, openSession, type Session } from '../proxy/bench-session.ts'
import { measureClosed, measureStreams } from '../proxy/cases.ts'
import { parseStat, ticksToMs } from '../proxy/measure/process-usage.ts'
import { STREAM_CHUNKS } from '../proxy/workload.ts'
import { type EventStoreKind, type LiveWeir, startWeir } from './live-weir.ts'

const USAGE = `Usage: node bench/events/gateway-cost.ts [options]

  --rounds N     in each both take turns, in turns first (default 10)
  --seconds N    of load for each in a round, of whole answers and of streams (default 3)
  --help`

/** CPU in microseconds. */
interface Cost {
  /** Of the gateway's process. */
  readonly gateway: number
  /** Of that and the event store's. */
  readonly all: number
}

type Figures = Readonly<Record<EventStoreKind, { readonly whole: Cost[]; readonly streamed: Cost[] }>>

const ownCpuMs = (pid: number): number =>
  ticksToMs(parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1')).ticks)

/** @param load - gives how many pieces it was and what all processes together took for one */
async function costOf(
  weir: LiveWeir,
  load: () => Promise<{ readonly pieces: number; readonly all: number }>,
): Promise<Cost> {
  const before = ownCpuMs(weir.pid)
  const { pieces, all } = await load()
  return { gateway: ((ownCpuMs(weir.pid) - before) * 1000) / pieces, all }
}

const wholeCost = (session: Session, weir: LiveWeir, seconds: number): Promise<Cost> =>
  costOf(weir, async () => {
    const figures = await measureClosed(session, weir.contender, { connections: 32, seconds })
    if (figures.errors > 0) throw new Error(`${figures.errors} errors: ${figures.error}`)
    return { pieces: figures.completed, all: figures.cpuPerRequest }
  })

const streamedCost = (session: Session, weir: LiveWeir, seconds: number): Promise<Cost> =>
  costOf(weir, async () => {
    const rhythm = { concurrency: 50, seconds, paceMs: 4 }
    const figures = await measureStreams(session, weir.contender, rhythm)
    if (figures.errors > 0) throw new Error(`${figures.errors} errors: ${figures.error}`)
    return { pieces: figures.completed * STREAM_CHUNKS, all: figures.cpuPerChunk }
  })

/** All that was answered is in the store. */
async function checkStored({ contender, control }: LiveWeir): Promise<void> {
  await control('POST', '/events/settle', {})
  const { total } = (await control('GET', '/requests/groups?by=outcome')) as {
    readonly total: { readonly requests: number }
  }
  const { ids, cutOff } = contender.ledger
  if (total.requests < ids.length || total.requests > ids.length + cutOff)
    throw new Error(`${ids.length} requests were answered, ${total.requests} are in the store`)
}

async function measure(session: Session, rounds: number, seconds: number): Promise<Figures> {
  const running = {
    none: await startWeir(session, join(session.directory, 'none'), 'none'),
    duckdb: await startWeir(session, join(session.directory, 'duckdb'), 'duckdb'),
  }
  const figures: Figures = { none: { whole: [], streamed: [] }, duckdb: { whole: [], streamed: [] } }
  for (const kind of ['none', 'duckdb'] as const) {
    await wholeCost(session, running[kind], seconds)
    await streamedCost(session, running[kind], seconds)
  }
  for (let round = 0; round < rounds; round++) {
    console.error(`round ${round + 1} of ${rounds}`)
    const order = round % 2 === 0 ? (['none', 'duckdb'] as const) : (['duckdb', 'none'] as const)
    for (const kind of order) figures[kind].whole.push(await wholeCost(session, running[kind], seconds))
    for (const kind of order) figures[kind].streamed.push(await streamedCost(session, running[kind], seconds))
  }
  await checkStored(running.duckdb)
  for (const { contender } of Object.values(running)) await contender.running.stop()
  return figures
}

/** Ratios are taken within a round, so a slow minute hits both sides alike. */
function row(name: string, off: readonly number[], on: readonly number[]): string[] {
  const ratio = spread(on.map((cost, round) => cost / (off[round] ?? Number.NaN)))
  const figures = [spread(off).median, spread(on).median].map(us => us.toFixed(1))
  return [name, ...figures, ...[ratio.median, ratio.min, ratio.max].map(times => times.toFixed(3))]
}

function report({ none, duckdb }: Figures): void {
  const rows = (['whole', 'streamed'] as const).flatMap(kind =>
    (['gateway', 'all'] as const).map(part =>
      row(
        `${kind === 'whole' ? 'request' : 'chunk'}, ${part === 'all' ? 'with the store’s process' : 'the gateway'}`,
        none[kind].map(cost => cost[part]),
        duckdb[kind].map(cost => cost[part]),
      ),
    ),
  )
  console.log(`${cpus()[0]?.model} x ${cpus().length}, Node ${process.version}\n`)
  console.log(markdownTable(['CPU us', 'store off', 'store on', 'ratio', 'min', 'max'], rows))
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '3' },
    help: { type: 'boolean' },
  },
})

if (values.help) console.log(USAGE)
else {
  const session = await openSession(undefined)
  try {
    report(await measure(session, Number(values.rounds), Number(values.seconds)))
  } finally {
    await closeSession(session)
  }
  process.exit()
}
