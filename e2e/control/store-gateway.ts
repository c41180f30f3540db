// A whole running gateway whose config is in its store: the program as a child process, an admin token from the
// environment, and a store that begins with a given config or, without one, with the demo's. It ends with the file.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfigInput } from '@weir/core/config'
import type { RequestEvent } from '@weir/core/event'
import { openControlStore } from '../../packages/server/src/storage/sqlite/open-control-store.ts'
import { endWithFile } from '../support/clean-up.ts'
import { readEvents } from '../support/event-files.ts'
import { KEY } from '../support/gateway.ts'
import { type Program, startProgram } from '../support/program.ts'
import { until } from '../support/until.ts'

/** As an admin's token is: long enough, and nobody's. */
export const ADMIN_TOKEN = 'wat_end_to_end_tests_of_the_control_plane_00'

export interface StoreGatewayOptions {
  /** Revision 1; default: what the program begins an empty store with. */
  readonly config?: ConfigInput
  readonly env?: Readonly<Record<string, string>>
  /** Default 1. */
  readonly workers?: number
  /** Default: `none`. */
  readonly eventStore?: 'duckdb' | 'none'
}

export interface StoreGateway {
  /** `http://127.0.0.1:<port>` of the data port. */
  readonly url: string
  readonly controlUrl: string
  /** The secret of a key: the demo's, or `KEY` with a config of one's own. */
  readonly key: string
  readonly dataDir: string
  readonly program: Program
  events(): RequestEvent[]
  event(requestId: string): Promise<RequestEvent>
}

interface Connection {
  readonly dataUrl: string
  readonly controlUrl: string
  readonly key?: string
}

/** Starts the program without a config file and waits until it serves. */
export async function startStoreGateway({
  config,
  env = {},
  workers = 1,
  eventStore = 'none',
}: StoreGatewayOptions = {}): Promise<StoreGateway> {
  const dataDir = mkdtempSync(join(tmpdir(), 'weir-e2e-'))
  endWithFile(() => rmSync(dataDir, { recursive: true, force: true }))
  if (config !== undefined) await seedStore(dataDir, config)
  const ports = ['--port', '0', '--control-port', '0', '--event-store', eventStore]
  const program = startProgram(['start', '--data-dir', dataDir, '--workers', String(workers), ...ports], {
    env: { WEIR_ADMIN_TOKEN: ADMIN_TOKEN, WEIR_KEY: KEY, ...env },
  })
  const { dataUrl, controlUrl, key = KEY } = await connectionOf(program, dataDir)
  return {
    url: dataUrl,
    controlUrl,
    key,
    dataDir,
    program,
    events: () => readEvents(dataDir),
    event: id =>
      until(`the event of ${id}`, () => readEvents(dataDir).find(event => event.request_id === id)),
  }
}

/** Puts a config into an empty store, as revision 1. */
export async function seedStore(dataDir: string, config: ConfigInput): Promise<void> {
  const store = await openControlStore(join(dataDir, 'control.db'))
  const at = Date.parse('2026-11-21T10:00:00Z')
  const record = { number: 1, at, actor: 'test', reason: null, changes: [], config, tables: {} }
  const appended = await store.revisions.append(record, 0)
  await store.close()
  if (appended !== 'appended') throw new Error('the store is not empty')
}

function connectionOf(program: Program, dataDir: string): Promise<Connection> {
  return until('the start of the gateway', () => {
    const { exitCode, signalCode } = program.process
    if (exitCode !== null || signalCode !== null) throw new Error(`weir ended:\n${program.stderr()}`)
    return readConnection(join(dataDir, 'connection.json'))
  })
}

function readConnection(file: string): Connection | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Connection
  } catch {
    return undefined
  }
}
