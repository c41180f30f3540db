// `npm run bench`: every peer in turn under the same load, in one run. Prints markdown, writes JSON.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { dirname, resolve } from 'node:path'
import { failuresOf } from './failures.ts'
import { type Plan, parsePlan, USAGE, UsageError } from './options.ts'
import { peersNamed } from './peer/all.ts'
import type { Peer } from './peer/peer.ts'
import { versionOf } from './peer/program.ts'
import { REPOSITORY } from './process/managed-process.ts'
import { report } from './report/report.ts'
import { foreignNotes, saturationNotes } from './report/saturation.ts'
import { type CheckedEvents, type Results, runPlan } from './rounds.ts'

const progress = (text: string): void => void process.stderr.write(`${text}\n`)

async function availablePeers(plan: Plan): Promise<readonly Peer[]> {
  const available: Peer[] = []
  for (const peer of peersNamed(plan.peers, plan.before)) {
    const reason = await peer.unavailable()
    if (reason === undefined) available.push(peer)
    else progress(`skipped ${peer.name}: ${reason}`)
  }
  return available
}

async function setting(peers: readonly Peer[]) {
  const described = await Promise.all(peers.map(async peer => [peer.name, await peer.describe()] as const))
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 1024 / 1024),
    kernel: release(),
    node: process.version,
    wrk: (await versionOf('wrk', '-v')) ?? 'not installed: closed loop by the generator on Node',
    peers: Object.fromEntries(described),
  }
}

function eventLine({ of, requests, events, unknown, cutOff, problems }: CheckedEvents): string {
  const verdict = problems.length === 0 ? 'each request left exactly one event' : problems.join('; ')
  const extra = `${unknown} of requests that wrk cut off at its end (at most ${cutOff})`
  return `events of ${of}: ${requests} answered requests, ${events} events, ${extra}: ${verdict}`
}

function bulletList(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `### ${title}\n\n${lines.map(line => `- ${line}`).join('\n')}\n`
}

interface Run {
  readonly setting: Awaited<ReturnType<typeof setting>>
  readonly plan: Plan
  readonly results: Results
  readonly notes: readonly string[]
  readonly failures: readonly string[]
}

function markdownOf({ setting: at, plan, results, notes, failures }: Run, peers: readonly Peer[]): string {
  const names = peers.map(peer => peer.name)
  const machine = `${at.cores} cores, ${at.cpu}, Linux ${at.kernel}, Node ${at.node}, ${at.wrk}; ${at.at}`
  return [
    `${machine}\n`,
    report({ rounds: results.rounds, peers: names }, results.held, plan),
    bulletList(
      'Peers',
      Object.entries(at.peers).map(([name, text]) => `${name}: ${text}`),
    ),
    bulletList('Events', results.events.map(eventLine)),
    bulletList('Notes', notes),
    bulletList('FAILURES: these figures are void', failures),
  ]
    .filter(part => part !== '')
    .join('\n')
}

function writeJson(file: string, run: Run): void {
  const path = resolve(REPOSITORY, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`)
  progress(`wrote ${path}`)
}

async function bench(plan: Plan): Promise<number> {
  const peers = await availablePeers(plan)
  const at = await setting(peers)
  const results = await runPlan(peers, plan, progress)
  const names = peers.map(peer => peer.name)
  const notes = [...saturationNotes(results.rounds, names), ...foreignNotes(results.rounds)]
  const run = { setting: at, plan, results, notes, failures: failuresOf(results) }
  console.log(markdownOf(run, peers))
  writeJson(plan.json, run)
  return run.failures.length === 0 ? 0 : 1
}

/** Exit codes: 0 done, 1 the figures are void or a peer did not start, 2 the command line is wrong. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const plan = parsePlan(args)
    if (plan === undefined) {
      console.log(USAGE)
      return 0
    }
    if (process.platform !== 'linux') throw new UsageError('the bench reads /proc: it needs Linux')
    return await bench(plan)
  } catch (error) {
    progress(
      error instanceof UsageError ? `${error.message}\n\n${USAGE}` : String((error as Error).stack ?? error),
    )
    return error instanceof UsageError ? 2 : 1
  }
}

process.exit(await main(process.argv.slice(2)))
