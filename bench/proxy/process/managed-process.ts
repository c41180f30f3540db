// Child processes of the bench: started, listened to, and never left behind, however the bench ends.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url))

const STOP_TIMEOUT_MS = 15_000
const KEPT_OUTPUT = 4000
const alive = new Set<ChildProcess>()

process.on('exit', () => {
  for (const child of alive) killGroup(child)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

export interface ManagedProcess {
  readonly pid: number
  readonly child: ChildProcess
  /** The last few KB of its output, for a failure's message. */
  output(): string
  /** SIGTERM, then SIGKILL if that is not obeyed; says which it was. */
  stop(): Promise<'stopped' | 'killed'>
}

/** Programs lead a group of their own: killing only nginx's master would leave its worker serving. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

function manage(child: ChildProcess): ManagedProcess {
  let kept = ''
  const keep = (text: Buffer) => {
    kept = (kept + text.toString()).slice(-KEPT_OUTPUT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  child.on('exit', () => alive.delete(child))
  if (child.pid === undefined) throw new Error(`cannot start ${child.spawnfile}`)
  alive.add(child)
  return { pid: child.pid, child, output: () => kept, stop: () => stop(child) }
}

const hasExited = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

async function stop(child: ChildProcess): Promise<'stopped' | 'killed'> {
  if (hasExited(child)) return 'stopped'
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  let killed = false
  const timer = setTimeout(() => {
    killed = true
    killGroup(child)
  }, STOP_TIMEOUT_MS)
  await exit
  clearTimeout(timer)
  return killed ? 'killed' : 'stopped'
}

export interface Environment {
  readonly [name: string]: string | undefined
}

export function startProgram(
  command: string,
  args: readonly string[],
  env: Environment = {},
): ManagedProcess {
  const child = spawn(command, args, {
    cwd: REPOSITORY,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  child.on('error', () => {})
  return manage(child)
}

/** Starts one of the bench's own modules on the same Node, with an IPC channel; its path is relative to this folder's parent. */
export function startModule(module: string, args: readonly string[] = []): ManagedProcess {
  const path = fileURLToPath(new URL(`../${module}`, import.meta.url))
  return manage(
    fork(path, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' }),
  )
}

/** The next message of a forked module; rejects when it ends first. */
export async function nextMessage<T>(started: ManagedProcess): Promise<T> {
  const gone = new AbortController()
  const ended = once(started.child, 'exit', { signal: gone.signal }).then(() => {
    throw new Error(`process ${started.pid} ended before it answered`)
  })
  const message = once(started.child, 'message', { signal: gone.signal })
  try {
    const [value] = await Promise.race([message, ended])
    return value as T
  } finally {
    ended.catch(() => {})
    message.catch(() => {})
    gone.abort()
  }
}

/** Sends an order and waits for the answer to it; orders to one module are never in flight together. */
export async function ask<Reply>(module: ManagedProcess, order: object): Promise<Reply> {
  const reply = nextMessage<Reply>(module)
  module.child.send(order)
  return reply
}
