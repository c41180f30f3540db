// Stage 2: whether there is room. A bounded number of requests at once, a bounded queue, and a clear 503 beyond.
import type { Limits } from '@weir/core/config'
import { type Refusal, refuse } from './refusal.ts'

interface Waiting {
  readonly admit: () => void
  readonly timer: NodeJS.Timeout
}

type AdmissionLimits = Pick<Limits, 'concurrent' | 'queue' | 'queue_timeout'>

/** The gate of one worker. */
export class Admission {
  #running = 0
  #draining = false
  readonly #waiting = new Set<Waiting>()

  /** Requests being served now. */
  get running(): number {
    return this.#running
  }

  /** From now on every new request is refused; those running go on. */
  drain(): void {
    this.#draining = true
  }

  /** Takes a place, waits for one, or refuses. Whoever was admitted must `release`. */
  admit(limits: AdmissionLimits): 'admitted' | Promise<'admitted' | Refusal> | Refusal {
    if (this.#draining) return { ...refuse('draining', 'The gateway is shutting down.'), retryAfter: 1 }
    if (this.#running < limits.concurrent) {
      this.#running++
      return 'admitted'
    }
    if (this.#waiting.size >= limits.queue) return overloaded('All places are taken and the queue is full.')
    return this.#wait(limits.queue_timeout)
  }

  release(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#running--
      return
    }
    this.#waiting.delete(next)
    clearTimeout(next.timer)
    next.admit()
  }

  #wait(timeout: number): Promise<'admitted' | Refusal> {
    return new Promise(resolve => {
      const waiting: Waiting = {
        admit: () => resolve('admitted'),
        timer: setTimeout(() => {
          this.#waiting.delete(waiting)
          resolve(overloaded(`No place became free within ${timeout} ms.`))
        }, timeout),
      }
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
