// `npm run bench:stats`: from the summaries of a million units to the result of twenty metrics, and boundaries.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { markdownTable } from '../measure/markdown.ts'
import { spread } from '../measure/quantile.ts'
import { analyse } from './analysis.ts'
import { boundaries } from './boundaries.ts'
import { METRICS, summarise, UNITS } from './metrics.ts'

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const ROUNDS = 31
/** Processes that compute a boundary for the first time. */
const STARTS = 5

interface Figure {
  readonly what: string
  /** Milliseconds, of the first time in a process, and of later ones. */
  readonly first: number
  readonly later: ReturnType<typeof spread>
  /** Milliseconds; null: no budget. */
  readonly budget: number | null
}

/** Times something; `run` returns a number that depends on all of its work, so that none of it can be left out. */
function time(what: string, budget: number | null, rounds: number, run: () => number): Figure {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    const result = run()
    times.push(performance.now() - started)
    if (!Number.isFinite(result)) throw new Error(`${what}: no result`)
  }
  const [first = Number.NaN, ...others] = times
  return { what, first, later: spread(others.length === 0 ? times : others), budget }
}

/** The first time is that of a new process, the median of several. */
function timeBoundaries(what: string, run: () => number): Figure {
  const cold = fileURLToPath(new URL('cold.ts', import.meta.url))
  const starts = Array.from({ length: STARTS }, () =>
    Number(execFileSync(process.execPath, [cold, what], { encoding: 'utf8' })),
  )
  return { ...time(`20 looks: ${what}`, 20, ROUNDS, run), first: spread(starts).median }
}

function table(figures: readonly Figure[]): string {
  const ms = (value: number) => value.toFixed(2)
  return markdownTable(
    ['ms', 'first time', 'median', 'min', 'max', 'budget'],
    figures.map(({ what, first, later, budget }) => [
      what,
      ms(first),
      ms(later.median),
      ms(later.min),
      ms(later.max),
      budget === null ? '-' : String(budget),
    ]),
  )
}

const ofLooks = Object.entries(boundaries).map(([what, run]) => timeBoundaries(what, run))
let summaries = summarise()
const summarising = time(`${UNITS} units to summaries of ${METRICS} metrics`, null, 3, () => {
  summaries = summarise()
  return summaries.units
})
const analysing = time(`summaries to the result of ${METRICS} metrics`, 50, ROUNDS, () => analyse(summaries))
const figures = [...ofLooks, summarising, analysing]
const failures = figures.filter(({ budget, later }) => budget !== null && later.median > budget)
const machine = { at: new Date().toISOString(), cpu: cpus()[0]?.model, node: process.version }

console.log(`${machine.cpu}, Node ${machine.node}; ${machine.at}\n\n${table(figures)}`)
for (const { what } of failures) console.log(`\nOVER BUDGET: ${what}`)
const file = resolve(REPOSITORY, 'bench/results/stats.json')
mkdirSync(dirname(file), { recursive: true })
writeFileSync(file, `${JSON.stringify({ machine, figures }, null, 2)}\n`)
process.exitCode = failures.length === 0 ? 0 : 1
