// `npm run bench:stats`: from the summaries of a million units to the result of twenty metrics, and boundaries.
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spendingBoundaries } from '@weir/core/stats'
import { markdownTable } from '../measure/markdown.ts'
import { spread } from '../measure/quantile.ts'
import { analyse } from './analysis.ts'
import { METRICS, summarise, UNITS } from './metrics.ts'

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const ROUNDS = 31
const LOOKS = Array.from({ length: 20 }, (_, i) => (i + 1) / 20)
const FAMILIES = ['obrien_fleming', 'pocock'] as const

interface Figure {
  readonly what: string
  /** Milliseconds, of the first time in this process, and of later ones. */
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

function boundarySum(): number {
  return FAMILIES.reduce((sum, family) => {
    const boundaries = spendingBoundaries(
      { alpha: 0.05, alternative: 'two_sided', spending: { family } },
      LOOKS,
    )
    if ('kind' in boundaries) throw new Error(`${family}: ${boundaries.kind}`)
    return sum + boundaries.reduce((total, { z }) => total + (z ?? 0), 0)
  }, 0)
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

const boundaries = time(`boundaries of 20 looks, ${FAMILIES.length} families`, 20, ROUNDS, boundarySum)
let summaries = summarise()
const summarising = time(`${UNITS} units to summaries of ${METRICS} metrics`, null, 3, () => {
  summaries = summarise()
  return summaries.units
})
const analysing = time(`summaries to the result of ${METRICS} metrics`, 50, ROUNDS, () => analyse(summaries))
const figures = [boundaries, summarising, analysing]
const failures = figures.filter(({ budget, later }) => budget !== null && later.median > budget)
const machine = { at: new Date().toISOString(), cpu: cpus()[0]?.model, node: process.version }

console.log(`${machine.cpu}, Node ${machine.node}; ${machine.at}\n\n${table(figures)}`)
for (const { what } of failures) console.log(`\nOVER BUDGET: ${what}`)
const file = resolve(REPOSITORY, 'bench/results/stats.json')
mkdirSync(dirname(file), { recursive: true })
writeFileSync(file, `${JSON.stringify({ machine, figures }, null, 2)}\n`)
process.exitCode = failures.length === 0 ? 0 : 1
