// The answers of creates that carried an idempotency key.
import type { IdempotencyStore } from '../../storage/control-store.ts'
import { SealError, type Sealer } from '../../storage/seal.ts'

interface KeptAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const KEPT_MS = 24 * 3_600_000
/** Of the answer's headers, those that say what was made. */
const KEPT_HEADERS = ['content-type', 'etag', 'location', 'x-weir-revision']

export class KeptAnswers {
  readonly #store: IdempotencyStore
  readonly #sealer: Sealer
  /** Requests under way, by key: the second of two at once waits for the first. */
  readonly #running = new Map<string, Promise<unknown>>()

  constructor(store: IdempotencyStore, sealer: Sealer) {
    this.#store = store
    this.#sealer = sealer
  }

  /** Runs one request a key at a time. */
  async alone<T>(key: string, run: () => Promise<T>): Promise<T> {
    const before = this.#running.get(key) ?? Promise.resolve()
    const mine = before.catch(() => {}).then(run)
    this.#running.set(key, mine)
    try {
      return await mine
    } finally {
      if (this.#running.get(key) === mine) this.#running.delete(key)
    }
  }

  /** The answer kept for this key, whether it was for the same request. */
  async find(key: string, fingerprint: string): Promise<Response | 'other_request' | undefined> {
    const kept = await this.#store.find(key)
    if (kept === undefined || kept.at < Date.now() - KEPT_MS) return undefined
    if (kept.fingerprint !== fingerprint) return 'other_request'
    const answer = this.#open(key, kept.sealed)
    if (answer === undefined) {
      // It makes room for the answer of this time, which can be opened again.
      await this.#store.remove(key)
      return undefined
    }
    const { headers, body } = answer
    return new Response(body, {
      status: kept.status,
      headers: { ...headers, 'idempotency-replayed': 'true' },
    })
  }

  /** What was sealed under a master key that is gone is as good as not kept. */
  #open(key: string, sealed: Uint8Array): KeptAnswer | undefined {
    try {
      return JSON.parse(this.#sealer.open(sealName(key), sealed)) as KeptAnswer
    } catch (error) {
      if (error instanceof SealError) return undefined
      throw error
    }
  }

  async keep(key: string, fingerprint: string, response: Response): Promise<void> {
    const headers = Object.fromEntries([...response.headers].filter(([name]) => KEPT_HEADERS.includes(name)))
    const answer: KeptAnswer = { headers, body: await response.clone().text() }
    const sealed = this.#sealer.seal(sealName(key), JSON.stringify(answer))
    const at = Date.now()
    await this.#store.removeOlderThan(at - KEPT_MS)
    await this.#store.insert({ key, fingerprint, at, status: response.status, sealed })
  }
}

const sealName = (key: string) => `idempotency:${key}`
