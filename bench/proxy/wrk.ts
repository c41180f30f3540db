// Closed-loop load by wrk, which costs a fraction of what a generator on Node does. Used when it is installed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Target } from './generator/order.ts'
import { chatRequests } from './workload.ts'

export interface WrkOrder {
  readonly target: Target
  readonly connections: number
  readonly seconds: number
  /** Where wrk's files go. */
  readonly directory: string
  readonly requestIds: 'collect' | 'ignore'
}

export interface WrkOutcome {
  readonly completed: number
  readonly seconds: number
  /** Broken connections and time-outs; `refused` are answers outside 2xx and 3xx. */
  readonly errors: number
  readonly refused: number
  readonly requestIds: readonly string[]
}

const SCRIPT = fileURLToPath(new URL('./wrk.lua', import.meta.url))

function writeRequests(directory: string): string {
  const file = join(directory, 'requests.tsv')
  if (!existsSync(file)) {
    writeFileSync(
      file,
      chatRequests('whole')
        .map(({ user, body }) => `${user}\t${body}\n`)
        .join(''),
    )
  }
  return file
}

function wrkArguments(order: WrkOrder, idsFile: string): string[] {
  const load = ['-t1', `-c${order.connections}`, `-d${order.seconds}s`, '--timeout', '10s', '-s', SCRIPT]
  const script = [writeRequests(order.directory), idsFile, ...Object.entries(order.target.headers).flat()]
  return [...load, order.target.origin, '--', ...script]
}

/** Requests in flight when the time is up are cut off: they have events but no ids here. */
export async function runWrk(order: WrkOrder): Promise<WrkOutcome> {
  const idsFile = order.requestIds === 'collect' ? join(order.directory, 'ids.txt') : '-'
  const wrk = spawn('wrk', wrkArguments(order, idsFile), { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = await Promise.all([text(wrk.stdout), once(wrk, 'exit')])
  const line = output.split('\n').find(each => each.startsWith('{'))
  if (line === undefined) throw new Error(`wrk gave no result:\n${output}`)
  const requestIds = idsFile === '-' ? [] : readFileSync(idsFile, 'latin1').split('\n').filter(Boolean)
  return { ...(JSON.parse(line) as Omit<WrkOutcome, 'requestIds'>), requestIds }
}
