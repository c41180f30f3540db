// The demo: its simulated provider, and what has to be remembered so that it goes on after a restart.
import { hash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ConfigInput, Snapshot } from '@weir/core/config'
import { z } from 'zod'
import type { Edit, PublishResult } from '../admin/revision/publishing.ts'
import type { Revisions } from '../admin/revision/revisions.ts'
import { PROGRAM } from '../admin/revision/unrecorded.ts'
import { defaultSimConfig } from '../sim/config.ts'
import type { SimWorkerData, SimWorkerReady } from '../sim/worker.ts'
import { readIfPresent, writeAtomically } from '../snapshot/state.ts'
import { readConnection } from './connection.ts'
import { demoConfig } from './demo-config.ts'

const rememberedSchema = z.object({ key: z.string(), simPort: z.int().min(1).max(65_535) })

type Remembered = z.infer<typeof rememberedSchema>

/** A demo key says what it is, so that no other key is ever taken for one and shown. */
const DEMO_KEY = 'wk_demo_'

export class Demo {
  readonly #dataDir: string
  readonly #speed: number | undefined
  #remembered: Remembered | undefined
  #sim: Worker | undefined

  /** @param speed - how much faster than real time the simulated models run; undefined: their default */
  constructor(dataDir: string, speed: number | undefined) {
    this.#dataDir = dataDir
    this.#speed = speed
    this.#remembered = readRemembered(dataDir)
  }

  /** Whether the simulated provider runs. */
  get isRunning(): boolean {
    return this.#sim !== undefined
  }

  /** Starts the simulated provider and makes the config that an empty store begins with. */
  async begin(): Promise<ConfigInput> {
    const known = this.#remembered?.key ?? readConnection(this.#dataDir)?.key
    const key = known?.startsWith(DEMO_KEY) ? known : DEMO_KEY + randomBytes(24).toString('base64url')
    const simPort = await this.#startSim(this.#remembered?.simPort)
    this.#remember({ key, simPort })
    return demoConfig(urlOf(simPort), hash('sha256', key, 'hex'), process.env)
  }

  /** Starts the simulated provider again when the config in force still calls it, and where it is called. */
  async resume(revisions: Revisions): Promise<PublishResult | undefined> {
    const remembered = this.#remembered
    if (this.#sim !== undefined || remembered === undefined) return undefined
    const { config } = revisions.current()
    if (baseUrlOf(config) !== `${urlOf(remembered.simPort)}/v1`) return undefined
    const simPort = await this.#startSim(remembered.simPort)
    if (simPort === remembered.simPort) return undefined
    // Another program has the port by now: the config follows.
    const author = { actor: PROGRAM, reason: 'the simulated provider has another port since this start' }
    const result = await revisions.publish(moveSim(`${urlOf(simPort)}/v1`), author)
    if (result.kind === 'published') this.#remember({ ...remembered, simPort })
    return result
  }

  /** The demo's key, if it is still one. */
  keyOf({ keys }: Snapshot): string | undefined {
    const key = this.#remembered?.key
    if (key === undefined) return undefined
    const digest = hash('sha256', key, 'hex')
    return keys.some(known => known.digest === digest && !known.disabled) ? key : undefined
  }

  async stop(): Promise<void> {
    await this.#sim?.terminate()
  }

  async #startSim(port: number | undefined): Promise<number> {
    try {
      return await this.#listen(port ?? 0)
    } catch (error) {
      if (port === undefined) throw error
      return this.#listen(0)
    }
  }

  async #listen(port: number): Promise<number> {
    const config = { ...defaultSimConfig, speed: this.#speed ?? defaultSimConfig.speed }
    const workerData: SimWorkerData = { config, port }
    const worker = new Worker(new URL('../sim/worker.ts', import.meta.url), { workerData })
    const [ready] = (await once(worker, 'message')) as [SimWorkerReady]
    this.#sim = worker
    return ready.port
  }

  #remember(remembered: Remembered): void {
    this.#remembered = remembered
    writeAtomically(join(this.#dataDir, 'demo.json'), `${JSON.stringify(remembered, null, 2)}\n`)
  }
}

const urlOf = (port: number) => `http://127.0.0.1:${port}`

function baseUrlOf({ providers }: ConfigInput): string | undefined {
  return providers?.sim?.base_url
}

function moveSim(base_url: string): Edit {
  return config => {
    const sim = config.providers?.sim
    if (sim === undefined)
      return { kind: 'refused', cause: 'not_found', message: 'there is no provider "sim"' }
    return {
      kind: 'config',
      config: { ...config, providers: { ...config.providers, sim: { ...sim, base_url } } },
    }
  }
}

/** Undefined when there is none that can be read: then the demo's models cannot be called. */
function readRemembered(dataDir: string): Remembered | undefined {
  const text = readIfPresent(join(dataDir, 'demo.json'))?.toString('utf8')
  if (text === undefined) return undefined
  try {
    return rememberedSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
