// Publishing: the one path on which a config becomes what the gateways serve.
import { isDeepStrictEqual } from 'node:util'
import type { CurrentTables, Snapshot } from '@weir/core/config'
import type { LocatedProblem } from './config-file.ts'
import type { LoadContext, Loaded } from './load.ts'
import { readState, type State, writeState } from './state.ts'
import type { Workers } from './workers.ts'

/** Reads and compiles the config anew; a file, or the demo's value. */
export type ConfigSource = (context: LoadContext) => Loaded

export type Published =
  | { readonly kind: 'published'; readonly snapshot: Snapshot; readonly warnings: readonly LocatedProblem[] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly problems: readonly LocatedProblem[] }

export class Publisher {
  readonly #dataDir: string
  readonly #source: ConfigSource
  #state: State
  #current: Snapshot | undefined
  #workers: Workers | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(dataDir: string, source: ConfigSource) {
    this.#dataDir = dataDir
    this.#source = source
    this.#state = readState(dataDir)
  }

  get tables(): CurrentTables {
    return this.#state.tables
  }

  /** Compiles for the first time. Nothing is served yet; `attach` hands over the workers that will. */
  load(): Loaded {
    const loaded = this.#source({ revision: this.#state.revision + 1, tables: this.#state.tables })
    if (loaded.kind === 'loaded') this.#keep(loaded.snapshot)
    return loaded
  }

  attach(workers: Workers): void {
    this.#workers = workers
  }

  /** Compiles again and, if anything changed, publishes to every worker. A refused config changes nothing. */
  reload(): Promise<Published> {
    const next = this.#queue.then(() => this.#reload())
    this.#queue = next.catch(() => {})
    return next
  }

  async #reload(): Promise<Published> {
    const loaded = this.#source({ revision: this.#state.revision + 1, tables: this.#state.tables })
    if (loaded.kind === 'refused') return loaded
    const { snapshot } = loaded
    if (isDeepStrictEqual({ ...snapshot, revision: 0 }, { ...this.#current, revision: 0 }))
      return { kind: 'unchanged' }
    this.#keep(snapshot)
    await this.#workers?.publish(snapshot)
    return { kind: 'published', snapshot, warnings: loaded.warnings }
  }

  /** On disk before it is served: a crash in between must not lose which units moved. */
  #keep(snapshot: Snapshot): void {
    this.#state = writeState(this.#dataDir, this.#state, snapshot)
    this.#current = snapshot
  }
}
