// `npm run calibrate`: the laws of core/stats/calibration at full length, on all cores, and the report of them.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { countErrors } from '../packages/core/src/stats/calibration/law.ts'
import { addUp, type Sums } from '../packages/core/src/stats/calibration/measurement.ts'
import { allMeasurements, allScenarios } from '../packages/core/src/stats/calibration/scenarios.ts'
import { writeReport } from './calibration-report.ts'
import { readResults, replaceNamed, writeResults } from './calibration-results.ts'

const USAGE = `Usage: npm run calibrate -- [options]

  --repetitions N   of each law (default 50000, which takes two cores some 20 minutes)
  --only TEXT       only scenarios whose name contains it
  --missing         only scenarios that have no result with as many repetitions yet
  --workers N       default: as many as there are cores
  --help

Writes docs/statistics/calibration.json as scenarios are done, then calibration.md and the pictures beside it.`

/** Repetitions that a worker is asked for at once. */
const CHUNK = 500

/** Part of the repetitions of one scenario or measurement. */
interface Task {
  readonly name: string
  readonly first: number
  readonly repetitions: number
}

/** Errors by law, or sums by quantity; both add up over tasks. */
interface Done {
  readonly task: Task
  readonly sums: Sums
}

function run({ name, first, repetitions }: Task): Sums {
  const scenario = allScenarios.find(each => each.name === name)
  if (scenario !== undefined) {
    return { sums: countErrors(scenario, first, repetitions), squares: [] }
  }
  const measurement = allMeasurements.find(each => each.name === name)
  if (measurement === undefined) throw new Error(`nothing is called ${name}`)
  return addUp(measurement, first, repetitions)
}

interface Job {
  readonly name: string
  readonly repetitions: number
}

function jobsOf(repetitions: number, only: string, isMissing: boolean): readonly Job[] {
  const results = readResults()
  const done = new Map(
    [...results.scenarios, ...results.measurements].map(each => [each.name, each.repetitions]),
  )
  return [...allScenarios, ...allMeasurements]
    .map(({ name }) => ({ name, repetitions }))
    .filter(job => job.name.includes(only) && !(isMissing && (done.get(job.name) ?? 0) >= job.repetitions))
}

function tasksOf({ name, repetitions }: Job): readonly Task[] {
  return Array.from({ length: Math.ceil(repetitions / CHUNK) }, (_, i) => ({
    name,
    first: i * CHUNK,
    repetitions: Math.min(CHUNK, repetitions - i * CHUNK),
  }))
}

/** Collects what workers return, and keeps a job's results once all its tasks are in. */
class Ledger {
  readonly #done = new Map<string, Done[]>()
  readonly #jobs: ReadonlyMap<string, Job>

  constructor(jobs: readonly Job[]) {
    this.#jobs = new Map(jobs.map(job => [job.name, job]))
  }

  take(done: Done): void {
    const { name } = done.task
    const [all, job] = [[...(this.#done.get(name) ?? []), done], this.#jobs.get(name)]
    this.#done.set(name, all)
    if (job !== undefined && all.length === tasksOf(job).length) keep(job, total(all))
  }
}

/** In the order of repetitions, so that rounding does not depend on which worker was faster. */
function total(all: readonly Done[]): Sums {
  const add = (a: readonly number[] = [], b: readonly number[]) => b.map((value, i) => value + (a[i] ?? 0))
  const none: Sums = { sums: [], squares: [] }
  return all
    .toSorted((a, b) => a.task.first - b.task.first)
    .reduce(
      (so, { sums }) => ({ sums: add(so.sums, sums.sums), squares: add(so.squares, sums.squares) }),
      none,
    )
}

function keep({ name, repetitions }: Job, { sums, squares }: Sums): void {
  const results = readResults()
  const scenario = allScenarios.find(each => each.name === name)
  const measurement = allMeasurements.find(each => each.name === name)
  if (scenario !== undefined) {
    const laws = scenario.laws.map(({ method }, i) => ({ method, errors: sums[i] ?? 0 }))
    writeResults({ ...results, scenarios: replaceNamed(results.scenarios, { name, repetitions, laws }) })
  }
  if (measurement !== undefined) {
    const quantities = measurement.quantities.map(({ what }, i) => ({
      what,
      sum: sums[i] ?? 0,
      squares: squares[i] ?? 0,
    }))
    const entry = { name, repetitions, quantities }
    writeResults({ ...results, measurements: replaceNamed(results.measurements, entry) })
  }
  process.stdout.write(`${name}: ${repetitions} repetitions\n`)
}

/** One worker's share of the tasks: whoever is done takes the next. */
async function work(tasks: Task[], ledger: Ledger): Promise<void> {
  const worker = new Worker(new URL(import.meta.url))
  await new Promise<void>((resolve, reject) => {
    const next = () => {
      const task = tasks.shift()
      if (task === undefined) resolve()
      else worker.postMessage(task)
    }
    worker.on('message', (done: Done) => {
      ledger.take(done)
      next()
    })
    worker.on('error', reject)
    next()
  })
  await worker.terminate()
}

async function calibrate(): Promise<void> {
  const { values } = parseArgs({
    options: {
      repetitions: { type: 'string', default: '50000' },
      only: { type: 'string', default: '' },
      missing: { type: 'boolean', default: false },
      workers: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(`${USAGE}\n`)
    return
  }
  const jobs = jobsOf(Number(values.repetitions), values.only, values.missing)
  const [tasks, ledger] = [jobs.flatMap(tasksOf), new Ledger(jobs)]
  await Promise.all(Array.from({ length: Number(values.workers) }, () => work(tasks, ledger)))
  const unmet = writeReport(readResults())
  for (const law of unmet) process.stdout.write(`NOT AS EXPECTED: ${law}\n`)
  process.exitCode = unmet.length === 0 ? 0 : 1
}

if (isMainThread) await calibrate()
else
  parentPort?.on('message', (task: Task) => parentPort?.postMessage({ task, sums: run(task) } satisfies Done))
