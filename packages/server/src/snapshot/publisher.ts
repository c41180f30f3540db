// The last steps of publishing: a revision goes to disk beside the store, then to every worker.
import type { CurrentTables, Snapshot } from '@weir/core/config'
import type { ControlState, Secrets } from '../data-plane.ts'
import { type LastConfig, readLastConfig, writeLastConfig } from './last-config.ts'
import { readState, type State, writeState } from './state.ts'

export type { Secrets }

/** Who serves snapshots: the workers. */
export interface Server {
  /** Resolves when everyone serves the snapshot. */
  publish(snapshot: Snapshot, secrets: Secrets): Promise<void>
  /** Tells everyone how the control plane fares. */
  reportControl(state: ControlState): void
}

export class Publisher {
  readonly #dataDir: string
  #state: State
  #server: Server | undefined
  #control: ControlState = 'ok'

  /** @throws DataDirError when the state in the data directory is damaged. */
  constructor(dataDir: string) {
    this.#dataDir = dataDir
    this.#state = readState(dataDir)
  }

  /** The highest revision that was ever served from this data directory; 0: none. */
  get revision(): number {
    return this.#state.revision
  }

  /** The tables served last. */
  get tables(): CurrentTables {
    return this.#state.tables
  }

  /** What was served last, if it is known. */
  readLast(): LastConfig | undefined {
    return readLastConfig(this.#dataDir)
  }

  /** Before anyone serves it: a crash in between must not lose which units moved. */
  keep(last: LastConfig): void {
    const { revision, tables } = last
    writeState(this.#dataDir, { revision, tables })
    this.#state = { revision, tables }
    writeLastConfig(this.#dataDir, last)
  }

  /** Hands over the workers; until then a revision is only kept. */
  attach(server: Server): void {
    this.#server = server
    server.reportControl(this.#control)
  }

  /** Told to the workers when it changes. */
  reportControl(state: ControlState): void {
    if (state === this.#control) return
    this.#control = state
    this.#server?.reportControl(state)
  }

  /** Resolves when every worker serves it. */
  async push(snapshot: Snapshot, secrets: Secrets): Promise<void> {
    await this.#server?.publish(snapshot, secrets)
  }
}
