// The data-plane workers as the control side sees them: started, told of new snapshots, replaced when they die.
import { createServer } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Snapshot } from '@weir/core/config'
import type { DataPlaneStart, FromDataPlane, ToDataPlane } from '../data-plane.ts'

export interface WorkersOptions {
  readonly count: number
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly secret: Buffer
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
  #snapshot: Snapshot
  #port: number
  #stopping = false

  private constructor(options: WorkersOptions, snapshot: Snapshot) {
    this.#options = options
    this.#snapshot = snapshot
    this.#port = options.port
  }

  /** Starts all workers; resolves when every one listens. */
  static async start(options: WorkersOptions, snapshot: Snapshot): Promise<Workers> {
    // Workers share the port, and so would a second program: the port must be seen to be free first.
    await checkPortFree(options.host, options.port)
    const workers = new Workers(options, snapshot)
    for (let index = 0; index < options.count; index++) await workers.#spawn(index)
    return workers
  }

  get port(): number {
    return this.#port
  }

  /** Resolves when every worker serves the snapshot. */
  async publish(snapshot: Snapshot): Promise<void> {
    this.#snapshot = snapshot
    const { revision } = snapshot
    await Promise.all(
      Array.from(this.#workers.values(), worker => {
        const published = until(
          worker,
          message => message.kind === 'published' && message.revision === revision,
        )
        tell(worker, { kind: 'publish', snapshot })
        return published
      }),
    )
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

  async #spawn(index: number): Promise<void> {
    const { host, dataDir, secret } = this.#options
    const start: DataPlaneStart = {
      worker: index,
      host,
      port: this.#port,
      dataDir,
      secret,
      snapshot: this.#snapshot,
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
    if (message.kind !== 'ejected') return
    this.#options.log(
      'warn',
      `target ${message.target} is ejected until ${new Date(message.until).toISOString()}`,
    )
    for (const [other, worker] of this.#workers) {
      if (other !== index) tell(worker, { kind: 'eject', target: message.target, until: message.until })
    }
  }

  #exited(index: number): void {
    this.#workers.delete(index)
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
