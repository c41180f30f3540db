// `node bench/events/query-times.ts`: how long questions about ten million requests take.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openEventStore } from '../../packages/server/src/storage/duckdb/open-event-store.ts'
import type { EventQueries } from '../../packages/server/src/storage/event-store.ts'
import { markdownTable } from '../measure/markdown.ts'
import { spread } from '../measure/quantile.ts'
import { QUESTIONS, type Question } from './questions.ts'
import { BEGIN, END, fillStore } from './traffic.ts'

const USAGE = `Usage: node bench/events/query-times.ts [options]

  --requests N   in the store (default 10000000: a minute or two to make, about 1 GB)
  --rounds N     times that each question is asked after the first (default 5)
  --dir DIR      where the store is kept for a next run (default: a directory that is removed)
  --help`

/** The first answer reads from the file what is not yet in DuckDB's memory; the others find the most of it there. */
async function timeQuestion(store: EventQueries, question: Question, rounds: number) {
  const times: number[] = []
  let rows = 0
  for (let round = 0; round <= rounds; round++) {
    const began = performance.now()
    rows = await question.ask(store)
    times.push(performance.now() - began)
  }
  const [first = Number.NaN, ...rest] = times
  const { median, max } = spread(rest)
  return [question.name, ...[first, median, max].map(ms => ms.toFixed(0)), String(rows)]
}

/** A store that was filled wrongly would be timed for answering something else. */
async function checkStore(store: EventQueries, requests: number): Promise<void> {
  const filter = { since: BEGIN, until: END }
  const { total } = await store.groups({ filter, by: ['outcome'], sort: 'values', limit: 1 })
  if (total.requests !== requests) throw new Error(`of ${requests} requests ${total.requests} are there`)
}

async function bench(directory: string, requests: number, rounds: number): Promise<void> {
  await fillStore(directory, requests, text => console.error(text))
  const store = await openEventStore({ directory })
  const { bytes } = await store.state()
  await checkStore(store, requests)
  const rows: string[][] = []
  for (const question of QUESTIONS) {
    rows.push(await timeQuestion(store, question, rounds))
    console.error(rows.at(-1)?.join('  '))
  }
  await store.close()
  const size = `${(bytes / 1e6).toFixed(0)} MB, ${(bytes / requests).toFixed(0)} bytes a request`
  console.log(
    `${cpus()[0]?.model} x ${cpus().length}, Node ${process.version}; ${requests} requests, ${size}`,
  )
  console.log(`resident at most ${(process.resourceUsage().maxRSS / 1e3).toFixed(0)} MB\n`)
  console.log(markdownTable(['question', 'first ms', 'median ms', 'max ms', 'rows'], rows))
}

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '5' },
    dir: { type: 'string' },
    help: { type: 'boolean' },
  },
})

if (values.help) console.log(USAGE)
else {
  const directory = values.dir ?? mkdtempSync(join(tmpdir(), 'weir-bench-events-'))
  try {
    await bench(directory, Number(values.requests), Number(values.rounds))
  } finally {
    if (values.dir === undefined) rmSync(directory, { recursive: true, force: true })
  }
}
