// The data-plane workers as the control side sees them: started, told of new snapshots, replaced when they die.
import { createServer } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Snapshot } from '@weir/core/config'
import type {
  BudgetReport,
  ControlState,
  DataPlaneStart,
  Destinations,
  EjectedTarget,
  FromDataPlane,
  Secrets,
  ToDataPlane,
  WorkerStats,
} from '../data-plane.ts'

/** Keeps count of what keys use up, over all workers. */
export interface LimitKeeper {
  /** The counters all workers share. */
  readonly memory: SharedArrayBuffer
  /** Before a snapshot is served: gets to know its limits. */
  prepare(snapshot: Snapshot): Promise<void>
  hear(report: BudgetReport): void
  /** @param writer - the worker's name in files */
  writerGone(writer: string): void
}

/** Looks after what workers record. */
export interface EventKeeper {
  /** @param writer - the worker's name in files */
  writerGone(writer: string): void
  /** @param events - how many were lost by it */
  trouble(events: number, why: string): void
}

export interface WorkersOptions {
  readonly count: number
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly secret: Buffer
  readonly limits: LimitKeeper
  readonly events: EventKeeper
  readonly destinations: Destinations
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
}

const RESTART_DELAY_MS = 500

/**
 * Room for new objects, a worker. Left alone V8 takes some 70 MB, which thousands of open streams then fill with what
 * is long garbage; with this they stay below 250 MB.
 */
const YOUNG_GENERATION_MB = 24

export class Workers {
  readonly #options: WorkersOptions
  readonly #workers = new Map<number, Worker>()
  /** Workers that have not said yet that they serve what is being published. */
  readonly #publishing = new Set<number>()
  readonly #ejections = new Map<string, number>()
  #snapshot: Snapshot
  #secrets: Secrets
  #control: ControlState = 'ok'
  #port: number
  #stopping = false

  private constructor(options: WorkersOptions, snapshot: Snapshot, secrets: Secrets) {
    this.#options = options
    this.#snapshot = snapshot
    this.#secrets = secrets
    this.#port = options.port
  }

  /** Starts all workers; resolves when every one listens. */
  static async start(options: WorkersOptions, snapshot: Snapshot, secrets: Secrets): Promise<Workers> {
    // Workers share the port, and so would a second program: the port must be seen to be free first.
    await checkPortFree(options.host, options.port)
    const workers = new Workers(options, snapshot, secrets)
    await options.limits.prepare(snapshot)
    for (let index = 0; index < options.count; index++) await workers.#spawn(index)
    return workers
  }

  get port(): number {
    return this.#port
  }

  /** How many workers run now; one that died is not counted until it is back. */
  get running(): number {
    return this.#workers.size
  }

  /** How often workers took targets out of plans since the start, by the kind of failure. */
  get ejections(): ReadonlyMap<string, number> {
    return this.#ejections
  }

