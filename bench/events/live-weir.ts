// A running Weir of the events' benches: configured over its control port, with or without an event store.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { request } from 'undici'
import type { Contender, Session } from '../proxy/bench-session.ts'
import { newLedger } from '../proxy/event-check.ts'
import { runningPeer } from '../proxy/peer/program.ts'
import { configuration, WEIR, weir } from '../proxy/peer/weir.ts'
import { REPOSITORY, startProgram } from '../proxy/process/managed-process.ts'
import { freePort, waitUntilReady } from '../proxy/process/readiness.ts'

export type EventStoreKind = 'duckdb' | 'none'

export interface LiveWeir {
  readonly contender: Contender
  /** Of the gateway; the event store has a process of its own. */
  readonly pid: number
  readonly dataDir: string
  /** Gives the answer's body; rejects when the status is no success. */
  readonly control: (method: 'GET' | 'PATCH' | 'POST', path: string, body?: object) => Promise<unknown>
}

/** @param dataDir - not there, or that of a Weir that has stopped */
export async function startWeir(
  session: Session,
  dataDir: string,
  eventStore: EventStoreKind,
): Promise<LiveWeir> {
  mkdirSync(dataDir, { recursive: true })
  const [key, token] = [secret('wk'), secret('wat')]
  const port = await freePort()
  const flags = { port, 'control-port': 0, 'data-dir': dataDir, workers: 1, 'event-store': eventStore }
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])
  const env = { WEIR_ADMIN_TOKEN: token, WEIR_KEY: key }
  const started = startProgram(process.execPath, [join(REPOSITORY, WEIR), 'start', ...args], env)
  const origin = `http://127.0.0.1:${port}`
  await waitUntilReady(started, `${origin}/healthz`, status => status === 200)
  await configure(session, dataDir, token)
  return {
    contender: {
      peer: weir,
      running: runningPeer(started, origin, {
        headers: { authorization: `Bearer ${key}` },
        // Whoever records events has the ids of its answers collected.
        events: join(dataDir, 'events'),
      }),
      ledger: newLedger(),
    },
    pid: started.pid,
    dataDir,
    control: controlOf(dataDir, token),
  }
}

const secret = (prefix: string): string => `${prefix}_${randomBytes(24).toString('base64url')}`

async function configure(session: Session, dataDir: string, token: string): Promise<void> {
  const file = join(dataDir, 'bench.yaml')
  const networks = 'gateway: { private_networks: allow }\n'
  writeFileSync(file, configuration('openai', { upstream: session.origins }) + networks)
  const args = ['apply', file, '--prune', '--data-dir', dataDir]
  await promisify(execFile)(process.execPath, [join(REPOSITORY, WEIR), ...args], {
    env: { ...process.env, WEIR_TOKEN: token },
  })
}

function controlOf(dataDir: string, token: string): LiveWeir['control'] {
  const file = readFileSync(join(dataDir, 'connection.json'), 'utf8')
  const { controlUrl } = JSON.parse(file) as { readonly controlUrl: string }
  return async (method, path, body) => {
    const { statusCode, body: answer } = await request(`${controlUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'if-match': '*' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await answer.text()
    if (statusCode >= 300) throw new Error(`${method} ${path}: ${statusCode} ${text}`)
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  }
}
