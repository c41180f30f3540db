// Stage 2: whether the key may send another request now, and whether there is room: a bounded number of requests at
// once, a bounded queue, and a clear 503 beyond.
import type { Limits } from '@weir/core/config'
import type { Exchange } from './exchange.ts'
import type { Key } from './gateway.ts'
import { type Refusal, refuse } from './refusal.ts'

/** Counts the request on its key and takes a place; whoever was admitted must `release` it. */
export function admit(exchange: Exchange, key: Key): 'admitted' | Promise<'admitted' | Refusal> | Refusal {
  const { gateway, active } = exchange
  if (key.limits !== null) {
    exchange.spending = gateway.limiter.open(key.id, key.limits)
    const limited = exchange.spending.takeRequest()
    if (limited !== undefined) return limited
  }
  return gateway.admission.admit(active.snapshot.gateway.limits, exchange)
}

interface Waiting {
  readonly admit: () => void
  readonly timer: NodeJS.Timeout
}

/** Who waits, and may lose patience. */
interface Client {
  whenGone(listener: (() => void) | undefined): void
}

type AdmissionLimits = Pick<Limits, 'concurrent' | 'queue' | 'queue_timeout'>

/** The gate of one worker. */
export class Admission {
  #running = 0
  #idle: (() => void) | undefined
  readonly #waiting = new Set<Waiting>()

  /** Requests being served now. */
  get running(): number {
    return this.#running
  }

  /** Requests waiting for a place. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** From now on every new request is refused; those running go on. Resolves when the last of them is through. */
  drain(): Promise<void> {
    return new Promise(resolve => {
      this.#idle = resolve
      if (this.#running === 0) resolve()
    })
  }

  /** Takes a place, waits for one, or refuses. Whoever was admitted must `release`. */
  admit(limits: AdmissionLimits, client: Client): 'admitted' | Promise<'admitted' | Refusal> | Refusal {
    if (this.#idle !== undefined)
      return { ...refuse('draining', 'The gateway is shutting down.'), retryAfter: 1 }
    if (this.#running < limits.concurrent) {
      this.#running++
      return 'admitted'
    }
    if (this.#waiting.size >= limits.queue) return overloaded('All places are taken and the queue is full.')
    return this.#wait(limits.queue_timeout, client)
  }

  release(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#running--
      if (this.#running === 0) this.#idle?.()
      return
    }
    next.admit()
  }

  #wait(timeout: number, client: Client): Promise<'admitted' | Refusal> {
    return new Promise(resolve => {
      const finish = (result: 'admitted' | Refusal) => {
        clearTimeout(waiting.timer)
        this.#waiting.delete(waiting)
        client.whenGone(undefined)
        resolve(result)
      }
      const waiting: Waiting = {
        admit: () => finish('admitted'),
        timer: setTimeout(() => finish(overloaded(`No place became free within ${timeout} ms.`)), timeout),
      }
      client.whenGone(() => finish(overloaded('The client left before a place became free.')))
      this.#waiting.add(waiting)
    })
  }
}

function overloaded(message: string): Refusal {
  return {
    ...refuse('overloaded', `The gateway is at its limit of concurrent requests. ${message}`),
    retryAfter: 1,
  }
}
