// The `weir` program as a user runs it: a process of its own, with a command line, an environment and an exit code.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { endWithFile } from './clean-up.ts'

/** The root of the repository. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

const NODE = `${REPOSITORY}node_modules/.bin/node`
const WEIR = `${REPOSITORY}packages/server/bin/weir.js`

export interface ProgramOptions {
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>
  /** Default: the root of the repository. */
  readonly cwd?: string
  /** What it reads from stdin; default: nothing. */
  readonly stdin?: string
}

export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Program {
  readonly process: ChildProcess
  /** What it has printed so far. */
  stdout(): string
  stderr(): string
  /** How it ended; pending while it runs. */
  readonly ended: Promise<ProgramResult>
}

/** Starts `weir` with these arguments. It is killed at the end of the test file if it still runs. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Program {
  const child = spawn(NODE, [WEIR, ...args], {
    cwd: options.cwd ?? REPOSITORY,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // A program may end without reading.
  child.stdin.on('error', () => {})
  child.stdin.end(options.stdin ?? '')
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  const ended = new Promise<ProgramResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout: stdout(), stderr: stderr() }))
  })
  const killNow = () => child.kill('SIGKILL')
  process.once('exit', killNow)
  endWithFile(async () => {
    killNow()
    await ended
  })
  child.once('close', () => process.off('exit', killNow))
  return { process: child, stdout, stderr, ended }
}

/** Runs `weir` with these arguments to its end. */
export function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return startProgram(args, options).ended
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}
