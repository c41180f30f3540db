// `weir start` without a config file on a data directory that outlives it: stopped, killed and started again.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithFile } from '../support/clean-up.ts'
import { type Program, type ProgramResult, startProgram } from '../support/program.ts'
import { until } from '../support/until.ts'

/** An admin's, from the environment: it is good whatever has become of the store. */
export const ADMIN_TOKEN = 'wat_tests_of_the_store_0123456789_0123456789'

export interface RunningProgram {
  readonly program: Program
  readonly connection: Connection
  /** Asks the control API as an admin. */
  control(method: string, path: string, body?: unknown): Promise<Response>
  stop(signal?: NodeJS.Signals): Promise<ProgramResult>
}

export interface Connection {
  readonly dataUrl: string
  readonly controlUrl: string
  readonly key?: string
  readonly adminToken?: string
}

/** An empty data directory, removed with the test file. */
export function newDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'weir-store-'))
  endWithFile(() => rmSync(dataDir, { recursive: true, force: true }))
  return dataDir
}

export interface ProgramSettings {
  /** Null: none, so that the program makes a first one. Default: `ADMIN_TOKEN`. */
  readonly adminToken?: string | null
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
}

/** Starts the program and waits until it serves. */
export async function startOn(dataDir: string, settings: ProgramSettings = {}): Promise<RunningProgram> {
  const { adminToken = ADMIN_TOKEN, env = {}, args = [] } = settings
  const file = join(dataDir, 'connection.json')
  const before = writtenAt(file)
  const program = startProgram(
    [
      'start',
      '--data-dir',
      dataDir,
      '--port',
      '0',
      '--control-port',
      '0',
      '--workers',
      '1',
      '--sim-speed',
      '1000',
      '--event-store',
      'none',
      ...args,
    ],
    {
      env: { OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '', WEIR_ADMIN_TOKEN: adminToken ?? '', ...env },
    },
  )
  await until('the start', () => {
    const { exitCode, signalCode } = program.process
    if (exitCode !== null || signalCode !== null) throw new Error(`weir ended:\n${program.stderr()}`)
    const at = writtenAt(file)
    return at !== undefined && at !== before && program.stdout().includes('  control ')
  })
  const connection = JSON.parse(readFileSync(file, 'utf8')) as Connection
  return {
    program,
    connection,
    control: (method, path, body) => askControl(connection, adminToken ?? '', method, path, body),
    stop: (signal = 'SIGTERM') => {
      program.process.kill(signal)
      return program.ended
    },
  }
}

function askControl(
  { controlUrl, adminToken = '' }: Connection,
  token: string,
  method: string,
  path: string,
  body: unknown,
): Promise<Response> {
  return fetch(controlUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${token === '' ? adminToken : token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

/** Nanoseconds; undefined while there is no file. */
function writtenAt(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.mtimeNs
}
