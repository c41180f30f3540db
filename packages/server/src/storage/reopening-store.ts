// The store of a program that starts whether or not its store can be opened: until it can, everything asked of it is
// answered with why, and it is tried again.
import { closedStore } from './closed-store.ts'
import { type ControlStore, StoreUnavailableError } from './control-store.ts'

export interface ReopeningOptions {
  /** Rejects with StoreUnavailableError while the store cannot be opened. */
  readonly open: () => Promise<ControlStore>
  /** Milliseconds from one try to the next. */
  readonly every?: number
}

type Part = Exclude<keyof ControlStore, 'close'>

const EVERY_MS = 5_000

export class ReopeningStore implements ControlStore {
  readonly revisions = this.#delegate('revisions')
  readonly credentials = this.#delegate('credentials')
  readonly tokens = this.#delegate('tokens')
  readonly sessions = this.#delegate('sessions')
  readonly audit = this.#delegate('audit')
  readonly idempotency = this.#delegate('idempotency')
  readonly budgets = this.#delegate('budgets')
  readonly #options: Required<ReopeningOptions>
  #store: ControlStore
  #reason: string | undefined
  #timer: NodeJS.Timeout | undefined
  #trying: Promise<void> = Promise.resolve()
  #isClosed = false

  private constructor(options: Required<ReopeningOptions>, opened: ControlStore | StoreUnavailableError) {
    this.#options = options
    this.#reason = opened instanceof StoreUnavailableError ? opened.message : undefined
    this.#store = opened instanceof StoreUnavailableError ? closedStore(opened.message) : opened
  }

  static async open(options: ReopeningOptions): Promise<ReopeningStore> {
    return new ReopeningStore({ every: EVERY_MS, ...options }, await tryOpen(options.open))
  }

  /** Why it could not be opened; undefined once it is open. */
  get reason(): string | undefined {
    return this.#reason
  }

  /** Begins to try again, unless it is open. `onOpen` is called at most once. */
  retry(onOpen: () => Promise<void>): void {
    if (this.#reason === undefined || this.#isClosed) return
    this.#timer = setTimeout(() => {
      this.#trying = this.#tryAgain(onOpen)
    }, this.#options.every)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#trying
    await this.#store.close()
  }

  async #tryAgain(onOpen: () => Promise<void>): Promise<void> {
    const opened = await tryOpen(this.#options.open)
    if (opened instanceof StoreUnavailableError) return this.retry(onOpen)
    this.#store = opened
    this.#reason = undefined
    await onOpen()
  }

  /** Whoever took a part of it at the start has the one of the store that opens later. */
  #delegate<Name extends Part>(name: Name): ControlStore[Name] {
    return new Proxy({} as ControlStore[Name], {
      get: (_, property) => {
        const part: object = this.#store[name]
        const method: unknown = Reflect.get(part, property)
        return typeof method === 'function' ? (method.bind(part) as unknown) : method
      },
    })
  }
}

async function tryOpen(open: () => Promise<ControlStore>): Promise<ControlStore | StoreUnavailableError> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof StoreUnavailableError) return error
    throw error
  }
}
