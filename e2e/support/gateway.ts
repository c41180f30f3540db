// A whole running gateway: the program as a child process with a config file and a data directory of its own. It
// ends with the test file.
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfigInput } from '@weir/core/config'
import type { RequestEvent } from '@weir/core/event'
import { endWithFile } from './clean-up.ts'
import { readEvents } from './event-files.ts'
import { type Program, type ProgramResult, startProgram } from './program.ts'
import { until } from './until.ts'

/** The secret behind `{ env: 'WEIR_KEY' }`, which `testKey` uses. */
export const KEY = 'wk_end_to_end_tests'

/** A second secret, behind `{ env: 'WEIR_OTHER_KEY' }`. */
export const OTHER_KEY = 'wk_another_key_of_the_tests'

/** A key with everything allowed, for configs. */
export const testKey = { id: 'test', secret: { env: 'WEIR_KEY' }, may_override: true } as const

export interface GatewayOptions {
  /** The config as data, or as the text of a weir.yaml. */
  readonly config: ConfigInput | string
  readonly env?: Readonly<Record<string, string>>
  /** A data directory to go on with; default: a new one. */
  readonly dataDir?: string
  /** Default 1. */
  readonly workers?: number
  /** `none`, the default: events stay in the spool, where `events` reads them. */
  readonly eventStore?: 'duckdb' | 'none'
  /** Further arguments of `weir start`. */
  readonly args?: readonly string[]
}

export interface RunningGateway {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
  /** The base URL for OpenAI's SDK. */
  readonly baseUrl: string
  readonly dataDir: string
  readonly configFile: string
  readonly program: Program
  /** The event of every request so far, as long as it is in the spool. */
  events(): RequestEvent[]
  /** The event of a request, once it is there. */
  event(requestId: string): Promise<RequestEvent>
  /** Replaces the config file, as an editor would; the gateway publishes it by itself. */
  writeConfig(config: ConfigInput | string): void
  /** Sends the signal, SIGTERM by default, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<ProgramResult>
}

/** Starts the program and waits until it serves. Rejects with what it printed when it ends instead. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const home = mkdtempSync(join(tmpdir(), 'weir-e2e-'))
  endWithFile(() => rmSync(home, { recursive: true, force: true }))
  const dataDir = options.dataDir ?? join(home, 'data')
  const configFile = join(home, 'weir.yaml')
  writeConfig(configFile, options.config)
  const before = writtenAt(connectionFile(dataDir))
  const program = startProgram(commandLine(options, configFile, dataDir), {
    env: { WEIR_KEY: KEY, WEIR_OTHER_KEY: OTHER_KEY, ...options.env },
  })
  const url = await listeningUrl(program, dataDir, before)
  return {
    url,
    baseUrl: `${url}/v1`,
    dataDir,
    configFile,
    program,
    events: () => readEvents(dataDir),
    event: id =>
      until(`the event of ${id}`, () => readEvents(dataDir).find(event => event.request_id === id)),
    writeConfig: config => writeConfig(configFile, config),
    stop: (signal = 'SIGTERM') => {
      program.process.kill(signal)
      return program.ended
    },
  }
}

function commandLine(options: GatewayOptions, configFile: string, dataDir: string): string[] {
  const workers = String(options.workers ?? 1)
  const ports = ['--port', '0', '--control-port', '0']
  return [
    'start',
    '--config',
    configFile,
    '--data-dir',
    dataDir,
    ...ports,
    '--workers',
    workers,
    '--event-store',
    options.eventStore ?? 'none',
    ...(options.args ?? []),
  ]
}

/** JSON is YAML, so a config that is data needs no other writer. */
function writeConfig(file: string, config: ConfigInput | string): void {
  writeFileSync(`${file}.draft`, typeof config === 'string' ? config : JSON.stringify(config, null, 2))
  renameSync(`${file}.draft`, file)
}

const connectionFile = (dataDir: string) => join(dataDir, 'connection.json')

/** Nanoseconds; undefined while there is no file. */
function writtenAt(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.mtimeNs
}

/** An earlier run with the same data directory has left a connection of its own: only a newer one counts. */
async function listeningUrl(program: Program, dataDir: string, before: bigint | undefined): Promise<string> {
  const file = connectionFile(dataDir)
  await until('the start of the gateway', () => {
    const { exitCode, signalCode } = program.process
    if (exitCode !== null || signalCode !== null) throw new Error(`weir ended:\n${program.stderr()}`)
    const at = writtenAt(file)
    return at !== undefined && at !== before
  })
  return (JSON.parse(readFileSync(file, 'utf8')) as { dataUrl: string }).dataUrl
}
