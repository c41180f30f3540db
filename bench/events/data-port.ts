// `node bench/events/data-port.ts`: what a request waits longer while ten million requests are asked about and
// weights are saved.
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { markdownTable } from '../measure/markdown.ts'
import { type Percentiles, percentiles, spread } from '../measure/quantile.ts'
import { closeSession, openSession, type Session } from '../proxy/bench-session.ts'
import { measureOpen } from '../proxy/cases.ts'
import { type LiveWeir, startWeir } from './live-weir.ts'
import { BEGIN, END, fillStore } from './traffic.ts'

const USAGE = `Usage: node bench/events/data-port.ts [options]

  --requests N   in the store (default 10000000: a minute or two to make, about 1 GB)
  --rounds N     in each an idle and a busy window (default 5)
  --seconds N    of a window (default 10)
  --rate N       requests a second (default 200)
  --dir DIR      data directory kept for a next run (default: one that is removed)
  --help`

const SAVES_PER_SECOND = 10

interface Plan {
  readonly requests: number
  readonly rounds: number
  readonly seconds: number
  readonly rate: number
  readonly dir: string | undefined
}

interface Busy {
  readonly latency: Percentiles
  /** How long each took, ms. */
  readonly queries: readonly number[]
  readonly saves: readonly number[]
}

/** One after the other, over all requests of the month. */
async function askOnAndOn(weir: LiveWeir, until: AbortSignal): Promise<number[]> {
  const window = `since=${new Date(BEGIN).toISOString()}&until=${new Date(END).toISOString()}`
  const times: number[] = []
  while (!until.aborted) {
    const began = performance.now()
    await weir.control('GET', `/requests/groups?by=router,served&${window}`)
    times.push(performance.now() - began)
  }
  return times
}

/** At their pace, whether or not the one before was answered. */
async function saveOnAndOn(weir: LiveWeir, until: AbortSignal): Promise<number[]> {
  const saved: Promise<number>[] = []
  for (let number = 0; !until.aborted; number++) {
    saved.push(save(weir, 50 + (number % 40)))
    await sleep(1000 / SAVES_PER_SECOND)
  }
  return Promise.all(saved)
}

async function save(weir: LiveWeir, large: number): Promise<number> {
  const began = performance.now()
  await weir.control('PATCH', '/routers/bench', {
    default_route: {
      split: {
        mode: 'percent',
        variants: [
          { id: 'large', model: 'up-large/large', weight: large },
          { id: 'small', model: 'up-small/small', weight: 100 - large },
        ],
      },
    },
  })
  return performance.now() - began
}

async function latencyOf(session: Session, weir: LiveWeir, { rate, seconds }: Plan): Promise<Percentiles> {
  const figures = await measureOpen(session, weir.contender, { perSecond: rate, seconds })
  if (figures.errors > 0) throw new Error(`${figures.errors} errors: ${figures.error}`)
  return figures.latency
}

async function busyWindow(session: Session, weir: LiveWeir, plan: Plan): Promise<Busy> {
  const over = new AbortController()
  const asking = askOnAndOn(weir, over.signal)
  const saving = saveOnAndOn(weir, over.signal)
  const latency = await latencyOf(session, weir, plan)
  over.abort()
  return { latency, queries: await asking, saves: await saving }
}

async function measure(session: Session, plan: Plan) {
  const dataDir = plan.dir ?? join(session.directory, 'data')
  await fillStore(join(dataDir, 'event-store'), plan.requests, text => console.error(text))
  const weir = await startWeir(session, dataDir, 'duckdb')
  await latencyOf(session, weir, plan)
  const idle: Percentiles[] = []
  const busy: Busy[] = []
  for (let round = 0; round < plan.rounds; round++) {
    console.error(`round ${round + 1} of ${plan.rounds}`)
    idle.push(await latencyOf(session, weir, plan))
    busy.push(await busyWindow(session, weir, plan))
  }
  await weir.contender.running.stop()
  return { idle, busy }
}

function report(plan: Plan, idle: readonly Percentiles[], busy: readonly Busy[]): void {
  const rows = (['p50', 'p99'] as const).map(at => {
    const ratio = spread(busy.map(({ latency }, round) => latency[at] / (idle[round]?.[at] ?? Number.NaN)))
    const ms = [idle.map(each => each[at]), busy.map(({ latency }) => latency[at])].map(times =>
      spread(times).median.toFixed(2),
    )
    return [at, ...ms, ...[ratio.median, ratio.min, ratio.max].map(times => times.toFixed(2))]
  })
  const [queries, saves] = [busy.flatMap(each => each.queries), busy.flatMap(each => each.saves)]
  const timed = (times: readonly number[]) => {
    const { p50, p99 } = percentiles(times)
    return `${times.length}, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`
  }
  console.log(
    `${cpus()[0]?.model} x ${cpus().length}, Node ${process.version}; ${plan.requests} requests stored,`,
  )
  console.log(`${plan.rate} requests/s; meanwhile queries over all of them (${timed(queries)})`)
  console.log(`and ${SAVES_PER_SECOND} saves/s (${timed(saves)})\n`)
  console.log(markdownTable(['ms at the client', 'idle', 'busy', 'ratio', 'min', 'max'], rows))
}

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '200' },
    dir: { type: 'string' },
    help: { type: 'boolean' },
  },
})

if (values.help) console.log(USAGE)
else {
  const [requests, rounds] = [Number(values.requests), Number(values.rounds)]
  const plan = {
    requests,
    rounds,
    seconds: Number(values.seconds),
    rate: Number(values.rate),
    dir: values.dir,
  }
  const session = await openSession(undefined)
  try {
    const { idle, busy } = await measure(session, plan)
    report(plan, idle, busy)
  } finally {
    await closeSession(session)
  }
  process.exit()
}
