// `npm run bench:decide`: decide() beside the SDKs of two experimentation platforms, on the same rule.
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { markdownTable } from '../measure/markdown.ts'
import { median, spread } from '../measure/quantile.ts'
import { type Decider, type DeciderFactory, LARGE_SHARE, SUBJECTS, subjects } from './decider.ts'
import { growthbookDecider } from './growthbook.ts'
import { type Effort, type Timing, timeDeciders } from './measure.ts'
import { unleashDecider } from './unleash.ts'
import { weirDecider } from './weir.ts'

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const FACTORIES: readonly DeciderFactory[] = [weirDecider, growthbookDecider, unleashDecider]
const FULL: Effort = { rounds: 15, decisions: 20 * SUBJECTS }
const QUICK: Effort = { rounds: 3, decisions: 2 * SUBJECTS }
/** One subject in ten is premium and gets `large` without a draw. */
const EXPECTED_LARGE = 0.1 + 0.9 * LARGE_SHARE
const SHARE_TOLERANCE = 0.02

const USAGE = `Usage: npm run bench:decide -- [options]

  --quick       few short rounds: does everything work, not how fast is it
  --json FILE   where the results go (default bench/results/decide.json,
                with --quick bench/results/raw/decide.json, which git ignores)
  --help`

/** Times of one library: ns a decision, and how many times Weir's (median over rounds of the ratio within one). */
function summarise(name: Decider['name'], timings: readonly Timing[]) {
  const mine = timings.filter(timing => timing.name === name)
  const weirAt = (round: number) =>
    timings.find(timing => timing.name === 'weir' && timing.round === round)?.ns ?? Number.NaN
  return {
    name,
    ns: spread(mine.map(timing => timing.ns)),
    timesWeir: median(mine.map(timing => timing.ns / weirAt(timing.round))),
    largeShare: median(mine.map(timing => timing.largeShare)),
  }
}

type Summary = ReturnType<typeof summarise>

function table(summaries: readonly Summary[]): string {
  return markdownTable(
    ['library', 'ns/decision', 'min', 'max', 'x weir', 'share of large'],
    summaries.map(({ name, ns, timesWeir, largeShare }) => [
      name,
      ns.median.toFixed(0),
      ns.min.toFixed(0),
      ns.max.toFixed(0),
      timesWeir.toFixed(2),
      largeShare.toFixed(3),
    ]),
  )
}

/** A library that was set up wrongly would be timed for doing something else. */
const wrongShares = (summaries: readonly Summary[]): readonly string[] =>
  summaries
    .filter(({ largeShare }) => Math.abs(largeShare - EXPECTED_LARGE) > SHARE_TOLERANCE)
    .map(({ name, largeShare }) => `${name} gave large to ${largeShare}, expected about ${EXPECTED_LARGE}`)

function writeJson(file: string, content: object): void {
  const path = resolve(REPOSITORY, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`)
}

async function bench(effort: Effort, json: string): Promise<number> {
  const asked = subjects()
  const deciders: Decider[] = []
  for (const create of FACTORIES) deciders.push(await create(asked))
  const timings = timeDeciders(deciders, asked.length, effort)
  for (const decider of deciders) decider.close()
  const summaries = deciders.map(({ name }) => summarise(name, timings))
  const failures = wrongShares(summaries)
  const peers = deciders.map(({ name, description }) => ({ name, description }))
  const machine = { at: new Date().toISOString(), cpu: cpus()[0]?.model, node: process.version }
  console.log(
    `${machine.cpu}, Node ${machine.node}; ${machine.at}; median of ${effort.rounds} interleaved rounds\n`,
  )
  console.log(table(summaries))
  console.log(`\n${peers.map(({ name, description }) => `- ${name}: ${description}`).join('\n')}`)
  for (const failure of failures) console.log(`\nFAILURE: ${failure}`)
  writeJson(json, { machine, effort, peers, summaries, timings, failures })
  return failures.length === 0 ? 0 : 1
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'string' }, help: { type: 'boolean' } },
})

if (values.help) console.log(USAGE)
else {
  const standard = values.quick ? 'bench/results/raw/decide.json' : 'bench/results/decide.json'
  process.exitCode = await bench(values.quick ? QUICK : FULL, values.json ?? standard)
}