  /** Resolves when every worker serves the snapshot. */
  async publish(snapshot: Snapshot, secrets: Secrets): Promise<void> {
    this.#snapshot = snapshot
    this.#secrets = secrets
    const { revision } = snapshot
    await this.#options.limits.prepare(snapshot)
    await Promise.all(
      Array.from(this.#workers, async ([index, worker]) => {
        const published = until(
          worker,
          message => message.kind === 'published' && message.revision === revision,
        )
        this.#publishing.add(index)
        tell(worker, { kind: 'publish', snapshot, secrets })
        await published
        this.#publishing.delete(index)
      }),
    )
  }

  reportControl(state: ControlState): void {
    this.#control = state
    for (const worker of this.#workers.values()) tell(worker, { kind: 'control', state })
  }

  /** Makes batches of everything that workers have recorded so far. */
  async seal(): Promise<void> {
    await this.#askAll({ kind: 'seal' }, 'sealed')
  }

  /** No worker keeps units in memory, but those of requests that are being served. */
  forgetUnits(): void {
    for (const worker of this.#workers.values()) tell(worker, { kind: 'forget_units' })
  }

  /** What only workers know, of those that run now. */
  async stats(): Promise<WorkerStats[]> {
    const answers = await this.#askAll({ kind: 'stats' }, 'stats')
    return answers.flatMap(answer => (answer?.kind === 'stats' ? [answer.stats] : []))
  }

  /** Lets open requests finish within `timeout` ms and stops. */
  async drain(timeout: number): Promise<void> {
    this.#stopping = true
    const workers = [...this.#workers.values()]
    await Promise.all(
      workers.map(async worker => {
        const drained = until(worker, message => message.kind === 'drained')
        tell(worker, { kind: 'drain', timeout })
        await drained
        await worker.terminate()
      }),
    )
  }

  #askAll(question: ToDataPlane, kind: FromDataPlane['kind']): Promise<(FromDataPlane | undefined)[]> {
    return Promise.all(
      Array.from(this.#workers.values(), worker => {
        const answer = until(worker, message => message.kind === kind)
        tell(worker, question)
        return answer
      }),
    )
  }

  async #spawn(index: number): Promise<void> {
    const { host, dataDir, secret, limits, destinations } = this.#options
    const start: DataPlaneStart = {
      worker: index,
      host,
      port: this.#port,
      dataDir,
      secret,
      snapshot: this.#snapshot,
      secrets: this.#secrets,
      limits: limits.memory,
      destinations,
      control: this.#control,
    }
    const worker = new Worker(new URL('../data-plane.ts', import.meta.url), {
      workerData: start,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    this.#workers.set(index, worker)
    worker.on('error', error => this.#options.log('error', `worker ${index} died: ${describe(error)}`))
    worker.on('exit', () => this.#exited(index))
    worker.on('message', (message: FromDataPlane) => this.#hear(index, message))
    const listening = await until(worker, message => message.kind === 'listening')
    if (listening?.kind !== 'listening') throw new Error(`worker ${index} did not start`)
    this.#port = listening.port
  }

  #hear(index: number, message: FromDataPlane): void {
    if (message.kind === 'log') this.#options.log(message.level, message.message)
    if (message.kind === 'spent') this.#options.limits.hear(message.report)
    if (message.kind === 'events_lost') this.#options.events.trouble(message.events, message.why)
    if (message.kind === 'ejected') this.#share(index, message.ejected)
  }

  /** What one worker has found out, the others need not. */
  #share(index: number, ejected: EjectedTarget): void {
    const { target, until, cause } = ejected
    const at = new Date(until).toISOString()
    this.#options.log('warn', `target ${target} is ejected until ${at} (${cause})`)
    this.#ejections.set(cause, (this.#ejections.get(cause) ?? 0) + 1)
    // A worker that has yet to take over what is being published speaks of the credentials of before.
    if (cause === 'credential' && this.#publishing.has(index)) return
    for (const [other, worker] of this.#workers) {
      if (other !== index) tell(worker, { kind: 'eject', ejected })
    }
  }

  #exited(index: number): void {
    this.#workers.delete(index)
    this.#options.limits.writerGone(`w${index}`)
    this.#options.events.writerGone(`w${index}`)
    if (this.#stopping) return
    setTimeout(() => {
      // Stopped meanwhile: a worker begun now would never be told to end.
      if (this.#stopping) return
      this.#spawn(index).catch(error =>
        this.#options.log('error', `worker ${index} did not restart: ${describe(error)}`),
      )
    }, RESTART_DELAY_MS)
  }
}

function tell(worker: Worker, message: ToDataPlane): void {
  worker.postMessage(message)
}

/** The first matching message, or undefined when the worker ends before. */
function until(
  worker: Worker,
  matches: (message: FromDataPlane) => boolean,
): Promise<FromDataPlane | undefined> {
  return new Promise(resolve => {
    const finish = (message: FromDataPlane | undefined) => {
      worker.off('message', hear)
      worker.off('exit', exit)
      resolve(message)
    }
    const hear = (message: FromDataPlane) => matches(message) && finish(message)
    const exit = () => finish(undefined)
    worker.on('message', hear)
    worker.on('exit', exit)
  })
}

function checkPortFree(host: string, port: number): Promise<void> {
  const probe = createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(port, host, () => probe.close(() => resolve()))
  })
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
