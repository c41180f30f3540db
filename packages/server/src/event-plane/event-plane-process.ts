// The event plane's process as the main thread sees it: started, asked, told of new snapshots, and started again when it
// ends. Meanwhile events wait in the spool, and requests are served.
import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Snapshot } from '@weir/core/config'
import type { RequestEvent } from '@weir/core/event'
import { EventStoreUnavailableError } from '../storage/event-store.ts'
import { errorOf } from './crossed-error.ts'
import type {
  EventCalls,
  EventPlaneStart,
  EventPlaneStatus,
  FromEventPlane,
  StoreStatus,
  ToEventPlane,
} from './messages.ts'

export interface EventPlaneOptions extends EventPlaneStart {
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** How long a call waits for a process. */
const PATIENCE_MS = 5_000
const STEP_MS = 20
/** A process that ran for so long has not failed at its start. */
const HEALTHY_MS = 10_000

/** Told of requests as they come in, and of how many were left out before them. */
export type Follower = (events: readonly RequestEvent[], missed: number) => void

interface PendingCall {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** The process ended before it had answered. */
class ProcessEndedError extends EventStoreUnavailableError {}

export class EventPlaneProcess {
  readonly #options: EventPlaneOptions
  #snapshot: Snapshot
  #child: ChildProcess | undefined
  #status: EventPlaneStatus | undefined
  /** Why no process runs; undefined while one does. */
  #gone: string | undefined
  #pause = FIRST_PAUSE_MS
  #calls = 0
  readonly #pending = new Map<number, PendingCall>()
  readonly #followers = new Set<Follower>()
  #stopping = false
  #ended: Promise<void> = Promise.resolve()

  constructor(options: EventPlaneOptions) {
    this.#options = options
    this.#snapshot = options.snapshot
    this.#start()
  }

  /** Of the process that runs now; the tally begins anew with each. */
  get tally(): EventPlaneStatus['tally'] | undefined {
    return this.#status?.tally
  }

  get store(): StoreStatus {
    if (this.#gone !== undefined) return { state: 'unavailable', reason: this.#gone }
    return this.#status?.store ?? { state: 'starting', reason: null }
  }

  /** Told with every snapshot that comes into force. */
  configure(snapshot: Snapshot): void {
    this.#snapshot = snapshot
    this.#tell({ kind: 'configure', snapshot })
  }

  /**
   * While the process is being started again, a call waits for it for a few seconds; one that it ended under is asked
   * once more.
   *
   * @throws EventStoreUnavailableError when there is no process then, or it ended twice
   */
  async call<Method extends keyof EventCalls>(
    method: Method,
    ...args: Parameters<EventCalls[Method]>
  ): Promise<Awaited<ReturnType<EventCalls[Method]>>> {
    try {
      return await this.#ask(method, args)
    } catch (error) {
      // A file that half of an export is in cannot be exported to again; all else is the same when it is asked twice.
      if (!(error instanceof ProcessEndedError) || method === 'export') throw error
      return this.#ask(method, args)
    }
  }

  async #ask<Method extends keyof EventCalls>(
    method: Method,
    args: Parameters<EventCalls[Method]>,
  ): Promise<Awaited<ReturnType<EventCalls[Method]>>> {
    await this.#whenRunning()
    const id = this.#calls++
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#tell({ kind: 'call', id, method, args })
    })
    return (await answered) as Awaited<ReturnType<EventCalls[Method]>>
  }

  /** Hands over requests as they come in, until the function that it returns is called. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower)
    if (this.#followers.size === 1) this.#tell({ kind: 'tail', state: 'on' })
    return () => {
      this.#followers.delete(follower)
      if (this.#followers.size === 0) this.#tell({ kind: 'tail', state: 'off' })
    }
  }

  /** Lets it take what is sealed, for `timeout` ms at most, and ends it. */
  async close(timeout: number): Promise<void> {
    this.#stopping = true
    const child = this.#child
    if (child === undefined) return
    this.#tell({ kind: 'close' })
    const timer = new AbortController()
    await Promise.race([this.#ended, delay(timeout, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
    child.kill('SIGKILL')
    await this.#ended
  }

  async #whenRunning(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    while (this.#child === undefined && !this.#stopping && performance.now() < deadline) await delay(STEP_MS)
    if (this.#child === undefined) throw this.#unavailable()
  }

  #start(): void {
    const { dataDir, version, requestLog } = this.#options
    const began = performance.now()
    const child = fork(fileURLToPath(new URL('../event-plane.ts', import.meta.url)), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    })
    this.#child = child
    this.#gone = undefined
    this.#status = undefined
    this.#ended = new Promise(resolve => {
      const ended = (how: string) => {
        if (this.#child !== child) return
        this.#ranFor(performance.now() - began)
        this.#lost(how)
        resolve()
      }
      child.once('error', error => ended(error.message))
      child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`))
    })
    child.on('message', (message: FromEventPlane) => this.#hear(message))
    this.#tell({ kind: 'start', start: { dataDir, version, requestLog, snapshot: this.#snapshot } })
    if (this.#followers.size > 0) this.#tell({ kind: 'tail', state: 'on' })
  }

  #ranFor(time: number): void {
    this.#pause = time > HEALTHY_MS ? FIRST_PAUSE_MS : Math.min(2 * this.#pause, LONGEST_PAUSE_MS)
  }

  #lost(how: string): void {
    this.#child = undefined
    this.#gone = `its process ended (${how}); it is started again`
    const ended = new ProcessEndedError(this.#gone)
    for (const { reject } of this.#pending.values()) reject(ended)
    this.#pending.clear()
    if (this.#stopping) return
    this.#options.log('error', `the process of the event store ended (${how}); events wait in the spool`)
    setTimeout(() => {
      if (!this.#stopping) this.#start()
    }, this.#pause).unref()
  }

  #unavailable(): EventStoreUnavailableError {
    return new EventStoreUnavailableError(this.#gone ?? 'its process is not there')
  }

  #tell(message: ToEventPlane): void {
    // A channel that is closing says so by an error here and by the exit: the exit is what counts.
    this.#child?.send(message, () => {})
  }

  #hear(message: FromEventPlane): void {
    switch (message.kind) {
      case 'status':
        this.#status = message.status
        return
      case 'requests':
        for (const follower of this.#followers) follower(message.events, message.missed)
        return
      case 'result':
        return this.#take(message.id)?.resolve(message.result)
      case 'error':
        return this.#take(message.id)?.reject(errorOf(message.error))
    }
  }

  #take(id: number): PendingCall | undefined {
    const call = this.#pending.get(id)
    this.#pending.delete(id)
    return call
  }
}
